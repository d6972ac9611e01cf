// Whether one task of a stage does far more than the others, by time and by bytes.
import * as z from 'zod'
import { attempting } from '../attempt.ts'
import type { SparkApplication } from '../../ports.ts'
import { type Evidence, type Finding, type Probe, type ProbeContext, byGravity } from '../model.ts'
import { asEvidence, shownAt, tasksShownAt } from '../performance/shown.ts'
import {
  LEAST_TASKS,
  RUNNING_READ,
  type Skew,
  type SkewLimits,
  measureSkew,
  stagesToCompare,
} from '../performance/skew.ts'
import { stageName } from '../performance/snapshot.ts'
import { type Thresholds, fourSchema, materialFor, thresholdsFor } from '../thresholds.ts'
import { taskTimesChart } from '../chart/task-times.ts'
import { outputsOf, size, span, unseen, withApplication } from './support.ts'

/** max / median, for low, medium, high, critical: Dr. Elephant's for MapReduce. */
export const SKEW: Thresholds = [2, 4, 8, 16]

/**
 * Starting values, each of which a runbook may change. Ratios are Dr. Elephant's for MapReduce skew; the material
 * minutes (what the longest task costs beyond the median one) and the floors are ours.
 */
const params = z
  .strictObject({
    /** max / median for low, medium, high, critical. */
    ratio: fourSchema.optional(),
    /** Seconds beyond the median that matter: low, medium, high, critical. */
    material_s: fourSchema.optional(),
    /** Stages whose longest task is shorter are not looked at, in seconds. */
    least_s: z.number().default(5),
    /** Bytes are compared from this many MiB in the largest task. */
    least_mib: z.number().default(100),
  })
  .prefault({})

type Given = z.output<typeof params>

/** What counts after runbook, operator and we have spoken. */
function limitsOf(given: Given, context: ProbeContext): SkewLimits {
  const seconds = given.material_s
  return {
    ...given,
    time: thresholdsFor('task_skew', SKEW, context, given.ratio),
    data: thresholdsFor('data_skew', SKEW, context, given.ratio),
    materialMs:
      seconds === undefined
        ? materialFor(context)
        : [seconds[0] * 1000, seconds[1] * 1000, seconds[2] * 1000, seconds[3] * 1000],
  }
}

/**
 * The most uneven of the stages that cost most or run (`measureSkew` has the formulas), by time and by bytes. Live, too:
 * the task that everybody waits for has not ended yet.
 */
export const skew: Probe = {
  id: 'spark.skew',
  title: 'How uneven the tasks are',
  needs: ['application', 'stages', 'tasks'],
  params,
  outputs: {
    app_id: 'application id',
    ratio: 'longest task / median task, by time, of the most uneven stage',
    data_ratio: 'the same by bytes read; null where too little is read',
    stage: 'id of the most uneven stage',
    longest_s: 'seconds of its longest task, until now where that runs',
    running: 'true where its longest task still runs',
    median_s: 'seconds of its median task',
    skewed: 'true where both time and bytes are uneven and it matters',
    severity: 'none, low, medium, high or critical',
  },
  run: (raw, context) =>
    withApplication(skew, context, async (app, reader) => {
      const limits = limitsOf(params.parse(raw ?? {}), context)
      const { now, signal } = context
      const unreached = [...app.unreached]
      const attempt = attempting(unreached, signal)
      const stages = stagesToCompare(app, await reader.stages(app, signal))
      const measured = await Promise.all(
        stages.map((stage) => measureSkew(stage, app, reader, limits, { now, signal, attempt })),
      )
      const uneven = measured
        .filter((one) => one !== null)
        .sort(
          (a, b) =>
            byGravity(a.severity, b.severity) || b.longestMs - b.medianMs - (a.longestMs - a.medianMs),
        )
      const [worst] = uneven
      if (worst === undefined) {
        const sentence = stages.length === 0
          ? `${app.name} has no stage with ${LEAST_TASKS} tasks or more to compare.`
          : `No task of ${app.name} has succeeded yet in the stages looked at, so there is nothing to compare.` // prettier-ignore
        return {
          outputs: outputsOf(skew, { app_id: app.id }),
          findings: [{ ...unseen(skew.id, sentence, unreached), link: app.link }],
        }
      }
      return {
        outputs: outputsOf(skew, {
          app_id: app.id,
          ratio: round(worst.time),
          data_ratio: worst.data === null ? null : round(worst.data),
          stage: worst.stage.id,
          longest_s: round(worst.longestMs / 1000),
          running: worst.longest === 'running',
          median_s: round(worst.medianMs / 1000),
          skewed: worst.severity !== 'none' && worst.data !== null && worst.data >= limits.data[0],
          severity: worst.severity,
        }),
        findings: [findingOf(worst, app, limits, now, unreached)],
      }
    }),
}

function findingOf(
  worst: Skew,
  app: SparkApplication,
  limits: SkewLimits,
  now: Date,
  unreached: readonly string[],
): Finding {
  const { stage, data } = worst
  const runs = worst.longest === 'running'
  const ratio = `${runs ? 'still runs, for' : 'took'} ${round(worst.time)} times the median (${span(worst.longestMs)} against ${span(worst.medianMs)})`
  const even = data === null || data < limits.data[0]
  const small = worst.severity === 'none' ? ' Too little to matter.' : ''
  // An even stage needs no picture.
  const chart = worst.severity === 'none' ? null : taskTimesChart(stage, worst.quantiles, worst)
  return {
    probe: skew.id,
    severity: worst.severity,
    sentence: `The longest task of stage ${stageName(stage)} (${stage.name}) ${ratio}; ${bytesSaid(worst, limits)}.${small}`,
    evidence: evidenceOf(worst, app, now),
    link: stage.link,
    // One that runs without much to read may just as well hang.
    confidence: data === null || (runs && even) || unreached.length > app.unreached.length ? 'medium' : 'high',
    unreached,
    ...(chart === null ? {} : { chart }),
  } // prettier-ignore
}

/** What its bytes say of the reason. */
function bytesSaid({ data, largest, median, longest }: Skew, limits: SkewLimits): string {
  const runs = longest === 'running'
  const reads = runs ? 'it has read' : 'it reads'
  if (data === null) return `${reads} ${size(largest)}, too little to tell data from a slow host`
  if (data >= limits.data[0])
    return `${reads} ${round(data)} times as much (${size(largest)} against ${size(median)}), so the data is uneven`
  return `${reads} no more than others (${size(largest)}), so look at its host, garbage collection or fetches${runs ? ', or whether it hangs' : ''}`
}

/** Spark's summary, and beside it what is in no summary of Spark's; what runs goes first, since the rest waits for it. */
function evidenceOf(worst: Skew, app: SparkApplication, now: Date): Evidence[] {
  const { stage, running } = worst
  const name = stageName(stage)
  const list = (query: string): string | null =>
    shownAt(app, `stages/${stage.id}/${stage.attempt}/taskList?${query}`)
  const counts = (ms: number, bytes: number): boolean =>
    ms > worst.succeededMs || bytes > worst.succeededBytes
  return [
    ...(running !== null && counts(running.runMs, running.readBytes)
      ? [asEvidence(app, { figures: `task_skew: task ${running.id} has run for ${running.runMs} ms, launchTime ${running.launchedAt.toISOString()}, seen ${now.toISOString()}; it has read ${running.readBytes} bytes`, from: `stage ${name}, running tasks`, shownAt: list(`status=RUNNING&sortBy=ID&length=${RUNNING_READ}`) })]
      : []),
    asEvidence(app, { figures: `task_skew: executorRunTime max ${worst.succeededMs} ms, median ${worst.medianMs} ms; data_skew: readBytes + bytesRead max ${worst.succeededBytes}, median ${worst.median}`, from: `stage ${name}, taskSummary`, shownAt: tasksShownAt(app, stage) }),
    ...(counts(worst.failedMs, worst.failedBytes)
      ? [asEvidence(app, { figures: `executorRunTime ${worst.failedMs} ms, bytes read ${worst.failedBytes}`, from: `stage ${name}, failed tasks`, shownAt: list('status=FAILED&sortBy=runtime&length=50') })]
      : []),
  ] // prettier-ignore
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
