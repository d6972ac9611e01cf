// The servers of a YARN cluster, a read client for each, and which of several ResourceManagers answers.
import { ArrestorError } from '../../errors.ts'
import type { SparkApplication } from '../../ports.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import type { PlatformDeps } from '../platform.ts'
import { isPathWord } from '../spark-rest/allow-list.ts'
import type { Place } from '../spark-rest/application.ts'
import { type Query, type ReadClient, type TimedClient, createReadClient } from '../spark-rest/client.ts'
import { createHistoryClient } from '../spark-rest/history-client.ts'
import { historyPlace } from '../spark-rest/history.ts'
import type { Config } from './config.ts'

/** Everything a YARN reader asks through. */
export interface Clients {
  /** Runs a read at the active ResourceManager: the one that answered last, else each of the others once. */
  rm<T>(read: (rm: ReadClient) => Promise<T>, signal: AbortSignal): Promise<T>
  readonly rms: readonly ReadClient[]
  readonly history: TimedClient | null
  readonly jobHistory: ReadClient | null
  /** The web interface of a driver behind the proxy of the ResourceManager at `rmUrl`. */
  driver(rmUrl: string, appId: string): ReadClient
  node(httpAddress: string): ReadClient
  /** What every question to a Hadoop server carries. */
  asUser(query?: Query): Query
}

/** `application_<cluster start>_<number>`: the only ids that YARN knows. */
export function isYarnId(id: string): boolean {
  return /^application_\d{1,19}_\d{4,10}$/.test(id)
}

/** Clients of the cluster that this configuration names; credentials go to its own servers alone. */
export function createClients(platform: string, config: Config, deps: PlatformDeps): Clients {
  const send = createSend(platform, config, deps.kerberos)
  const client = (
    baseUrl: string,
    headers: () => Readonly<Record<string, string>> = () => ({}),
  ): ReadClient =>
    createReadClient({
      platform,
      baseUrl,
      headers,
      send,
      timeoutMs: config.timeout_ms,
      ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
      ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
      ...(deps.gate === undefined ? {} : { gate: deps.gate }),
    })
  const authorization = authHeaders(config)
  const rmHeaders = rmHeadersOf(config)
  const rms = config.rm_urls.map((url) => client(url, rmHeaders))
  const asUser = (query: Query = {}): Query =>
    config.user_name === undefined ? query : { ...query, 'user.name': config.user_name }
  let active = 0

  return {
    rms,
    history: createHistoryClient(platform, config, deps, config),
    jobHistory: config.job_history_url === undefined ? null : client(config.job_history_url, authorization),
    // A driver behind the proxy gets no token: the proxy would hand it on.
    driver: (rmUrl, appId) => client(`${rmUrl}/proxy/${appId}`, authorization),
    node: (httpAddress) => client(`${new URL(config.rm_urls[0] ?? '').protocol}//${httpAddress}`),
    asUser,
    async rm(read, signal) {
      const failures: unknown[] = []
      for (let step = 0; step < rms.length; step += 1) {
        const index = (active + step) % rms.length
        const rm = rms[index]
        if (rm === undefined) continue
        try {
          const answer = await read(rm)
          active = index
          return answer
        } catch (error) {
          // What the active one does not tell, a standby does not tell either; it redirects or says so in plain words.
          if (signal.aborted || !mayBeStandby(error)) throw error
          failures.push(error)
        }
      }
      throw failures.find((error) => (error as ArrestorError).code === 'ARR-501') ?? failures[0]
    },
  }
}

/** Headers for a ResourceManager, reading or writing. */
export function rmHeadersOf(config: Config): () => Record<string, string> {
  const own = authHeaders(config)
  return () => ({
    ...own(),
    ...(config.delegation_token === undefined
      ? {}
      : { 'x-hadoop-delegation-token': config.delegation_token }),
  })
}

function mayBeStandby(error: unknown): boolean {
  return error instanceof ArrestorError && (error.code === 'ARR-501' || error.code === 'ARR-502')
}

/** Where an application was found; throws ARR-501 when only the ResourceManager remembers it. */
export function placeOf(app: SparkApplication, clients: Clients, platform: string): Place {
  const [base, tail] = app.apiUrl?.split('/api/v1/applications/') ?? []
  if (base === undefined || tail === undefined || !tail.split('/').every(isPathWord))
    throw new ArrestorError('ARR-501', {
      platform,
      url: app.link,
      why: 'only the ResourceManager remembers this application, and it keeps no details',
    })
  if (clients.history?.baseUrl === base) return historyPlace(clients.history, app.id, app.attemptId)
  const rm = clients.rms.find(({ baseUrl }) => base === `${baseUrl}/proxy/${app.id}`)
  if (rm === undefined || !isYarnId(app.id))
    throw new ArrestorError('ARR-501', { platform, url: base, why: 'it is no longer configured' })
  return {
    client: clients.driver(rm.baseUrl, app.id),
    path: `/api/v1/applications/${tail}`,
    pages: base,
  }
}
