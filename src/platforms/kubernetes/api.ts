// Reads of an API server: one object, a whole list page by page, a text; what it refuses, in its own words.
import type { Agent } from 'node:https'
import type * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Answer } from '../http/request.ts'
import { parseSafeJson } from '../safe-json.ts'
import { type Query, type ReadClient, type Refusal, createReadClient } from '../spark-rest/client.ts'
import { isKubernetesRead } from './allow-list.ts'
import type { Config } from './config.ts'
import { type Connection, type Connections, createConnections } from './connection.ts'
import { listOf, statusSchema } from './schema.ts'

/**
 * Reads that a namespace's resources allow, and nothing else (P10). Each throws ARR-501 (not reachable, 5xx, 429),
 * ARR-502 (something else than Kubernetes answers), ARR-506 (401, 403), ARR-503 (not on the list); null means 404.
 */
export interface Api {
  get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T | null>
  /** All items of a list, as many as `limit`; null where there is no such kind of thing. */
  list<T>(
    path: string,
    item: z.ZodType<T>,
    signal: AbortSignal,
    query?: Query,
    limit?: number,
  ): Promise<Listed<T> | null>
  /** Plain text of at most so many bytes; null where there is none. Longer text is not read. */
  text(
    path: string,
    query: Query,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ readonly text: string | null; readonly tooLarge: boolean }>
  /** A driver's web interface behind the proxy of its pod, as a client of Spark's REST API. */
  driver(namespace: string, pod: string, port: number): ReadClient
  /** The API server's address, as the credential that was used last says it. */
  server(): string
}

export interface Listed<T> {
  readonly items: readonly T[]
  /** There are more than `limit`. */
  readonly cut: boolean
}

/** 500 pods are 5 MB; kubectl asks for as many. */
const PAGE = 500
const LIMIT = 2000
const MAX_BYTES = 32 * 1024 * 1024

/** An Api as the configuration says whose and as whom. */
export function createApi(platform: string, config: Config, deps: PlatformDeps): Api {
  const connections = createConnections(platform, config.auth)
  return apiOver(platform, config, connections, deps)
}

function apiOver(platform: string, config: Config, connections: Connections, deps: PlatformDeps): Api {
  let named = config.auth.type === 'token' ? config.auth.server.replace(/\/+$/, '') : 'https://kubernetes'

  /** One read; with a new credential a second time, where the first was refused as unknown or too old. */
  async function ask<T>(
    signal: AbortSignal,
    maxBytes: number,
    read: (client: ReadClient) => Promise<T>,
  ): Promise<T> {
    for (let renewed = false; ; renewed = true) {
      let status = 0
      const connection = await connections.get(signal)
      named = connection.server
      const refusal = (answer: Answer): Refusal | null => {
        status = answer.status
        return refusalOf(answer)
      }
      try {
        return await read(createReadClient(optionsFor(connection, maxBytes, refusal)))
      } catch (error) {
        if (status !== 401) throw error
        connections.refused()
        if (renewed) throw error
      }
    }
  }

  function optionsFor(
    { server, headers, agent }: Connection,
    maxBytes: number,
    refusal: (answer: Answer) => Refusal | null,
  ): Parameters<typeof createReadClient>[0] {
    const tls = server.startsWith('https:')
    return {
      platform,
      baseUrl: server,
      headers,
      timeoutMs: config.timeout_ms,
      maxBytes,
      mayRead: isKubernetesRead,
      refusal,
      passing,
      // The cluster's own authority and certificate, or its proxy, go before what the service has for others.
      ...(tls && agent !== undefined ? { httpsAgent: agent as Agent } : {}),
      ...(tls || deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
      ...(deps.gate === undefined ? {} : { gate: deps.gate }),
    }
  }

  const get: Api['get'] = (path, schema, signal, query) =>
    ask(signal, MAX_BYTES, (client) => client.json(path, schema, signal, query))

  async function page(
    path: string,
    query: Query,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    const text = await ask(signal, maxBytes, (client) => client.page(path, signal, query))
    if (text !== null && /^\s*<(?:!doctype html|html)\b/i.test(text.slice(0, 200)))
      throw new ArrestorError('ARR-502', {
        platform,
        url: named,
        why: 'it answers a web page in place of text',
      })
    return text
  }

  return {
    server: () => named,
    get,
    async list(path, item, signal, query = {}, limit = LIMIT) {
      const items: (typeof item)['_output'][] = []
      let next = ''
      for (;;) {
        const asked = {
          ...query,
          limit: String(Math.min(PAGE, limit)),
          ...(next === '' ? {} : { continue: next }),
        }
        let answer
        try {
          answer = await get(path, listOf(item), signal, asked)
        } catch (error) {
          // A token for the next page ends after five minutes (410): what was read by then is said to be a part.
          if (next !== '' && error instanceof ArrestorError && error.message.includes('it answers 410'))
            return { items, cut: true }
          throw error
        }
        if (answer === null) return next === '' ? null : { items, cut: true }
        items.push(...answer.items)
        next = answer.metadata.continue
        if (next === '') return { items: items.slice(0, limit), cut: items.length > limit }
        if (items.length >= limit) return { items: items.slice(0, limit), cut: true }
      }
    },
    async text(path, query, maxBytes, signal) {
      try {
        return { text: await page(path, query, maxBytes, signal), tooLarge: false }
      } catch (error) {
        if (error instanceof ArrestorError && error.message.includes('is larger than'))
          return { text: null, tooLarge: true }
        throw error
      }
    },
    driver(namespace, pod, port) {
      const prefix = `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy`
      return {
        baseUrl: prefix,
        json: (path, schema, signal, query) => get(`${prefix}${path}`, schema, signal, query),
        page: (path, signal, query) => page(`${prefix}${path}`, query ?? {}, MAX_BYTES, signal),
      }
    },
  }
}

/** A `Status` of Kubernetes; an answer of another shape is somebody else's, and not told here. */
export function refusalOf({ status, body }: Answer): Refusal | null {
  const said = statusOf(body.toString('utf8'))
  if (said === null) return null
  const why = `it answers ${status}: ${said}`
  if (status === 404) return { code: null, why }
  if (status === 401 || status === 403) return { code: 'ARR-506', why }
  return { code: status >= 500 || status === 429 ? 'ARR-501' : 'ARR-502', why }
}

/** A server that is overloaded is asked again; a pod that does not listen will not listen a moment later either. */
function passing({ status, body }: Answer): boolean {
  return (
    status === 429 || status === 504 || (status === 503 && !body.includes('error trying to reach service'))
  )
}

/** What a `Status` says: its message, which names the resource and who may not read it. */
export function statusOf(body: string): string | null {
  try {
    const { data } = statusSchema.safeParse(parseSafeJson(body))
    return data === undefined ? null : (data.message || data.reason || 'without a reason').slice(0, 300)
  } catch {
    return null
  }
}
