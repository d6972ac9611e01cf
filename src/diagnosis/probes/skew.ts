// Whether one task of a stage does far more than the others, by time and by bytes.
import * as z from 'zod'
import type { PlatformReader, SparkApplication, SparkStage, SparkTaskQuantiles } from '../../ports.ts'
import {
  type Finding,
  type FindingSeverity,
  type Probe,
  type ProbeContext,
  byGravity,
  gradeOf,
  milder,
} from '../model.ts'
import { shownAt, tasksShownAt } from '../performance/shown.ts'
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
interface Params extends Pick<Given, 'least_s' | 'least_mib'> {
  /** Of time, and of bytes. */
  readonly time: Thresholds
  readonly data: Thresholds
  readonly materialMs: Thresholds
}

function limitsOf(given: Given, context: ProbeContext): Params {
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

/** The longest stages are where skew costs most; the rest is not asked for. */
const STAGES_READ = 5
/** With fewer tasks a median says nothing. */
const LEAST_TASKS = 4

interface Skew {
  readonly stage: SparkStage
  readonly time: number
  readonly data: number | null
  readonly longestMs: number
  /** The same of the tasks that succeeded, as Spark's summary has it. */
  readonly succeededMs: number
  readonly succeededBytes: number
  readonly medianMs: number
  readonly largest: number
  readonly median: number
  readonly severity: FindingSeverity
  readonly quantiles: SparkTaskQuantiles
}

/**
 * severity = min(severity of the ratio, severity of what it costs), per stage:
 *   time ratio = max / median of `executorRunTime`; data ratio = max / median of bytes read (shuffle and input);
 *   cost = max - median of `executorRunTime`.
 * Spark's quantiles hold successful tasks only, so failed ones (a hot partition that dies) are put beside them.
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
    longest_s: 'seconds of its longest task',
    median_s: 'seconds of its median task',
    skewed: 'true where both time and bytes are uneven and it matters',
    severity: 'none, low, medium, high or critical',
  },
  run: (raw, context) =>
    withApplication(skew, context, async (app, reader) => {
      const limits = limitsOf(params.parse(raw ?? {}), context)
      const stages = (await reader.stages(app, context.signal))
        .filter(({ tasks }) => tasks >= LEAST_TASKS)
        .sort((a, b) => b.executorRunMs - a.executorRunMs)
        .slice(0, STAGES_READ)
      const measured = await Promise.all(
        stages.map((stage) => measure(stage, app, reader, limits, context.signal)),
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
          findings: [unseen(skew.id, sentence, app.unreached)],
        }
      }
      return {
        outputs: outputsOf(skew, {
          app_id: app.id,
          ratio: round(worst.time),
          data_ratio: worst.data === null ? null : round(worst.data),
          stage: worst.stage.id,
          longest_s: round(worst.longestMs / 1000),
          median_s: round(worst.medianMs / 1000),
          skewed: worst.severity !== 'none' && worst.data !== null && worst.data >= limits.data[0],
          severity: worst.severity,
        }),
        findings: [findingOf(worst, app, limits)],
      }
    }),
}

async function measure(
  stage: SparkStage,
  app: SparkApplication,
  reader: PlatformReader,
  limits: Params,
  signal: AbortSignal,
): Promise<Skew | null> {
  const quantiles = await reader.taskQuantiles(app, stage, signal)
  if (quantiles === null) return null
  const failed = stage.failedTasks > 0 ? await reader.failedTasks(app, stage, signal) : []
  const medianMs = at(quantiles, quantiles.runMs, 0.5)
  const succeededMs = at(quantiles, quantiles.runMs, 1)
  const longestMs = Math.max(succeededMs, ...failed.map(({ runMs }) => runMs ?? 0))
  const read = (point: number): number =>
    at(quantiles, quantiles.shuffleReadBytes, point) + at(quantiles, quantiles.inputBytes, point)
  const [median, largest] = [read(0.5), Math.max(read(1), ...failed.map(({ readBytes }) => readBytes ?? 0))]
  // A median below one (milli)second or byte would turn any task into a monster.
  const time = longestMs / Math.max(1, medianMs)
  const data = largest < limits.least_mib * 1024 ** 2 ? null : largest / Math.max(1, median)
  const byRatio = longestMs < limits.least_s * 1000 ? 'none' : gradeOf(time, limits.time)
  const byCost = gradeOf(longestMs - medianMs, limits.materialMs)
  return { stage, time, data, longestMs, succeededMs, succeededBytes: read(1), medianMs, largest, median, severity: milder(byRatio, byCost), quantiles } // prettier-ignore
}

function findingOf(worst: Skew, app: SparkApplication, limits: Params): Finding {
  const { stage, time, data } = worst
  const ratio = `${round(time)} times the median (${span(worst.longestMs)} against ${span(worst.medianMs)})`
  const bytes = data === null
    ? `it reads ${size(worst.largest)}, too little to tell data from a slow host`
    : data >= limits.data[0]
      ? `it reads ${round(data)} times as much (${size(worst.largest)} against ${size(worst.median)}), so the data is uneven`
      : `it reads no more than others (${size(worst.largest)}), so look at its host, garbage collection or fetches` // prettier-ignore
  const small = worst.severity === 'none' ? ' Too little to matter.' : ''
  // An even stage needs no picture.
  const chart =
    worst.severity === 'none' ? null : taskTimesChart(stage, worst.quantiles, worst.longestMs, worst.medianMs)
  return {
    probe: skew.id,
    severity: worst.severity,
    sentence: `The longest task of stage ${stage.id}.${stage.attempt} (${stage.name}) took ${ratio}; ${bytes}.${small}`,
    evidence: [
      { text: `task_skew: executorRunTime max ${worst.succeededMs} ms, median ${worst.medianMs} ms; data_skew: readBytes + bytesRead max ${worst.succeededBytes}, median ${worst.median}`, from: `stage ${stage.id}.${stage.attempt}, taskSummary`, link: tasksShownAt(app, stage) },
      // What failed is in no summary of Spark's.
      ...(worst.longestMs > worst.succeededMs || worst.largest > worst.succeededBytes
        ? [{ text: `executorRunTime ${worst.longestMs} ms, bytes read ${worst.largest}`, from: `stage ${stage.id}.${stage.attempt}, failed tasks`, link: shownAt(app, `stages/${stage.id}/${stage.attempt}/taskList?status=FAILED&sortBy=runtime&length=50`) }]
        : []),
    ],
    link: stage.link,
    confidence: data === null ? 'medium' : 'high',
    unreached: app.unreached,
    ...(chart === null ? {} : { chart }),
  } // prettier-ignore
}

/** The value at one quantile; 0 where Spark gave none. */
function at(quantiles: SparkTaskQuantiles, values: readonly number[], point: number): number {
  return values[quantiles.quantiles.indexOf(point)] ?? 0
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
