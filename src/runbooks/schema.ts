// The YAML that a runbook may hold: front matter, probe, action, when. One schema each.
import * as z from 'zod'
import { SEVERITIES } from '../alerts/model.ts'
import { INPUT_TYPES } from './model.ts'

const ID = /^[a-z0-9][a-z0-9-]{0,62}$/
const USE = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const text = (max: number): z.ZodString =>
  z.string('expected text').trim().min(1, 'is empty').max(max, `has more than ${max} characters`)
const id = z.string('expected text').regex(ID, 'an id is made of a-z, 0-9 and -, at most 63 characters')
const use = z.string('expected text').regex(USE, 'expected a name such as spark.executor-deaths')

/** `20m`, `90s`, `1h`: milliseconds. */
export const durationSchema = z
  .string('expected a duration such as 20m')
  .regex(/^\d{1,6}(?:ms|s|m|h|d)$/, 'expected a duration such as 90s, 20m or 1h')
  .transform((word) => Number.parseInt(word, 10) * (UNITS[word.replace(/^\d+/, '')] ?? 0))

export const frontMatterSchema = z.strictObject(
  {
    id,
    title: text(150),
    owner: text(100),
    severity: z.enum(SEVERITIES, `expected one of ${SEVERITIES.join(', ')}`).optional(),
    priority: z.int('expected a whole number').min(-1000).max(1000).default(0),
    match: z
      .array(z.string('expected matchers in quotes').max(4000), 'expected a list of matchers')
      .max(100, 'has more than 100 entries')
      .default([]),
    catch_all: z.boolean('expected true or false').default(false),
    escalation: text(100).optional(),
    key: z.array(text(200), 'expected a list of labels').max(10, 'has more than 10 labels').default([]),
    verified: z
      .string('expected a date such as 2026-11-01')
      .refine((day) => /^\d{4}-\d\d-\d\d$/.test(day) && new Date(day).toJSON()?.startsWith(day), {
        error: 'expected a date such as 2026-11-01',
      })
      .optional(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'expected keys and values' : undefined) },
)
export const FRONT_MATTER_KEYS = Object.keys(frontMatterSchema.shape)

/** Thresholds rise with severity where more is worse, and fall where less is. */
function isMonotone(
  grade: Partial<Record<'low' | 'medium' | 'high' | 'critical', number | undefined>>,
): boolean {
  const { low, medium, high, critical } = grade
  const steps = [low, medium, high, critical].filter((value) => value !== undefined)
  const rises = steps.map((value, i) => Math.sign(value - (steps[i - 1] ?? Number.NaN))).slice(1)
  return rises.every((sign) => sign !== 0 && sign === rises[0])
}

const override = z.looseObject({ use: use.optional() })
const step = { id, use, on: z.record(z.string(), override).default({}) }
const threshold = z.number('expected a number').optional()

export const probeSchema = z.looseObject({
  ...step,
  grade: z
    .strictObject({ low: threshold, medium: threshold, high: threshold, critical: threshold })
    .refine((grade) => Object.values(grade).some((value) => value !== undefined), 'names no threshold')
    .refine(isMonotone, 'must rise or fall from low to critical')
    .optional(),
  says: text(1000).optional(),
  chart: z.boolean('expected true or false').default(false),
})
export const PROBE_KEYS = ['id', 'use', 'on', 'grade', 'says', 'chart'] as const

const inputSchema = z
  .strictObject({
    type: z.enum(INPUT_TYPES, `expected one of ${INPUT_TYPES.join(', ')}`),
    label: text(75).optional(),
    min: z.number('expected a number').optional(),
    max: z.number('expected a number').optional(),
    choices: z.array(text(75)).max(100).default([]),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  })
  .refine((input) => (input.type === 'choice') === input.choices.length > 0, {
    error: 'choices belong to type choice, and only there',
    path: ['choices'],
  })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    error: 'is more than max',
    path: ['min'],
  })

export const actionSchema = z.looseObject({
  ...step,
  inputs: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'an input is named in a-z, 0-9 and _'), inputSchema)
    .default({}),
  requires: z.enum(['responder', 'commander'], 'expected responder or commander').optional(),
  verify: z.strictObject({ within: durationSchema }).optional(),
})
export const ACTION_KEYS = ['id', 'use', 'on', 'inputs', 'requires', 'verify'] as const

export const whenSchema = z
  .union([z.string(), z.array(z.string('expected matchers in quotes').max(4000)).min(1).max(20)], {
    error: 'expected a list of matchers',
  })
  .transform((entries) => (typeof entries === 'string' ? [entries] : entries))
