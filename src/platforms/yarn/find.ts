// From a run to its application: the driver behind the proxy, else the History Server, else the ResourceManager's record.
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, SparkApplication } from '../../ports.ts'
import { askingPatiently, createAttempts } from '../spark-rest/attempts.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type Described, endedAs, foundInHistory, historyFind } from '../spark-rest/history.ts'
import { type ApplicationInfo, applicationSchema } from '../spark-rest/schema.ts'
import { type Clients, isYarnId } from './clients.ts'
import type { Config } from './config.ts'
import { type Recorded, applicationStateOf, findApp } from './rm.ts'

type Locate = (run: Run, signal: AbortSignal) => Promise<SparkApplication | null>

/**
 * The reader's `locate`. What was asked in vain on the way is in `unreached`. Null where all who were asked do not
 * know it; throws (ARR-501, ARR-502) where nobody found it and somebody who might have did not answer.
 */
export function createLocate(config: Config, clients: Clients, normalise: (name: string) => string): Locate {
  return async (run, signal) => {
    // Spark's ids on other kinds of platform (app-..., spark-...) are not YARN's: nobody here can know them.
    if (run.runId !== null && looksLikeApplication(run.runId) && !isYarnId(run.runId)) return null
    const { attempt, unreached, throwIfAnyFailed } = createAttempts(signal)
    const record = await attempt('ResourceManager', () => findApp(clients, config, run, normalise, signal))
    // Before its ApplicationMaster has registered, the proxy leads to a page of the ResourceManager's own.
    if (record?.app.state === 'RUNNING' && config.proxy === 'rm') {
      const live = await attempt('driver UI', () =>
        askingPatiently(() => atDriver(clients, record, signal), signal),
      )
      if (live !== null) return { ...live, unreached }
    }
    const { history } = clients
    const kept =
      history === null
        ? null
        : await attempt('History Server', () =>
            historyFind(history, run, record?.app.id ?? null, normalise, signal),
          )
    if (kept !== null && history !== null) {
      const state = await attempt('History Server', () => endState(kept, record, history, signal))
      return {
        ...foundInHistory(
          history,
          described(kept, kept.attempts[0]?.attemptId ?? null, record),
          state ?? 'unknown',
        ),
        unreached,
      }
    }
    if (record !== null) return { ...fromRecord(record), unreached }
    // "Not there" is an answer only of all who were asked: the ResourceManager forgets, the History Server lags.
    throwIfAnyFailed()
    return null
  }
}

async function atDriver(
  clients: Clients,
  record: Recorded,
  signal: AbortSignal,
): Promise<SparkApplication | null> {
  const driver = clients.driver(record.rmUrl, record.app.id)
  const path = `/api/v1/applications/${record.app.id}`
  const info = await driver.json(path, applicationSchema, signal, clients.asUser())
  if (info === null) return null
  const attemptId = info.attempts[0]?.attemptId ?? null
  return {
    ...described(info, attemptId, record),
    state: applicationStateOf(record.app),
    foundAt: 'driver',
    link: `${driver.baseUrl}/`,
    apiUrl: `${driver.baseUrl}${path}${attemptId === null ? '' : `/${attemptId}`}`,
    unreached: [],
  }
}

/** YARN's word; without one the History Server knows only that an attempt has completed, and how its last job ended. */
async function endState(
  info: ApplicationInfo,
  record: Recorded | null,
  history: ReadClient,
  signal: AbortSignal,
): Promise<ApplicationState> {
  if (record !== null) return applicationStateOf(record.app)
  const [newest] = info.attempts
  if (newest?.completed === false) return 'unknown'
  return await endedAs(history, info, signal)
}

function fromRecord({ app, rmUrl }: Recorded): SparkApplication {
  return {
    id: app.id,
    name: app.name,
    attemptId: null,
    state: applicationStateOf(app),
    startedAt: app.startedTime,
    endedAt: app.finishedTime,
    user: app.user || null,
    sparkVersion: null,
    foundAt: 'resource-manager',
    link: pageOf(rmUrl, app.id),
    apiUrl: null,
    unreached: [],
  }
}

/** The ResourceManager's page of an application. */
export function pageOf(rmUrl: string, id: string): string {
  return `${rmUrl}/cluster/app/${id}`
}

function described(info: ApplicationInfo, attemptId: string | null, record: Recorded | null): Described {
  const [newest] = info.attempts
  return {
    id: info.id,
    name: info.name,
    attemptId,
    startedAt: newest?.startTime ?? record?.app.startedTime ?? null,
    // A killed driver can leave its log unfinished for ever; YARN knows when it ended.
    endedAt: record === null ? (newest?.completed === true ? newest.endTime : null) : record.app.finishedTime,
    user: newest?.sparkUser ?? (record?.app.user || null),
    sparkVersion: newest?.appSparkVersion ?? null,
  }
}
