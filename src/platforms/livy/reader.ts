// Reads Spark behind Livy: Livy knows batches, their states and logs; the History Server what Spark did.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { LogTail, PlatformReader, ReadCapability, SparkApplication } from '../../ports.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Place } from '../spark-rest/application.ts'
import { type ReadClient, createReadClient } from '../spark-rest/client.ts'
import { sparkDetails } from '../spark-rest/details.ts'
import { createHistoryClient } from '../spark-rest/history-client.ts'
import { historyCheck, historyOf, historyPlace } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import type { ApplicationInfo } from '../spark-rest/schema.ts'
import { type Found, findBatch, namesakes, runIdOf, runOfLivy, stateOf } from './batches.ts'
import type { Config } from './config.ts'
import { logSchema, sessionsSchema } from './schema.ts'

const DETAILS: readonly ReadCapability[] = ['executors', 'stages', 'tasks', 'environment', 'sql']
/** Of the History Server, or in it. */
const KEPT: readonly ReadCapability[] = [...DETAILS, 'history']
export const CAPABILITIES: readonly ReadCapability[] = ['application', 'run', 'runs', 'log', ...KEPT]
/** Lines of a log to ask for; Livy keeps a few hundred unless told otherwise. */
const LOG_LINES = 2000

/** A reader of the server that this configuration names. Nothing is asked before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const livy = createReadClient({
    platform,
    baseUrl: config.livy_url,
    timeoutMs: config.timeout_ms,
    headers: authHeaders(config),
    send: createSend(platform, config, deps.kerberos),
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
  })
  const history = createHistoryClient(platform, config, deps, config)
  const { normaliseJobName: normalise } = deps
  const linkOf = ({ kind, session }: Found): string =>
    kind === 'sessions'
      ? `${livy.baseUrl}/ui/session/${session.id}`
      : `${livy.baseUrl}/ui/batch/${session.id}/log`

  function at<T>(
    app: SparkApplication,
    _signal: AbortSignal,
    read: (place: Place) => Promise<T>,
  ): Promise<T> {
    if (history !== null && app.foundAt === 'history')
      return read(historyPlace(history, app.id, app.attemptId))
    return Promise.reject(
      new ArrestorError('ARR-501', {
        platform,
        url: app.link,
        why: 'only Livy knows this application, and it keeps no details',
      }),
    )
  }

  return {
    ...notOffered(platform, config.kind),
    platform,
    kind: config.kind,
    capabilities: new Set(CAPABILITIES.filter((one) => history !== null || !KEPT.includes(one))),
    async locate(run, signal) {
      const found = await findBatch(livy, run, normalise, signal)
      if (found === null) return null
      const known = bare(found, linkOf(found))
      if (history === null || found.session.appId === '') return known
      try {
        const info = await historyOf(history, found.session.appId, signal)
        return info === null ? known : withHistory(known, info, history)
      } catch (error) {
        if (signal.aborted) throw error
        return { ...known, unreached: [`History Server: ${reasonOf(error)}`] }
      }
    },
    ...sparkDetails(at),
    ...historyBeside(platform, history),
    async run(run, signal) {
      const found = await findBatch(livy, run, normalise, signal)
      return found === null ? null : runOfLivy(found, normalise, linkOf(found))
    },
    async runs(jobName, limit, signal) {
      const found = await namesakes(livy, jobName, normalise, signal)
      return [...found]
        .sort((a, b) => b.session.id - a.session.id)
        .slice(0, limit)
        .map((one) => runOfLivy(one, normalise, linkOf(one)))
    },
    async log(run, bytes, signal) {
      const found = await findBatch(livy, run, normalise, signal)
      return found === null ? null : tailOf(livy, found, bytes, signal)
    },
    async check(signal) {
      const batches = await livy.json('/batches', sessionsSchema, signal, { from: '0', size: '1' })
      if (batches === null)
        throw new ArrestorError('ARR-502', {
          platform,
          url: `${livy.baseUrl}/batches`,
          why: 'it answers 404',
        })
      return `Livy ${livy.baseUrl} answers and knows ${batches.total} batches; ${await historyCheck(platform, history, signal)}.`
    },
  }
}

/** The application as Livy alone knows it: no times. */
function bare(found: Found, link: string): SparkApplication {
  const { session } = found
  return {
    id: session.appId || runIdOf(found),
    name: session.name || runIdOf(found),
    attemptId: null,
    state: stateOf(session.state),
    startedAt: null,
    endedAt: null,
    user: session.proxyUser || session.owner || null,
    sparkVersion: null,
    foundAt: 'resource-manager',
    link: URL.canParse(session.appInfo.sparkUiUrl) ? session.appInfo.sparkUiUrl : link,
    apiUrl: null,
    unreached: [],
  }
}

function withHistory(known: SparkApplication, info: ApplicationInfo, history: ReadClient): SparkApplication {
  const [newest] = info.attempts
  const attemptId = newest?.attemptId ?? null
  const { path, pages } = historyPlace(history, info.id, attemptId)
  return {
    ...known,
    name: info.name,
    attemptId,
    startedAt: newest?.startTime ?? null,
    endedAt: newest?.completed === true ? newest.endTime : null,
    user: newest?.sparkUser ?? known.user,
    sparkVersion: newest?.appSparkVersion ?? null,
    foundAt: 'history',
    link: `${pages}/jobs/`,
    apiUrl: `${history.baseUrl}${path}`,
  }
}

/** The last lines that fit. `from=-1` is Livy's word for the end. */
async function tailOf(
  livy: ReadClient,
  { kind, session }: Found,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const query = { from: '-1', size: String(LOG_LINES) }
  const answer = await livy.json(`/${kind}/${session.id}/log`, logSchema, signal, query)
  if (answer === null || answer.log.length === 0) return null
  const kept: string[] = []
  let size = -1
  for (const line of answer.log.toReversed()) {
    size += Buffer.byteLength(line) + 1
    if (size > bytes) break
    kept.unshift(line)
  }
  const last = answer.log.at(-1) ?? ''
  return {
    // One line that is longer than all that was asked for is cut at its end: its beginning says what it is.
    text: kept.length > 0 ? kept.join('\n') : beginningOf(last, bytes),
    whose: 'driver',
    cut: kept.length < answer.log.length || answer.from > 0,
    from: `log of Livy's ${kind === 'sessions' ? 'session' : 'batch'} ${session.id}`,
    link: URL.canParse(session.appInfo.driverLogUrl)
      ? session.appInfo.driverLogUrl
      : `${livy.baseUrl}/${kind}/${session.id}/log?${new URLSearchParams(query).toString()}`,
  }
}

function beginningOf(text: string, bytes: number): string {
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > bytes) break
    kept += character
  }
  return kept
}
