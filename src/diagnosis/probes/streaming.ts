// Whether streams keep up: batches against their interval, rows processed against rows that come, state against yesterday.
import * as z from 'zod'
import { type Probe, byGravity } from '../model.ts'
import { findingsOf, keepsUp, round } from '../streaming/findings.ts'
import { type Limits, STATE_GROWTH, STREAM_LAG, STREAM_RATE, measure, worstOf } from '../streaming/measure.ts'
import { readStreams } from '../streaming/read.ts'
import { triggerGiven, triggerOf } from '../streaming/trigger.ts'
import { fourSchema, thresholdsFor } from '../thresholds.ts'
import { outputsOf, unseen, withApplication } from './support.ts'

const MIB = 1024 ** 2

const params = z
  .strictObject({
    /** The query's name; without it the one that is worst. */
    query: z.string().min(1).max(200).optional(),
    /** The trigger interval in seconds, where the driver's log does not tell it. */
    trigger_s: z.number().positive().optional(),
    /** State below so many MiB is not graded. */
    least_mib: z.number().min(0).default(100),
    thresholds: z
      .strictObject({
        stream_lag: fourSchema.optional(),
        stream_rate: fourSchema.optional(),
        state_growth: fourSchema.optional(),
      })
      .prefault({}),
  })
  .prefault({})

/**
 * stream_lag = `latency` / trigger interval, the least of three samples in a row (of fewer it is no more than medium);
 * stream_rate = `processingRate-total` / `inputRate-total`, means of the samples, where anything comes in;
 * state_growth = `states-usedBytes` / the same 24 h before, from 100 MiB on. All ours; not held down by task time.
 */
export const streaming: Probe = {
  id: 'spark.streaming',
  title: 'Whether its streams keep up',
  needs: ['application'],
  params,
  outputs: {
    app_id: 'application id',
    streams: 'streams that tell of themselves',
    query: 'name (or id) of the stream that is worst',
    stream_lag: 'time of its batches / trigger interval; null where the interval is not known',
    latency_s: 'seconds that its last batch took',
    trigger_s: 'its trigger interval in seconds, as the runbook or the driver’s log says',
    stream_rate: 'rows processed / rows that come in; null where nothing comes in',
    input_rate: 'rows that come in, in a second',
    processing_rate: 'rows processed in a second',
    state_growth: 'its state / its state a day ago; null without a Prometheus that knows',
    state_bytes: 'bytes of its state',
    severity: 'none, low, medium, high or critical: the gravest of the three',
  },
  run: (raw, context) =>
    withApplication(streaming, context, async (app, reader) => {
      const given = params.parse(raw ?? {})
      const unreached = [...app.unreached]
      const read = await readStreams(reader, app, context.now, context.signal)
      if (read === null) {
        const sentence = `No stream of ${app.name} tells of itself: it has none, has ended, or runs without spark.sql.streaming.metricsEnabled=true.`
        return {
          outputs: outputsOf(streaming, { app_id: app.id }),
          findings: [{ ...unseen(streaming.id, sentence, unreached), link: app.link }],
        }
      }
      const limits: Limits = {
        lag: thresholdsFor('stream_lag', STREAM_LAG, context, given.thresholds.stream_lag),
        rate: thresholdsFor('stream_rate', STREAM_RATE, context, given.thresholds.stream_rate),
        growth: thresholdsFor('state_growth', STATE_GROWTH, context, given.thresholds.state_growth),
        leastBytes: given.least_mib * MIB,
        trigger:
          given.trigger_s === undefined ? await triggerOf(context, unreached) : triggerGiven(given.trigger_s),
      }
      const wanted = read.streams.filter(
        ({ query }) => given.query === undefined || query === given.query || query === inPrometheus(given.query),
      ) // prettier-ignore
      const measured = wanted
        .map((stream) => measure(stream, read, limits))
        .sort((a, b) => byGravity(worstOf(a), worstOf(b)) || (b.lag ?? 0) - (a.lag ?? 0))
      const [first] = measured
      if (first === undefined) {
        const sentence = `${app.name} has no stream ${given.query ?? ''} among its ${read.streams.length}.`
        return {
          outputs: outputsOf(streaming, { app_id: app.id, streams: 0 }),
          findings: [{ ...unseen(streaming.id, sentence, unreached), link: app.link }],
        }
      }
      const findings = findingsOf(first, read, limits, app, unreached)
      return {
        outputs: outputsOf(streaming, {
          app_id: app.id,
          streams: read.streams.length,
          query: first.stream.query,
          stream_lag: round(first.lag),
          latency_s: round(first.latencyMs === null ? null : first.latencyMs / 1000),
          trigger_s: limits.trigger === null ? null : limits.trigger.ms / 1000,
          stream_rate: round(first.rate),
          input_rate: round(first.input),
          processing_rate: round(first.processing),
          state_growth: round(first.growth),
          state_bytes: first.state,
          severity: worstOf(first),
        }),
        findings:
          findings.length > 0 ? findings : [keepsUp(first, measured.length, read, limits, app, unreached)],
      }
    }),
}

function inPrometheus(query: string): string {
  return query.replaceAll(/[^A-Za-z0-9]/g, '_')
}
