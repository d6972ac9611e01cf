// Runs of a standalone cluster: an application is a run, the master and the History Server remember them by name.
import { attempting } from '../../diagnosis/attempt.ts'
import { reasonOf } from '../../errors.ts'
import type { PlatformRun, RunState, SparkApplication } from '../../ports.ts'
import type { At } from '../spark-rest/details.ts'
import { historyList } from '../spark-rest/history.ts'
import { type Clients, readMaster } from './clients.ts'
import { pageOf } from './containers.ts'
import { attemptsOf, driverOf, mayHaveFailed, withDriver } from './drivers.ts'
import { stateOf } from './locate.ts'
import { applicationsOf } from './schema.ts'
import { readWorkers, roomWords } from './workers.ts'

const STATES: Readonly<Record<SparkApplication['state'], RunState>> = {
  waiting: 'queued',
  running: 'running',
  finished: 'succeeded',
  failed: 'failed',
  killed: 'cancelled',
  unknown: 'unknown',
}
/** Of an application alone; a driver in cluster mode may be tried again (`drivers.ts`). */
const SAYS_NOTHING = { attempt: null, maxAttempts: null, queue: null, words: [] } as const

/** The located application as a run. */
export function runOfApplication(app: SparkApplication, jobName: string): PlatformRun {
  return {
    ...SAYS_NOTHING,
    id: app.id,
    jobName,
    state: STATES[app.state],
    stateText: app.state,
    submittedAt: app.startedAt,
    startedAt: app.state === 'waiting' ? null : app.startedAt,
    endedAt: app.endedAt,
    applicationId: app.id,
    user: app.user,
    link: app.link,
    ...(app.apiUrl === null ? {} : { timesAt: app.apiUrl }),
  }
}

/** The run with what the master and its workers say beside: its driver's state, and why it gets no executor. */
export async function runWithMaster(
  platform: string,
  clients: Clients,
  app: SparkApplication,
  jobName: string,
  at: At,
  signal: AbortSignal,
): Promise<PlatformRun> {
  const unreached: string[] = []
  const bare = { ...runOfApplication(app, jobName), unreached }
  const attempt = attempting(unreached, signal)
  const master = await attempt('master', () => readMaster(clients.master, platform, signal), null)
  if (master === null) return bare
  const supervision = await driverOf(master, app, at, signal)
  const run =
    supervision === null ? bare : withDriver(bare, supervision, attemptsOf(master, app, supervision))
  const record = master.activeapps.find(({ id, state }) => id === app.id && state === 'WAITING')
  if (record === undefined) return run
  const page = await attempt('page of the application', () => pageOf(clients, app.id, signal), null)
  const { workers, unreached: silent } = await readWorkers(clients, master, page, signal)
  return {
    ...run,
    words: [...run.words, ...roomWords(master, record, workers)],
    unreached: [...unreached, ...silent],
  }
}

/**
 * Applications of this (normalised) name, newest first. The master's word of how one ended goes before the History
 * Server's, which knows only that it has ended. Throws where neither answers.
 */
export async function earlierRuns(
  platform: string,
  { master, history }: Clients,
  normalise: (name: string) => string,
  jobName: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PlatformRun[]> {
  const wanted = normalise(jobName)
  const failures: unknown[] = []
  const found = new Map<string, PlatformRun>()
  const attempt = async (read: () => Promise<readonly PlatformRun[]>): Promise<void> => {
    try {
      for (const run of await read()) found.set(run.id, run)
    } catch (error) {
      if (signal.aborted) throw error
      failures.push(error)
    }
  }
  if (history !== null)
    await attempt(async () => {
      return (await historyList(history, signal))
        .filter(({ name }) => normalise(name) === wanted)
        .map((info): PlatformRun => {
          const [newest] = info.attempts
          return {
            ...SAYS_NOTHING,
            id: info.id,
            jobName: wanted,
            // It does not tell a success from a failure.
            state: newest?.completed === true ? 'unknown' : 'running',
            stateText: newest?.completed === true ? 'completed' : 'incomplete',
            submittedAt: newest?.startTime ?? null,
            startedAt: newest?.startTime ?? null,
            endedAt: newest?.completed === true ? newest.endTime : null,
            applicationId: info.id,
            user: newest?.sparkUser ?? null,
            link: `${history.baseUrl}/history/${info.id}/jobs/`,
            timesAt: `${history.baseUrl}/api/v1/applications/${info.id}`,
          }
        })
    })
  await attempt(async () => {
    const seen = await readMaster(master, platform, signal)
    return applicationsOf(seen)
      .filter(({ name }) => normalise(name) === wanted)
      .map((app): PlatformRun => ({
        ...SAYS_NOTHING,
        id: app.id,
        jobName: wanted,
        state: mayHaveFailed(seen, app) ? 'unknown' : STATES[stateOf(app.state)],
        stateText: app.state,
        submittedAt: new Date(app.starttime),
        startedAt: new Date(app.starttime),
        endedAt:
          seen.activeapps.includes(app) || app.duration === undefined
            ? null
            : new Date(app.starttime + app.duration),
        applicationId: app.id,
        user: app.user ?? null,
        link: `${master.baseUrl}/app/?appId=${encodeURIComponent(app.id)}`,
        // An application's own page there has no times.
        timesAt: `${master.baseUrl}/json/`,
      }))
  })
  if (found.size === 0 && failures.length > 0)
    throw failures[0] instanceof Error ? failures[0] : new Error(reasonOf(failures[0]))
  return [...found.values()]
    .sort((a, b) => (b.submittedAt?.getTime() ?? 0) - (a.submittedAt?.getTime() ?? 0))
    .slice(0, limit)
}
