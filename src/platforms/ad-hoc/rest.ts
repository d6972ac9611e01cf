// A driver UI or a History Server at an address, without a cluster in arrestor.yml: for a terminal, and for reading alone.
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import { ArrestorError } from '../../errors.ts'
import type { PlatformReader, ReadCapability, SparkApplication } from '../../ports.ts'
import { notOffered } from '../not-offered.ts'
import type { Place } from '../spark-rest/application.ts'
import { askingPatiently, createAttempts } from '../spark-rest/attempts.ts'
import { isPathWord } from '../spark-rest/allow-list.ts'
import { type TimedClient, createReadClient } from '../spark-rest/client.ts'
import { sparkDetails } from '../spark-rest/details.ts'
import { endedAs, foundInHistory, historyCheck, historyFind, historyPlace } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import { type ApplicationInfo, applicationSchema } from '../spark-rest/schema.ts'

export interface Addresses {
  /** A driver UI: `http://host:4040`. */
  readonly driver?: string
  /** A History Server: `http://host:18080`. */
  readonly history?: string
}

const READS: readonly ReadCapability[] = ['application', 'executors', 'stages', 'tasks', 'environment', 'sql']

/** A reader of what is at these addresses; the driver UI goes first. Nothing is asked before its methods are called. */
export function createAddressReader(addresses: Addresses): PlatformReader {
  const platform = addresses.driver ?? addresses.history ?? ''
  const client = (baseUrl: string | undefined): TimedClient | null =>
    baseUrl === undefined ? null : createReadClient({ platform: baseUrl, baseUrl })
  const [driver, history] = [client(addresses.driver), client(addresses.history)]
  const normalise = createNormaliseJobName([])

  function at<T>(
    app: SparkApplication,
    _signal: AbortSignal,
    read: (place: Place) => Promise<T>,
  ): Promise<T> {
    if (app.foundAt === 'driver' && driver !== null)
      return read({ client: driver, path: `/api/v1/applications/${app.id}`, pages: driver.baseUrl })
    if (history !== null) return read(historyPlace(history, app.id, app.attemptId))
    return Promise.reject(new ArrestorError('ARR-501', { platform, url: app.link, why: 'it was not found' }))
  }

  return {
    ...notOffered(platform, 'address'),
    platform,
    kind: 'address',
    capabilities: new Set<ReadCapability>(history === null ? READS : [...READS, 'history']),
    async locate(run, signal) {
      const { attempt, unreached, throwIfAnyFailed } = createAttempts(signal)
      const id = run.runId ?? ''
      if (driver !== null && isPathWord(id)) {
        const info = await attempt('driver UI', () =>
          askingPatiently(() => driver.json(`/api/v1/applications/${id}`, applicationSchema, signal), signal),
        )
        if (info !== null) return { ...atDriver(info, driver), unreached }
      }
      if (history !== null) {
        const kept = await attempt('History Server', () => historyFind(history, run, null, normalise, signal))
        if (kept !== null) {
          const ended = kept.attempts[0]?.completed === true
          const state = ended
            ? await attempt('History Server', () => endedAs(history, kept, signal))
            : 'running'
          return { ...foundInHistory(history, described(kept), state ?? 'unknown'), unreached }
        }
      }
      throwIfAnyFailed()
      return null
    },
    ...sparkDetails(at),
    ...historyBeside(platform, history),
    async check(signal) {
      return `${await historyCheck(platform, history, signal)}.`
    },
  }
}

function atDriver(info: ApplicationInfo, { baseUrl }: TimedClient): SparkApplication {
  return {
    ...described(info),
    // The driver's API has no attempts in its paths, whatever YARN counts.
    attemptId: null,
    state: info.attempts[0]?.completed === true ? 'finished' : 'running',
    foundAt: 'driver',
    link: `${baseUrl}/`,
    apiUrl: `${baseUrl}/api/v1/applications/${info.id}`,
    unreached: [],
  }
}

function described(
  info: ApplicationInfo,
): Pick<SparkApplication, 'id' | 'name' | 'attemptId' | 'startedAt' | 'endedAt' | 'user' | 'sparkVersion'> {
  const [newest] = info.attempts
  return {
    id: info.id,
    name: info.name,
    attemptId: newest?.attemptId ?? null,
    startedAt: newest?.startTime ?? null,
    endedAt: newest?.completed === true ? newest.endTime : null,
    user: newest?.sparkUser ?? null,
    sparkVersion: newest?.appSparkVersion ?? null,
  }
}
