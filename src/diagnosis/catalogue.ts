// Every graded finding: by which formula and thresholds, whose they are, and in which probe's output it stands.
import { PERFORMANCE } from './performance/findings.ts'
import { type Material, heldBy } from './performance/measure.ts'
import { CHURN, executorDeaths } from './probes/executor-deaths.ts'
import { FAIL_RATE, RETRIES, failedStages } from './probes/failed-stages.ts'
import { LAG, LATENCY, historyServer } from './probes/history-server.ts'
import { DROPPED, listenerDrops } from './probes/listener-drops.ts'
import { performance } from './probes/performance.ts'
import { ALLOC_STUCK, NO_PROGRESS, progress } from './probes/progress.ts'
import { SKEW, skew } from './probes/skew.ts'
import { streaming } from './probes/streaming.ts'
import { STATE_GROWTH, STREAM_LAG, STREAM_RATE } from './streaming/measure.ts'
import type { Thresholds } from './thresholds.ts'

export interface GradedFinding {
  /** As in `diagnosis.thresholds` of arrestor.yml. */
  readonly id: string
  /** The probe that measures it, and the output that holds the value. */
  readonly probe: string
  readonly output: string
  /** By Spark's own field names, with its unit. */
  readonly formula: string
  readonly thresholds: Thresholds
  /** Whose formula and thresholds they are. */
  readonly source: string
  /** Which task time holds its severity down, and what none does, with the reason. */
  readonly material: Material
}

const entry = (
  id: string,
  probe: { readonly id: string },
  output: string,
  formula: string,
  thresholds: Thresholds,
  source: string,
  material: Material,
): GradedFinding => ({ id, probe: probe.id, output, formula, thresholds, source, material })

const unheld = (except: string): Material => ({ time: null, except })
const BEYOND_MEDIAN = heldBy('max - median executorRunTime of the stage')
const LOSSES = unheld('executors are counted: what was lost with them is not known')
const FAILURES = unheld('failures are counted: one that comes at once costs no time, and the job')
const MINUTES = unheld('the value is time')
const STREAMS = unheld('a stream goes on for ever, and so does what it lacks')
const EVENTS = unheld('it tells what the rest is worth')
const SERVER = unheld('no task waits for a History Server')

const DREL = 'Dr. Elephant, of MapReduce tasks'

/** The same list that the probes grade by; runbooks and arrestor.yml may set other thresholds. */
export const GRADED: readonly GradedFinding[] = [
  ...PERFORMANCE.map(({ id, meaning, thresholds, source, material }) =>
    entry(id, performance, id, meaning, thresholds, source, material),
  ),
  entry('task_skew', skew, 'ratio', 'max / median executorRunTime of the tasks of a stage', SKEW, DREL, BEYOND_MEDIAN),
  entry('data_skew', skew, 'data_ratio', 'max / median bytes that the tasks of a stage read (shuffle and input)', SKEW, DREL, BEYOND_MEDIAN),
  entry('exec_churn', executorDeaths, 'churn', 'executors lost in ten minutes, not on purpose / executors alive', CHURN, 'ours', LOSSES),
  entry('task_fail_rate', failedStages, 'fail_rate', 'numFailedTasks / (numFailedTasks + numCompleteTasks) of a stage, or of all stages of a job where they lose fewer than three each', FAIL_RATE, 'Dr. Elephant; critical ours', FAILURES),
  entry('stage_retries', failedStages, 'retries', 'largest attemptId of a stage that failed; the fourth failure in a row ends the job', RETRIES, 'ours', FAILURES),
  entry('no_progress', progress, 'no_progress', 'minutes without a change of completedTasks while a job runs', NO_PROGRESS, 'ours', MINUTES),
  entry('alloc_stuck', progress, 'alloc_stuck', 'minutes with numberTargetExecutors above numberAllExecutors while tasks wait', ALLOC_STUCK, 'ours', MINUTES),
  entry('stream_lag', streaming, 'stream_lag', 'latency / trigger interval, in three samples in a row', STREAM_LAG, 'ours', STREAMS),
  entry('stream_rate', streaming, 'stream_rate', 'processingRate-total / inputRate-total where rows come in; smaller is worse', STREAM_RATE, 'ours', STREAMS),
  entry('state_growth', streaming, 'state_growth', 'states-usedBytes / states-usedBytes 24 h before', STATE_GROWTH, 'ours', STREAMS),
  entry('listener_drop', listenerDrops, 'dropped', 'numDroppedEvents of a queue; at most high for appStatus and executorManagement, medium for eventLog and shared, low for others', DROPPED, 'ours', EVENTS),
  entry('history_latency', historyServer, 'latency_s', 'seconds that /api/v1/version or the list of running applications took, the slower of both', LATENCY, 'ours', SERVER),
  entry('history_lag', historyServer, 'lag_minutes', 'minutes, now - max(lastUpdatedEpoch) of the applications listed as running; since when their drivers wrote what was not read, and at most low where none can be asked, or its spark.eventLog.dir is not known or no hdfs:, viewfs:, file: or plain path', LAG, 'ours', SERVER),
] // prettier-ignore
