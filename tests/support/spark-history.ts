// A master, a History Server and driver UIs on one port, with runs of a job as a test tells them, in Spark's own words.
import { type Reply, type Stage, stage } from '../platforms/support.ts'

export interface ToldRun {
  readonly id: string
  readonly startedAt: Date
  /** Null: it runs, and its driver's UI tells of it. */
  readonly minutes: number | null
  readonly failed?: boolean
  readonly stages?: readonly {
    readonly name: string
    /** From its submission to its end; null while it runs. */
    readonly seconds: number | null
    readonly inputBytes?: number
    readonly shuffleBytes?: number
  }[]
  readonly executors?: number
  /** Its event log has been cleaned away: only the master remembers it. */
  readonly gone?: boolean
}

export interface ToldHistory extends Stage {
  readonly config: Readonly<Record<string, string>>
}

const NAME = 'orders-daily'

/** Answers until closed; `fault` may answer in place of it, by path. */
export async function sparkHistory(
  runs: () => readonly ToldRun[],
  fault: (path: string) => Reply | null = () => null,
): Promise<ToldHistory> {
  const served = await stage((_method, url) => fault(url.pathname) ?? answer(runs(), url.pathname))
  return {
    ...served,
    config: { master_url: `${served.url}/master`, history_url: `${served.url}/history`, driver_ui: `${served.url}/driver/{app_id}` }, // prettier-ignore
  }
}

const json = (body: unknown): Reply => ({ body: JSON.stringify(body) })
const missing: Reply = { status: 404, type: 'text/plain', body: 'unknown app' }
const written = (at: Date): string => at.toISOString().replace('Z', 'GMT')
const endOf = ({ startedAt, minutes }: ToldRun): Date | null =>
  minutes === null ? null : new Date(startedAt.getTime() + minutes * 60_000)

function answer(runs: readonly ToldRun[], path: string): Reply {
  if (path === '/master/json/') return json(masterOf(runs))
  const kept = runs.filter(({ gone, minutes }) => gone !== true && minutes !== null)
  if (path === '/history/api/v1/applications') return json(kept.map(infoOf))
  const [, id, rest] = /^\/(?:history|driver\/[^/]+)\/api\/v1\/applications\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [] // prettier-ignore
  const run = runs.find((one) => one.id === id)
  if (run === undefined || run.gone === true || path.startsWith('/history') !== (run.minutes !== null))
    return missing
  if (rest === undefined) return json(infoOf(run))
  if (rest === 'jobs') return json([{ jobId: 0, status: run.failed === true ? 'FAILED' : 'SUCCEEDED' }])
  if (rest === 'stages') return json(stagesOf(run))
  if (rest === 'allexecutors') return json(executorsOf(run))
  const one = /^stages\/(\d+)$/.exec(rest)?.[1]
  return one === undefined ? json([]) : json(stagesOf(run).filter(({ stageId }) => stageId === Number(one)))
}

function masterOf(runs: readonly ToldRun[]): unknown {
  const apps = runs.map((run) => ({
    id: run.id,
    name: NAME,
    starttime: run.startedAt.getTime(),
    state: run.minutes === null ? 'RUNNING' : 'FINISHED',
    ...(run.minutes === null ? {} : { duration: run.minutes * 60_000 }),
  }))
  return {
    status: 'ALIVE',
    workers: [],
    activeapps: apps.filter(({ state }) => state === 'RUNNING'),
    completedapps: apps.filter(({ state }) => state === 'FINISHED'),
  }
}

function infoOf(run: ToldRun): unknown {
  const end = endOf(run)
  return {
    id: run.id,
    name: NAME,
    attempts: [
      {
        startTime: written(run.startedAt),
        endTime: end === null ? '1969-12-31T23:59:59.999GMT' : written(end),
        duration: run.minutes === null ? 0 : run.minutes * 60_000,
        completed: end !== null,
      },
    ],
  }
}

/** One after another, the newest first, as Spark lists them. */
function stagesOf({ stages = [], startedAt }: ToldRun): { readonly stageId: number }[] {
  let at = startedAt.getTime()
  return stages
    .map(({ name, seconds, inputBytes = 0, shuffleBytes = 0 }, stageId) => {
      const submissionTime = written(new Date(at))
      at += (seconds ?? 0) * 1000
      return {
        stageId,
        attemptId: 0,
        status: seconds === null ? 'ACTIVE' : 'COMPLETE',
        name,
        submissionTime,
        ...(seconds === null ? {} : { completionTime: written(new Date(at)) }),
        inputBytes,
        shuffleReadBytes: 0,
        shuffleWriteBytes: shuffleBytes,
      }
    })
    .reverse()
}

function executorsOf({ executors = 0, startedAt }: ToldRun): unknown {
  return ['driver', ...Array.from({ length: executors }, (_, index) => String(index))].map((id) => ({
    id,
    hostPort: 'worker:1',
    isActive: true,
    addTime: written(startedAt),
  }))
}
