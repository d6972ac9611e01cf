// arrestor.schema.json: the configuration for editors, where a value may still be a `${NAME}` of the environment.
import * as z from 'zod'
import { ConfigSchema } from '../../src/config/schema.ts'

type Json = Record<string, unknown>

/** A value that is filled from the environment at start; it may have text around it. */
const VARIABLE = { type: 'string', pattern: '\\$\\{[A-Z][A-Z0-9_]*\\}' }

export function editorSchema(): string {
  const schema = z.toJSONSchema(ConfigSchema, { io: 'input', target: 'draft-7', reused: 'inline' })
  const titled = { title: 'arrestor.yml', ...(allowVariables(schema) as Json) }
  return `${JSON.stringify(titled, null, 2)}\n`
}

/** Widens each string that is held to a form; a schema's other parts stay as they are. */
function allowVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowVariables)
  if (typeof schema !== 'object' || schema === null) return schema
  const node = schema as Json
  const inside = Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      // The names of keys are never filled from the environment, and a default is a value, not a schema.
      [key, key === 'propertyNames' || key === 'default' ? value : allowVariables(value)],
    ),
  )
  const isHeld = node['type'] === 'string' && ['pattern', 'format', 'enum'].some((key) => key in node)
  if (!isHeld) return inside
  const { description, default: otherwise, ...form } = inside
  return {
    ...(description === undefined ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
    anyOf: [form, VARIABLE],
  }
}
