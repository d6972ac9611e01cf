// What a person is asked for before an action runs: defaults worked out, answers held against type, range and choices. Pure.
import { redact } from '../alerts/redact.ts'
import type { ActionInput, Params, ParamValue } from '../runbooks/model.ts'
import { parseTemplate, renderTemplate } from '../runbooks/template.ts'

/** One question of an offer, with its label and default worked out. */
export interface OfferInput extends Omit<ActionInput, 'label'> {
  readonly label: string
  /** Its place in the runbook: JSON in the database keeps no order. */
  readonly position: number
}
export type OfferInputs = Readonly<Record<string, OfferInput>>

/** An answer as it arrives: Slack sends numbers as text. */
export type RawInputs = Readonly<Record<string, unknown>>
export type InputValues = Readonly<Record<string, string | number | boolean>>

export type ReadInputs =
  | { readonly ok: true; readonly values: InputValues }
  /** By input; what is no input at all stands under its own name. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> }

/** Characters of a text without `max`; Slack takes 3,000. */
export const MAX_TEXT = 1_000

/** The questions of a step: labels, and defaults with their templates filled in. A default that does not fit is none. */
export function offerInputs(
  inputs: Readonly<Record<string, ActionInput>>,
  lookup: (name: string) => string | undefined,
): OfferInputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input], position) => {
      const choices = [...new Set(input.choices)]
      const asked: OfferInput = { ...input, choices, label: input.label ?? labelOf(name), position }
      const read = readOne(asked, filled(input.default, lookup))
      return [name, { ...asked, default: read.ok ? read.value : null }]
    }),
  )
}

/** Questions in the order of the runbook. */
export function inOrder(inputs: OfferInputs): OfferInputs {
  return Object.fromEntries(Object.entries(inputs).toSorted(([, a], [, b]) => a.position - b.position))
}

/** `overhead_mib` as people read it: `Overhead mib`. */
function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A default's template filled in; null where a name in it has no value: half a default misleads. */
function filled(value: ActionInput['default'], lookup: (name: string) => string | undefined): unknown {
  if (typeof value !== 'string') return value
  const template = parseTemplate(value)
  if (!template.ok) return null
  const { text, missing } = renderTemplate(template, lookup, 'plain')
  return missing.length > 0 ? null : text
}

/** Reads all answers; each input must have one, and nothing else may be there. */
export function readInputs(inputs: OfferInputs, given: RawInputs): ReadInputs {
  const errors: [string, string][] = []
  const values: [string, string | number | boolean][] = []
  for (const [name, input] of Object.entries(inputs)) {
    const read = readOne(input, Object.hasOwn(given, name) ? given[name] : undefined)
    if (read.ok) values.push([name, read.value])
    else errors.push([name, read.error])
  }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(inputs, name)) errors.push([name, 'This is not asked for.'])
  return errors.length > 0
    ? { ok: false, errors: Object.fromEntries(errors) }
    : { ok: true, values: Object.fromEntries(values) }
}

type One =
  | { readonly ok: true; readonly value: string | number | boolean }
  | { readonly ok: false; readonly error: string }
const no = (error: string): One => ({ ok: false, error })

function readOne(input: OfferInput, given: unknown): One {
  if (given === undefined || given === null || (typeof given === 'string' && given.trim() === ''))
    return no('This is needed.')
  switch (input.type) {
    case 'integer':
    case 'number':
      return readNumber(input, given)
    case 'boolean':
      if (given === true || given === 'true') return { ok: true, value: true }
      return given === false || given === 'false' ? { ok: true, value: false } : no('Answer yes or no.')
    case 'choice':
      return typeof given === 'string' && input.choices.includes(given)
        ? { ok: true, value: given }
        : no(`Choose one of ${input.choices.join(', ')}.`)
    case 'string':
      return readText(input, given)
  }
}

function readNumber(input: OfferInput, given: unknown): One {
  const text = typeof given === 'number' ? String(given) : typeof given === 'string' ? given.trim() : ''
  if (text.length > 40 || !/^-?\d+(?:\.\d+)?$/.test(text)) return no('Give a number.')
  const value = Number(text)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return no('That number is too large.')
  if (input.type === 'integer' && !Number.isInteger(value)) return no('Give a whole number.')
  if (input.min !== null && value < input.min) return no(`At least ${input.min}.`)
  if (input.max !== null && value > input.max) return no(`At most ${input.max}.`)
  return { ok: true, value }
}

/** `min` and `max` of a text count its characters. A NUL could not be stored, and stands in no honest answer. */
function readText(input: OfferInput, given: unknown): One {
  if (typeof given !== 'string') return no('Give a text.')
  const value = given.trim().toWellFormed()
  if (value.includes('\u0000')) return no('There is a character in it that cannot be kept.')
  const max = Math.min(input.max ?? MAX_TEXT, MAX_TEXT)
  if (value.length > max) return no(`At most ${max} characters.`)
  if (input.min !== null && value.length < input.min) return no(`At least ${input.min} characters.`)
  return { ok: true, value }
}

/** Parameters as they may be shown and kept in records: credentials and personal data redacted. */
export function recordable(params: Params): Params {
  const clean = (value: ParamValue): ParamValue => {
    if (typeof value === 'string') return redact(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(clean)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]))
  }
  // The name counts too: `token: hunter2` is a secret, `hunter2` alone is a word.
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' && redact(`${name}=${value}`) === `${name}=[redacted]`
        ? '[redacted]'
        : clean(value),
    ]),
  )
}

/** `overhead_mib=512, reason="disk full"` for people, by name: databases keep no order. Empty without parameters. */
export function spokenParams(params: Params): string {
  return Object.entries(recordable(params))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')
}
