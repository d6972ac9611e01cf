// What an offered action aims at: the very object that was looked at, where the alert's name for it may be another's later.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diagnose } from '../../src/flow/diagnose.ts'
import { json } from '../../src/store/store.ts'
import type { PlatformRun, PlatformWriter } from '../../src/ports.ts'
import { type Desk, openDesk } from '../contract/desk.ts'
import { RUN, readerOf } from '../diagnosis/support.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

const WRITER: PlatformWriter = {
  platform: 'batch',
  capabilities: new Set(['application.kill']),
  kill: () => Promise.resolve({ kind: 'accepted', detail: 'done' }),
  rerun: () => Promise.resolve({ kind: 'accepted', detail: 'done' }),
}

/** Targets of the actions that a diagnosis offers for a run that the alert calls so and the platform so. */
async function targetsOf(runId: string, run: Partial<PlatformRun>): Promise<readonly string[]> {
  const incident = await desk.open()
  await desk.store.db
    .updateTable('incidents')
    .set({ run: json({ ...incident.run, runId }) })
    .where('id', '=', incident.id)
    .execute()
  const reader = readerOf({ run: { ...RUN, state: 'running', ...run } })
  const readers = new Map([['batch', reader]])
  await diagnose({ ...desk.deps, readers, writers: new Map([['batch', WRITER]]) }, incident.id)
  const rows = await desk.store.db
    .selectFrom('offers')
    .select('target')
    .where('incident_id', '=', incident.id)
    .execute()
  return rows.map(({ target }) => target)
}

it('is told by its uid, where the alert names a place that may be taken anew', async () => {
  const place = 'etl/orders@5f0c2a91'
  expect(await targetsOf('etl/orders', { id: place, place })).toEqual([place])
  expect(await targetsOf('etl/orders', { id: 'spark-3f1a', place })).toEqual([place])
})

it('is the run of a pod, where the alert names no more than that', async () => {
  const place = 'etl/orders@5f0c2a91'
  expect(await targetsOf('etl/orders-4f-exec-7', { id: 'spark-3f1a', place })).toEqual([place])
  expect(await targetsOf('etl/orders-driver', { id: 'spark-3f1a', place })).toEqual([place])
  expect(await targetsOf('web/orders-driver', { id: 'spark-3f1a', place })).toEqual(['web/orders-driver'])
})

it('is what the alert says, where that is nobody else’s', async () => {
  expect(await targetsOf('spark-3f1a', { id: 'spark-3f1a', place: 'etl/orders@5f0c2a91' })).toEqual([
    'spark-3f1a',
  ])
  expect(await targetsOf('etl/orders', { id: 'etl/orders-2', place: 'etl/orders-2@5f0c2a91' })).toEqual([
    'etl/orders',
  ])
})
