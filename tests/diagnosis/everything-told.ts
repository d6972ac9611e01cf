// Limits for tests that look at every finding there is.
import { GRADED } from '../../src/diagnosis/catalogue.ts'
import { falls } from '../../src/diagnosis/thresholds.ts'

/** With thresholds that everything reaches, so that every finding that applies is told. */
export const EVERYTHING_TOLD = {
  thresholds: Object.fromEntries(
    GRADED.map(({ id, thresholds }) => [
      id,
      falls(thresholds) ? ([1e15, 1e15, 1e15, -1] as const) : ([0, 0, 0, 1e15] as const),
    ]),
  ),
  materialMs: [0, 0, 0, 1e15] as const,
}
