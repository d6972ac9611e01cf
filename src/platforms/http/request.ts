// How a read leaves the house, for all platforms: through the gate, bounded in time and size, again where that is safe.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { isAxiosError } from 'axios'
import { LATE_WORDS, SILENT_WORDS } from '../../diagnosis/silence.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { secretHeaders, withoutSecrets } from '../../secrets.ts'
import { type Gate, NO_PLACE, NO_PLACE_WORDS, OPEN_GATE } from './gate.ts'
import { type Send, plainSend, tokenOf } from '../../send.ts'
import { shownUrl } from './shown-url.ts'
import { watch } from './watched.ts'

export interface Read {
  /** POST is for reads alone that a platform takes in no other way. */
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly maxBytes?: number
  /** Large, or of one asker's own: no other gets the answer. */
  readonly unshared?: boolean
}

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
  /** A Kerberos token went with the request. */
  readonly negotiated?: boolean
  /** From sending to its last byte, in milliseconds: of the try that answered, without waiting for a place. */
  readonly tookMs?: number
}

export interface RequestOptions {
  readonly platform: string
  /** From the first byte sent to the last that came, in milliseconds; a body that drips is not waited for longer. */
  readonly timeoutMs: number
  /** Bytes of one answer, after unpacking. */
  readonly maxBytes: number
  /** What to do about an answer that is larger. */
  readonly tooLarge?: string
  /** Whether an answer means "ask again"; 429, 502, 503 and 504 do, unless this says otherwise. */
  readonly passing?: (answer: Answer) => boolean
  readonly gate?: Gate
  /** As somebody (`send.ts`). What it adds is no part of the question: answers are shared all the same. */
  readonly send?: Send
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
}

/** Throws ARR-501 (no whole answer came), ARR-502 (one that is too large), and what `send` throws. Redirects and statuses are the caller's. */
export type Request = (read: Read, signal: AbortSignal) => Promise<Answer>

/** What passes by itself is asked for this often in all. */
const TRIES = 3
/** Before the second try, doubled before the third; half of it by chance, so that forty askers do not come back as one. */
const PAUSE_MS = 100
/** A platform that asks to wait longer than this is believed, and not waited for. */
const LONGEST_WAIT_MS = 2000

/** A connection that was closed under way: a keep-alive that ended, a proxy that was restarted. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

export function createRequest(options: RequestOptions): Request {
  const gate = options.gate ?? OPEN_GATE
  const send = options.send ?? plainSend
  const passing = options.passing ?? (({ status }: Answer) => PASSING.has(status))

  const unreachable = (read: Read, why: string, cause?: unknown): ArrestorError =>
    new ArrestorError('ARR-501', { platform: options.platform, url: shownUrl(read.url), why }, cause)

  async function once(read: Read, signal: AbortSignal): Promise<Answer> {
    const maxBytes = read.maxBytes ?? options.maxBytes
    const late = AbortSignal.timeout(options.timeoutMs)
    const watched = watch()
    const sentAt = performance.now()
    try {
      const response = await send<Buffer>({
        method: read.method,
        url: read.url.href,
        ...(read.body === undefined ? {} : { data: read.body }),
        headers: { ...read.headers },
        // Redirects are looked at before they are followed; a parser of our own says what is wrong.
        maxRedirects: 0,
        responseType: 'arraybuffer',
        validateStatus: () => true,
        maxContentLength: maxBytes,
        transport: watched.transport,
        // axios's own limit is on silence: an answer that drips for ever would never be late.
        signal: AbortSignal.any([signal, late]),
        ...(options.httpAgent === undefined ? {} : { httpAgent: options.httpAgent }),
        ...(options.httpsAgent === undefined ? {} : { httpsAgent: options.httpsAgent }),
      })
      const { status, headers, data } = response
      const tookMs = performance.now() - sentAt
      const body = Buffer.isBuffer(data) ? data : Buffer.from(data)
      const token = tokenOf(response)
      const negotiated = token !== null
      // Who refuses may quote what it was sent; its words are cut and passed on, so that it goes before anybody reads them.
      const sent = negotiated ? { ...read.headers, authorization: token } : read.headers
      return { status, headers, body: status < 400 ? body : unechoed(body, sent), negotiated, tookMs }
    } catch (error) {
      if (error instanceof ArrestorError) throw error
      if (isAxiosError(error) && error.message.includes('maxContentLength'))
        throw new ArrestorError('ARR-502', {
          platform: options.platform,
          url: shownUrl(read.url),
          why: `the answer is larger than ${maxBytes} bytes${options.tooLarge === undefined ? '' : `: ${options.tooLarge}`}`,
        })
      if (signal.aborted) throw unreachable(read, 'there was no time left')
      if (isAxiosError(error) && error.message === 'stream has been aborted')
        throw unreachable(read, 'its answer breaks off in the middle', { code: 'ECONNRESET' })
      if (late.aborted)
        throw unreachable(
          read,
          `${watched.isSilent() ? SILENT_WORDS : 'it'} ${LATE_WORDS} (${options.timeoutMs / 1000} s)`,
        )
      // The cause is a bare code: the error of axios holds the request, and with it the credential.
      throw unreachable(read, whyNot(error), isAxiosError(error) ? { code: error.code } : undefined)
    }
  }

  async function gated(read: Read, signal: AbortSignal): Promise<Answer> {
    const key =
      read.unshared === true ? null : JSON.stringify([read.method, read.url.href, read.headers, read.body])
    try {
      return await gate.ask(key, signal, (shared) => once(read, shared))
    } catch (error) {
      if (error instanceof ArrestorError) throw error
      throw unreachable(
        read,
        error === NO_PLACE ? NO_PLACE_WORDS : signal.aborted ? 'there was no time left' : reasonOf(error),
      )
    }
  }

  return async (read, signal) => {
    for (let tried = 1; ; tried += 1) {
      let pauseMs = PAUSE_MS * 2 ** (tried - 1) * (0.5 + Math.random() / 2)
      try {
        const answer = await gated(read, signal)
        if (!passing(answer) || tried >= TRIES) return answer
        pauseMs = askedToWaitMs(answer) ?? pauseMs
        if (pauseMs > LONGEST_WAIT_MS) return answer
      } catch (error) {
        if (tried >= TRIES || signal.aborted || !isBroken(error)) throw error
      }
      try {
        await wait(pauseMs, undefined, { signal })
      } catch {
        throw unreachable(read, 'there was no time left')
      }
    }
  }
}

function unechoed(body: Buffer, sent: Readonly<Record<string, string>>): Buffer {
  const said = body.toString('utf8')
  const safe = withoutSecrets(secretHeaders(sent))(said)
  return safe === said ? body : Buffer.from(safe)
}

/** Where a redirect leads, for people: without query and credentials. */
export function redirectOf(
  answer: Answer,
  from: URL,
): { readonly target: URL | null; readonly shown: string } {
  const location = answer.headers['location']
  const target = typeof location === 'string' && location !== '' ? URL.parse(location, from) : null
  return { target, shown: target === null ? 'nowhere' : shownUrl(target) }
}

/** The media type of an answer, `nothing` where it says none. */
export function typeOf({ headers }: Answer): string {
  const type = headers['content-type']
  return typeof type === 'string' ? (type.split(';')[0] ?? type) : 'nothing'
}

/** `it answers 503 and asks to wait 30 s` */
export function statusWords(answer: Answer): string {
  const waitMs = askedToWaitMs(answer) ?? 0
  return `it answers ${answer.status}${waitMs > 0 ? ` and asks to wait ${Math.ceil(waitMs / 1000)} s` : ''}`
}

/** Retry-After as seconds or as a date; null where there is none that can be read. */
function askedToWaitMs({ headers }: Answer): number | null {
  const said = headers['retry-after']
  if (typeof said !== 'string' || said === '') return null
  if (/^\d{1,9}$/.test(said)) return Number(said) * 1000
  const at = Date.parse(said)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}

function isBroken(error: unknown): boolean {
  const cause = error instanceof ArrestorError ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause && BROKEN.has(String(cause.code))
}

function whyNot(error: unknown): string {
  if (isAxiosError(error) && error.code !== undefined && error.message === '') return error.code
  return reasonOf(error)
}
