// YARN's applications as runs: attempts, retries, why they wait or ended, in YARN's own words.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformRun, SaidBy } from '../../ports.ts'
import { type Clients, isYarnId } from './clients.ts'
import type { Config } from './config.ts'
import { pageOf } from './find.ts'
import {
  ACTIVE_STATES,
  ENDED_STATES,
  type Recorded,
  appsIn,
  attemptsOf,
  diagnosticsOf,
  findApp,
  hasEnded,
  runStateOf,
} from './rm.ts'
import { type YarnApp, type YarnAttempt, settingSchema } from './schema.ts'

/** Attempts whose diagnostics are asked for, the newest ones. */
const ATTEMPTS_ASKED = 3

/** The run that an alert means, with its attempts; null where the ResourceManager knows none. */
export async function runOfYarn(
  clients: Clients,
  config: Config,
  normalise: (name: string) => string,
  run: Run,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  if (run.runId !== null && !isYarnId(run.runId) && run.jobName === null) return null
  const record = await findApp(clients, config, run, normalise, signal)
  if (record === null) return null
  const { app } = record
  const attempts = await lenient([], signal, () => attemptsOf(clients, app.id, signal))
  const words = await attemptWords(clients, record, attempts, signal)
  const state = runStateOf(app, attempts)
  const made = attempts.at(-1)?.id ?? null
  return {
    ...summary(record, normalise),
    state,
    // "Attempt 1 failed and the platform tries again": of the failed one.
    attempt:
      state === 'retrying'
        ? (attempts.findLast(({ appAttemptState }) => appAttemptState === 'FAILED')?.id ?? made)
        : made,
    // Of one that has ended there will be no more attempts than were made.
    maxAttempts: hasEnded(app) ? made : await maxAttempts(clients, made, signal),
    words: [...ownWords(app), ...words],
  }
}

/** Spark applications of this (normalised) name, newest first; the attempts of each are not asked for. */
export async function runsOfYarn(
  clients: Clients,
  config: Config,
  normalise: (name: string) => string,
  jobName: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PlatformRun[]> {
  const wanted = normalise(jobName)
  const all = await appsIn(clients, config, `${ACTIVE_STATES},${ENDED_STATES}`, signal)
  return all
    .filter(({ app }) => normalise(app.name) === wanted)
    .sort((a, b) => (b.app.startedTime?.getTime() ?? 0) - (a.app.startedTime?.getTime() ?? 0))
    .slice(0, limit)
    .map((record) => summary(record, normalise))
}

function summary({ app, rmUrl }: Recorded, normalise: (name: string) => string): PlatformRun {
  return {
    id: app.id,
    jobName: normalise(app.name),
    state: runStateOf(app, []),
    stateText:
      app.finalStatus === '' || app.finalStatus === 'UNDEFINED' || app.finalStatus === app.state
        ? app.state
        : `${app.state}, final status ${app.finalStatus}`,
    attempt: null,
    maxAttempts: null,
    submittedAt: app.startedTime,
    startedAt: startOf(app),
    endedAt: app.finishedTime,
    applicationId: app.id,
    queue: app.queue || null,
    user: app.user || null,
    words: ownWords(app),
    link: pageOf(rmUrl, app.id),
    timesAt: `${rmUrl}/ws/v1/cluster/apps/${app.id}`,
  }
}

/** When its first ApplicationMaster was started; where YARN does not say that (before 3.3), when it was submitted. */
function startOf(app: YarnApp): Date | null {
  if (app.launchTime !== undefined) return app.launchTime
  return runStateOf(app, []) === 'queued' ? null : app.startedTime
}

/** The application's diagnostics: why it waits (YARN's), why it failed (the driver's last words, or the container's). */
function ownWords(app: YarnApp): PlatformRun['words'] {
  if (app.diagnostics.trim() === '') return []
  return [{ text: app.diagnostics, from: `diagnostics of ${app.id}`, place: placeOf(app) }]
}

function placeOf(app: YarnApp): SaidBy {
  if (/AM Container for appattempt_|Failing this attempt/.test(app.diagnostics)) return 'container'
  // With FINISHED the ApplicationMaster has signed off itself: these are its words.
  return app.state === 'FINISHED' ? 'driver' : 'platform'
}

/** Why attempts ended, newest first; one that YARN does not tell costs only its own words. */
async function attemptWords(
  clients: Clients,
  { app, rmUrl }: Recorded,
  attempts: readonly YarnAttempt[],
  signal: AbortSignal,
): Promise<PlatformRun['words']> {
  const ended = attempts
    .filter(({ appAttemptState }) => appAttemptState === 'FAILED')
    .toReversed()
    .slice(0, ATTEMPTS_ASKED)
  const words = await Promise.all(
    ended.map(async (one) => ({
      text: await lenient('', signal, () =>
        clients.rm((rm) => diagnosticsOf(rm, clients, app.id, one, signal), signal),
      ),
      from: `diagnostics of attempt ${one.id}`,
      link: `${rmUrl}/cluster/appattempt/${one.appAttemptId}`,
      place: 'container' as const,
    })),
  )
  return words.filter(({ text }) => text.trim() !== '')
}

/** `yarn.resourcemanager.am.max-attempts`; an application may ask for fewer (spark.yarn.maxAppAttempts), never for more. */
async function maxAttempts(
  clients: Clients,
  made: number | null,
  signal: AbortSignal,
): Promise<number | null> {
  const query = clients.asUser({ name: 'yarn.resourcemanager.am.max-attempts' })
  const setting = await lenient(null, signal, () =>
    clients.rm((rm) => rm.json('/conf', settingSchema, signal, query), signal),
  )
  const value = Number(setting?.property.value)
  return Number.isInteger(value) && value > 0 ? Math.max(value, made ?? 0) : null
}

/** What is good to know and no more: without an answer the rest still stands. */
async function lenient<T>(otherwise: T, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof ArrestorError && error.code !== 'ARR-503') return otherwise
    throw error instanceof Error ? error : new Error(reasonOf(error))
  }
}
