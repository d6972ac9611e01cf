// The read client of Spark's web interfaces: GET alone, allow-listed, bounded, and it says what went wrong.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosResponse, isAxiosError } from 'axios'
import type * as z from 'zod'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { mayFollow, readUrl } from './allow-list.ts'

export interface ReadClientOptions {
  readonly platform: string
  /** Where the web interface is; its path, if any, is kept as a prefix. */
  readonly baseUrl: string
  /** Sent with every request, to this base alone. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds for one request; Spark's own pages answer in tens. */
  readonly timeoutMs?: number
  /** Bytes of one answer (default 16 MB: 100 dead executors are 200 KB, a list of 1,000 stages 3 MB). */
  readonly maxBytes?: number
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
}

export type Query = Readonly<Record<string, string>>

/**
 * Reads below one base URL. Each method throws ARR-501 where nothing (or a 5xx) answers, ARR-502 where something
 * else than Spark does, ARR-503 for a path that is not a read; null means that Spark says it has no such thing.
 */
export interface ReadClient {
  readonly baseUrl: string
  json<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T | null>
  page(path: string, signal: AbortSignal, query?: Query): Promise<string | null>
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_REDIRECTS = 2

/** A client that can read below `baseUrl` and can do nothing else. */
export function createReadClient(options: ReadClientOptions): ReadClient {
  const base = new URL(options.baseUrl)
  const baseUrl = `${base.origin}${base.pathname.replace(/\/+$/, '')}`
  const unexpected = (url: URL, why: string, cause?: unknown): ArrestorError =>
    new ArrestorError('ARR-502', { platform: options.platform, url: shown(url), why }, cause)

  async function get(url: URL, signal: AbortSignal, redirects = 0): Promise<AxiosResponse<string>> {
    const response = await send(url, signal)
    if (response.status < 300 || response.status >= 400) return response
    const location = String(response.headers['location'] ?? '')
    const target = location !== '' && URL.canParse(location, url.href) ? new URL(location, url.href) : null
    if (target === null || redirects >= MAX_REDIRECTS || !mayFollow(base, target))
      throw unexpected(
        url,
        `it redirects to ${target === null ? 'nowhere' : shown(target)}, which is not a read of it`,
      )
    return get(target, signal, redirects + 1)
  }

  async function send(url: URL, signal: AbortSignal): Promise<AxiosResponse<string>> {
    try {
      return await axios.get<string>(url.href, {
        // Hadoop answers 503 where it cannot give a type that is asked for: a log is plain text alone.
        headers: { accept: 'application/json, text/html;q=0.5, text/plain;q=0.5', ...options.headers },
        // Redirects are looked at before they are followed; a JSON parser of our own says what is wrong.
        maxRedirects: 0,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
        timeout: options.timeoutMs ?? TIMEOUT_MS,
        maxContentLength: options.maxBytes ?? MAX_BYTES,
        signal,
        ...(options.httpAgent === undefined ? {} : { httpAgent: options.httpAgent }),
        ...(options.httpsAgent === undefined ? {} : { httpsAgent: options.httpsAgent }),
      })
    } catch (error) {
      if (isAxiosError(error) && error.message.includes('maxContentLength'))
        throw unexpected(url, `the answer is larger than ${options.maxBytes ?? MAX_BYTES} bytes`)
      throw new ArrestorError(
        'ARR-501',
        { platform: options.platform, url: shown(url), why: whyNot(error, signal) },
        error,
      )
    }
  }

  async function ask(
    path: string,
    signal: AbortSignal,
    query?: Query,
  ): Promise<AxiosResponse<string> | null> {
    const url = readUrl(base, path, query)
    const response = await get(url, signal)
    const type = String(response.headers['content-type'] ?? '')
    if (response.status === 404) {
      // Spark says in plain words what it does not have ("unknown app: ..."); a page of HTML is somebody else's 404.
      if (type.startsWith('text/plain') || type.includes('json')) return null
      throw unexpected(url, 'there is nothing of Spark at this address (404)')
    }
    if (response.status >= 500 || response.status === 429)
      throw new ArrestorError('ARR-501', {
        platform: options.platform,
        url: shown(url),
        why: `it answers ${response.status}`,
      })
    if (response.status !== 200) throw unexpected(url, `it answers ${response.status}`)
    return response
  }

  return {
    baseUrl,
    async json(path, schema, signal, query) {
      const response = await ask(path, signal, query)
      if (response === null) return null
      const url = readUrl(base, path, query)
      const type = String(response.headers['content-type'] ?? 'nothing')
      // A driver UI answers so, with 200, until its SparkContext is there.
      if (response.data.startsWith('Spark is starting up'))
        throw new ArrestorError('ARR-501', {
          platform: options.platform,
          url: shown(url),
          why: 'it is still starting',
        })
      if (!type.includes('json'))
        throw unexpected(url, `it answers ${type.split(';')[0] ?? type} in place of JSON`)
      let value: unknown
      try {
        value = JSON.parse(response.data)
      } catch (error) {
        throw unexpected(url, 'its JSON is broken', error)
      }
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      const [issue] = parsed.error.issues
      throw unexpected(url, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as Spark answers'}`)
    },
    async page(path, signal, query) {
      return (await ask(path, signal, query))?.data ?? null
    },
  }
}

/** A URL for people: without credentials and query. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'there was no time left'
  if (isAxiosError(error) && error.code === 'ECONNABORTED') return 'it did not answer in time'
  if (isAxiosError(error) && error.code !== undefined && error.message === '') return error.code
  return reasonOf(error)
}
