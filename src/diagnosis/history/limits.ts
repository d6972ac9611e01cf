// From when on a run differs from earlier ones of its job, and how much is read to tell.
import type { Thresholds } from '../thresholds.ts'

export interface HistoryLimits {
  /** This run / p95 of the earlier ones: low, medium, high, critical. Its least is also the least for a stage. */
  readonly ratio: Thresholds
  /** Minutes beyond p95 that matter; the same. */
  readonly materialMin: Thresholds
  /** Bytes by which input or shuffle must differ. */
  readonly materialBytes: number
  /** Earlier runs whose details are read; 0 compares the time alone. */
  readonly runs: number
  /** Milliseconds for reading them. */
  readonly withinMs: number
}
