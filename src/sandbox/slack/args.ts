// The arguments of one Web API call, however they came: query, form or JSON body.
import type { IncomingMessage } from 'node:http'

import { Refusal } from './refusal.ts'
import type { JsonObject } from './types.ts'

export interface Args {
  /** The value as text; numbers and booleans of JSON bodies as Slack would print them. */
  text(name: string): string | undefined
  /** As `text`, but `invalid_arguments` when absent or empty. */
  need(name: string): string
  flag(name: string): boolean
  /** A whole number, or undefined when absent; `invalid_arguments` when it is none. */
  whole(name: string): number | undefined
  /** A structure: JSON text inside a form, or plain in a JSON body. `refusal` names the error of bad JSON. */
  structure(name: string, refusal: string): unknown
  readonly raw: JsonObject
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

/** Wraps raw arguments. */
export function argsOf(raw: JsonObject): Args {
  const text = (name: string): string | undefined => asText(raw[name])
  return {
    raw,
    text,
    need(name) {
      const value = text(name)
      if (value === undefined || value === '')
        throw new Refusal('invalid_arguments', [`missing required field: ${name}`])
      return value
    },
    flag: (name) => ['true', '1', 'TRUE', 'True'].includes(text(name) ?? ''),
    whole(name) {
      const value = text(name)
      if (value === undefined || value === '') return undefined
      if (!/^-?\d+$/.test(value))
        throw new Refusal('invalid_arguments', [`failed to match schema [json-pointer:/${name}]`])
      return Number(value)
    },
    structure(name, refusal) {
      const value = raw[name]
      if (value === undefined || value === null || value === '') return undefined
      if (typeof value !== 'string') return value
      try {
        return JSON.parse(value) as unknown
      } catch {
        throw new Refusal(refusal)
      }
    },
  }
}

/** Bodies above this are refused: Slack's own limit is not published, no valid call comes near. */
const BODY_LIMIT = 8 * 1024 * 1024

/** The whole body; the connection is destroyed beyond the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) request.destroy()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Query and body as one set of arguments. Slack names what it cannot read. */
export function readArgs(url: URL, contentType: string, body: Buffer): JsonObject {
  const raw: JsonObject = Object.fromEntries(url.searchParams)
  if (body.length === 0) return raw
  const kind = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (kind === 'application/x-www-form-urlencoded')
    return { ...raw, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) }
  if (kind !== 'application/json') throw new Refusal(kind === '' ? 'missing_post_type' : 'invalid_post_type')
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal('invalid_json')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Refusal('json_not_object')
  return { ...raw, ...(parsed as JsonObject) }
}
