// A PagerDuty account for tests: two services, three people, certificates made once per process.
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { ensureCertificates, type Certificates } from '../../../src/sandbox/tls.ts'
import {
  createPagerDutyServer,
  type PagerDutyOptions,
  type PagerDutyServer,
} from '../../../src/sandbox/pagerduty/server.ts'

export const DATA_KEY = 'd'.repeat(32)
export const STREAM_KEY = 's'.repeat(32)
export const API_TOKEN = 'pd-sandbox-token'
export const ALICE = { id: 'PALICE', name: 'Alice Adams', email: 'alice@example.com' }
export const BOB = { id: 'PBOB', name: 'Bob Brown', email: 'bob@example.com' }
export const DATA_SERVICE = {
  id: 'PSVCDATA',
  name: 'data-platform',
  routingKey: DATA_KEY,
  escalationPolicy: { id: 'PEPDATA', name: 'data-platform' },
}
export const STREAM_SERVICE = {
  id: 'PSVCSTREAM',
  name: 'streaming',
  routingKey: STREAM_KEY,
  escalationPolicy: { id: 'PEPSTREAM', name: 'streaming' },
}

let made: Promise<Certificates> | undefined

/** A running account on a free port. */
export async function startAccount(options: Partial<PagerDutyOptions> = {}): Promise<PagerDutyServer> {
  made ??= ensureCertificates()
  return await createPagerDutyServer({
    port: 0,
    tls: await made,
    services: [DATA_SERVICE, STREAM_SERVICE],
    users: [ALICE, BOB],
    apiToken: API_TOKEN,
    ...options,
  })
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: unknown }

/** A bare HTTPS request to the account, made by nothing but Node. */
export async function ask(
  account: PagerDutyServer,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const sent =
    options.body === undefined || typeof options.body === 'string'
      ? options.body
      : JSON.stringify(options.body)
  return await new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      `${account.baseUrl}${path}`,
      { method, ca: account.ca, headers: options.headers ?? {}, agent: false },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => {
          const json = incoming.headers['content-type']?.startsWith('application/json') === true
          const body: unknown = json ? JSON.parse(text) : text
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(sent)
  })
}

/** A REST request with the account's token, as alice unless `from` says otherwise. */
export async function rest(
  account: PagerDutyServer,
  method: string,
  path: string,
  body?: unknown,
  from: string = ALICE.email,
): Promise<Answer> {
  return await ask(account, method, path, {
    ...(body === undefined ? {} : { body }),
    headers: {
      authorization: `Token token=${API_TOKEN}`,
      accept: 'application/vnd.pagerduty+json;version=2',
      'content-type': 'application/json',
      ...(from === '' ? {} : { from }),
    },
  })
}

/** The smallest event that opens an incident. */
export function trigger(dedupKey: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    routing_key: DATA_KEY,
    event_action: 'trigger',
    dedup_key: dedupKey,
    payload: { summary: 'Executor lost', source: 'nightly_orders', severity: 'error' },
    ...more,
  }
}

export async function enqueue(account: PagerDutyServer, event: unknown): Promise<Answer> {
  return await ask(account, 'POST', '/v2/enqueue', { body: event })
}
