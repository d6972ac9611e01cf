// The four numbers by which a value is graded, ours, the operator's, or a runbook's, in rising order of who decides.
import * as z from 'zod'

/** For low, medium, high, critical. Falling numbers mean that smaller is worse. */
export type Thresholds = readonly [number, number, number, number]

/** Materiality, in milliseconds of task time: 1, 5, 15 and 60 minutes. Ours. */
export const MATERIAL_MS: Thresholds = [60_000, 300_000, 900_000, 3_600_000]

/** What the operator has set in place of ours. */
export interface Limits {
  /** By the id of the finding. */
  readonly thresholds: Readonly<Record<string, Thresholds>>
  readonly materialMs: Thresholds
}

const OURS: Limits = { thresholds: {}, materialMs: MATERIAL_MS }

/** Four numbers in one direction, as runbooks and the configuration write them. */
export const fourSchema = z
  .tuple(
    [z.number(), z.number(), z.number(), z.number()],
    'expected four numbers: low, medium, high, critical',
  )
  .refine(
    ([a, b, c, d]) => (a <= b && b <= c && c <= d) || (a >= b && b >= c && c >= d),
    'the four numbers must rise, or fall where smaller is worse',
  )

/** Whether smaller is worse. */
export function falls(thresholds: Thresholds): boolean {
  return thresholds[0] > thresholds[3]
}

/** The thresholds that count: a runbook's own, else the operator's, else ours. */
export function thresholdsFor(
  id: string,
  ours: Thresholds,
  context: { readonly limits?: Limits | undefined },
  own?: Thresholds,
): Thresholds {
  return own ?? context.limits?.thresholds[id] ?? ours
}

/** What matters, in milliseconds of task time: the operator's, else ours. */
export function materialFor(context: { readonly limits?: Limits | undefined }): Thresholds {
  return (context.limits ?? OURS).materialMs
}
