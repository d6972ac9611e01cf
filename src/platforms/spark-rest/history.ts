// Applications as a History Server keeps them: where one's details are, and which one a run means.
import * as z from 'zod'
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, SparkApplication } from '../../ports.ts'
import { ArrestorError } from '../../errors.ts'
import { isPathWord } from './allow-list.ts'
import { type Place, lastJobFailed, lastQueryFailed } from './application.ts'
import { choose, looksLikeApplication } from './choose.ts'
import type { ReadClient, TimedClient } from './client.ts'
import type { At } from './details.ts'
import { createHistoryServer } from './history-server.ts'
import { type ApplicationInfo, applicationSchema } from './schema.ts'

/** How many applications of the History Server are looked through for a name. */
const LISTED = '500'

/** Where the History Server keeps an application; with an attempt where it was one of several (YARN, cluster mode). */
export function historyPlace(history: ReadClient, id: string, attemptId: string | null): Place {
  const tail = attemptId === null ? id : `${id}/${attemptId}`
  return {
    client: history,
    path: `/api/v1/applications/${tail}`,
    pages: `${history.baseUrl}/history/${tail}`,
    kept: true,
  }
}

/**
 * Runs reads where an application was found, and at the History Server where its driver has gone meanwhile: a failure
 * of one of these codes says so. The attempt to read there is the newest that it keeps. What that server does not know
 * either fails as the driver did.
 */
export function atDriverOrHistory(
  history: ReadClient | null,
  placeOf: (app: SparkApplication) => Place,
  gone: readonly string[],
): At {
  return async (app, signal, read) => {
    try {
      return await read(placeOf(app))
    } catch (error) {
      const mayBeKept =
        error instanceof ArrestorError && gone.includes(error.code) && app.foundAt === 'driver'
      if (!mayBeKept || history === null) throw error
      try {
        const kept = await historyOf(history, app.id, signal)
        return await read(historyPlace(history, app.id, kept?.attempts[0]?.attemptId ?? null))
      } catch {
        throw error
      }
    }
  }
}

/** One application with its attempts, newest first; null where the History Server does not know it (yet). */
export function historyOf(
  history: ReadClient,
  id: string,
  signal: AbortSignal,
): Promise<ApplicationInfo | null> {
  if (!isPathWord(id)) return Promise.resolve(null)
  return history.json(`/api/v1/applications/${id}`, applicationSchema, signal)
}

/** The newest applications that the History Server lists, running ones among them. */
export async function historyList(history: ReadClient, signal: AbortSignal): Promise<ApplicationInfo[]> {
  const query = { limit: LISTED }
  return (await history.json('/api/v1/applications', z.array(applicationSchema), signal, query)) ?? []
}

/** The application that a run means: by `id` or the run's own, else by its job name. */
export async function historyFind(
  history: ReadClient,
  run: Run,
  id: string | null,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<ApplicationInfo | null> {
  const known = id ?? (run.runId !== null && looksLikeApplication(run.runId) ? run.runId : null)
  if (known !== null) return historyOf(history, known, signal)
  const candidates = (await historyList(history, signal)).map((info) => ({
    ...info,
    active: info.attempts[0]?.completed === false,
    startedAt: info.attempts[0]?.startTime ?? null,
  }))
  return choose(candidates, run, normalise)
}

/** What a platform and Spark together say of an application, wherever it was found. */
export type Described = Pick<
  SparkApplication,
  'id' | 'name' | 'attemptId' | 'startedAt' | 'endedAt' | 'user' | 'sparkVersion'
>

/** An application as found in a History Server. */
export function foundInHistory(
  history: ReadClient,
  described: Described,
  state: ApplicationState,
): SparkApplication {
  const { path, pages } = historyPlace(history, described.id, described.attemptId)
  return {
    ...described,
    state,
    foundAt: 'history',
    link: `${pages}/jobs/`,
    apiUrl: `${history.baseUrl}${path}`,
    unreached: [],
  }
}

/**
 * How an application ended, by its last job and its last query: the History Server knows only that an attempt has completed. Of one that
 * ran no job at all nobody knows: it may have done nothing, or have failed before its first.
 */
export async function endedAs(
  history: ReadClient,
  { id, attempts }: ApplicationInfo,
  signal: AbortSignal,
): Promise<ApplicationState> {
  const place = historyPlace(history, id, attempts[0]?.attemptId ?? null)
  const job = await lastJobFailed(place, signal)
  if (job === true || (await lastQueryFailed(place, signal)) === true) return 'failed'
  return job === null ? 'unknown' : 'finished'
}

/**
 * For `doctor`: what the History Server runs, as a part of a sentence. Throws where one is configured and refuses us or does
 * not answer (ARR-501, ARR-502, ARR-506 to ARR-508): without it whatever has ended shows no details.
 */
export async function historyCheck(
  platform: string,
  history: TimedClient | null,
  signal: AbortSignal,
): Promise<string> {
  if (history === null) return 'no History Server is configured'
  const { value: version } = await createHistoryServer(platform, history).version(signal)
  return `the History Server ${history.baseUrl} runs Spark ${version}`
}
