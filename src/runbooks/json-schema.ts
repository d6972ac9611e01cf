// JSON Schemas of all that a runbook may hold, made from the schemas that read it, so that editors complete and check.
import * as z from 'zod'
import type { Catalogue } from './catalogue.ts'
import {
  ACTION_KEYS,
  PROBE_KEYS,
  actionSchema,
  frontMatterSchema,
  probeSchema,
  whenSchema,
} from './schema.ts'
import { testFileSchema } from './test-file.ts'

export const SCHEMA_NAMES = ['front-matter', 'probe', 'action', 'when', 'test'] as const
export type SchemaName = (typeof SCHEMA_NAMES)[number]

type Json = Record<string, unknown>

/** draft-07: what the YAML extension of VS Code and most other editors read. */
function jsonOf(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7', reused: 'inline', unrepresentable: 'any' })
}

/** The schema of one kind of YAML, with the probes, actions and sources that there are. */
export function runbookSchema(name: SchemaName, catalogue: Catalogue, sources: readonly string[]): Json {
  switch (name) {
    case 'front-matter':
      return titled('Front matter of a runbook', {
        ...jsonOf(frontMatterSchema),
        // A runbook says when it applies, in one of two ways.
        ...condition(
          { properties: { catch_all: { const: true } }, required: ['catch_all'] },
          { properties: { match: { maxItems: 0 } } },
          { properties: { match: { minItems: 1 } }, required: ['match'] },
        ),
      })
    case 'probe':
      return titled('A probe block', withUses(jsonOf(probeSchema), PROBE_KEYS, probesOf(catalogue), true))
    case 'action':
      return titled(
        'An action block',
        withUses(choices(jsonOf(actionSchema)), ACTION_KEYS, actionsOf(catalogue), false),
      )
    case 'when':
      return titled('A when block', {
        ...jsonOf(whenSchema),
        description: 'entries of matchers over labels, platform and probe outputs; all must hold',
      })
    case 'test':
      return titled('Tests of a runbook', oneAlert(jsonOf(testFileSchema(sources)), sources))
  }
}

/** JSON Schema's if, then, else; as entries, since a literal with `then` is taken for a promise. */
function condition(when: Json, then: Json, otherwise?: Json): Json {
  const parts = new Map<string, Json>().set('if', when).set('then', then)
  if (otherwise !== undefined) parts.set('else', otherwise)
  return Object.fromEntries(parts)
}

function titled(title: string, { $schema, ...rest }: Json): Json {
  return { $schema, title, ...rest }
}

interface Use {
  readonly id: string
  readonly params: z.ZodType | undefined
}

function probesOf({ probes }: Catalogue): Use[] {
  return [...probes].map(([id, { params }]) => ({ id, params }))
}

/** Actions, and the general names that some of them stand for. */
function actionsOf({ actions }: Catalogue): Use[] {
  const general = new Set([...actions.values()].flatMap(({ resolves }) => resolves ?? []))
  return [
    ...[...actions].map(([id, { params }]) => ({ id, params })),
    ...[...general].map((id) => ({ id, params: undefined })),
  ]
}

/** Completes `use`, and holds the parameters beside it against the one that it names. */
function withUses(schema: Json, own: readonly string[], uses: readonly Use[], isComplete: boolean): Json {
  const properties = schema['properties'] as Record<string, Json>
  const { description } = properties['use'] ?? {}
  const known = uses.map(({ id }) => id).sort()
  return {
    ...schema,
    properties: { ...properties, use: { type: 'string', description, enum: known } },
    allOf: uses.flatMap(({ id, params }) => {
      if (params === undefined) return []
      const takes = jsonOf(params)
      const inner = (takes['properties'] ?? {}) as Record<string, Json>
      const required = (takes['required'] ?? []) as string[]
      const filled = Object.fromEntries(Object.entries(inner).map(([key, value]) => [key, orTemplate(value)]))
      return [
        condition(
          { properties: { use: { const: id } }, required: ['use'] },
          {
            properties: filled,
            ...(takes['additionalProperties'] === false
              ? { propertyNames: { enum: [...own, ...Object.keys(inner)] } }
              : {}),
            // What an action lacks a person may be asked for.
            ...(isComplete && required.length > 0 ? { required } : {}),
          },
        ),
      ]
    }),
  }
}

/** A parameter may be filled by a template, whatever its type. */
function orTemplate(schema: Json): Json {
  const { description, default: otherwise, ...form } = schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
    anyOf: [form, { type: 'string', pattern: '\\{\\{' }],
  }
}

/** Choices belong to inputs of type choice, and only there. */
function choices(schema: Json): Json {
  const properties = schema['properties'] as Record<string, Json>
  const inputs = properties['inputs'] ?? {}
  const input = inputs['additionalProperties'] as Json
  const held = {
    ...input,
    ...condition(
      { properties: { type: { const: 'choice' } } },
      { properties: { choices: { minItems: 1 } }, required: ['choices'] },
      { properties: { choices: { maxItems: 0 } } },
    ),
  }
  return { ...schema, properties: { ...properties, inputs: { ...inputs, additionalProperties: held } } }
}

/** A case gives one alert: in normal form, or as one source posts it. */
function oneAlert(schema: Json, sources: readonly string[]): Json {
  const oneOf = ['alert', ...sources].map((name) => ({ required: [name] }))
  const properties = schema['properties'] as Record<string, Json>
  const described = (items: Json): Json => {
    const inner = items['properties'] as Record<string, Json>
    const bodies = sources.map((name) => [
      name,
      { description: `a body as ${name} posts it; the case holds for each alert in it` },
    ])
    return { ...items, properties: { ...inner, ...Object.fromEntries(bodies) }, oneOf }
  }
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, list]) => [
        key,
        { ...list, items: described(list['items'] as Json) },
      ]),
    ),
  }
}
