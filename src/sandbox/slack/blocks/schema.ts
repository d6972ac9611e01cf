// A small language for Slack's payload rules: checks that compose, each speaking in Slack's words.
import type { Problem } from './problem.ts'

/** Looks at a value; `at` is its JSON pointer; problems go to `out`. */
export type Check = (value: unknown, at: string, out: Problem[]) => void
export type Fields = Readonly<Record<string, Check>>

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(at: string, what: string): Problem {
  return { pointer: at, code: 'wrong_type', message: `must be ${what}` }
}

/** Text of `min` to `max` characters (UTF-16 units, as Slack counts). */
export function string(max: number, min = 1): Check {
  return (value, at, out) => {
    if (typeof value !== 'string') out.push(wrong(at, 'a string'))
    else if (value.length > max)
      out.push({ pointer: at, code: 'too_long', message: `must be less than ${max + 1} characters` })
    else if (value.length < min)
      out.push({ pointer: at, code: 'too_short', message: `must be more than ${min - 1} characters` })
  }
}

/** Text of a given form, e.g. a date. */
export function pattern(form: RegExp, what: string): Check {
  return (value, at, out) => {
    if (typeof value !== 'string' || !form.test(value))
      out.push({ pointer: at, code: 'wrong_form', message: `must be ${what}` })
  }
}

export const boolean: Check = (value, at, out) => {
  if (typeof value !== 'boolean') out.push(wrong(at, 'a boolean'))
}

export function integer(min: number, max: number): Check {
  return (value, at, out) => {
    if (!Number.isInteger(value)) out.push(wrong(at, 'an integer'))
    else if ((value as number) < min || (value as number) > max)
      out.push({ pointer: at, code: 'out_of_range', message: `must be between ${min} and ${max}` })
  }
}

export function oneOf(...allowed: readonly unknown[]): Check {
  return (value, at, out) => {
    if (!allowed.includes(value))
      out.push({ pointer: at, code: 'not_allowed', message: 'must be a valid enum value' })
  }
}

export function list(item: Check, max: number, min = 1): Check {
  return (value, at, out) => {
    if (!Array.isArray(value)) {
      out.push(wrong(at, 'an array'))
      return
    }
    if (value.length > max)
      out.push({ pointer: at, code: 'too_many', message: `no more than ${max} items allowed` })
    if (value.length < min)
      out.push({ pointer: at, code: 'too_few', message: `must provide at least ${min} items` })
    for (const [index, one] of value.entries()) item(one, `${at}/${index}`, out)
  }
}

/** An object with these fields and no others. `rule` adds what concerns several fields at once. */
export function object(
  required: Fields,
  optional: Fields = {},
  rule?: (value: Record<string, unknown>, at: string, out: Problem[]) => void,
): Check {
  return (value, at, out) => {
    if (!isObject(value)) {
      out.push(wrong(at, 'an object'))
      return
    }
    for (const key of Object.keys(required))
      if (value[key] === undefined)
        out.push({ pointer: at, code: 'missing_field', message: `missing required field: ${key}` })
    for (const [key, field] of Object.entries(value)) {
      const check = required[key] ?? optional[key]
      if (field === undefined) continue
      if (check === undefined || !(Object.hasOwn(required, key) || Object.hasOwn(optional, key)))
        out.push({ pointer: at, code: 'unknown_field', message: `invalid additional property: ${key}` })
      else check(field, `${at}/${key}`, out)
    }
    rule?.(value, at, out)
  }
}

/** Exactly one of two fields, e.g. `image_url` or `slack_file`. */
export function either(
  first: string,
  second: string,
): (value: Record<string, unknown>, at: string, out: Problem[]) => void {
  return (value, at, out) => {
    const both = value[first] !== undefined && value[second] !== undefined
    const none = value[first] === undefined && value[second] === undefined
    if (both || none)
      out.push({
        pointer: at,
        code: both ? 'exclusive_fields' : 'missing_field',
        message: both
          ? `only one of \`${first}\` or \`${second}\` may be defined`
          : `must define either \`${first}\` or \`${second}\``,
      })
  }
}

/** Chooses the check by the value's `type`; other types are unsupported here. */
export function byType(checks: Fields, unsupported?: (type: string, at: string) => Problem): Check {
  return (value, at, out) => {
    if (!isObject(value)) {
      out.push(wrong(at, 'an object'))
      return
    }
    const { type } = value
    if (typeof type !== 'string') {
      out.push({ pointer: at, code: 'missing_field', message: 'missing required field: type' })
      return
    }
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined
    if (check !== undefined) check(value, at, out)
    else
      out.push(
        unsupported?.(type, at) ?? {
          pointer: `${at}/type`,
          code: 'unsupported_type',
          message: `unsupported type: ${type}`,
        },
      )
  }
}
