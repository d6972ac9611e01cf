// The read client of a History Server: where it is, and who we are to it where that is another than to the rest.
import * as z from 'zod'
import { type Authorized, authHeaders, authSchema } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import type { PlatformDeps } from '../platform.ts'
import { type TimedClient, createReadClient } from './client.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** To be spread into the strict object of a kind. */
export const historyShape = {
  history_url: url
    .optional()
    .describe('web interface of the Spark History Server, for example http://spark-history:18080'),
  history_auth: authSchema.optional().describe('who we are to the History Server, where that differs'),
} as const

export interface HistoryConfig {
  readonly history_url?: string | undefined
  readonly history_auth?: Authorized['auth']
  readonly timeout_ms: number
}

/** Null where no History Server is configured. `rest` is who we are to it unless `history_auth` says another. */
export function createHistoryClient(
  platform: string,
  config: HistoryConfig,
  deps: PlatformDeps,
  rest: Authorized = {},
): TimedClient | null {
  if (config.history_url === undefined) return null
  const identity = config.history_auth === undefined ? rest : { auth: config.history_auth }
  return createReadClient({
    platform,
    baseUrl: config.history_url,
    timeoutMs: config.timeout_ms,
    headers: authHeaders(identity),
    credential: 'history_auth',
    send: createSend(platform, identity, deps.kerberos),
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
  })
}
