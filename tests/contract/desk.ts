// Flow with a store and without loops: rows are written as the product writes them, and stay for a test to take in hand.
import { pino } from 'pino'
import { parseConfig } from '../../src/config/load.ts'
import { settingsOf } from '../../src/config/settings.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { JOBS } from '../../src/flow/destinations.ts'
import { createIntake } from '../../src/flow/intake.ts'
import { understand } from '../../src/flow/receive.ts'
import type { Incident } from '../../src/incidents/model.ts'
import { findByReference } from '../../src/incidents/repository.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { SOURCES } from '../../src/sources/registry.ts'
import { registerJobs } from '../../src/store/jobs.ts'
import type { OutboxRow } from '../../src/store/outbox.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { type TestStore, openTestStore } from '../support/stores.ts'
import { alertBody } from '../support/world.ts'

export const ROUTING_KEY = 'contractroutingkey00000000000000'
export const EVENT_SECRET = 'contract-event-secret'

const CONFIG = `
teams:
  data-platform:
    channel: C0DATA
    responders: [U0ALICE]
    commanders: [U0BOB]
    platforms: [batch]
    pagerduty: { routing_key: ${ROUTING_KEY} }
    second_route: { slack: C0GENERAL }
routing: { default_team: data-platform }
platforms:
  batch: { kind: spark-standalone, master_url: 'http://127.0.0.1:1' }
escalation:
  default: { steps: [{ after: 1m, page: true, mention: [U0BOB] }] }
events:
  webhooks: [{ url: 'http://127.0.0.1:1', secret: ${EVENT_SECRET} }]
`

export interface Desk {
  readonly deps: FlowDeps
  readonly store: TestStore['store']
  readonly clock: TestStore['clock']
  /** JSON lines of the log. */
  readonly logs: string[]
  /** Opens an incident through the front door; each call another one. */
  open(): Promise<Incident>
  /** The newest waiting row of a destination for an incident, as a notifier sees it. */
  row(destination: string, incident: Incident, where?: (row: OutboxRow) => boolean): Promise<OutboxRow>
  close(): Promise<void>
}

export async function openDesk(): Promise<Desk> {
  const { store, clock } = await openTestStore()
  const logs: string[] = []
  const library = await loadRunbooks(['runbooks'])
  const deps: FlowDeps = {
    store,
    clock,
    settings: settingsOf(parseConfig(CONFIG, 'contract.yml', {})),
    runbooks: () => library.index,
    library: () => library,
    runbookSources: () => [],
    slackConnection: () => ({ connected: false, since: null, problem: 'not connected yet' }),
    readers: new Map(),
    writers: new Map(),
    webhooks: [],
    directory: { roleOf: () => Promise.resolve('commander') },
    logger: pino({ level: 'trace' }, { write: (line: string) => void logs.push(line) }),
    metrics: createMetrics({ processMetrics: false }),
  }
  // Jobs may be asked for; a test does their work itself.
  const queues = Object.values(JOBS)
  await registerJobs(
    store,
    Object.fromEntries(queues.map((queue) => [queue, { handler: () => Promise.resolve() }])),
    queues,
  )
  const intake = createIntake(deps)
  let opened = 0
  return {
    deps,
    store,
    clock,
    logs,
    async open() {
      opened += 1
      const labels = { alertname: 'SparkExecutorOOMKilled', job_name: `contract-job-${lettersOf(opened)}` }
      const source = SOURCES.get('alertmanager')!
      const sender = { name: 'contract', teams: null, platforms: null }
      const understood = understand(deps, source, sender, Buffer.from(JSON.stringify(alertBody(labels))))
      if (understood.kind !== 'prepared') throw new Error(understood.reason)
      const stored = await intake.store(understood.prepared)
      if (stored.kind !== 'stored') throw new Error(logs.join(''))
      const incident = await store.transaction((tx) => findByReference(tx, String(opened), null))
      if (incident === null) throw new Error('no incident was opened')
      return incident
    },
    async row(destination, incident, where = () => true) {
      const rows = await store.db
        .selectFrom('outbox')
        .selectAll()
        .where('destination', '=', destination)
        .where('subject', '=', incident.id)
        .orderBy('id', 'desc')
        .execute()
      const found = rows
        .map((row) => ({
          id: row.id,
          destination: row.destination,
          subject: row.subject,
          mode: row.mode,
          priority: row.priority,
          payload: row.payload,
          attempts: row.attempts,
          firstTriedAt: row.first_tried_at,
          mayHaveHappened: row.may_have_happened,
          externalId: row.external_id,
          desiredVersion: row.desired_version,
          deliveredVersion: row.delivered_version,
          lastError: row.last_error,
          createdAt: row.created_at,
          fence: row.fence,
        }))
        .find(where)
      if (found === undefined) throw new Error(`no row for ${destination}`)
      return found
    },
    close: () => store.close(),
  }
}

/** A number in letters: digits at the end of a job's name count as the run's. */
function lettersOf(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))
}
