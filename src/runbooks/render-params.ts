// Parameters of probes and actions with their templates filled in, escaped for where each goes, and held against a schema.
import type * as z from 'zod'
import type { Params, ParamValue } from './model.ts'
import { parseTemplate, renderTemplate, type Destination } from './template.ts'

/** Where each parameter goes; the others are plain text. */
export type Destinations = Readonly<Record<string, Destination>>

export interface RenderedParams {
  readonly params: Params
  /** Names without a value in a parameter that may not have a hole (PromQL, URL). */
  readonly missing: readonly string[]
  /** Names whose value may not stand where the template puts it. */
  readonly refused: readonly string[]
  /** Parameters that are one name and nothing else: their text may stand for a number or a truth value. */
  readonly sole: ReadonlySet<string>
}

/** Fills in every template, however deep in lists and maps; the destination is that of the parameter around it. */
export function renderParams(
  params: Params,
  destinations: Destinations,
  lookup: (name: string) => string | undefined,
): RenderedParams {
  const missing = new Set<string>()
  const refused = new Set<string>()
  const sole = new Set<string>()
  const fill = (value: ParamValue, destination: Destination): ParamValue => {
    if (typeof value === 'string') {
      const template = parseTemplate(value)
      if (!template.ok) return value
      const rendered = renderTemplate(template, lookup, destination)
      if (destination !== 'plain') for (const name of rendered.missing) missing.add(name)
      for (const name of rendered.refused) refused.add(name)
      return rendered.text
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((one: ParamValue) => fill(one, destination))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, destination)]))
  }
  const filled = Object.entries(params).map(([name, value]): [string, ParamValue] => {
    if (typeof value === 'string' && /^\s*\{\{[^{}]*\}\}\s*$/.test(value)) sole.add(name)
    const destination = Object.hasOwn(destinations, name) ? (destinations[name] ?? 'plain') : 'plain'
    return [name, fill(value, destination)]
  })
  return { params: Object.fromEntries(filled), missing: [...missing], refused: [...refused], sole }
}

/** Names of templates in these parameters, for what has to be known before they can be filled in. */
export function namesIn(value: ParamValue | Params): readonly string[] {
  if (typeof value === 'string') {
    const template = parseTemplate(value)
    return template.ok ? template.names : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((inner) => namesIn(inner))
}

/** What is wrong with rendered parameters before a schema has seen them, or null: one clause for people. */
export function holeIn(rendered: Pick<RenderedParams, 'missing' | 'refused'>): string | null {
  const { missing, refused } = rendered
  if (missing.length > 0)
    return `it needs ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not known`
  if (refused.length > 0) return `the value of ${refused.join(', ')} may not stand where its template puts it`
  return null
}

export type Parsed =
  /** `data` as the schema gives it; `params` as they went in, for parsing once more later. */
  | { readonly ok: true; readonly data: unknown; readonly params: Params }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] }

/** Holds parameters against a schema. Text of a `sole` name that the schema refuses is tried as what it spells. */
export function parseParams(
  schema: z.ZodType,
  params: Params,
  sole: ReadonlySet<string> = new Set(),
): Parsed {
  const first = schema.safeParse(params)
  if (first.success) return { ok: true, data: first.data, params }
  const wrong = first.error.issues
    .map((issue) => String(issue.path[0] ?? ''))
    .filter((name) => sole.has(name))
  if (wrong.length > 0) {
    const spelled = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, wrong.includes(name) ? spelledOut(value) : value]),
    )
    const second = schema.safeParse(spelled)
    if (second.success) return { ok: true, data: second.data, params: spelled }
  }
  return {
    ok: false,
    problems: first.error.issues.map((issue) => ({
      path: issue.path.map(String).join('.'),
      message: issue.message,
    })),
  }
}

/** Problems as one clause: `query: is empty`. */
export function clauseOf(problems: Extract<Parsed, { ok: false }>['problems']): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
}

function spelledOut(value: ParamValue): ParamValue {
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : value
}
