// Queries of an event log: how they ended by what each version of Spark says, and what is kept of many and of long ones.
import { describe, expect, it } from 'vitest'
import { partsUnread } from '../../../src/platforms/event-log/delivered.ts'
import { createQueryLedger } from '../../../src/platforms/event-log/queries.ts'
import { createEventLogReader, plansFrom } from '../../../src/platforms/event-log/reader.ts'
import type { SparkApplication } from '../../../src/ports.ts'
import { NEVER } from '../support.ts'
import { memoryStore } from './memory-store.ts'

const UI = 'org.apache.spark.sql.execution.ui'
const HEAD = { Event: 'SparkListenerLogStart', 'Spark Version': '3.3.4' }
const TAIL = { Event: 'SparkListenerApplicationEnd', Timestamp: 9_000 }
const begins = (id: number, plan = `plan ${id}`): object => ({
  Event: `${UI}.SparkListenerSQLExecutionStart`,
  executionId: id,
  description: `query ${id}`,
  physicalPlanDescription: plan,
  time: 1_000,
})
const ends = (id: number, said: object = {}): object => ({
  Event: `${UI}.SparkListenerSQLExecutionEnd`,
  executionId: id,
  time: 3_500,
  ...said,
})
const job = (id: number, query: number, result: string): object[] => [
  { Event: 'SparkListenerJobStart', 'Job ID': id, 'Stage Infos': [], Properties: { 'spark.sql.execution.id': String(query) } },
  { Event: 'SparkListenerJobEnd', 'Job ID': id, 'Job Result': { Result: result } },
] // prettier-ignore

async function read(events: readonly object[], limits = {}, name = 'app-1') {
  const text = `${[HEAD, ...events].map((event) => JSON.stringify(event)).join('\n')}\n`
  const store = memoryStore({ [name]: Buffer.from(text) })
  const reader = createEventLogReader('batch', store, limits)
  const log = await (name === 'app-1' ? reader.find('.', 'app-1', NEVER) : reader.open('log', NEVER))
  if (log === null) throw new Error('no log')
  return log
}

describe('queries of an event log', () => {
  it.each<[string, object[], string, string | null]>([
    ['well, as 3.4 says it', [ends(0, { errorMessage: '' })], 'COMPLETED', null],
    ['with an error, as 3.4 says it', [ends(0, { errorMessage: 'no table t' })], 'FAILED', 'no table t'],
    ['before 3.4, which only its jobs tell: well', [...job(0, 0, 'JobSucceeded'), ends(0)], 'COMPLETED', null],
    ['before 3.4, which only its jobs tell: badly', [...job(0, 0, 'JobFailed'), ends(0)], 'FAILED', null],
    ['well though a job of another one failed', [begins(1), ...job(0, 1, 'JobFailed'), ends(0)], 'COMPLETED', null],
    ['not at all', [], 'RUNNING', null],
    ['not at all, while its job failed', job(0, 0, 'JobFailed'), 'FAILED', null],
  ])('one that ended %s', async (_how, events, status, error) => {
    const { queries, broken } = await read([begins(0), ...events])
    expect(queries.find(({ id }) => id === 0)).toMatchObject({ status, error, plan: 'plan 0' })
    expect(broken).toBe(0)
  }) // prettier-ignore

  it('are told with those first that did not end well, then the newest, as many as are asked for', async () => {
    const log = await read([begins(0), begins(1), begins(2), ends(0), ends(2)])
    const queries = plansFrom(() => Promise.resolve(log)).queries
    const app = { link: 'http://service/runs/1' } as SparkApplication
    const told = await queries(app, 2, NEVER)
    expect(told.map(({ id, durationMs, nodes, link }) => [id, durationMs, nodes, link])).toEqual([
      [1, 0, [], app.link],
      [2, 2_500, [], app.link],
    ])
  })

  it('keep no plan that is too long, nor the oldest ones of too many', () => {
    const ledger = createQueryLedger()
    const start = (executionId: number, physicalPlanDescription: string): void =>
      ledger.started({ executionId, description: 'x'.repeat(10_000), physicalPlanDescription, time: 1 })
    start(0, 'x'.repeat(256 * 1024 + 1))
    for (let id = 1; id <= 40; id += 1) start(id, 'x'.repeat(200 * 1024))
    const kept = ledger.all().filter(({ plan }) => plan !== '')
    expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_none, index) => 40 - index))
    expect(ledger.all()).toHaveLength(41)
    expect(ledger.all()[0]?.description).toHaveLength(4096)
    for (let id = 41; id <= 2_000; id += 1) start(id, 'plan')
    expect(ledger.all().map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_none, index) => 2_000 - index))
    // What is told of one that is not kept any more is of no use, and does no harm.
    ledger.ended({ executionId: 3, time: 2, errorMessage: '' })
    ledger.jobFailed(3)
    expect(ledger.all()).toHaveLength(1_000)
  }) // prettier-ignore
})

describe('a log that does not tell all', () => {
  it('of its queries is one with a line too long, without an end, or compacted', async () => {
    expect(partsUnread(await read([begins(0), TAIL]))).toEqual([])
    expect(partsUnread(await read([begins(0)]))).toEqual(['event log: it has no end'])
    expect(partsUnread(await read([begins(0, 'x'.repeat(2_000)), TAIL], { maxLineBytes: 1_000 }))).toEqual([
      'event log: 1 lines that are too long',
    ])
    const compacted = await read([TAIL], {}, 'log/events_1_app-1.compact')
    expect(partsUnread(compacted)).toEqual([expect.stringContaining('has left out of it')])
  })
})
