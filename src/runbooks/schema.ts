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
    id: id.describe('names the runbook; the file is named after it'),
    title: text(150).describe('what people read'),
    owner: text(100).describe('the team that keeps it true, as arrestor.yml names it'),
    severity: z
      .enum(SEVERITIES, `expected one of ${SEVERITIES.join(', ')}`)
      .optional()
      .describe('what an incident starts with; without it the alert’s own counts'),
    priority: z
      .int('expected a whole number')
      .min(-1000)
      .max(1000)
      .default(0)
      .describe('decides between entries that are equally specific; the higher wins'),
    match: z
      .array(z.string('expected matchers in quotes').max(4000), 'expected a list of matchers')
      .max(100, 'has more than 100 entries')
      .default([])
      .describe('entries of matchers in Alertmanager’s syntax; any may hold, with all its matchers'),
    catch_all: z
      .boolean('expected true or false')
      .default(false)
      .describe('takes what nothing else takes; it has no match'),
    general: z
      .boolean('expected true or false')
      .default(false)
      .describe('gives way, even where an alert names it, to a runbook for what the probes have found'),
    escalation: text(100).optional().describe('the escalation policy; without it the team’s default'),
    key: z
      .array(text(200), 'expected a list of labels')
      .max(10, 'has more than 10 labels')
      .default([])
      .describe('labels that split incidents further, such as namespace'),
    auto_resolve: z
      .boolean('expected true or false')
      .default(true)
      .describe(
        'whether the next successful run of the job resolves the incident; false leaves it to the source and to people',
      ),
    verified: z
      .string('expected a date such as 2026-11-01')
      .regex(/^\d{4}-\d\d-\d\d$/, 'expected a date such as 2026-11-01')
      .refine((day) => !/^\d{4}-\d\d-\d\d$/.test(day) || new Date(day).toJSON()?.startsWith(day), {
        error: 'expected a date such as 2026-11-01',
      })
      .optional()
      .describe('the day on which somebody last held it against reality'),
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

const override = z.looseObject({ use: use.optional().describe('what runs on this platform instead') })
const on = z
  .record(z.string(), override)
  .default({})
  .describe('another use or other parameters for a platform, by its name or its kind')
const threshold = (word: string): z.ZodOptional<z.ZodNumber> =>
  z.number('expected a number').optional().describe(`from which value on the finding is ${word}`)

export const probeSchema = z.looseObject({
  id: id.describe('unique in the file; `<id>.<output>` is what it finds'),
  use: use.describe('the probe; its parameters stand beside it'),
  on,
  grade: z
    .strictObject({
      low: threshold('low'),
      medium: threshold('medium'),
      high: threshold('high'),
      critical: threshold('critical'),
    })
    .refine((grade) => Object.values(grade).some((value) => value !== undefined), 'names no threshold')
    .refine(isMonotone, 'must rise or fall from low to critical')
    .optional()
    .describe('how grave a measured value is; thresholds rise, or fall where less is worse'),
  says: text(1000).optional().describe('the sentence of the finding; {{ name }} is a label or an output'),
  chart: z.boolean('expected true or false').default(false).describe('asks for a chart'),
})
export const PROBE_KEYS = ['id', 'use', 'on', 'grade', 'says', 'chart'] as const

const inputSchema = z
  .strictObject({
    type: z.enum(INPUT_TYPES, `expected one of ${INPUT_TYPES.join(', ')}`).describe('what is asked for'),
    label: text(75).optional().describe('what people read; without it the input’s name'),
    min: z.number('expected a number').optional().describe('the least number'),
    max: z.number('expected a number').optional().describe('the greatest number'),
    choices: z
      .array(text(75))
      .max(100)
      .default([])
      .describe('what there is to choose; for type choice alone'),
    default: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .describe('what is filled in already; a template may say it'),
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
  id: id.describe('unique in the file'),
  use: use.describe('the action; its parameters stand beside it; run.* is resolved by the platform'),
  on,
  inputs: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'an input is named in a-z, 0-9 and _'), inputSchema)
    .default({})
    .describe('what a person is asked for before it runs'),
  requires: z
    .enum(['responder', 'commander'], 'expected responder or commander')
    .optional()
    .describe('raises what arrestor.yml demands, never lowers it'),
  verify: z
    .strictObject({ within: durationSchema.describe('for example 90s, 20m or 1h') })
    .optional()
    .describe('how long to look whether it worked'),
})
export const ACTION_KEYS = ['id', 'use', 'on', 'inputs', 'requires', 'verify'] as const

export const whenSchema = z
  .union([z.string(), z.array(z.string('expected matchers in quotes').max(4000)).min(1).max(20)], {
    error: 'expected a list of matchers',
  })
  .transform((entries) => (typeof entries === 'string' ? [entries] : entries))
