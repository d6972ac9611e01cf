// Escalation policies: ordered steps, each with a due time, a condition and whom it reaches. Pure.
import * as z from 'zod'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `1h`: a duration in milliseconds. */
export const DurationSchema = z
  .string()
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, 'a duration such as 90s, 5m or 1h')
  .transform((text) => {
    const unit = text.replace(/^\d+/, '')
    return Number(text.slice(0, -unit.length)) * (UNITS[unit] ?? 1)
  })

const MIN_PAUSE_MS = 1_000

const StepSchema = z.strictObject({
  after: DurationSchema.describe('time since the incident opened'),
  while: z
    .enum(['unacknowledged', 'unresolved'])
    .default('unacknowledged')
    .describe('the step is taken only while this holds'),
  page: z.boolean().default(false).describe("page the team's PagerDuty service"),
  mention: z
    .array(z.string().regex(/^[USW][A-Z0-9]+$/, 'a Slack user (U...) or user group (S...) id'))
    .default([])
    .describe("whom to call in the incident's thread"),
  repeat: z
    .strictObject({
      every: DurationSchema.refine((ms) => ms >= MIN_PAUSE_MS, 'at least 1s').describe(
        'pause between two takes of the step',
      ),
      times: z.number().int().min(1).max(100).describe('how often again'),
    })
    .optional()
    .describe('take the step again while its condition holds'),
})

export const PolicySchema = z.strictObject({
  steps: z
    .array(StepSchema)
    .min(1)
    .max(20)
    .superRefine((steps, context) => {
      for (const [index, step] of steps.entries())
        if (step.after < (steps[index - 1]?.after ?? 0))
          context.addIssue({
            code: 'custom',
            path: [index, 'after'],
            message: 'steps are taken in their order, and this one is due before the one above it',
          })
    })
    .describe('in the order in which they are taken'),
})
export type Policy = z.infer<typeof PolicySchema>
export type Step = Policy['steps'][number]

export const EscalationSchema = z.record(z.string(), PolicySchema)

/** A policy as pinned to an incident: durations are milliseconds. */
export const PinnedPolicySchema = z.object({
  steps: z.array(
    z.object({
      after: z.number(),
      while: z.enum(['unacknowledged', 'unresolved']),
      page: z.boolean(),
      mention: z.array(z.string()),
      repeat: z.object({ every: z.number(), times: z.number() }).optional(),
    }),
  ),
})

/** Where on the ladder an incident is: the step (0-based) and how often it has been taken again. */
export interface Rung {
  readonly step: number
  readonly round: number
}

export interface NextRung extends Rung {
  readonly dueAt: Date
}

/** The first rung of a policy for an incident opened then; null when the policy has no steps. */
export function firstRung(policy: Policy, openedAt: Date): NextRung | null {
  const step = policy.steps[0]
  return step === undefined ? null : { step: 0, round: 0, dueAt: new Date(openedAt.getTime() + step.after) }
}

/**
 * The rung after this one, taken at `now`, or null at the top of the ladder. Times count from opening, so a late step does
 * not delay the next; repeats that were missed meanwhile are one: nobody is called forty times after an outage.
 */
export function nextRung(policy: Policy, openedAt: Date, rung: Rung, now: Date): NextRung | null {
  const step = policy.steps[rung.step]
  const next = policy.steps[rung.step + 1]
  const climb =
    next === undefined
      ? null
      : { step: rung.step + 1, round: 0, dueAt: new Date(openedAt.getTime() + next.after) }
  if (step?.repeat === undefined) return climb
  const begun = openedAt.getTime() + step.after
  const passed = Math.floor((now.getTime() - begun) / step.repeat.every)
  const round = Math.max(rung.round, passed) + 1
  if (round > step.repeat.times) return climb
  const again = { step: rung.step, round, dueAt: new Date(begun + step.repeat.every * round) }
  return climb !== null && climb.dueAt <= again.dueAt ? climb : again
}

export type StepVerdict =
  { readonly take: true } | { readonly take: false; readonly reason: 'acknowledged' | 'resolved' }

/** Whether a step's condition still holds in this state. */
export function stillHolds(
  step: Pick<Step, 'while'>,
  state: 'triggered' | 'acknowledged' | 'resolved',
): StepVerdict {
  if (state === 'resolved') return { take: false, reason: 'resolved' }
  if (state === 'acknowledged' && step.while === 'unacknowledged')
    return { take: false, reason: 'acknowledged' }
  return { take: true }
}
