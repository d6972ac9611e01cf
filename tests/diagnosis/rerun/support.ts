// What a verdict knows of a run that nothing stands against.
import type { RerunFacts } from '../../../src/diagnosis/rerun/verdict.ts'

/** All that speaks for a rerun but the failure itself. */
export const HARMLESS: Omit<RerunFacts, 'class' | 'cause'> = {
  writes: [{ mode: 'overwrite', target: '/data/orders', finished: false }],
  writesCut: false,
  attemptsBefore: false,
  streaming: false,
  otherRun: null,
  later: [],
  willRetry: false,
  running: false,
  succeeded: false,
}
