// From an alert's run to a run of Databricks: by its id, or by its job's name and then the newest.
import type * as z from 'zod'
import type { Run } from '../../alerts/model.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import type { DatabricksClient, Query } from './client.ts'
import { type RunInfo, type TaskRun, jobListSchema, jobSchema, runListSchema, runSchema } from './schema.ts'
import { stateOf } from './status.ts'

/** What the run's id means, and the job run it belongs to; the same unless the id is one task's. */
export interface Found {
  readonly asked: RunInfo
  readonly job: RunInfo
  /** The task that the id names; null where it names a whole run. */
  readonly task: TaskRun | null
}

/** More than Databricks gives at once are asked for page by page; a job has 1,000 tasks at most, 100 a page. */
const TASK_PAGES = 12
/** `limit` must be less than 25. */
const RUNS_A_PAGE = '24'
const JOBS_A_PAGE = '100'
/** Jobs looked through for a name that changes from run to run: 1,000. */
const JOB_PAGES = 10
/** Runs without a job looked through for a name: 96. */
const SUBMITTED_PAGES = 4

/** As Databricks makes ids: 64-bit. */
export function isId(text: string): boolean {
  return /^\d{1,19}$/.test(text)
}

/** Null where there is no such run. An id is never replaced by a namesake. */
export async function findRun(
  client: DatabricksClient,
  normalise: (name: string) => string,
  run: Run,
  signal: AbortSignal,
): Promise<Found | null> {
  if (run.runId !== null && isId(run.runId)) return byId(client, run.runId, signal)
  // Spark's own ids are of no use here, and a scheduler's say nothing to Databricks: only the latter leave the name.
  if (run.runId !== null && looksLikeApplication(run.runId)) return null
  if (run.jobName === null) return null
  const [newest] = await runsOf(client, normalise, run.jobName, 24, signal, true)
  return newest === undefined ? null : byId(client, newest.run_id, signal)
}

async function byId(client: DatabricksClient, id: string, signal: AbortSignal): Promise<Found | null> {
  const asked = await wholeRun(client, id, signal)
  if (asked === null) return null
  if (asked.job_run_id === undefined || asked.job_run_id === asked.run_id)
    return { asked, job: asked, task: null }
  const job = await wholeRun(client, asked.job_run_id, signal)
  if (job === null) return { asked, job: asked, task: null }
  return { asked, job, task: job.tasks.find((task) => task.run_id === asked.run_id) ?? null }
}

/** A run with all its tasks. */
async function wholeRun(client: DatabricksClient, id: string, signal: AbortSignal): Promise<RunInfo | null> {
  const query = { run_id: id, include_history: 'true' }
  const first = await client.get('/api/2.2/jobs/runs/get', query, runSchema, signal)
  if (first === null) return null
  const tasks = [...first.tasks]
  let token = first.next_page_token
  for (let page = 1; token && page < TASK_PAGES; page += 1) {
    const more = { run_id: id, page_token: token }
    const next = await client.get('/api/2.2/jobs/runs/get', more, runSchema, signal)
    tasks.push(...(next?.tasks ?? []))
    token = next?.next_page_token
  }
  return { ...first, tasks }
}

/** Runs of a job (or of what was submitted under the name), newest first; `activeFirst` puts those that go on before. */
export async function runsOf(
  client: DatabricksClient,
  normalise: (name: string) => string,
  jobName: string,
  limit: number,
  signal: AbortSignal,
  activeFirst = false,
): Promise<readonly RunInfo[]> {
  const jobs = isId(jobName) ? [jobName] : await jobsNamed(client, normalise, jobName, signal)
  const found: RunInfo[] = []
  for (const job of jobs) found.push(...(await listed(client, { job_id: job }, limit, signal)))
  if (jobs.length === 0) {
    const submitted = { run_type: 'SUBMIT_RUN' }
    const all = await listed(client, submitted, SUBMITTED_PAGES * Number(RUNS_A_PAGE), signal)
    found.push(...all.filter(({ run_name: name }) => name && normalise(name) === normalise(jobName)))
  }
  const began = (one: RunInfo): number => one.start_time?.getTime() ?? 0
  const rank = (one: RunInfo): number => (activeFirst && isActive(one) ? 1 : 0)
  return found.sort((a, b) => rank(b) - rank(a) || began(b) - began(a)).slice(0, limit)
}

function isActive(run: RunInfo): boolean {
  return ['queued', 'running', 'retrying'].includes(stateOf(run))
}

async function listed(
  client: DatabricksClient,
  query: Readonly<Record<string, string>>,
  limit: number,
  signal: AbortSignal,
): Promise<readonly RunInfo[]> {
  const runs: RunInfo[] = []
  let token: string | null | undefined = null
  do {
    const page: Query = { ...query, limit: RUNS_A_PAGE, ...(token ? { page_token: token } : {}) }
    const answer: z.output<typeof runListSchema> | null = await client.get(
      '/api/2.2/jobs/runs/list',
      page,
      runListSchema,
      signal,
    )
    runs.push(...(answer?.runs ?? []))
    token = answer?.next_page_token
  } while (token && runs.length < limit)
  return runs
}

/** Ids of jobs of this name: the name as it stands, else one that is the same once what changes is stripped. */
async function jobsNamed(
  client: DatabricksClient,
  normalise: (name: string) => string,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const exact = await client.get('/api/2.2/jobs/list', { name, limit: JOBS_A_PAGE }, jobListSchema, signal)
  if (exact !== null && exact.jobs.length > 0) return exact.jobs.map((job) => job.job_id)
  const wanted = normalise(name)
  let token: string | null | undefined = null
  for (let page = 0; page < JOB_PAGES; page += 1) {
    const query: Query = { limit: JOBS_A_PAGE, ...(token ? { page_token: token } : {}) }
    const answer: z.output<typeof jobListSchema> | null = await client.get(
      '/api/2.2/jobs/list',
      query,
      jobListSchema,
      signal,
    )
    const matching = (answer?.jobs ?? []).filter((job) => normalise(job.settings?.name ?? '') === wanted)
    if (matching.length > 0) return matching.map((job) => job.job_id)
    token = answer?.next_page_token
    if (!token) break
  }
  return []
}

/** How often a task may be tried again: the run says it, or else the job; null where neither does, -1 without end. */
export async function retriesOf(
  client: DatabricksClient,
  job: RunInfo,
  signal: AbortSignal,
): Promise<(task: TaskRun) => number | null> {
  const silent = job.tasks.some((task) => task.max_retries === undefined || task.max_retries === null)
  const settings =
    silent && job.job_id !== undefined
      ? (await client.get('/api/2.2/jobs/get', { job_id: job.job_id }, jobSchema, signal))?.settings
      : null
  // What a job's settings leave out is 0; without the settings it is not known.
  const otherwise = settings === null || settings === undefined ? null : (settings.max_retries ?? 0)
  return (task) =>
    task.max_retries ??
    settings?.tasks.find(({ task_key: key }) => key === task.task_key)?.max_retries ??
    otherwise
}
