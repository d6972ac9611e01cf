// The part of arrestor.yml that says from when on a finding is grave.
import * as z from 'zod'
import { GRADED } from './catalogue.ts'
import { type Limits, type Thresholds, falls, fourSchema } from './thresholds.ts'

const MINUTE_MS = 60_000

/** Four numbers that go in the direction in which ours go; turned around they would grade everything the wrong way. */
function oneOf(ours: Thresholds): z.ZodType<z.output<typeof fourSchema>> {
  return fourSchema.refine(
    (four) => four[0] === four[3] || falls(four) === falls(ours),
    falls(ours)
      ? `smaller is worse here: write falling numbers, as ${shown(ours)}`
      : `larger is worse here: write rising numbers, as ${shown(ours)}`,
  )
}

/** `diagnosis` of arrestor.yml. Where it says nothing our own numbers count; a runbook's own go before both. */
export const diagnosisSchema = z.strictObject({
  thresholds: z
    .strictObject(
      Object.fromEntries(
        GRADED.map(({ id, thresholds, formula }) => [
          id,
          oneOf(thresholds)
            .optional()
            .describe(`${formula}; ours: ${shown(thresholds)}`),
        ]),
      ),
    )
    .prefault({})
    .describe('by finding, from which value on it is low, medium, high, critical'),
  materiality_minutes: oneOf([1, 5, 15, 60])
    .default([1, 5, 15, 60])
    .describe(
      'minutes of wasted task time from which on a performance finding may be low, medium, high, critical',
    ),
})

function shown(thresholds: Thresholds): string {
  const words = thresholds.map((one) => {
    if (one === Number.MIN_VALUE) return 'above 0'
    return Number.isFinite(one) ? String(Number(one.toPrecision(12))) : 'never'
  })
  return `[${words.join(', ')}]`
}

/** What probes are given of it. */
export function limitsOf({
  thresholds,
  materiality_minutes: minutes,
}: z.output<typeof diagnosisSchema>): Limits {
  const set = Object.entries(thresholds).flatMap(([id, four]) =>
    four === undefined ? [] : [[id, four] as const],
  )
  const [a, b, c, d] = minutes
  return {
    thresholds: Object.fromEntries(set),
    materialMs: [a * MINUTE_MS, b * MINUTE_MS, c * MINUTE_MS, d * MINUTE_MS],
  }
}
