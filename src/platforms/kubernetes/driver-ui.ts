// Where live driver UIs are: behind the API server's proxy of pods, at an address by a pattern, or at the operator's ingress.
import { ArrestorError } from '../../errors.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import type { PlatformDeps } from '../platform.ts'
import { isPathWord } from '../spark-rest/allow-list.ts'
import { type ReadClient, createReadClient } from '../spark-rest/client.ts'
import type { Api } from './api.ts'
import { isName } from './allow-list.ts'
import type { Config } from './config.ts'
import { nameOf, uiPort } from './pods.ts'
import { type Recorded, idOf } from './record.ts'

export interface DriverUi {
  readonly client: ReadClient
  /** Where it is, with its scheme; its REST API is below. */
  readonly base: string
  /** A browser can open it: no credential of an API server is needed. */
  readonly open: boolean
}

export interface DriverUis {
  /** Of a driver that runs; null where nothing tells where it is (yet). Throws ARR-501 for a host that is not configured. */
  of(record: Recorded): DriverUi | null
  /** The one at an address that was found before; throws ARR-501 where the configuration does not lead there (any more). */
  at(base: string): ReadClient
}

const PLACEHOLDER = /\{(app_id|app_name|namespace)\}/g

/** What the configuration says of driver UIs. The API server's credential goes to its own proxy alone. */
export function createDriverUis(platform: string, config: Config, api: Api, deps: PlatformDeps): DriverUis {
  const { driver_ui: way } = config
  const refused = (url: string, why: string): ArrestorError =>
    new ArrestorError('ARR-501', { platform, url, why })

  function clientAt(base: string): ReadClient {
    if (typeof way === 'string') throw refused(base, 'it is no longer configured')
    const url = URL.parse(base)
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
      throw refused(base.slice(0, 200), 'it is no address of a web interface')
    if (way.by === 'ingress' && !hostAllowed(url.hostname, way.hosts))
      throw refused(url.origin, 'driver_ui.hosts does not name its host')
    if (way.by === 'address' && !isOf(way.url, base))
      throw refused(url.origin, 'driver_ui.url does not lead there')
    const identity = { auth: way.auth }
    return createReadClient({
      platform,
      baseUrl: base,
      timeoutMs: config.timeout_ms,
      headers: authHeaders(identity),
      send: createSend(platform, identity, deps.kerberos),
      credential: 'driver_ui.auth',
      ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
      ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
      ...(deps.gate === undefined ? {} : { gate: deps.gate }),
    })
  }

  return {
    of(record) {
      const { driver: pod, namespace, resource } = record
      if (pod === null || way === 'none') return null
      if (way === 'proxy') {
        const client = api.driver(namespace, pod.metadata.name, uiPort(pod))
        return { client, base: `${api.server()}${client.baseUrl}`, open: false }
      }
      const base =
        way.by === 'ingress' ? ingressOf(resource?.ingress ?? null, way.scheme) : filled(way.url, record)
      if (base === null) return null
      const client = clientAt(base)
      return { client, base: client.baseUrl, open: true }
    },
    at(base) {
      const [, namespace = '', pod = '', port = ''] =
        /\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/:]+):(\d{1,5})\/proxy$/.exec(base) ?? []
      if (way !== 'proxy') return clientAt(base)
      if (!config.namespaces.includes(namespace) || !isName(pod))
        throw refused(base, 'it is no longer configured')
      return api.driver(namespace, pod, Number(port))
    },
  }
}

/** The operator writes `http://` where its format has no scheme, whether or not the ingress speaks TLS. */
function ingressOf(address: string | null, scheme: 'http' | 'https'): string | null {
  if (address === null) return null
  return `${scheme}://${address.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')}`
}

function filled(pattern: string, record: Recorded): string | null {
  const words: Readonly<Record<string, string | null>> = {
    app_id: idOf(record),
    app_name: record.resource?.metadata.name ?? (record.driver === null ? null : nameOf(record.driver)),
    namespace: record.namespace,
  }
  let whole = true
  const base = pattern.replaceAll(PLACEHOLDER, (_all, name: string) => {
    const word = words[name] ?? ''
    // A name from outside stands for one word: neither another host nor another path can be made of it.
    whole &&= isPathWord(word)
    return word
  })
  return whole ? base.replace(/\/+$/, '') : null
}

function isOf(pattern: string, base: string): boolean {
  const parts = pattern.replace(/\/+$/, '').split(PLACEHOLDER)
  // Between the texts stand the names of the placeholders.
  const texts = parts.map((part, index) =>
    index % 2 === 0 ? part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&') : '[A-Za-z0-9_.-]+',
  )
  return new RegExp(`^${texts.join('')}$`).test(base)
}

/** Exact host, or `*.example.com` for everything below it. */
function hostAllowed(hostname: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))
}
