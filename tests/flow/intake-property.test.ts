// However the same alerts are split into bodies and bodies into transactions, the end is the same, and every count adds up.
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storePrepared } from '../../src/flow/receive.ts'
import { understand } from '../../src/flow/receive.ts'
import { alertmanager } from '../../src/sources/alertmanager/index.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { storeKinds } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

const SENDER = { name: 'property', teams: null, platforms: null }
const JOBS = ['left', 'right'] as const

/** One thing a source says: which signal of which job, which of its starts, firing or not. */
const said = fc.record({
  signal: fc.nat({ max: 2 }),
  job: fc.nat({ max: 1 }),
  start: fc.nat({ max: 2 }),
  firing: fc.boolean(),
})
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never

/** Sizes of bodies, and how many bodies share a transaction. */
const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 })

let universe = 0

describe.each(storeKinds().map((kind) => ({ kind, name: kind.name })))('on $name', ({ kind }) => {
  describe.skipIf(kind.missing !== undefined)(kind.missing ?? 'any split', () => {
    let door: FrontDoor
    beforeAll(async () => {
      door = await openFrontDoor(await kind.open())
    })
    afterAll(async () => {
      await door?.close()
      await kind.close()
    })

    /** Takes the history in, cut so, under names of its own; answers what is known at the end. */
    const run = async (
      history: readonly Said[],
      bodySizes: readonly number[],
      txSizes: readonly number[],
    ) => {
      universe += 1
      const prefix = `u${universe}x`
      const bodies = cut(history, bodySizes).map((part) => prepared(door, prefix, part))
      for (const batch of cut(bodies, txSizes))
        await door.deps.store.transaction((tx) => storePrepared(tx, door.deps, batch, door.clock.now()))
      const db = door.store.db
      const instances = await db
        .selectFrom('alert_instances')
        .select(['fingerprint', 'starts_at', 'status', 'incident_id'])
        .where('fingerprint', 'like', `${prefix}-%`)
        .execute()
      const incidents = await db
        .selectFrom('incidents')
        .selectAll()
        .where('key', 'like', `%job=${prefix}-%`)
        .orderBy('number')
        .execute()
      return { prefix, instances, incidents }
    }

    it('the alerts and the open incidents are those of one alert after the other', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(said, { minLength: 1, maxLength: 14 }),
          cuts,
          cuts,
          async (history, bodySizes, txSizes) => {
            const whole = await run(history, bodySizes, txSizes)
            const single = await run(history, [1], [1])
            const told = ({ prefix, instances, incidents }: typeof whole) => ({
              instances: instances
                .map(
                  ({ fingerprint, starts_at, status }) =>
                    `${fingerprint.slice(prefix.length)} ${starts_at.toISOString()} ${status}`,
                )
                .sort(),
              open: incidents
                .filter(({ state }) => state !== 'resolved')
                .map(({ key, alerts_firing }) => `${key.replace(prefix, '')} ${alerts_firing}`)
                .sort(),
            })
            expect(told(whole)).toEqual(told(single))
          },
        ),
        { numRuns: 40 },
      )
    })

    it('every incident counts its firing alerts, none is open without one, and no key has two', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(said, { minLength: 1, maxLength: 14 }),
          cuts,
          cuts,
          async (history, bodySizes, txSizes) => {
            const { instances, incidents } = await run(history, bodySizes, txSizes)
            for (const incident of incidents) {
              const mine = instances.filter(({ incident_id }) => incident_id === incident.id)
              expect(incident.alerts_firing).toBe(mine.filter(({ status }) => status === 'firing').length)
              expect(incident.alerts_total).toBe(mine.length)
              expect(incident.state === 'resolved').toBe(incident.alerts_firing === 0)
            }
            const open = incidents.filter(({ state }) => state !== 'resolved').map(({ key }) => key)
            expect(new Set(open).size).toBe(open.length)
          },
        ),
        { numRuns: 40 },
      )
    })
  })
})

function prepared(door: FrontDoor, prefix: string, part: readonly Said[]) {
  const body = envelope(
    part.map(({ signal, job, start, firing }) => ({
      status: firing ? 'firing' : 'resolved',
      labels: { alertname: 'SparkJobFailed', job_name: `${prefix}-${JOBS[job]}` },
      startsAt: new Date(Date.UTC(2026, 10, 2, 1 + start)).toISOString(),
      endsAt: firing ? undefined : '2026-11-02T10:00:00Z',
      // A signal belongs to one job: the fingerprint is made of the labels.
      fingerprint: `${prefix}-${JOBS[job]}-${signal}`,
    })),
  )
  const understood = understand(door.deps, alertmanager, SENDER, Buffer.from(JSON.stringify(body)))
  if (understood.kind === 'refused') throw new Error(understood.reason)
  return understood.prepared
}

/** Pieces of these sizes, again and again, until nothing is left. */
function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const out: T[][] = []
  for (let at = 0, i = 0; at < items.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1
    out.push(items.slice(at, at + size))
    at += size
  }
  return out
}
