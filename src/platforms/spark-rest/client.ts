// The read client of Spark's web interfaces: GET alone, allow-listed, bounded, and it says what went wrong.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { Gate } from '../http/gate.ts'
import { refusalWords } from '../http/refusal.ts'
import { type Answer, createRequest, redirectOf, statusWords, typeOf } from '../http/request.ts'
import type { Send } from '../../send.ts'
import { shownUrl } from '../http/shown-url.ts'
import { parseSafeJson } from '../safe-json.ts'
import { type MayRead, isRead, mayFollow, readUrl } from './allow-list.ts'

export interface ReadClientOptions {
  readonly platform: string
  /** Where the web interface is; its path, if any, is kept as a prefix. */
  readonly baseUrl: string
  /** Sent with every request, to this base alone; asked for at each, since some are good for minutes. */
  readonly headers?: Headers | (() => Headers)
  /** The key of the configuration that says who we are to it (default `auth`). */
  readonly credential?: string
  /** As somebody (`http/send.ts`), who may be told to any server: what it sends is good there alone. */
  readonly send?: Send
  /** Milliseconds for one request; Spark's own pages answer in tens. */
  readonly timeoutMs?: number
  /** Bytes of one answer (default 16 MB: 100 dead executors are 200 KB, a list of 1,000 stages 3 MB). */
  readonly maxBytes?: number
  /** What may be asked for, in place of what Spark's own servers have. */
  readonly mayRead?: MayRead
  /** What an answer that is neither good nor a redirect says, where the server has a way of its own to say it. */
  readonly refusal?: (answer: Answer) => Refusal | null
  /** Whether an answer means "ask again" (`http/request.ts`). */
  readonly passing?: (answer: Answer) => boolean
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
  readonly gate?: Gate
}

/** `null` in place of a code: there is no such thing. */
export interface Refusal {
  readonly code: 'ARR-501' | 'ARR-502' | 'ARR-506' | null
  readonly why: string
}

export type Query = Readonly<Record<string, string>>

/**
 * Reads below one base URL. Each method throws ARR-501 where nothing (or a 5xx) answers, ARR-502 where something
 * else than Spark does, ARR-503 for a path that is not a read, ARR-506 where we are refused, ARR-507 or ARR-508 where there is no Kerberos token; null means that Spark says
 * it has no such thing.
 */
export interface ReadClient {
  readonly baseUrl: string
  json<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T | null>
  page(path: string, signal: AbortSignal, query?: Query): Promise<string | null>
}

/** One that also tells how long an answer took. */
export interface TimedClient extends ReadClient {
  /** As `json`, with how long the server took for it; an answer that several share took as long for all of them. */
  timed<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<Timed<T> | null>
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_REDIRECTS = 2

export interface Timed<T> {
  readonly value: T
  readonly tookMs: number
  /** What was asked, as a person asks it. */
  readonly link: string
}

type Headers = Readonly<Record<string, string>>

/** A client that can read below `baseUrl` and can do nothing else. */
export function createReadClient(options: ReadClientOptions): TimedClient {
  const { platform } = options
  const base = new URL(options.baseUrl)
  const mayRead = options.mayRead ?? isRead
  const baseUrl = `${base.origin}${base.pathname.replace(/\/+$/, '')}`
  const request = createRequest({ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, ...options })
  // Hadoop answers 503 where it cannot give a type that is asked for: a log is plain text alone.
  const { headers: given = {} } = options
  const own = typeof given === 'function' ? given : (): Headers => given
  const accept = 'application/json, text/html;q=0.5, text/plain;q=0.5'
  const unexpected = (url: URL, why: string, cause?: unknown): ArrestorError =>
    new ArrestorError('ARR-502', { platform, url: shownUrl(url), why }, cause)
  const unreachable = (url: URL, why: string): ArrestorError =>
    new ArrestorError('ARR-501', { platform, url: shownUrl(url), why })

  async function get(url: URL, signal: AbortSignal, redirects = 0): Promise<Answer> {
    const headers = { accept, ...own() }
    const answer = await request({ method: 'GET', url, headers }, signal)
    if (answer.status < 300 || answer.status >= 400) return answer
    const { target, shown } = redirectOf(answer, url)
    if (target === null || redirects >= MAX_REDIRECTS || !mayFollow(base, target, mayRead))
      throw unexpected(
        url,
        `it redirects to ${shown}, which is not a read of it: a login page, or another address`,
      )
    return get(target, signal, redirects + 1)
  }

  async function ask(path: string, signal: AbortSignal, query?: Query): Promise<Answer | null> {
    const url = readUrl(base, path, query, mayRead)
    const answer = await get(url, signal)
    const { status } = answer
    const type = typeOf(answer)
    const refusal = status === 200 ? null : (options.refusal?.(answer) ?? null)
    if (refusal !== null) {
      if (refusal.code === null) return null
      throw new ArrestorError(refusal.code, { platform, url: shownUrl(url), why: refusal.why })
    }
    if (status === 404) {
      // Spark says in plain words what it does not have ("unknown app: ..."); a page of HTML is somebody else's 404.
      if (type === 'text/plain' || type.includes('json')) return null
      throw unexpected(url, 'there is nothing of Spark at this address (404)')
    }
    if (status === 401 || status === 403)
      throw new ArrestorError('ARR-506', {
        platform,
        url: shownUrl(url),
        why: refusalWords(answer, own(), options.credential),
      })
    if (status >= 500 || status === 429) throw unreachable(url, statusWords(answer))
    if (status !== 200) throw unexpected(url, statusWords(answer))
    return answer
  }

  function parsed<T>(answer: Answer, url: URL, schema: z.ZodType<T>): T {
    const type = typeOf(answer)
    const text = answer.body.toString('utf8')
    // A driver UI answers so, with 200, until its SparkContext is there.
    if (text.startsWith('Spark is starting up')) throw unreachable(url, 'it is still starting')
    if (!type.includes('json')) throw unexpected(url, `it answers ${type} in place of JSON`)
    let value: unknown
    try {
      value = parseSafeJson(text)
    } catch (error) {
      throw unexpected(url, 'its JSON is broken', error)
    }
    const fitting = schema.safeParse(value)
    if (fitting.success) return fitting.data
    const [issue] = fitting.error.issues
    throw unexpected(
      url,
      `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as Spark answers'}`,
    )
  }

  async function timed<T>(
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    query?: Query,
  ): Promise<Timed<T> | null> {
    const answer = await ask(path, signal, query)
    if (answer === null) return null
    const url = readUrl(base, path, query, mayRead)
    return { value: parsed(answer, url, schema), tookMs: answer.tookMs ?? 0, link: url.href }
  }

  return {
    baseUrl,
    timed,
    json: async (path, schema, signal, query) => (await timed(path, schema, signal, query))?.value ?? null,
    async page(path, signal, query) {
      return (await ask(path, signal, query))?.body.toString('utf8') ?? null
    },
  }
}
