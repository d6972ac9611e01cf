// The web interfaces of a standalone cluster, a read client for each, and where in them an application's details are.
import { ArrestorError } from '../../errors.ts'
import type { SparkApplication } from '../../ports.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import type { PlatformDeps } from '../platform.ts'
import { type MayRead, isPathWord, isRead } from '../spark-rest/allow-list.ts'
import type { Place } from '../spark-rest/application.ts'
import { type ReadClient, type TimedClient, createReadClient } from '../spark-rest/client.ts'
import { createHistoryClient } from '../spark-rest/history-client.ts'
import { historyPlace } from '../spark-rest/history.ts'
import type { Config } from './config.ts'
import { type Master, masterSchema } from './schema.ts'

/** Everything a standalone reader asks through; one client per web interface. */
export interface Clients {
  readonly master: ReadClient
  readonly history: TimedClient | null
  /** A client for a driver UI; throws ARR-501 for a host that the configuration does not allow. */
  driver(baseUrl: string): ReadClient
  /** A client for a worker, at its address or, where that is null, behind the master's proxy; throws as `driver` does. */
  worker(id: string, address: string | null): ReadClient
}

/** Of the master its home page as well, which alone tells whether its workers are behind it. */
const ofMaster: MayRead = (path) => path === '/' || isRead(path)

/** Clients of the cluster that this configuration names; the authorization goes to its own servers alone. */
export function createClients(platform: string, config: Config, deps: PlatformDeps): Clients {
  const originOf = (url: string | undefined): string | null =>
    url === undefined ? null : new URL(url).origin
  // With a credential of its own, a History Server's host gets the master's no more.
  const trusted = [config.master_url, config.history_auth === undefined ? config.history_url : undefined].map(
    originOf,
  )
  const headers = authHeaders(config)
  const send = createSend(platform, config, deps.kerberos)
  const client = (baseUrl: string, mayRead: MayRead = isRead): ReadClient =>
    createReadClient({
      platform,
      baseUrl,
      timeoutMs: config.timeout_ms,
      send,
      mayRead,
      ...(trusted.includes(new URL(baseUrl).origin) ? { headers } : {}),
      ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
      ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
      ...(deps.gate === undefined ? {} : { gate: deps.gate }),
    })
  const history = createHistoryClient(platform, config, deps, config)
  const elsewhere = (baseUrl: string): ReadClient => {
    if (!URL.canParse(baseUrl))
      throw new ArrestorError('ARR-501', {
        platform,
        url: config.master_url,
        why: 'it tells an address that is none',
      })
    const { origin, hostname } = new URL(baseUrl)
    const own = trusted.includes(origin) || origin === originOf(config.history_url)
    if (!own && !hostAllowed(hostname, config.driver_ui_hosts))
      throw new ArrestorError('ARR-501', {
        platform,
        url: origin,
        why: 'driver_ui_hosts does not name its host',
      })
    return client(baseUrl)
  }
  return {
    master: client(config.master_url, ofMaster),
    history,
    driver: elsewhere,
    worker(id, address) {
      if (address !== null) return elsewhere(address)
      if (!isPathWord(id))
        throw new ArrestorError('ARR-501', {
          platform,
          url: config.master_url,
          why: 'its id is no word of a path',
        })
      return client(`${config.master_url.replace(/\/+$/, '')}/proxy/${id}`)
    },
  }
}

/** The master's whole record; `/json/` is the same on every version, its parts are not. */
export async function readMaster(client: ReadClient, platform: string, signal: AbortSignal): Promise<Master> {
  const master = await client.json('/json/', masterSchema, signal)
  if (master !== null) return master
  throw new ArrestorError('ARR-502', { platform, url: `${client.baseUrl}/json/`, why: 'it answers 404' })
}

/** Where an application was found; throws ARR-501 when only the master remembers it. */
export function placeOf(app: SparkApplication, clients: Clients, platform: string): Place {
  const [base, tail] = app.apiUrl?.split('/api/v1/applications/') ?? []
  if (base === undefined || tail === undefined || !tail.split('/').every(isPathWord))
    throw new ArrestorError('ARR-501', {
      platform,
      url: app.link,
      why: 'only the master remembers this application, and it keeps no details',
    })
  if (clients.history?.baseUrl === base) return historyPlace(clients.history, app.id, app.attemptId)
  return { client: clients.driver(base), path: `/api/v1/applications/${tail}`, pages: base }
}

/** Exact host, or `*.example.com` for everything below it; without a list any host. */
function hostAllowed(hostname: string, hosts: readonly string[] | undefined): boolean {
  if (hosts === undefined) return true
  return hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))
}
