// A PagerDuty account for tests: two services, three people, certificates made once per process.
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
