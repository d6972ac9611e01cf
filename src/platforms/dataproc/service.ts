// What is asked of Dataproc: a closed list of reads, and where each lies.
import type { PlatformDeps } from '../platform.ts'
import { type GoogleClient, createGoogleClient } from '../google/client.ts'
import type { GoogleTokens } from '../google/token.ts'
import type { Config } from './config.ts'
import { type MadeJob, madeSchema } from './made-again.ts'
import {
  type BatchInfo,
  type ClusterInfo,
  type JobInfo,
  batchSchema,
  batchesSchema,
  clusterSchema,
  jobSchema,
  jobsSchema,
} from './schema.ts'

/** Throws ARR-501, ARR-502, ARR-506; null where there is no such thing. */
export interface Dataproc {
  readonly base: string
  job(id: string, signal: AbortSignal): Promise<JobInfo | null>
  /** The same with all that it was made of. */
  jobAsMade(id: string, signal: AbortSignal): Promise<MadeJob | null>
  /** Newest first, at most 300. */
  jobs(signal: AbortSignal): Promise<readonly JobInfo[]>
  batch(id: string, signal: AbortSignal): Promise<BatchInfo | null>
  batches(signal: AbortSignal): Promise<readonly BatchInfo[]>
  cluster(name: string, signal: AbortSignal): Promise<ClusterInfo | null>
}

const A_PAGE = '100'
const PAGES = 3
const WORD = '[A-Za-z0-9][A-Za-z0-9._-]*'
const READS = [
  new RegExp(`^v1/projects/[^/]+/regions/${WORD}/(?:jobs|clusters)(?:/${WORD})?$`),
  new RegExp(`^v1/projects/[^/]+/locations/${WORD}/batches(?:/${WORD})?$`),
]

/** Where a region's Dataproc is. */
export function addressOf({ endpoint, region }: Pick<Config, 'endpoint' | 'region'>): string {
  return (endpoint ?? `https://${region}-dataproc.googleapis.com`).replace(/\/+$/, '')
}

/** As Google lets people and clients name jobs and batches. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text)
}

export function createDataproc(
  platform: string,
  config: Config,
  tokens: GoogleTokens,
  deps: PlatformDeps,
): Dataproc {
  const client: GoogleClient = createGoogleClient({
    platform,
    base: addressOf(config),
    reads: READS,
    timeoutMs: config.timeout_ms,
    tokens,
    deps,
  })
  const regional = ['v1', 'projects', config.project, 'regions', config.region]
  const local = ['v1', 'projects', config.project, 'locations', config.region]

  async function pages<T extends { nextPageToken?: string | null | undefined }>(
    ask: (query: Readonly<Record<string, string>>) => Promise<T | null>,
  ): Promise<T[]> {
    const all: T[] = []
    let token: string | null | undefined = null
    do {
      const page: T | null = await ask({ pageSize: A_PAGE, ...(token ? { pageToken: token } : {}) })
      if (page === null) break
      all.push(page)
      token = page.nextPageToken
    } while (token && all.length < PAGES)
    return all
  }

  return {
    base: client.base,
    job: (id, signal) => client.get([...regional, 'jobs', id], {}, jobSchema, signal),
    jobAsMade: (id, signal) => client.get([...regional, 'jobs', id], {}, madeSchema, signal),
    async jobs(signal) {
      // They come newest first; Google's documentation does not promise it, so that who chooses sorts.
      const all = await pages((query) => client.get([...regional, 'jobs'], query, jobsSchema, signal))
      return all.flatMap(({ jobs }) => jobs)
    },
    batch: (id, signal) => client.get([...local, 'batches', id], {}, batchSchema, signal),
    async batches(signal) {
      const all = await pages((query) =>
        client.get([...local, 'batches'], { ...query, orderBy: 'create_time desc' }, batchesSchema, signal),
      )
      return all.flatMap(({ batches }) => batches)
    },
    cluster: (name, signal) => client.get([...regional, 'clusters', name], {}, clusterSchema, signal),
  }
}
