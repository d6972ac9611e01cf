// The read client of a workspace: a closed list of reads, bounded, no redirects, and it says what went wrong.
import type * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import { type Answer, createRequest, redirectOf, statusWords, typeOf } from '../http/request.ts'
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
interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query?: Query
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly maxBytes?: number
  /** Pieces of logs: large, and of one run. */
  readonly unshared?: boolean
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

  const request = createRequest({
    platform,
    timeoutMs: config.timeout_ms,
    maxBytes: MAX_BYTES,
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
  })

  /** The answer, after renewing a token that was refused. */
  async function send(asked: Asked, signal: AbortSignal): Promise<Answer> {
    const target = new URL(url(asked))
    for (const [name, value] of Object.entries(asked.query ?? {})) target.searchParams.append(name, value)
    for (let renewed = false; ; renewed = true) {
      const token = await tokens.get(signal)
      const answer = await request(
        {
          method: asked.method,
          url: target,
          ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
          headers: {
            accept: 'application/json',
            ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...asked.headers,
            authorization: `Bearer ${token}`,
          },
          ...(asked.maxBytes === undefined ? {} : { maxBytes: asked.maxBytes }),
          ...(asked.unshared === undefined ? {} : { unshared: asked.unshared }),
        },
        signal,
      )
      if (answer.status === 401 && !renewed && tokens.refused(token)) continue
      if (answer.status === 429 || answer.status === 503) throw unreachable(asked, statusWords(answer))
      return answer
    }
  }

  /** The answer where it is one of Databricks and good; null where it says that there is no such thing. */
  async function accepted(asked: Asked, signal: AbortSignal): Promise<Answer | null> {
    const answer = await send(asked, signal)
    const { status } = answer
    if (status === 200 || status === 206) return answer
    if (status >= 300 && status < 400)
      // Databricks never redirects its API; a workspace behind a private link leads to a login page.
      throw unexpected(
        asked,
        `it redirects to ${redirectOf(answer, new URL(url(asked))).shown}: a login page, or another address`,
      )
    const refusal = refusalOf(answer)
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
    const answer = await accepted(asked, signal)
    if (answer === null) return null
    const type = typeOf(answer)
    if (!type.includes('json')) throw unexpected(asked, `it answers ${type} in place of JSON`)
    let value: unknown
    try {
      value = parseSafeJson(answer.body.toString('utf8'))
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
        unshared: true,
      }
      const answer = await send(asked, signal)
      if (answer.status === 416) return Buffer.alloc(0)
      if (answer.status === 206) return answer.body
      if (answer.status === 200) {
        if (typeOf(answer).includes('html'))
          throw unexpected(asked, 'it answers text/html in place of a file')
        // The range was not heeded: this is the whole file, which is no longer than what was asked for.
        return answer.body.subarray(offset, offset + bytes)
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

function refusalOf(answer: Answer): Refusal | null {
  if (!typeOf(answer).includes('json')) return null
  try {
    const parsed = refusalSchema.safeParse(JSON.parse(answer.body.toString('utf8')))
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
