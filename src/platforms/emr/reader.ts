// Reads EMR on EC2: EMR knows steps and clusters, S3 has their logs, and Spark is asked where it can be reached.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError } from '../../errors.ts'
import type { PlatformReader, ReadCapability, SparkApplication } from '../../ports.ts'
import { createCredentials } from '../aws/credentials.ts'
import { applicationOf, knownRun } from '../event-log/delivered.ts'
import { NOBODY } from '../job-runs/reader.ts'
import { s3Delivery } from '../aws/s3-store.ts'
import { type EventLog, createEventLogReader, detailsFrom } from '../event-log/reader.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import { createAttempts } from '../spark-rest/attempts.ts'
import { isYarnId } from '../yarn/clients.ts'
import type { Config } from './config.ts'
import { type FoundStep, createClusters, findStep, stepsNamed } from './find.ts'
import { type ClusterLogs, createClusterLogs } from './logs.ts'
import { describedStep } from './runs.ts'
import type { ClusterInfo } from './schema.ts'
import { readsOf } from './service.ts'
import { type Spark, createSpark, sparkIdIn } from './spark.ts'
import { summaryOf } from './status.ts'
import { lostInstances } from './trouble.ts'

const ALWAYS: readonly ReadCapability[] = ['application', 'run', 'runs', 'events']
/** From event logs in S3, or from Spark itself. */
const DETAILS: readonly ReadCapability[] = ['executors', 'stages', 'tasks', 'environment']
/** What only a driver that lives can tell, behind YARN's proxy. */
const LIVE: readonly ReadCapability[] = ['threads', 'gauges']
/** All that it can tell; `sql`, `cluster` and what only lives of Spark and YARN themselves. */
export const CAPABILITIES: readonly ReadCapability[] = [
  ...ALWAYS,
  'log',
  ...DETAILS,
  'sql',
  'cluster',
  ...LIVE,
  'history',
]

/** A reader of the clusters that this configuration names. Nothing is asked, nor loaded, before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const { normaliseJobName: normalise } = deps
  const credentials = createCredentials(config)
  const client = readsOf(platform, config, credentials, deps)
  const clusters = createClusters(config, client)
  const delivery = config.logs === 's3' ? s3Delivery(platform, config, credentials, deps) : null
  const logs =
    delivery === null
      ? null
      : createClusterLogs(config, delivery, createEventLogReader(platform, delivery.store))
  const spark = createSpark(platform, config, deps)
  const find = (run: Run, signal: AbortSignal): Promise<FoundStep | null> =>
    findStep(client, clusters, normalise, run, signal)

  async function clusterOf(id: string, signal: AbortSignal): Promise<ClusterInfo> {
    const cluster = await clusters.describe(id, signal)
    if (cluster !== null) return cluster
    throw new ArrestorError('ARR-501', { platform, url: client.url, why: `EMR does not know cluster ${id} any more` }) // prettier-ignore
  }

  /** The event log of a step, or of an application that is named by YARN's id, in whichever cluster it ran. */
  async function eventLogOf(run: Run, signal: AbortSignal): Promise<EventLog | null> {
    if (logs === null) return null
    if (run.runId !== null && isYarnId(run.runId)) {
      for (const id of await clusters.of(run.cluster, signal)) {
        const log = await logs.events(await clusterOf(id, signal), null, run.runId, signal)
        if (log !== null) return log
      }
      return null
    }
    const found = await find(run, signal)
    return found === null ? null : eventLogOfStep(logs, found, signal)
  }

  async function eventLogOfStep(
    of: ClusterLogs,
    { cluster: id, step }: FoundStep,
    signal: AbortSignal,
  ): Promise<EventLog | null> {
    // prettier-ignore
    const cluster = await clusterOf(id, signal)
    const appId = await of.applicationOf(cluster, step, signal)
    return appId === null ? null : of.events(cluster, step, appId, signal)
  }

  async function open(app: SparkApplication, signal: AbortSignal): Promise<EventLog> {
    const log = await eventLogOf({ ...NOBODY, runId: app.id }, signal)
    if (log !== null) return log
    throw new ArrestorError('ARR-501', { platform, url: app.link, why: 'there is no event log of it in S3' })
  }

  /** The step as an application, with what Spark or its event log adds. */
  async function locatedStep(found: FoundStep, signal: AbortSignal): Promise<SparkApplication> {
    const { attempt, unreached } = createAttempts(signal)
    const run = summaryOf(found, normalise, config.region)
    const cluster = await attempt('cluster', () => clusterOf(found.cluster, signal))
    const appId =
      logs === null || cluster === null
        ? null
        : await attempt('step log', () => logs.applicationOf(cluster, found.step, signal))
    const live = appId === null || spark === null ? null : await attempt('Spark', () => spark.locate({ ...NOBODY, runId: appId }, signal)) // prettier-ignore
    if (live !== null && live.apiUrl !== null) {
      const of = applicationOf(knownRun(run), null, [...unreached, ...live.unreached])
      return { ...live, id: run.id, name: of.name, state: of.state, endedAt: of.endedAt, unreached: of.unreached } // prettier-ignore
    }
    const log = logs === null || cluster === null || appId === null ? null : await attempt('event log', () => logs.events(cluster, found.step, appId, signal)) // prettier-ignore
    const none = logs !== null && log === null && unreached.length === 0 ? [appId === null ? 'event log: the step names no application (yet)' : 'event log: Spark writes none to S3 that can be read from here'] : [] // prettier-ignore
    return applicationOf(knownRun(run), log, [...unreached, ...(log?.unread ?? none)])
  }

  const kept = detailsFrom(open)
  const offered = capabilitiesOf(config)
  const unknown = notOffered(platform, config.kind)

  return {
    ...unknown,
    ...(offered.has('executors') ? detailsOf(kept, spark) : {}),
    ...(spark === null
      ? {}
      : {
          queries: (app, limit, signal) => spark.queries(inSpark(app), limit, signal),
          // An event log is older than what runs: only Spark itself tells that.
          taskTimes: (app, stage, limit, signal) =>
            sparkIdIn(app) === null
              ? unknown.taskTimes(app, stage, limit, signal)
              : spark.taskTimes(inSpark(app), stage, limit, signal),
        }),
    ...(spark === null || !offered.has('gauges')
      ? {}
      : {
          gauges: (app, signal) => spark.gauges(inSpark(app), signal),
          threads: (app, id, signal) => spark.threads?.(inSpark(app), id, signal) ?? Promise.resolve(null),
        }),
    ...(spark?.cluster === undefined ? {} : { cluster: spark.cluster }),
    ...(spark?.history === undefined ? {} : { history: spark.history }),
    platform,
    kind: config.kind,
    capabilities: offered,
    async locate(run, signal) {
      const found = await find(run, signal)
      if (found !== null) return locatedStep(found, signal)
      if (run.runId === null || !isYarnId(run.runId)) return null
      const { attempt, unreached, throwIfAnyFailed } = createAttempts(signal)
      const live = spark === null ? null : await attempt('Spark', () => spark.locate(run, signal))
      if (live !== null) return live
      const log = await attempt('event log', () => eventLogOf(run, signal))
      if (log === null) {
        throwIfAnyFailed()
        return null
      }
      return fromLog(run.runId, log, [...unreached, ...log.unread], config.region)
    },
    async run(run, signal) {
      const found = await find(run, signal)
      if (found !== null) return describedStep({ client, clusters, logs, normalise, region: config.region }, found, signal) // prettier-ignore
      return run.runId !== null && isYarnId(run.runId) && spark?.run !== undefined ? spark.run(run, signal) : null // prettier-ignore
    },
    async runs(jobName, limit, signal) {
      const steps = await stepsNamed(client, clusters, normalise, jobName, null, signal)
      return steps.slice(0, limit).map((found) => summaryOf(found, normalise, config.region))
    },
    async events(run, limit, signal) {
      const found = await find(run, signal)
      return found === null
        ? []
        : (await lostInstances(client, config.region, found.cluster, found.step, signal)).slice(0, limit)
    },
    ...(logs === null
      ? {}
      : {
          async log(run, bytes, signal) {
            const found = await find(run, signal)
            if (found !== null)
              return logs.ofStep(await clusterOf(found.cluster, signal), found.step, bytes, signal)
            if (run.runId === null || !isYarnId(run.runId)) return null
            for (const id of await clusters.of(run.cluster, signal)) {
              const tail = await logs.ofApplication(await clusterOf(id, signal), run.runId, bytes, signal)
              if (tail !== null) return tail
            }
            return null
          },
        }),
    async check(signal) {
      const ids = await clusters.of(null, signal)
      const told = await Promise.all(
        ids.slice(0, 5).map(async (id) => {
          const of = await clusters.describe(id, signal)
          return of === null ? `${id} is not there` : `${of.Name ?? id} (${id}) is ${of.Status.State}, ${of.LogUri ? `with logs in ${of.LogUri}` : 'without logs in S3'}` // prettier-ignore
        }),
      )
      const more = ids.length > 5 ? `, and ${ids.length - 5} others` : ''
      const also = spark === null ? '' : `; ${await spark.check(signal)}`
      return `EMR in ${config.region} answers: ${ids.length === 0 ? 'no cluster fits' : `cluster ${told.join(', cluster ')}${more}`}${also.replace(/\.$/, '')}.` // prettier-ignore
    },
  }
}

/** P13: without a way to logs or to Spark there are no details, without logs in S3 no logs. */
export function capabilitiesOf({ logs, yarn, history_url: history }: Config): ReadonlySet<ReadCapability> {
  const reaches = yarn !== undefined || history !== undefined
  return new Set([
    ...ALWAYS,
    ...(logs === 's3' ? (['log'] as const) : []),
    ...(logs === 's3' || reaches ? DETAILS : []),
    ...(reaches ? (['sql'] as const) : []),
    ...(yarn === undefined ? [] : (['cluster'] as const)),
    ...(yarn?.proxy === 'rm' ? LIVE : []),
    ...(history === undefined ? [] : (['history'] as const)),
  ])
}

/** As Spark and YARN name it. */
function inSpark(app: SparkApplication): SparkApplication {
  return { ...app, id: sparkIdIn(app) ?? app.id }
}

type Details = ReturnType<typeof detailsFrom>

/** Each detail from where the application was found. */
function detailsOf(kept: Details, spark: Spark | null): Details {
  const of = (app: SparkApplication): [Details, SparkApplication] =>
    spark !== null && sparkIdIn(app) !== null ? [spark, inSpark(app)] : [kept, app]
  return {
    executors(app, signal) {
      const [from, it] = of(app)
      return from.executors(it, signal)
    },
    stages(app, signal) {
      const [from, it] = of(app)
      return from.stages(it, signal)
    },
    jobs(app, signal) {
      const [from, it] = of(app)
      return from.jobs(it, signal)
    },
    failedTasks(app, stage, signal, limit) {
      const [from, it] = of(app)
      return from.failedTasks(it, stage, signal, limit)
    },
    taskQuantiles(app, stage, signal) {
      const [from, it] = of(app)
      return from.taskQuantiles(it, stage, signal)
    },
    environment(app, signal) {
      const [from, it] = of(app)
      return from.environment(it, signal)
    },
  }
}

/** An application that only its log tells of: an event log that is whole has an end. */
function fromLog(id: string, log: EventLog, unreached: readonly string[], region: string): SparkApplication {
  return {
    id,
    name: log.app.name ?? id,
    attemptId: null,
    state: log.app.endedAt === null ? 'unknown' : 'finished',
    startedAt: log.app.startedAt,
    endedAt: log.app.endedAt,
    user: null,
    sparkVersion: log.app.sparkVersion,
    foundAt: 'event-log',
    link: `https://${region}.console.aws.amazon.com/emr/home?region=${region}`,
    apiUrl: null,
    logAt: log.place,
    unreached,
  }
}
