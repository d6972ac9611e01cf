// A reader made of plain data, for probes whose world should be small enough to read.
import type { Run } from '../../src/alerts/model.ts'
import type { ProbeContext } from '../../src/diagnosis/model.ts'
import type {
  HistoryServer,
  LogTail,
  MetricsReader,
  PlatformReader,
  PlatformRun,
  ReadCapability,
  SparkApplication,
  SparkCluster,
  SparkExecutor,
  SparkJob,
  SparkQuery,
  SparkStage,
  SparkStageTotals,
  SparkTask,
  SparkTaskQuantiles,
  SparkTaskTimes,
  SparkThread,
  RunContainer,
  PlatformEvent,
} from '../../src/ports.ts'

export const NOW = new Date('2026-11-22T15:00:00Z')

export interface World {
  readonly application?: SparkApplication | null
  readonly executors?: readonly SparkExecutor[]
  readonly stages?: readonly SparkStage[]
  readonly jobs?: readonly SparkJob[]
  readonly queries?: readonly SparkQuery[]
  readonly tasks?: readonly SparkTask[]
  readonly quantiles?: SparkTaskQuantiles | null
  readonly taskTimes?: readonly SparkTaskTimes[]
  /** The Prometheus beside it; with it comes the capability. */
  readonly metrics?: MetricsReader
  /** The History Server beside it; with it comes the capability. */
  readonly history?: HistoryServer
  readonly environment?: Readonly<Record<string, string>>
  readonly cluster?: SparkCluster
  readonly run?: PlatformRun | null
  readonly runs?: readonly PlatformRun[]
  readonly log?: LogTail | null
  readonly threads?: readonly SparkThread[] | null
  readonly gauges?: Readonly<Record<string, number>> | null
  readonly containers?: readonly RunContainer[]
  readonly events?: readonly PlatformEvent[]
  readonly capabilities?: readonly ReadCapability[]
  /** Methods that throw. */
  readonly broken?: readonly (keyof PlatformReader)[]
}

/** How often each method was called. */
export type Calls = Record<string, number>

/** Where a master shows what it says. */
export const MASTER_PAGES: SparkCluster['shownAt'] = {
  workers: 'http://master/workers',
  waiting: 'http://master/waiting',
  status: 'http://master/status',
}

export function readerOf(world: World, calls: Calls = {}): PlatformReader {
  const say = <T>(method: keyof PlatformReader, value: T): Promise<T> => {
    calls[method] = (calls[method] ?? 0) + 1
    if (world.broken?.includes(method) === true) return Promise.reject(new Error(`${method} is out of reach`))
    return Promise.resolve(value)
  }
  return {
    platform: 'batch',
    kind: 'spark-standalone',
    capabilities: new Set(
      world.capabilities ?? [
        'application',
        'executors',
        'stages',
        'tasks',
        'environment',
        'cluster',
        'run',
        'runs',
        'log',
        'sql',
        'threads',
        'gauges',
        'containers',
        'events',
        ...(world.metrics === undefined ? [] : ['metrics' as const]),
        ...(world.history === undefined ? [] : ['history' as const]),
      ],
    ),
    ...(world.metrics === undefined ? {} : { metrics: world.metrics }),
    ...(world.history === undefined ? {} : { history: world.history }),
    locate: () => say('locate', world.application === undefined ? APP : world.application),
    executors: () => say('executors', world.executors ?? []),
    stages: () => say('stages', world.stages ?? []),
    jobs: () => say('jobs', world.jobs ?? []),
    queries: (_app, limit) => say('queries', (world.queries ?? []).slice(0, limit)),
    failedTasks: (_app, _stage, _signal, limit = 50) =>
      say('failedTasks', (world.tasks ?? []).slice(0, limit)),
    taskQuantiles: () => say('taskQuantiles', world.quantiles ?? null),
    taskTimes: (_app, _stage, limit) => say('taskTimes', (world.taskTimes ?? []).slice(0, limit)),
    environment: () => say('environment', new Map(Object.entries(world.environment ?? {}))),
    threads: () => say('threads', world.threads ?? null),
    gauges: () =>
      say(
        'gauges',
        world.gauges === undefined || world.gauges === null ? null : new Map(Object.entries(world.gauges)),
      ),
    containers: () => say('containers', world.containers ?? []),
    events: (_run, limit) => say('events', (world.events ?? []).slice(0, limit)),
    cluster: () =>
      say(
        'cluster',
        world.cluster ?? {
          aliveWorkers: 1,
          workers: [],
          waitingApplications: 0,
          status: 'ALIVE',
          shownAt: MASTER_PAGES,
        },
      ),
    run: () => say('run', world.run ?? null),
    runs: (_jobName, limit) => say('runs', (world.runs ?? []).slice(0, limit)),
    log: () => say('log', world.log ?? null),
    check: () => say('check', 'fine.'),
  }
}

export function runOf(run: Partial<Run> = {}): Run {
  return {
    platform: 'batch',
    cluster: null,
    jobName: 'orders-daily',
    runId: null,
    attempt: null,
    retriesLeft: null,
    ...run,
  }
}

export function contextOf(world: World, run: Partial<Run> = {}): ProbeContext {
  return {
    run: runOf(run),
    labels: {},
    reader: readerOf(world),
    signal: new AbortController().signal,
    now: NOW,
  }
}

export const APP: SparkApplication = {
  id: 'app-20261122145000-0000',
  name: 'orders-daily',
  attemptId: null,
  state: 'running',
  startedAt: new Date('2026-11-22T14:50:00Z'),
  endedAt: null,
  user: 'spark',
  sparkVersion: '4.3.0',
  foundAt: 'driver',
  link: 'http://driver:4040/',
  apiUrl: 'http://driver:4040/api/v1/applications/app-20261122145000-0000',
  unreached: [],
}

/** A run under way, as a platform tells it. */
export const RUN: PlatformRun = {
  id: 'run-1',
  jobName: 'orders-daily',
  state: 'running',
  stateText: 'RUNNING',
  attempt: null,
  maxAttempts: null,
  submittedAt: new Date('2026-11-22T14:50:00Z'),
  startedAt: new Date('2026-11-22T14:50:00Z'),
  endedAt: null,
  applicationId: APP.id,
  queue: null,
  user: 'spark',
  words: [],
  link: 'http://platform/runs/1',
}

/** An executor that died `secondsAgo` before NOW for this reason; null is alive. */
export function executor(id: string, removeReason: string | null, secondsAgo = 10): SparkExecutor {
  return {
    id,
    host: 'worker-1',
    active: removeReason === null,
    addedAt: new Date('2026-11-22T14:50:00Z'),
    removedAt: removeReason === null ? null : new Date(NOW.getTime() - secondsAgo * 1000),
    removeReason,
    failedTasks: 0,
    completedTasks: 0,
    totalDurationMs: 0,
    totalGcMs: 0,
    maxMemoryBytes: 0,
    peakHeapBytes: null,
    peakRssBytes: null,
    maxTasks: 4,
    totalShuffleReadBytes: 0,
    excluded: false,
  }
}

/** Sums of a stage that did nothing worth telling. */
export const NO_TOTALS: SparkStageTotals = {
  gcMs: 0,
  fetchWaitMs: 0,
  resultBytes: 0,
  inputBytes: 0,
  shuffleReadBytes: 0,
  shuffleWriteBytes: 0,
  memorySpilledBytes: 0,
  diskSpilledBytes: 0,
}

export function stage(more: Partial<SparkStage> = {}): SparkStage {
  return {
    id: 0,
    attempt: 0,
    status: 'ACTIVE',
    name: 'collect at orders.py:29',
    tasks: 8,
    failedTasks: 0,
    completedTasks: 0,
    failureReason: null,
    executorRunMs: 1000,
    totals: NO_TOTALS,
    submittedAt: null,
    completedAt: null,
    link: 'http://driver:4040/stages/stage/?id=0&attempt=0',
    ...more,
  }
}

export function task(errorMessage: string | null, more: Partial<SparkTask> = {}): SparkTask {
  return {
    id: 1,
    index: 1,
    attempt: 3,
    executorId: '4',
    host: 'worker-1',
    status: 'FAILED',
    errorMessage,
    runMs: 1500,
    readBytes: null,
    ...more,
  }
}
