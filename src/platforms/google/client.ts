// The read client of Google's REST services: GET alone, below one address, bounded, and it says what went wrong.
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import { type Answer, type Read, createRequest, redirectOf, statusWords, typeOf } from '../http/request.ts'
import { shownUrl } from '../http/shown-url.ts'
import type { PlatformDeps } from '../platform.ts'
import { parseSafeJson } from '../safe-json.ts'
import type { GoogleTokens } from './token.ts'

/**
 * Throws ARR-501 (not reachable, 429, 5xx), ARR-502 (something else than Google answers), ARR-506 (it refuses us). Null
 * means that Google says there is no such thing. `path` is made of words that are encoded one by one; nothing else than
 * what `reads` allows is asked (P10).
 */
export interface GoogleClient {
  readonly base: string
  get<T>(
    words: readonly string[],
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | null>
  /** Part of an object; null where there is none, empty where it ends before. */
  bytes(words: readonly string[], offset: number, length: number, signal: AbortSignal): Promise<Buffer | null>
}

export interface GoogleClientOptions {
  readonly platform: string
  readonly base: string
  /** The paths that may be asked, as patterns over the words joined by slashes. */
  readonly reads: readonly RegExp[]
  readonly timeoutMs: number
  readonly tokens: GoogleTokens
  readonly deps: PlatformDeps
}

/** A hundred jobs with their settings are below 1 MB. */
const MAX_BYTES = 16 * 1024 * 1024

const refusalSchema = z.object({
  error: z.object({
    code: z.number().optional(),
    message: z.string().default(''),
    status: z.string().optional(),
  }),
})

export function createGoogleClient(options: GoogleClientOptions): GoogleClient {
  const { platform, reads, tokens, deps } = options
  const base = options.base.replace(/\/+$/, '')
  const request = createRequest({
    platform,
    timeoutMs: options.timeoutMs,
    maxBytes: MAX_BYTES,
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
  })

  function urlOf(words: readonly string[], query: Readonly<Record<string, string>>): URL {
    const path = words.join('/')
    const leadsAway = words.some((word) => word === '' || word === '.' || word === '..')
    if (leadsAway || !reads.some((allowed) => allowed.test(path)))
      throw new ArrestorError('ARR-503', { path: JSON.stringify(path.slice(0, 200)).slice(1, -1) })
    const url = new URL(`${base}/${words.map(encodeURIComponent).join('/')}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
    return url
  }

  async function ask(url: URL, more: Partial<Read>, signal: AbortSignal): Promise<Answer | null> {
    const send = async (token: string): Promise<Answer> =>
      await request(
        { method: 'GET', url, ...more, headers: { ...more.headers, authorization: `Bearer ${token}` } },
        signal,
      )
    const token = await tokens.get(signal)
    let answer = await send(token)
    if (answer.status === 401) {
      tokens.refused(token)
      answer = await send(await tokens.get(signal))
    }
    const { status } = answer
    if (status === 200 || status === 206 || status === 416) return answer
    const at = shownUrl(url)
    if (status >= 300 && status < 400)
      throw new ArrestorError('ARR-502', {
        platform,
        url: at,
        why: `it redirects to ${redirectOf(answer, url).shown}: a login page, or another address`,
      })
    const said = refusalOf(answer)
    if (status === 404 && said !== null) return null
    const why = said === null ? statusWords(answer) : `it answers ${said}`
    if (status === 401 || status === 403) throw new ArrestorError('ARR-506', { platform, url: at, why })
    if (status === 429 || status >= 500) throw new ArrestorError('ARR-501', { platform, url: at, why })
    throw new ArrestorError('ARR-502', {
      platform,
      url: at,
      why: status === 404 ? 'there is nothing of Google at this address (404)' : why,
    })
  }

  return {
    base,
    async get(words, query, schema, signal) {
      const url = urlOf(words, query)
      const answer = await ask(url, { headers: { accept: 'application/json' } }, signal)
      if (answer === null) return null
      const unexpected = (why: string): ArrestorError =>
        new ArrestorError('ARR-502', { platform, url: shownUrl(url), why })
      if (!typeOf(answer).includes('json')) throw unexpected(`it answers ${typeOf(answer)} in place of JSON`)
      let value: unknown
      try {
        value = parseSafeJson(answer.body.toString('utf8'))
      } catch {
        throw unexpected('its JSON is broken')
      }
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      const [issue] = parsed.error.issues
      throw unexpected(
        `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as Google answers'}`,
      )
    },
    async bytes(words, offset, length, signal) {
      const url = urlOf(words, { alt: 'media' })
      const answer = await ask(
        url,
        {
          // Objects that were stored packed come as they are stored: what reads them unpacks by their names.
          headers: { range: `bytes=${offset}-${offset + length - 1}`, 'accept-encoding': 'gzip' },
          maxBytes: length + 1024,
          unshared: true,
        },
        signal,
      )
      if (answer === null) return null
      if (answer.status === 416) return Buffer.alloc(0)
      if (answer.status === 206) return answer.body
      if (typeOf(answer).includes('html'))
        throw new ArrestorError('ARR-502', {
          platform,
          url: shownUrl(url),
          why: 'it answers text/html in place of an object',
        })
      // The range was not heeded: this is the whole object, which is no longer than what was asked for.
      return answer.body.subarray(offset, offset + length)
    },
  }
}

/** `403 PERMISSION_DENIED: ...`; null where it is not how Google says no. */
function refusalOf(answer: Answer): string | null {
  if (!typeOf(answer).includes('json')) return null
  try {
    const parsed = refusalSchema.safeParse(JSON.parse(answer.body.toString('utf8')))
    if (!parsed.success) return null
    const { status, message } = parsed.data.error
    return [`${answer.status}${status === undefined ? '' : ` ${status}`}`, message.slice(0, 300)]
      .filter((part) => part !== '')
      .join(': ')
  } catch {
    return null
  }
}
