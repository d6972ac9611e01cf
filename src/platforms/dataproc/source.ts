// Jobs and batches of Dataproc as the shared reader of job runs asks for them.
import type { JobRun, JobRuns } from '../job-runs/reader.ts'
import { gcsFolderOf, gcsPlaceOf } from '../google/gcs-store.ts'
import type { Config } from './config.ts'
import type { BatchInfo, ClusterInfo, JobInfo } from './schema.ts'
import { type Dataproc, isId } from './service.ts'
import {
  type RunPage,
  batchId,
  runOfBatch,
  runOfJob,
  traitsOfCluster,
  wordsOfCluster,
  workOf,
} from './status.ts'

const EVENT_LOG = 'spark.eventLog.dir'

export function createSource(
  config: Config,
  dataproc: Dataproc,
  normalise: (name: string) => string,
): JobRuns {
  const { project, region } = config
  const page = (path: string): string =>
    `https://console.cloud.google.com/dataproc/${path}${path.includes('?') ? '&' : '?'}project=${project}`
  const toldBy = (kind: 'jobs' | 'batches', id: string): string =>
    `gcloud dataproc ${kind} describe ${id} --project ${project} --region ${region}`
  const jobPage = (id: string): RunPage => ({
    link: page(`jobs/${id}?region=${region}`),
    timesBy: toldBy('jobs', id),
  })
  const batchPage = (id: string): RunPage => ({
    link: page(`batches/${region}/${id}/summary`),
    timesBy: toldBy('batches', id),
  })

  /** Clusters are often made for one job and gone after it; not everybody may look at them either. */
  async function clusterOf(job: JobInfo, signal: AbortSignal): Promise<ClusterInfo | null> {
    const name = job.placement?.clusterName
    if (!name) return null
    try {
      return await dataproc.cluster(name, signal)
    } catch {
      signal.throwIfAborted()
      return null
    }
  }

  function eventsIn(...set: readonly (string | null | undefined)[]): JobRun['events'] {
    const folder = [...set, config.event_log].find((text) => text && gcsPlaceOf(text) !== null)
    return folder ? { folder, own: false } : null
  }

  async function described(job: JobInfo, signal: AbortSignal): Promise<JobRun> {
    const cluster = await clusterOf(job, signal)
    const run = runOfJob(job, normalise, jobPage(job.reference.jobId))
    return {
      home: 'jobs',
      run: {
        ...run,
        words: [
          ...run.words,
          ...(cluster === null || run.state === 'succeeded' ? [] : wordsOfCluster(cluster)),
        ],
        traits: { ...run.traits, ...(cluster === null ? {} : traitsOfCluster(cluster)) },
      },
      logs: job.driverOutputResourceUri ? gcsFolderOf(job.driverOutputResourceUri) : null,
      events: eventsIn(
        workOf(job)?.properties?.[EVENT_LOG],
        // A cluster's settings carry the name of the file that they go into.
        cluster?.config?.softwareConfig?.properties?.[`spark:${EVENT_LOG}`],
      ),
      sparkId: run.applicationId,
    }
  }

  function describedBatch(batch: BatchInfo): JobRun {
    const output = batch.runtimeInfo?.outputUri
    return {
      home: 'batches',
      run: runOfBatch(batch, normalise, batchPage(batchId(batch))),
      logs: output ? gcsFolderOf(output) : null,
      events: eventsIn(batch.runtimeConfig?.properties?.[EVENT_LOG]),
      // Serverless Spark does not say which application a batch is.
      sparkId: null,
    }
  }

  return {
    kind: config.kind,
    homes: config.runs,
    idOf: (text) => (isId(text) ? text : null),
    async get(home, id, signal) {
      if (home === 'batches') {
        const batch = await dataproc.batch(id, signal)
        return batch === null ? null : describedBatch(batch)
      }
      const job = await dataproc.job(id, signal)
      return job === null ? null : described(job, signal)
    },
    async list(home, signal) {
      if (home === 'batches')
        return (await dataproc.batches(signal)).map((one) =>
          runOfBatch(one, normalise, batchPage(batchId(one))),
        )
      return (await dataproc.jobs(signal)).map((one) =>
        runOfJob(one, normalise, jobPage(one.reference.jobId)),
      )
    },
    // All that is said stands in the job itself.
    words: () => Promise.resolve([]),
    driverFolder: ({ logs }) => Promise.resolve(logs),
    async check(signal) {
      const told = await Promise.all(
        config.runs.map(async (home) =>
          counted(home, home === 'batches' ? await dataproc.batches(signal) : await dataproc.jobs(signal)),
        ),
      )
      return `Dataproc of ${project} in ${region} answers and tells of ${told.join(' and ')}`
    },
  }
}

/** `121 jobs`, `1 batch` */
function counted(home: string, all: readonly unknown[]): string {
  const one = home === 'batches' ? 'batch' : 'job'
  return all.length === 1 ? `1 ${one}` : `${all.length} ${home}`
}
