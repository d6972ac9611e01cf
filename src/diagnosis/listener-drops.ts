// Events that Spark's listener bus dropped: since then its pages, its History Server and its allocator are not the truth.
import type { LogTail, PlatformReader, SparkApplication } from '../ports.ts'
import { driverName, gaugesOf, gaugesShownAt, metricsOf, ofDriver } from './driver-metrics.ts'
import type { Finding, FindingSeverity } from './model.ts'

export interface Drops {
  /** Dropped since the application began, by queue, the queue that lost most first; queues without any are left out. */
  readonly queues: readonly { readonly queue: string; readonly events: number }[]
  readonly link: string
  /** For people: who says so. */
  readonly from: string
  /** There may have been more: a log's end was read, and a driver that dies does not say what it dropped last. */
  readonly atLeast?: true
}

/** What a drop is worth at most. `appStatus` feeds all pages, `executorManagement` the allocator. Ours. */
const WORTH: Readonly<Record<string, FindingSeverity>> = {
  appStatus: 'high',
  executorManagement: 'high',
  eventLog: 'medium',
  shared: 'medium',
}

/** The gravest that may be said of drops in a queue; of one that a user added, it is his own listener that misses them. */
export function worthOf(queue: string): FindingSeverity {
  return WORTH[queue] ?? 'low'
}

/**
 * `numDroppedEvents` of every queue, a count since the driver began. From the driver where it lives, else from Prometheus
 * as it was at the end, else what the driver's log says of drops, where `readLog` gives one; null where none tells. Throws
 * as the reader does.
 */
export async function lookForDrops(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
  readLog: () => Promise<LogTail | null> = () => Promise.resolve(null),
): Promise<Drops | null> {
  const gauges = await gaugesOf(reader, app, signal)
  if (gauges !== null) {
    const counts = [...gauges].flatMap(([name, events]) => {
      const queue = /^LiveListenerBus\.queue\.(.+)\.numDroppedEvents$/.exec(name)?.[1]
      return queue === undefined ? [] : [{ queue, events }]
    })
    if (counts.length > 0)
      return { queues: lost(counts), link: gaugesShownAt(app), from: "the driver's metrics" }
  }
  const remembered = await inPrometheus(reader, app, now, signal)
  if (remembered !== null) return remembered
  const tail = await readLog()
  return tail === null ? null : dropsInLog(tail, app)
}

async function inPrometheus(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Drops | null> {
  const metrics = metricsOf(reader)
  if (metrics === null) return null
  const promql = ofDriver(app, 'LiveListenerBus_queue_.+_numDroppedEvents_Count')
  const answer = await metrics.query({ promql, at: app.endedAt ?? now, range: null }, signal)
  const counts = answer.series.flatMap(({ labels, points }) => {
    const queue = /queue_(.+)_numDroppedEvents_Count$/.exec(driverName(labels))?.[1]
    const events = points.at(-1)?.value
    return queue === undefined || events == null ? [] : [{ queue, events }]
  })
  return counts.length === 0 ? null : { queues: lost(counts), link: answer.link, from: 'Prometheus' }
}

/**
 * Spark says `Dropping event from queue appStatus` once of a queue, and from then on, once a minute at most, `Dropped 12
 * events from appStatus since ...`, each a count since the one before. Null where the log says nothing of it.
 */
export function dropsInLog(tail: LogTail, app: SparkApplication): Drops | null {
  const counts = new Map<string, number>()
  for (const [, queue = ''] of tail.text.matchAll(/Dropping event from queue (\w+)/gi)) counts.set(queue, 0)
  for (const [, events, queue = ''] of tail.text.matchAll(/Dropped (\d+) events from (\w+) since/gi))
    counts.set(queue, (counts.get(queue) ?? 0) + Number(events))
  if (counts.size === 0) return null
  const queues = [...counts].map(([queue, events]) => ({ queue, events: Math.max(1, events) }))
  return { queues: lost(queues), link: tail.link ?? app.link, from: tail.from, atLeast: true }
}

function lost(counts: readonly { queue: string; events: number }[]): Drops['queues'] {
  return counts.filter(({ events }) => events > 0).sort((a, b) => b.events - a.events)
}

const LOWER = { high: 'medium', medium: 'low', low: 'low' } as const

/** A finding from pages that miss events: one step less sure, and it says why. */
export function doubted(finding: Finding, drops: Drops): Finding {
  const least = drops.atLeast === true ? 'at least ' : ''
  const what = drops.queues.map(({ queue, events }) => `${least}${events} of ${queue}`).join(', ')
  return {
    ...finding,
    confidence: LOWER[finding.confidence],
    unreached: [...finding.unreached, `events that Spark dropped (${what})`],
  }
}

/** Whether what the driver's pages and the History Server say may miss something. */
export function castsDoubt(drops: Drops | null): drops is Drops {
  return drops !== null && drops.queues.some(({ queue }) => WORTH[queue] !== undefined)
}
