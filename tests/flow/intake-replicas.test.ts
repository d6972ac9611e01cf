// P2 and P15: two services on one PostgreSQL, many senders and people at once: one open incident a key, nothing lost, nothing stuck.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acknowledge, resolve } from '../../src/flow/press.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import {
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  findPostgres,
  startPostgres,
} from '../support/postgres-cluster.ts'
import { openTestStore } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

const BIN = findPostgres()
const ALICE = { kind: 'person', id: 'U0ALICE', name: 'alice', via: 'slack' } as const
const S1 = '2026-11-02T01:00:00Z'

function alert(job: string, fingerprint: string, status = 'firing', startsAt = S1): unknown {
  return { status, labels: { alertname: 'SparkJobFailed', job_name: job }, startsAt, fingerprint }
}

describe.skipIf(BIN === null)(
  `two services on one database${BIN === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`,
  () => {
    let cluster: PostgresCluster
    let doors: readonly FrontDoor[]
    beforeAll(async () => {
      cluster = await startPostgres(BIN ?? '', { fsync: false })
      const databaseUrl = await cluster.createDatabase()
      const first = await openFrontDoor(await openTestStore({ databaseUrl }))
      doors = [first, await openFrontDoor(await openTestStore({ databaseUrl }))]
    })
    afterAll(async () => {
      for (const door of doors ?? []) await door.close()
      await cluster?.stop()
    })

    const db = () => doors[0]!.store.db
    const incidentsOf = async (job: string) =>
      await db()
        .selectFrom('incidents')
        .selectAll()
        .where('key', 'like', `%job=${job}`)
        .orderBy('number')
        .execute()
    /** Sends each body through the services in turn, all at once. */
    const sendAll = async (bodies: readonly unknown[]): Promise<void> => {
      const answers = await Promise.all(bodies.map((body, i) => doors[i % 2]!.post(body)))
      expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200))
    }
    /** What every incident must be at any time, however it came about. */
    const expectSound = async (): Promise<void> => {
      const open = await db()
        .selectFrom('incidents')
        .select(['team', 'key'])
        .where('state', '<>', 'resolved')
        .execute()
      expect(new Set(open.map(({ team, key }) => `${team} ${key}`)).size).toBe(open.length)
      const all = await db().selectFrom('incidents').selectAll().execute()
      for (const incident of all) {
        const firing = await db()
          .selectFrom('alert_instances')
          .select('fingerprint')
          .where('incident_id', '=', incident.id)
          .where('status', '=', 'firing')
          .execute()
        expect(incident.alerts_firing).toBe(firing.length)
        expect(incident.alerts_total).toBeGreaterThan(0)
        const timeline = await db()
          .selectFrom('timeline')
          .select('kind')
          .where('incident_id', '=', incident.id)
          .orderBy('seq')
          .execute()
        expect(timeline[0]?.kind).toBe('opened')
        const card = await db().selectFrom('outbox').select('id').where('subject', '=', incident.id).execute()
        expect(card.length).toBeGreaterThan(0)
      }
    }

    it('P2: sixty senders with sixty alerts of one key open one incident that has them all', async () => {
      await sendAll(Array.from({ length: 60 }, (_, i) => envelope([alert('one-key', `one-key-${i}`)])))
      expect(await incidentsOf('one-key')).toMatchObject([{ alerts_total: 60, alerts_firing: 60 }])
      await expectSound()
    })

    it('P15: the same alert through both services at once is one alert in one incident', async () => {
      for (let round = 0; round < 15; round += 1) {
        const body = envelope([alert(`same-${round}`, `same-${round}`)])
        await sendAll([body, body, body, body])
        expect(await incidentsOf(`same-${round}`)).toMatchObject([{ alerts_total: 1, alerts_firing: 1 }])
        const seen = await db()
          .selectFrom('alert_instances')
          .select('seen')
          .where('fingerprint', '=', `same-${round}`)
          .execute()
        expect(seen).toEqual([{ seen: 4 }])
      }
      await expectSound()
    })

    it('an alert and its resolution through two services at once: whichever is first, nothing fires in the end', async () => {
      for (let round = 0; round < 25; round += 1) {
        const job = `race-${round}`
        const bodies = [envelope([alert(job, job)]), envelope([alert(job, job, 'resolved')])]
        await sendAll(round % 2 === 0 ? bodies : bodies.toReversed())
        for (const incident of await incidentsOf(job))
          expect(incident).toMatchObject({ state: 'resolved', alerts_firing: 0, alerts_total: 1 })
      }
      const firing = await db()
        .selectFrom('alert_instances')
        .select('fingerprint')
        .where('fingerprint', 'like', 'race-%')
        .where('status', '=', 'firing')
        .execute()
      expect(firing).toEqual([])
      await expectSound()
    })

    it('bodies that touch the same incidents in opposite orders do not stand in each other’s way', async () => {
      const jobs = Array.from({ length: 12 }, (_, i) => `cross-${'abcdefghijkl'[i]}`)
      const round = (order: readonly string[], from: number, status: string): unknown =>
        envelope(order.map((job) => alert(job, `${job}-${from}`, status)))
      for (const status of ['firing', 'resolved'])
        await sendAll(
          Array.from({ length: 16 }, (_, i) =>
            round(i % 2 === 0 ? jobs : jobs.toReversed(), Math.floor(i / 2), status),
          ),
        )
      for (const job of jobs)
        for (const incident of await incidentsOf(job)) expect(incident.state).toBe('resolved')
      await expectSound()
    })

    it('alerts, resolutions and presses at once: no deadlock comes to the surface, and everything adds up', async () => {
      const jobs = ['press-a', 'press-b', 'press-c']
      await sendAll(jobs.map((job) => envelope([alert(job, `${job}-0`)])))
      const presses = async (): Promise<void> => {
        for (const job of [...jobs, ...jobs.toReversed()])
          for (const door of doors) {
            const incident = (await incidentsOf(job)).at(-1)
            const press = door === doors[0] ? acknowledge : resolve
            expect((await press(door.deps, incident!.id, ALICE, null)).kind).toMatch(/done|already|refused/)
          }
      }
      const bodies = Array.from({ length: 24 }, (_, i) =>
        envelope(
          (i % 2 === 0 ? jobs : jobs.toReversed()).flatMap((job) => [
            alert(job, `${job}-${i}`),
            alert(job, `${job}-${i - 3}`, 'resolved'),
          ]),
        ),
      )
      await Promise.all([sendAll(bodies), presses(), presses()])
      await expectSound()
      expect(doors.flatMap((door) => door.logs).filter((line) => line.includes('deadlock'))).toEqual([])
    })
  },
)
