// The HTTP of Prometheus: three fixed paths, bounded, no redirects, and it says what went wrong in words that help.
import { type Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { rootCertificates } from 'node:tls'
import type * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { Gate } from '../http/gate.ts'
import { type Answer as HttpAnswer, createRequest, redirectOf, statusWords, typeOf } from '../http/request.ts'
import type { PrometheusConfig } from './config.ts'

/** All that is ever asked; the API has others that delete series or end the server. */
export type Path = '/api/v1/query' | '/api/v1/query_range' | '/api/v1/status/buildinfo'
export type Form = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface PrometheusClient {
  /** Without a trailing slash, for links and messages. */
  readonly baseUrl: string
  /**
   * Asks and holds the body against `schema`; answers of 400, 422 and 503 that fit it come back too, since they carry
   * the server's own words. Throws ARR-501, ARR-502, ARR-505.
   */
  ask<T>(path: Path, form: Form, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>
}

export interface ClientDeps {
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
  readonly metricsGate?: Gate
}

/** A thousand series over 60 steps are 2 MB; what is more helps nobody at 03:00. */
const MAX_BYTES = 8 * 1024 * 1024

export function createPrometheusClient(
  platform: string,
  config: PrometheusConfig,
  deps: ClientDeps = {},
): PrometheusClient {
  const { origin, pathname } = new URL(config.url)
  const baseUrl = `${origin}${pathname.replace(/\/+$/, '')}`
  const httpsAgent =
    config.ca === undefined ? deps.httpsAgent : new HttpsAgent({ ca: [...rootCertificates, config.ca] })
  const unexpected = (url: string, why: string): ArrestorError =>
    new ArrestorError('ARR-502', { platform, url, why })
  const unreachable = (url: string, why: string): ArrestorError =>
    new ArrestorError('ARR-501', { platform, url, why })
  /** What answers neither 404 nor 405 to POST is asked that way: a long query fits, and no proxy logs it. */
  let method: 'POST' | 'GET' = 'POST'

  const request = createRequest({
    platform,
    timeoutMs: config.timeout_ms,
    maxBytes: MAX_BYTES,
    tooLarge: 'ask for fewer series',
    // Its own 503 says that the query took too long: asking again would take as long again.
    passing: (answer) =>
      [429, 502, 503, 504].includes(answer.status) &&
      !(answer.status === 503 && typeOf(answer).includes('json')),
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(httpsAgent === undefined ? {} : { httpsAgent }),
    ...(deps.metricsGate === undefined ? {} : { gate: deps.metricsGate }),
  })

  function send(path: Path, form: Form, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(`${baseUrl}${path}`)
    const text = new URLSearchParams(form).toString()
    const asForm = method === 'POST' && path !== '/api/v1/status/buildinfo'
    if (!asForm) url.search = text
    return request(
      {
        method: asForm ? 'POST' : 'GET',
        url,
        ...(asForm ? { body: text } : {}),
        headers: {
          accept: 'application/json',
          ...(asForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...(config.authorization === undefined ? {} : { authorization: config.authorization }),
        },
      },
      signal,
    )
  }

  return {
    baseUrl,
    async ask(path, form, schema, signal) {
      const url = `${baseUrl}${path}`
      let response = await send(path, form, signal)
      if (response.status === 405 && method === 'POST') {
        method = 'GET'
        response = await send(path, form, signal)
      }
      const { status } = response
      if (status === 401 || status === 403)
        throw new ArrestorError('ARR-505', { platform, url, status: String(status) })
      if (status >= 300 && status < 400)
        throw unexpected(
          url,
          // Prometheus itself never redirects its API: what does is a login.
          `it redirects to ${redirectOf(response, new URL(url)).shown}: a login page, or another address`,
        )
      if (status === 404) throw unexpected(url, 'there is no Prometheus at this address (404)')
      const type = typeOf(response)
      const value = type.includes('json') ? parsed(response.body.toString('utf8')) : undefined
      const fits = schema.safeParse(value)
      if (fits.success && [200, 400, 422, 503].includes(status)) return fits.data
      if (status >= 500 || status === 429) throw unreachable(url, statusWords(response))
      if (status !== 200) throw unexpected(url, `it answers ${status}`)
      if (!type.includes('json')) throw unexpected(url, `it answers ${type} in place of JSON`)
      if (value === undefined) throw unexpected(url, 'its JSON is broken')
      const [issue] = fits.error?.issues ?? []
      throw unexpected(
        url,
        `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as Prometheus answers'}`,
      )
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
