// The read client of a workspace: a closed list of reads, bounded, no redirects, and it says what went wrong.
import { setTimeout as wait } from 'node:timers/promises'
import axios, { type AxiosResponse, isAxiosError } from 'axios'
import type * as z from 'zod'
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformDeps } from '../platform.ts'
import { parseSafeJson } from '../safe-json.ts'
import type { Config } from './config.ts'
import { refusalSchema } from './schema.ts'
import type { Tokens } from './token.ts'

/** All that is ever read; the API has others that cancel, repair, delete and run (P10). */
export type ReadPath =
  | '/api/2.2/jobs/get'
  | '/api/2.2/jobs/list'
  | '/api/2.2/jobs/runs/get'
  | '/api/2.2/jobs/runs/get-output'
  | '/api/2.2/jobs/runs/list'
  | '/api/2.1/clusters/get'
  | '/api/2.0/dbfs/list'
  | '/api/2.0/dbfs/read'
  | '/api/2.0/preview/scim/v2/Me'
/** Reads that Databricks takes by POST. */
export type ReadByPost = '/api/2.1/clusters/events'

export type Query = Readonly<Record<string, string>>

/**
 * Throws ARR-501 (not reachable, 429, 5xx), ARR-502 (something else than Databricks answers), ARR-506 (it refuses
 * us). Null means that Databricks says there is no such thing.
 */
export interface DatabricksClient {
  readonly host: string
  get<T>(path: ReadPath, query: Query, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | null>
  post<T>(path: ReadByPost, body: unknown, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | null>
  /** The entries of a folder in a volume. */
  folder<T>(path: string, query: Query, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | null>
  /** Part of a file in a volume; null where there is no such file, empty where it ends before. */
  file(path: string, offset: number, bytes: number, signal: AbortSignal): Promise<Buffer | null>
}

/** A run of 100 tasks with all their settings is 1 MB; get-output may bring 5 MB of what the task printed. */
const MAX_BYTES = 16 * 1024 * 1024
/** A request that is told to wait is sent again this often, if the wait is this short. */
const TRIES = 3
const LONGEST_WAIT_MS = 2000

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query?: Query
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly maxBytes?: number
}

export function createDatabricksClient(
  platform: string,
  config: Config,
  tokens: Tokens,
  deps: PlatformDeps,
): DatabricksClient {
  const host = new URL(config.host).origin
  const url = (asked: Asked): string => `${host}${asked.path}`
  const unexpected = (asked: Asked, why: string): ArrestorError =>
    new ArrestorError('ARR-502', { platform, url: url(asked), why })
  const unreachable = (asked: Asked, why: string): ArrestorError =>
    new ArrestorError('ARR-501', { platform, url: url(asked), why })

  async function once(asked: Asked, token: string, signal: AbortSignal): Promise<AxiosResponse<Buffer>> {
    const search = new URLSearchParams(asked.query).toString()
    const maxBytes = asked.maxBytes ?? MAX_BYTES
    try {
      return await axios.request<Buffer>({
        method: asked.method,
        url: search === '' ? url(asked) : `${url(asked)}?${search}`,
        ...(asked.body === undefined ? {} : { data: JSON.stringify(asked.body) }),
        headers: {
          accept: 'application/json',
          ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...asked.headers,
          authorization: `Bearer ${token}`,
        },
        // Databricks never redirects its API; a workspace behind a private link leads to a login page.
        maxRedirects: 0,
        responseType: 'arraybuffer',
        validateStatus: () => true,
        timeout: config.timeout_ms,
        maxContentLength: maxBytes,
        signal,
        ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
        ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
      })
    } catch (error) {
      // The cause is left out: it holds the request, and with it the token.
      if (isAxiosError(error) && error.message.includes('maxContentLength'))
        throw unexpected(asked, `the answer is larger than ${maxBytes} bytes`)
      throw unreachable(asked, whyNot(error, signal))
    }
  }

  /** The answer, after renewing a token that was refused, and after the waits that Databricks asks for. */
  async function send(asked: Asked, signal: AbortSignal): Promise<AxiosResponse<Buffer>> {
    let renewed = false
    for (let attempt = 1; ; attempt += 1) {
      const token = await tokens.get(signal)
      const response = await once(asked, token, signal)
      if (response.status === 401 && !renewed && tokens.refused(token)) {
        renewed = true
        continue
      }
      if (response.status !== 429 && response.status !== 503) return response
      const waitMs = retryAfterMs(response)
      if (attempt >= TRIES || waitMs > LONGEST_WAIT_MS)
        throw unreachable(
          asked,
          `it answers ${response.status}${waitMs > 0 ? ` and asks to wait ${Math.ceil(waitMs / 1000)} s` : ''}`,
        )
      try {
        await wait(waitMs, undefined, { signal })
      } catch {
        throw unreachable(asked, 'there was no time left')
      }
    }
  }

  /** The response where it is one of Databricks and good; null where it says that there is no such thing. */
  async function accepted(asked: Asked, signal: AbortSignal): Promise<AxiosResponse<Buffer> | null> {
    const response = await send(asked, signal)
    const { status } = response
    if (status === 200 || status === 206) return response
    if (status >= 300 && status < 400)
      throw unexpected(
        asked,
        `it redirects to ${placeOf(response.headers['location'], url(asked))}: a login page, or another address`,
      )
    const refusal = refusalOf(response)
    if (refusal === null) {
      if (status === 401 || status === 403)
        throw new ArrestorError('ARR-506', { platform, url: url(asked), why: `it answers ${status}` })
      if (status >= 500) throw unreachable(asked, `it answers ${status}`)
      throw unexpected(
        asked,
        status === 404 ? 'there is no Databricks at this address (404)' : `it answers ${status}`,
      )
    }
    if (isAbsence(status, refusal)) return null
    const why = `${status} ${refusal.code}${refusal.message === '' ? '' : `: ${refusal.message}`}`
    if (status === 401 || status === 403)
      throw new ArrestorError('ARR-506', { platform, url: url(asked), why })
    if (status >= 500) throw unreachable(asked, why)
    throw unexpected(asked, why)
  }

  async function json<T>(asked: Asked, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | null> {
    const response = await accepted(asked, signal)
    if (response === null) return null
    const type = typeOf(response)
    if (!type.includes('json')) throw unexpected(asked, `it answers ${type} in place of JSON`)
    let value: unknown
    try {
      value = parseSafeJson(response.data.toString('utf8'))
    } catch {
      throw unexpected(asked, 'its JSON is broken')
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw unexpected(
      asked,
      `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as Databricks answers'}`,
    )
  }

  return {
    host,
    get: (path, query, schema, signal) => json({ method: 'GET', path, query }, schema, signal),
    post: (path, body, schema, signal) => json({ method: 'POST', path, body }, schema, signal),
    folder: (path, query, schema, signal) =>
      json({ method: 'GET', path: `/api/2.0/fs/directories${volumePath(path)}`, query }, schema, signal),
    async file(path, offset, bytes, signal) {
      const asked: Asked = {
        method: 'GET',
        path: `/api/2.0/fs/files${volumePath(path)}`,
        headers: { accept: 'application/octet-stream', range: `bytes=${offset}-${offset + bytes - 1}` },
        maxBytes: bytes + 1024,
      }
      const response = await send(asked, signal)
      if (response.status === 416) return Buffer.alloc(0)
      if (response.status === 206) return response.data
      if (response.status === 200) {
        if (typeOf(response).includes('html'))
          throw unexpected(asked, 'it answers text/html in place of a file')
        // The range was not heeded: this is the whole file, which is no longer than what was asked for.
        return response.data.subarray(offset, offset + bytes)
      }
      return (await accepted(asked, signal)) === null ? null : Buffer.alloc(0)
    },
  }
}

/** A path in a volume, each word encoded. Throws ARR-503 for what is in no volume or leads upwards. */
export function volumePath(path: string): string {
  const words = path.replace(/^dbfs:/, '').split('/').filter((word) => word !== '') // prettier-ignore
  if (words[0] !== 'Volumes' || words.some((word) => word === '.' || word === '..' || word.includes('\0')))
    throw new ArrestorError('ARR-503', { path: JSON.stringify(path.slice(0, 200)).slice(1, -1) })
  return `/${words.map(encodeURIComponent).join('/')}`
}

interface Refusal {
  readonly code: string
  readonly message: string
}

function refusalOf(response: AxiosResponse<Buffer>): Refusal | null {
  if (!typeOf(response).includes('json')) return null
  try {
    const parsed = refusalSchema.safeParse(JSON.parse(response.data.toString('utf8')))
    if (!parsed.success) return null
    const { error_code: code, message, detail } = parsed.data
    return code || message || detail
      ? { code: code ?? 'no code', message: (message ?? detail ?? '').slice(0, 300) }
      : null
  } catch {
    return null
  }
}

/** Runs, jobs and clusters that are not there are told as a wrong parameter (400), files and folders as 404. */
function isAbsence(status: number, { code, message }: Refusal): boolean {
  if (status === 404) return true
  return (
    status === 400 &&
    (code === 'RESOURCE_DOES_NOT_EXIST' ||
      (code === 'INVALID_PARAMETER_VALUE' && /(?:does not|doesn't) exist/.test(message)))
  )
}

function typeOf(response: AxiosResponse<Buffer>): string {
  return String(response.headers['content-type'] ?? 'nothing').split(';')[0] ?? 'nothing'
}

/** Databricks sends whole seconds; without a number one second. */
function retryAfterMs(response: AxiosResponse<Buffer>): number {
  const seconds = Number(response.headers['retry-after'] ?? 1)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 1000
}

/** Where a redirect leads, for people: without query and credentials. */
function placeOf(location: unknown, from: string): string {
  const target = typeof location === 'string' ? URL.parse(location, from) : null
  return target === null ? 'nowhere' : `${target.origin}${target.pathname}`
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'there was no time left'
  if (isAxiosError(error) && error.code === 'ECONNABORTED') return 'it did not answer in time'
  if (isAxiosError(error) && error.code !== undefined && error.message === '') return error.code
  return reasonOf(error)
}
