// Whether Spark dropped events of its own listener bus, so that what its pages show is not what happened.
import * as z from 'zod'
import { lookForDrops, worthOf } from '../listener-drops.ts'
import type { LogTail } from '../../ports.ts'
import { type Finding, type Probe, type ProbeContext, byGravity, gradeOf, milder } from '../model.ts'
import { type Thresholds, fourSchema, thresholdsFor } from '../thresholds.ts'
import { LOG_BYTES } from './log.ts'
import { evidence, outputsOf, plural, unseen, withApplication } from './support.ts'

/** A single event is enough: what a queue is worth holds it down (`executorManagement`, `appStatus` high, others less). */
export const DROPPED: Thresholds = [1, 1, 1, 1]

/** The end of the driver's log, as `spark.log` reads it; null where the platform has none, or it cannot be read. */
export async function logOf({ reader, run, signal }: ProbeContext): Promise<LogTail | null> {
  if (reader === null || !reader.capabilities.has('log')) return null
  try {
    return await reader.log(run, LOG_BYTES, signal)
  } catch {
    signal.throwIfAborted()
    return null
  }
}

const params = z.strictObject({ thresholds: fourSchema.optional() }).prefault({})

/**
 * Events dropped in a queue since the driver began (`LiveListenerBus.queue.<queue>.numDroppedEvents`); severity =
 * min(by count, worth of the queue). Ours. Every other finding from this application's pages is believed less for it
 * (`run-probes.ts`).
 */
export const listenerDrops: Probe = {
  id: 'spark.listener-drops',
  title: 'Events that Spark dropped',
  needs: ['application'],
  params,
  outputs: {
    app_id: 'application id',
    dropped:
      'events dropped since the application began, in all queues; null where nobody tells, at least so many where the driver’s log alone does',
    queue: 'the queue whose loss is gravest, or none',
    severity: 'none, low, medium or high',
  },
  run: (raw, context) =>
    withApplication(listenerDrops, context, async (app, reader) => {
      const own = params.parse(raw ?? {}).thresholds
      const limits = thresholdsFor('listener_drop', DROPPED, context, own)
      const drops = await lookForDrops(reader, app, context.now, context.signal, () => logOf(context))
      if (drops === null) {
        const sentence = `Nobody tells whether Spark dropped events: the driver of ${app.name} shows no metrics, no Prometheus has them, and no log speaks of it.`
        return {
          outputs: outputsOf(listenerDrops, { app_id: app.id }),
          findings: [unseen(listenerDrops.id, sentence, [...app.unreached, 'the driver’s metrics'])],
        }
      }
      const graded = drops.queues
        .map((one) => ({ ...one, severity: milder(gradeOf(one.events, limits), worthOf(one.queue)) }))
        .sort((a, b) => byGravity(a.severity, b.severity) || b.events - a.events)
      const [worst] = graded
      const total = graded.reduce((sum, { events }) => sum + events, 0)
      const names = graded.map(({ queue, events }) => `${queue} ${events}`).join(', ')
      const finding: Finding = {
        probe: listenerDrops.id,
        severity: worst?.severity ?? 'none',
        sentence:
          worst === undefined
            ? `Spark has dropped no event of ${app.name}: its pages are complete.`
            : `Spark dropped ${drops.atLeast === true ? 'at least ' : ''}${plural(total, 'event')} of ${app.name} (${names}): what its pages show is not all that happened.`,
        evidence: graded.map(({ queue, events }) =>
          evidence(
            drops.atLeast === true
              ? `listener_drop: Dropped ${events} events`
              : `listener_drop: numDroppedEvents ${events}`,
            `queue ${queue}, ${drops.from}`,
            drops.link,
          ),
        ),
        link: drops.link,
        confidence: 'high',
        unreached: app.unreached,
      }
      return {
        outputs: outputsOf(listenerDrops, {
          app_id: app.id,
          dropped: total,
          queue: worst?.queue ?? 'none',
          severity: worst?.severity ?? 'none',
        }),
        findings: [finding],
      }
    }),
}
