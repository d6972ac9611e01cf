// What every platform with Spark's own REST API tells of an application, given where its details are read.
import type { PlatformReader, SparkApplication } from '../../ports.ts'
import {
  type Place,
  readEnvironment,
  readExecutors,
  readFailedTasks,
  readJobs,
  readStages,
  readTaskQuantiles,
  readTaskTimes,
} from './application.ts'
import { readGauges } from './gauges.ts'
import { readQueries } from './queries.ts'
import { readThreads } from './threads.ts'

/** Runs a read where the application's details are; rejects (ARR-501, ARR-502) where they are nowhere. */
export type At = <T>(
  app: SparkApplication,
  signal: AbortSignal,
  read: (place: Place) => Promise<T>,
) => Promise<T>

type Details = Pick<
  PlatformReader,
  | 'executors'
  | 'stages'
  | 'jobs'
  | 'queries'
  | 'failedTasks'
  | 'taskQuantiles'
  | 'taskTimes'
  | 'environment'
  | 'gauges'
>

const FAILED_TASKS = 50

/** The reader's methods over `/api/v1`. */
export function sparkDetails(at: At): Details {
  return {
    executors: (app, signal) => at(app, signal, (place) => readExecutors(place, signal)),
    stages: (app, signal) => at(app, signal, (place) => readStages(place, signal)),
    jobs: (app, signal) => at(app, signal, (place) => readJobs(place, signal)),
    queries: (app, limit, signal) => at(app, signal, (place) => readQueries(place, limit, signal)),
    failedTasks: (app, stage, signal, limit = FAILED_TASKS) =>
      at(app, signal, (place) => readFailedTasks(place, stage, signal, limit)),
    taskQuantiles: (app, stage, signal) =>
      at(app, signal, (place) => readTaskQuantiles(place, stage, signal)),
    taskTimes: (app, stage, limit, signal) =>
      at(app, signal, (place) => readTaskTimes(place, stage, limit, signal)),
    environment: (app, signal) => at(app, signal, (place) => readEnvironment(place, signal)),
    // What has ended has no gauges, and nobody is asked for them.
    gauges: async (app, signal) =>
      app.foundAt === 'driver' ? at(app, signal, (place) => readGauges(place, app.id, signal)) : null,
  }
}

/** What only a driver that lives can tell: it takes its threads along, and the History Server is not asked in its place. */
export function liveDetails(at: At): Pick<PlatformReader, 'threads'> {
  return {
    threads: (app, executorId, signal) =>
      app.foundAt === 'driver'
        ? at(app, signal, (place) => readThreads(place, executorId, signal))
        : Promise.resolve(null),
  }
}
