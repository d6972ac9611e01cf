// Findings of stages and their tasks: fetch waits, delays, sizes, how they are cut.
import { bytesIn } from '../memory.ts'
import { size, span } from '../probes/support.ts'
import type { SparkApplication, SparkStage, SparkTaskQuantiles } from '../../ports.ts'
import { type Measured, type Performance, heldBy, percent, ratio } from './measure.ts'
import { settingsShown, shownAt, stageShownAt, tasksShownAt } from './shown.ts'
import { type Snapshot, quantile, stageName } from './snapshot.ts'

const GIB = 1024 ** 3

/** Measures each stage whose tasks were looked at. */
function ofTasks(
  snapshot: Snapshot,
  look: (stage: SparkStage, of: SparkTaskQuantiles) => Measured | null,
): Measured[] {
  return snapshot.stages.flatMap((stage) => {
    const of = snapshot.quantiles.get(stageName(stage))
    const found = of === undefined ? null : look(stage, of)
    return found === null ? [] : [found]
  })
}

const at = (app: SparkApplication, stage: SparkStage): Pick<Measured, 'from' | 'link' | 'shownAt'> => ({
  from: `stage ${stageName(stage)}`,
  link: stage.link,
  shownAt: stageShownAt(app, stage),
})

const atTasks = (app: SparkApplication, stage: SparkStage): Pick<Measured, 'from' | 'link' | 'shownAt'> => ({
  ...at(app, stage),
  shownAt: tasksShownAt(app, stage),
})

/** `shuffleFetchWaitTime` / `executorRunTime` of a stage. The formula is Sparklens'; the thresholds are ours. */
export const fetchWait: Performance = {
  id: 'fetch_wait',
  title: 'Waiting for shuffle data',
  meaning: 'shuffleFetchWaitTime / executorRunTime of a stage',
  thresholds: [0.1, 0.2, 0.4, 0.6],
  source: 'formula Sparklens, thresholds ours',
  material: heldBy('the time that is waited'),
  from: ['stages'],
  measure: ({ app, stages }) =>
    stages.flatMap((stage): Measured[] => {
      const { fetchWaitMs } = stage.totals
      const value = ratio(fetchWaitMs, stage.executorRunMs)
      if (value === null || fetchWaitMs === 0) return []
      return [
        {
          ...at(app, stage),
          value,
          says: `Tasks of stage ${stageName(stage)} (${stage.name}) wait ${percent(value)} of their time for shuffle data (${span(fetchWaitMs)})`,
          figures: `shuffleFetchWaitTime ${fetchWaitMs} ms, executorRunTime ${stage.executorRunMs} ms`,
          affectedMs: fetchWaitMs,
        },
      ]
    }),
}

/** median `schedulerDelay` / median `duration` of a stage's tasks. Ours. */
export const schedulerDelay: Performance = {
  id: 'sched_delay',
  title: 'Waiting for the driver',
  meaning: 'median schedulerDelay / median duration of the tasks of a stage',
  thresholds: [0.1, 0.25, 0.5, 1],
  source: 'ours',
  material: heldBy('the median delay, times the tasks'),
  from: ['stages', 'tasks'],
  measure: (snapshot) =>
    ofTasks(snapshot, (stage, of) => {
      const delay = quantile(of, of.schedulerDelayMs, 0.5)
      const duration = quantile(of, of.durationMs, 0.5)
      const value = delay === null || duration === null ? null : ratio(delay, duration)
      if (value === null || delay === null || duration === null) return null
      return {
        ...atTasks(snapshot.app, stage),
        value,
        says: `Half of the tasks of stage ${stageName(stage)} (${stage.name}) wait ${span(delay)} or more for the driver, against ${span(duration)} in all`,
        figures: `schedulerDelay median ${delay} ms, duration median ${duration} ms`,
        affectedMs: delay * stage.tasks,
      }
    }),
}

const MANY_TASKS = 5000

/** median duration of the tasks of a stage with more than 5,000 of them; smaller is worse. DataFlint's. */
export const smallTasks: Performance = {
  id: 'small_tasks',
  title: 'Too many small tasks',
  meaning: `median duration in ms of the tasks of a stage with more than ${MANY_TASKS}; smaller is worse`,
  thresholds: [500, 200, 100, 50],
  source: '500 DataFlint, the others ours',
  material: heldBy('executorRunTime of the stage'),
  from: ['stages', 'tasks'],
  measure: (snapshot) =>
    ofTasks(snapshot, (stage, of) => {
      const duration = quantile(of, of.durationMs, 0.5)
      const value = duration ?? quantile(of, of.runMs, 0.5)
      if (value === null || stage.tasks <= MANY_TASKS) return null
      return {
        ...atTasks(snapshot.app, stage),
        value,
        says: `Stage ${stageName(stage)} (${stage.name}) is cut into ${stage.tasks} tasks, half of which take ${span(value)} or less`,
        figures: `${duration === null ? 'executorRunTime' : 'duration'} median ${value} ms`,
        also: [{ ...at(snapshot.app, stage), figures: `numTasks ${stage.tasks}` }],
        affectedMs: stage.executorRunMs,
      }
    }),
}

const SIDES = [
  ['reads', 'inputBytes', 'inputMetrics.bytesRead'],
  ['reads from the shuffle', 'shuffleReadBytes', 'shuffleReadMetrics.readBytes'],
  ['writes', 'outputBytes', 'outputMetrics.bytesWritten'],
  ['writes to the shuffle', 'shuffleWriteBytes', 'shuffleWriteMetrics.writeBytes'],
] as const

/**
 * The largest task of a stage, in bytes in or out. 5 GiB is DataFlint's; the others are ours. What it costs is its own time;
 * Spark's summary does not say which task took how long, and the longest one took no less.
 */
export const bigPartition: Performance = {
  id: 'big_partition',
  title: 'The largest partition',
  meaning: 'bytes that the largest task of a stage reads or writes',
  thresholds: [GIB, 2 * GIB, 5 * GIB, 10 * GIB],
  source: '5 GiB DataFlint, the others ours',
  material: heldBy('the longest executorRunTime of a task of the stage'),
  from: ['stages', 'tasks'],
  measure: (snapshot) =>
    ofTasks(snapshot, (stage, of) => {
      const [largest] = SIDES.map(([does, series, field]) => ({
        does,
        field,
        bytes: quantile(of, of[series], 1) ?? 0,
      })).sort((a, b) => b.bytes - a.bytes)
      if (largest === undefined || largest.bytes === 0) return null
      const longestMs = quantile(of, of.runMs, 1) ?? 0
      return {
        ...atTasks(snapshot.app, stage),
        value: largest.bytes,
        says: `One task of stage ${stageName(stage)} (${stage.name}) ${largest.does} ${size(largest.bytes)}`,
        figures: `${largest.field} max ${largest.bytes}, executorRunTime max ${longestMs} ms`,
        affectedMs: longestMs,
      }
    }),
}

const LONG_STAGE_MS = 300_000

/** Tasks / task slots of a stage that takes longer than five minutes; smaller is worse. After Sparklens. */
export const lowParallelism: Performance = {
  id: 'low_parallelism',
  title: 'Too few tasks',
  meaning: 'numTasks / task slots, of a stage that takes longer than 5 minutes; smaller is worse',
  thresholds: [1, 0.5, 0.25, 0.1],
  source: 'formula Sparklens, thresholds ours',
  material: heldBy('the time of the stage, times the slots without a task'),
  from: ['stages', 'executors'],
  measure: ({ app, stages, executors, now }) => {
    const slots = executors.filter(({ active }) => active).reduce((all, { maxTasks }) => all + maxTasks, 0)
    if (slots < 2) return []
    return stages.flatMap((stage): Measured[] => {
      const tookMs =
        stage.submittedAt === null ? 0 : (stage.completedAt ?? now).getTime() - stage.submittedAt.getTime()
      if (tookMs < LONG_STAGE_MS || stage.tasks === 0 || stage.tasks >= slots) return []
      return [
        {
          ...at(app, stage),
          value: stage.tasks / slots,
          says: `Stage ${stageName(stage)} (${stage.name}) has ${stage.tasks} tasks for ${slots} slots and takes ${span(tookMs)}`,
          figures: `numTasks ${stage.tasks}, ${tookMs} ms from submissionTime until ${(stage.completedAt ?? now).toISOString()}`,
          also: [
            {
              figures: `sum maxTasks ${slots} of active executors`,
              from: 'all executors',
              shownAt: shownAt(app, 'allexecutors'),
            },
          ],
          affectedMs: tookMs * (slots - stage.tasks),
        },
      ]
    })
  },
}

/** Spark's default of `spark.driver.maxResultSize`. */
const DEFAULT_RESULT_BYTES = GIB

/**
 * sum of `resultSize` of a stage / `spark.driver.maxResultSize`. At 1 Spark fails the job, and the work of the stage is lost:
 * that is the time it costs. Ours.
 */
export const resultSize: Performance = {
  id: 'result_size',
  title: 'Results sent to the driver',
  meaning: 'resultSize of a stage / spark.driver.maxResultSize; at 1 Spark fails the job',
  thresholds: [0.5, 0.7, 0.9, 1],
  source: 'ours',
  material: heldBy('executorRunTime of the stage'),
  from: ['stages', 'environment'],
  measure: ({ app, stages, properties }) => {
    // 0 is "no limit".
    const limit = bytesIn(properties.get('spark.driver.maxResultSize')) ?? DEFAULT_RESULT_BYTES
    if (limit === 0) return []
    return stages.flatMap((stage): Measured[] => {
      const { resultBytes } = stage.totals
      if (resultBytes === 0) return []
      return [
        {
          ...at(app, stage),
          value: resultBytes / limit,
          says: `Stage ${stageName(stage)} (${stage.name}) sends ${size(resultBytes)} to the driver, ${percent(resultBytes / limit)} of what it takes`,
          figures: `resultSize ${resultBytes}, limit ${limit}, executorRunTime ${stage.executorRunMs} ms`,
          also: [settingsShown(app, properties, ['spark.driver.maxResultSize'])],
          affectedMs: stage.executorRunMs,
        },
      ]
    })
  },
}
