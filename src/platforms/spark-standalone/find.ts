// From a run to its application: the live driver UI, else the History Server, else the master's own record.
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, SparkApplication } from '../../ports.ts'
import { isPathWord } from '../spark-rest/allow-list.ts'
import { askingPatiently, createAttempts } from '../spark-rest/attempts.ts'
import { choose } from '../spark-rest/choose.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type Described, endedAs, foundInHistory, historyFind } from '../spark-rest/history.ts'
import { type ApplicationInfo, applicationSchema } from '../spark-rest/schema.ts'
import { type Clients, readMaster } from './clients.ts'
import type { Config } from './config.ts'
import { stateOf } from './locate.ts'
import { driverUiOf } from './master-page.ts'
import type { MasterApplication } from './schema.ts'

type Locate = (run: Run, signal: AbortSignal) => Promise<SparkApplication | null>

/**
 * The reader's `locate`. What was asked in vain on the way is in `unreached`. Null where all who were asked do not
 * know it; throws (ARR-501, ARR-502) where nobody found it and somebody who might have did not answer.
 */
export function createLocate(
  platform: string,
  config: Config,
  clients: Clients,
  normalise: (name: string) => string,
): Locate {
  return async (run, signal) => {
    const { attempt, unreached, throwIfAnyFailed } = createAttempts(signal)
    const record = await attempt('master', () => inMaster(platform, clients.master, run, normalise, signal))
    if (record?.active === true) {
      const live = await attempt('driver UI', () =>
        askingPatiently(() => atDriver(config, clients, record, signal), signal),
      )
      if (live !== null) return { ...live, unreached }
    }
    const { history } = clients
    const kept =
      history === null
        ? null
        : await attempt('History Server', () =>
            historyFind(history, run, record?.id ?? null, normalise, signal),
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
    if (record !== null) return { ...fromMaster(clients.master, record), unreached }
    // "Not there" is an answer only of all who were asked: the master forgets, the History Server lags.
    throwIfAnyFailed()
    return null
  }
}

interface Recorded extends MasterApplication {
  readonly active: boolean
  readonly startedAt: Date | null
}

async function inMaster(
  platform: string,
  client: ReadClient,
  run: Run,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<Recorded | null> {
  const master = await readMaster(client, platform, signal)
  const recorded =
    (active: boolean) =>
    (app: MasterApplication): Recorded => ({ ...app, active, startedAt: new Date(app.starttime) })
  return choose(
    [...master.activeapps.map(recorded(true)), ...master.completedapps.map(recorded(false))],
    run,
    normalise,
  )
}

async function atDriver(
  config: Config,
  clients: Clients,
  record: Recorded,
  signal: AbortSignal,
): Promise<SparkApplication | null> {
  const base = await driverBase(config, clients.master, record.id, signal)
  if (base === null) return null
  const info = await clients.driver(base).json(`/api/v1/applications/${record.id}`, applicationSchema, signal)
  // Another application's UI may have taken the port meanwhile; it does not know this id.
  if (info === null) return null
  return {
    ...described(info, null, record),
    state: stateOf(record.state),
    foundAt: 'driver',
    link: `${base}/`,
    apiUrl: `${base}/api/v1/applications/${record.id}`,
    unreached: [],
  }
}

async function driverBase(
  config: Config,
  master: ReadClient,
  id: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (config.driver_ui === 'none' || !isPathWord(id)) return null
  if (config.driver_ui !== 'linked') return config.driver_ui.replaceAll('{app_id}', id).replace(/\/+$/, '')
  const html = await master.page('/app/', signal, { appId: id })
  return html === null ? null : driverUiOf(html, `${master.baseUrl}/app/`)
}

/**
 * The master's word where it has one better than FINISHED, which it says of a driver that failed, too. The
 * History Server itself knows only that an attempt has completed (4.x adds an exit code that is 0 after a kill).
 */
async function endState(
  info: ApplicationInfo,
  record: Recorded | null,
  history: ReadClient,
  signal: AbortSignal,
): Promise<ApplicationState> {
  if (record !== null && record.state !== 'FINISHED') return stateOf(record.state)
  const [newest] = info.attempts
  // Without the master's word an incomplete log is a running application or a driver that died without a last line.
  if (record === null && newest?.completed === false) return 'unknown'
  return await endedAs(history, info, signal)
}

function fromMaster(master: ReadClient, record: Recorded): SparkApplication {
  return {
    id: record.id,
    name: record.name,
    attemptId: null,
    state: stateOf(record.state),
    startedAt: record.startedAt,
    endedAt: endOf(record),
    user: record.user ?? null,
    sparkVersion: null,
    foundAt: 'master',
    link: `${master.baseUrl}/app/?appId=${encodeURIComponent(record.id)}`,
    apiUrl: null,
    unreached: [],
  }
}

function described(info: ApplicationInfo, attemptId: string | null, record: Recorded | null): Described {
  const [newest] = info.attempts
  return {
    id: info.id,
    name: info.name,
    attemptId,
    startedAt: newest?.startTime ?? record?.startedAt ?? null,
    endedAt: (newest?.completed === true ? newest.endTime : null) ?? (record === null ? null : endOf(record)),
    user: newest?.sparkUser ?? record?.user ?? null,
    sparkVersion: newest?.appSparkVersion ?? null,
  }
}

function endOf(record: Recorded): Date | null {
  return record.active || record.duration === undefined ? null : new Date(record.starttime + record.duration)
}
