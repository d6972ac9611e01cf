// An event log, played once from its first line: what Spark's own History Server would show, as our ports name it.
import type * as z from 'zod'
import type { SparkExecutor } from '../../ports.ts'
import { type ExecutorLedger, createExecutorLedger } from './executors.ts'
import { type QueryLedger, type QueryRecord, createQueryLedger } from './queries.ts'
import {
  applicationEndSchema,
  applicationStartSchema,
  blockManagerAddedSchema,
  environmentSchema,
  executorAddedSchema,
  executorMarkedSchema,
  executorRemovedSchema,
  jobEndSchema,
  jobStartSchema,
  logStartSchema,
  nodeMarkedSchema,
  profileAddedSchema,
  sqlEndSchema,
  sqlStartSchema,
  stageExecutorMetricsSchema,
  stageSchema,
  taskEndSchema,
} from './schema.ts'
import { type JobRecord, type StageLedger, type StageRecord, createStageLedger } from './stages.ts'

export interface LoggedApplication {
  readonly id: string | null
  readonly name: string
  readonly attemptId: string | null
  readonly user: string | null
  readonly sparkVersion: string | null
  readonly startedAt: Date | null
  /** Null where the log has no end: the application runs, or its driver died without a last word. */
  readonly endedAt: Date | null
}

export interface EventLogContent {
  readonly app: LoggedApplication
  readonly executors: readonly SparkExecutor[]
  /** By `<id>.<attempt>`. */
  readonly stages: ReadonlyMap<string, StageRecord>
  readonly jobs: readonly JobRecord[]
  /** Unfinished ones first, then the newest. */
  readonly queries: readonly QueryRecord[]
  readonly properties: ReadonlyMap<string, string>
  /** Lines that were events we read, and those that should have been and were not as Spark writes them. */
  readonly events: number
  readonly broken: number
}

export interface Replay {
  line(text: string): void
  result(): EventLogContent
}

type Play = (value: unknown) => boolean
interface State {
  app: { -readonly [K in keyof LoggedApplication]: LoggedApplication[K] }
  properties: Map<string, string>
  readonly executors: ExecutorLedger
  readonly stages: StageLedger
  readonly queries: QueryLedger
  /** Jobs of queries that have not ended: of which query. */
  readonly queryOfJob: Map<number, number>
}

/** `{"Event":"SparkListenerTaskEnd",...` or with its package before it. */
const EVENT = /^\s*\{"Event":"(?:[a-z.]+\.)?([A-Za-z]{1,80})"/

export function createReplay(): Replay {
  const state: State = {
    app: {
      id: null,
      name: '',
      attemptId: null,
      user: null,
      sparkVersion: null,
      startedAt: null,
      endedAt: null,
    },
    properties: new Map(),
    executors: createExecutorLedger(),
    stages: createStageLedger(),
    queries: createQueryLedger(),
    queryOfJob: new Map(),
  }
  const plays = playsOf(state)
  let events = 0
  let broken = 0
  return {
    line(text) {
      // Most lines are of no interest (starts of tasks, a plan that adapts) and are not parsed.
      const play = plays.get(EVENT.exec(text.slice(0, 200))?.[1] ?? '')
      if (play === undefined) return
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        broken += 1
        return
      }
      if (play(value)) events += 1
      else broken += 1
    },
    result: () => ({
      app: state.app,
      executors: withUptime(state.executors.all(), state.app),
      stages: state.stages.stages(),
      jobs: state.stages.jobs(),
      queries: state.queries.all(),
      properties: state.properties,
      events,
      broken,
    }),
  }
}

/** The driver runs no tasks: Spark gives its time of life in place of theirs. */
function withUptime(executors: readonly SparkExecutor[], app: LoggedApplication): readonly SparkExecutor[] {
  const ms =
    app.startedAt === null || app.endedAt === null ? 0 : app.endedAt.getTime() - app.startedAt.getTime()
  return executors.map((one) =>
    one.id === 'driver' && one.totalDurationMs === 0 ? { ...one, totalDurationMs: ms } : one,
  )
}

function playsOf(state: State): ReadonlyMap<string, Play> {
  const { app, executors, stages, queries, queryOfJob } = state
  const on =
    <T>(schema: z.ZodType<T>, act: (event: T) => void): Play =>
    (value) => {
      const parsed = schema.safeParse(value)
      if (parsed.success) act(parsed.data)
      return parsed.success
    }
  const marks = (excluded: boolean): Play =>
    on(executorMarkedSchema, ({ executorId }) => executors.excluded(executorId, excluded))
  const nodeMarks = (excluded: boolean): Play =>
    on(nodeMarkedSchema, ({ hostId }) => executors.hostExcluded(hostId, excluded))

  return new Map<string, Play>([
    ['SparkListenerLogStart', on(logStartSchema, (event) => (app.sparkVersion = event['Spark Version']))],
    [
      'SparkListenerApplicationStart',
      on(applicationStartSchema, (event) => {
        app.id = event['App ID'] ?? null
        app.name = event['App Name']
        app.attemptId = event['App Attempt ID'] ?? null
        app.user = event.User ?? null
        app.startedAt = event.Timestamp
      }),
    ],
    ['SparkListenerApplicationEnd', on(applicationEndSchema, (event) => (app.endedAt = event.Timestamp))],
    [
      'SparkListenerEnvironmentUpdate',
      on(
        environmentSchema,
        (event) => (state.properties = new Map(Object.entries(event['Spark Properties']))),
      ),
    ],
    [
      'SparkListenerResourceProfileAdded',
      on(profileAddedSchema, (event) =>
        executors.profile(event['Resource Profile Id'], event['Task Resource Requests']?.cpus?.Amount ?? 1),
      ),
    ],
    [
      'SparkListenerExecutorAdded',
      on(executorAddedSchema, (event) => {
        const { Host: host, 'Total Cores': cores, 'Resource Profile Id': profile } = event['Executor Info']
        executors.added(event['Executor ID'], host, cores, profile ?? 0, event.Timestamp)
      }),
    ],
    [
      'SparkListenerExecutorRemoved',
      on(executorRemovedSchema, (event) =>
        executors.removed(event['Executor ID'], event['Removed Reason'] ?? null, event.Timestamp),
      ),
    ],
    [
      'SparkListenerBlockManagerAdded',
      on(blockManagerAddedSchema, (event) => {
        const { 'Executor ID': id, Host: host } = event['Block Manager ID']
        executors.memory(id, host, event['Maximum Memory'], event.Timestamp ?? null)
      }),
    ],
    [
      'SparkListenerStageExecutorMetrics',
      on(stageExecutorMetricsSchema, (event) =>
        executors.peaks(event['Executor ID'], event['Executor Metrics']),
      ),
    ],
    ['SparkListenerExecutorExcluded', marks(true)],
    ['SparkListenerExecutorBlacklisted', marks(true)],
    ['SparkListenerExecutorUnexcluded', marks(false)],
    ['SparkListenerExecutorUnblacklisted', marks(false)],
    ['SparkListenerNodeExcluded', nodeMarks(true)],
    ['SparkListenerNodeBlacklisted', nodeMarks(true)],
    ['SparkListenerNodeUnexcluded', nodeMarks(false)],
    ['SparkListenerNodeUnblacklisted', nodeMarks(false)],
    [
      'SparkListenerJobStart',
      on(jobStartSchema, (event) => {
        const query = event.Properties?.['spark.sql.execution.id']
        if (query !== undefined) queryOfJob.set(event['Job ID'], query)
        stages.jobStarted(event['Job ID'], event['Submission Time'] ?? null, event['Stage Infos'])
      }),
    ],
    [
      'SparkListenerJobEnd',
      on(jobEndSchema, (event) => {
        const { Result: result, Exception: exception } = event['Job Result']
        const succeeded = result === 'JobSucceeded'
        const query = queryOfJob.get(event['Job ID'])
        if (query !== undefined && !succeeded) queries.jobFailed(query)
        queryOfJob.delete(event['Job ID'])
        stages.jobEnded(
          event['Job ID'],
          event['Completion Time'] ?? null,
          succeeded,
          exception?.Message ?? null,
        )
      }),
    ],
    ['SparkListenerSQLExecutionStart', on(sqlStartSchema, (event) => queries.started(event))],
    ['SparkListenerSQLExecutionEnd', on(sqlEndSchema, (event) => queries.ended(event))],
    ['SparkListenerStageSubmitted', on(stageSchema, (event) => stages.submitted(event['Stage Info']))],
    ['SparkListenerStageCompleted', on(stageSchema, (event) => stages.completed(event['Stage Info']))],
    [
      'SparkListenerTaskEnd',
      on(taskEndSchema, (event) => {
        stages.task(event)
        executors.task(event)
      }),
    ],
  ])
}
