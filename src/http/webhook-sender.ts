// Sends what an action asks for by webhook: signed, once, to the operator's own address, and says what the answer means.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import axios from 'axios'
import { reasonOf } from '../errors.ts'
import type { Webhook, WebhookRequest, WriteOutcome } from '../ports.ts'
import { withoutSecrets } from '../secrets.ts'
import { type Reply, writeOnce } from '../write-once.ts'
import type { WebhookConfig } from './config.ts'
import { signedHeaders } from './outgoing.ts'

/** Agents that know the proxy and a private certificate authority. */
export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Bytes of an answer; a receiver says a sentence. */
const MAX_BYTES = 64 * 1024
const MAX_WORDS = 300
/** Where the answer may stand for a request that was carried out: browsers are sent on like that after a form. */
const MAY_HAVE_TAKEN: ReadonlySet<number> = new Set([301, 302, 303])
/** Said by who gave up waiting, as a proxy does for what is behind it. */
const GAVE_UP: ReadonlySet<number> = new Set([408, 499])
/** Parts of an address of so many characters are tokens: `/hooks/T0AB.../x7Kd...`. */
const MIN_TOKEN = 16

/** In the order of arrestor.yml. */
export function createWebhooks(
  configs: Readonly<Record<string, WebhookConfig>>,
  agents: Agents,
): readonly Webhook[] {
  return Object.entries(configs).map(([name, { url, secret, teams, timeout_s }]) => {
    const timeoutMs = timeout_s * 1_000
    return {
      name,
      teams: teams ?? null,
      send: (request, signal) => send({ name, url, secret, timeoutMs, agents }, request, signal),
      check: (signal) => check({ url, timeoutMs, agents }, signal),
    }
  })
}

interface Receiver {
  readonly name: string
  readonly url: string
  readonly secret: string
  readonly timeoutMs: number
  readonly agents: Agents
}

async function send(receiver: Receiver, request: WebhookRequest, signal: AbortSignal): Promise<WriteOutcome> {
  const { name, url, secret, timeoutMs, agents } = receiver
  const { id, type, at, data } = request
  const body = JSON.stringify({ id, type, at: at.toISOString(), data })
  const outcome = await writeOnce(
    {
      method: 'POST',
      url,
      body,
      headers: signedHeaders(type, id, secret, body),
      timeoutMs,
      maxBytes: MAX_BYTES,
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
    {
      outcome: (reply) => outcomeOf(name, reply),
      neverSent: `Webhook ${name} could not be reached, so nothing was asked for`,
      lost: `Webhook ${name} gave no answer: it may have taken the request`,
    },
    // The limit of the client is on silence; an answer that drips must end, too.
    AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  )
  return { ...outcome, detail: withoutSecrets([secret, ...secretsIn(url)])(outcome.detail) }
}

/** What of an address may be a credential: a server that does not know it repeats the path, and no more. */
function secretsIn(address: string): readonly string[] {
  const { username, password, pathname, search, searchParams } = new URL(address)
  const tokens = pathname.split('/').filter((part) => part.length >= MIN_TOKEN)
  const query = search === '' ? [] : [`${pathname}${search}`, search, ...searchParams.values()]
  return [address, username, password, ...query, ...tokens].flatMap((one) => [one, decoded(one)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function outcomeOf(name: string, reply: Reply): WriteOutcome {
  const { status } = reply
  const words = wordsOf(reply)
  const said = words === null ? '' : `: ${words}`
  if (status >= 200 && status < 300)
    return isPage(reply)
      ? unknown(
          `Webhook ${name} answers ${status} with a page, as a gateway would: perhaps it never had the request.`,
        )
      : { kind: 'accepted', detail: `Webhook ${name} took it (${status})${said}` }
  if (status >= 300 && status < 400) {
    const where = `Webhook ${name} answers ${status} and sends on elsewhere, which is not followed; put the last address in arrestor.yml.`
    return MAY_HAVE_TAKEN.has(status) ? unknown(where) : { kind: 'refused', detail: where }
  }
  if (status < 500 && !GAVE_UP.has(status))
    return { kind: 'refused', detail: `Webhook ${name} refused it (${status})${said}` }
  return unknown(`Webhook ${name} answers ${status}, so it may have taken the request${said}`)
}

const unknown = (detail: string): WriteOutcome => ({ kind: 'unknown', detail })

function isPage({ headers, data }: Reply): boolean {
  return (
    /\bhtml\b/i.test(String(headers['content-type'] ?? '')) ||
    /^\s*<(?:!doctype|html|head|body|title|form|script)\b/i.test(data)
  )
}

/** What the receiver says in JSON (`message`, `error`, `detail`; `url` as a link) or in a line of text; null where it says nothing. */
function wordsOf(reply: Reply): string | null {
  if (isPage(reply)) return null
  const line = (text: unknown): string =>
    typeof text === 'string'
      ? text
          .replaceAll(/[\s\p{Cc}]+/gu, ' ')
          .trim()
          .slice(0, MAX_WORDS)
          .toWellFormed()
      : ''
  let json: unknown
  try {
    json = JSON.parse(reply.data)
  } catch {
    const text = line(reply.data)
    return text === '' ? null : text
  }
  if (typeof json !== 'object' || json === null) return null
  const fields = json as Readonly<Record<string, unknown>>
  const words = [fields['message'], fields['error'], fields['detail']].map(line).find((text) => text !== '')
  const link = URL.parse(line(fields['url']))
  const shown = link !== null && /^https?:$/.test(link.protocol) ? `${link.origin}${link.pathname}` : ''
  const told = [words ?? '', shown].filter((text) => text !== '').join(' ')
  return told === '' ? null : told
}

/** OPTIONS sets nothing off anywhere, and whatever is answered, 405 among it, came from the other end. */
async function check(
  { url, timeoutMs, agents }: Omit<Receiver, 'name' | 'secret'>,
  signal: AbortSignal,
): Promise<string> {
  const { host } = new URL(url)
  let status: number
  try {
    const answer = await axios.request<string>({
      method: 'OPTIONS',
      url,
      maxRedirects: 0,
      responseType: 'text',
      validateStatus: () => true,
      maxContentLength: MAX_BYTES,
      httpAgent: agents.http,
      httpsAgent: agents.https,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    status = answer.status
  } catch (error) {
    throw new Error(
      `${host} cannot be reached (${withoutSecrets([url])(reasonOf(error))}): check url, DNS, proxy and certificate`,
      { cause: null },
    )
  }
  if (status >= 300 && status < 400)
    throw new Error(
      `${host} sends on elsewhere (${status}), which is not followed: put the last address in url`,
    )
  if (status >= 500) throw new Error(`${host} answers ${status}: it, or what is behind it, is not there`)
  return `${host} is reached (${status} to OPTIONS); no rollback was asked for`
}
