// The intake batcher: webhooks that arrive together share one transaction; a batch that fails is tried one by one.
import { ArrestorError, reasonOf } from '../errors.ts'
import type { FlowDeps } from './deps.ts'
import { type Prepared, storePrepared } from './receive.ts'

export interface IntakeLimits {
  /** More alerts than this in one transaction hold locks for longer than a press should wait. */
  readonly batchAlerts: number
  /** Waiting alerts beyond this are refused with 503: a queue that grows without bound only fails later. */
  readonly waitingAlerts: number
}

const LIMITS: IntakeLimits = { batchAlerts: 1_000, waitingAlerts: 50_000 }

export type Stored =
  | { readonly kind: 'stored' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'failed'; readonly reason: string }

export interface Intake {
  /**
   * Answers `stored` only after the commit; a body too large for one transaction, after the last of several. Where one
   * of those fails the sender tries again, and what is stored already is counted as a repeat.
   */
  store(prepared: Prepared): Promise<Stored>
  /** Waits until what is waiting is stored; to be called when nothing new arrives any more. */
  drain(): Promise<void>
}

interface Waiting {
  readonly prepared: Prepared
  readonly answer: (stored: Stored) => void
}

export function createIntake(deps: FlowDeps, limits: IntakeLimits = LIMITS): Intake {
  let queue: Waiting[] = []
  let waitingAlerts = 0
  let running: Promise<void> | null = null
  let toldAway = false

  function take(): Waiting[] {
    let alerts = 0
    let end = 0
    while (
      end < queue.length &&
      (end === 0 || alerts + (queue[end]?.prepared.alerts.length ?? 0) <= limits.batchAlerts)
    ) {
      alerts += queue[end]?.prepared.alerts.length ?? 0
      end += 1
    }
    const batch = queue.slice(0, end)
    queue = queue.slice(end)
    waitingAlerts -= alerts
    return batch
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    await deps.store.transaction(async (tx) => {
      await storePrepared(
        tx,
        deps,
        batch.map((waiting) => waiting.prepared),
        deps.clock.now(),
      )
    })
    toldAway = false
    for (const waiting of batch) waiting.answer({ kind: 'stored' })
  }

  async function storeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await commit(batch)
    } catch (error) {
      const away = error instanceof ArrestorError && error.code === 'ARR-201'
      if (batch.length > 1 && !away) {
        // One poisonous body must not refuse its neighbours for ever.
        for (const waiting of batch) await storeBatch([waiting])
        return
      }
      const reason = reasonOf(error)
      // An outage refuses thousands: they are counted by the metrics, and said once.
      if (!away || !toldAway)
        deps.logger.error(
          { code: away ? 'ARR-201' : undefined, reason, bodies: batch.length },
          'webhooks could not be stored; senders were asked to try again',
        )
      toldAway = away
      for (const waiting of batch) waiting.answer({ kind: 'failed', reason })
    }
  }

  async function run(): Promise<void> {
    while (queue.length > 0) await storeBatch(take())
    // In the same turn as the look at the queue: a body that comes a moment later must start a new run.
    running = null
  }

  return {
    async store(prepared) {
      if (waitingAlerts + prepared.alerts.length > limits.waitingAlerts && queue.length > 0)
        return { kind: 'overloaded' }
      const answers = await Promise.all(
        partsOf(prepared, limits.batchAlerts).map(
          (part) =>
            new Promise<Stored>((answer) => {
              queue.push({ prepared: part, answer })
              waitingAlerts += part.alerts.length
              running ??= run()
            }),
        ),
      )
      return answers.find((answer) => answer.kind !== 'stored') ?? { kind: 'stored' }
    },
    async drain() {
      await running
    },
  }
}

/** A body in parts of at most `size` alerts, in order; what was rejected goes with the first. */
function partsOf(prepared: Prepared, size: number): Prepared[] {
  const parts = [{ ...prepared, alerts: prepared.alerts.slice(0, size) }]
  for (let from = size; from < prepared.alerts.length; from += size)
    parts.push({ ...prepared, alerts: prepared.alerts.slice(from, from + size), rejected: [] })
  return parts
}
