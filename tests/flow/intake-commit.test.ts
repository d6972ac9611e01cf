// P1: 2xx only after the commit; what cannot be stored now is 503 with Retry-After and is not lost.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { storeKinds } from '../support/stores.ts'
import { alertBody, envelope, until } from '../support/world.ts'

const bodyOf = (job: string): Record<string, unknown> =>
  alertBody({ alertname: 'SparkJobFailed', job_name: job }, { fingerprint: job })

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `P1: 2xx only after the commit, on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let door: FrontDoor
      beforeAll(async () => {
        door = await openFrontDoor(await kind.open(), { limits: { batchAlerts: 10, waitingAlerts: 20 } })
        // Stands for anything that the database refuses of one body alone.
        await sql`
          create function refuse_poison() returns trigger language plpgsql as $$
          begin raise exception 'poison'; end $$`.execute(door.store.db)
        await sql`
          create trigger poison before insert on alert_instances for each row
          when (new.fingerprint like 'poison%') execute function refuse_poison()`.execute(door.store.db)
        await sql`
          create constraint trigger poison_at_commit after insert on alert_instances deferrable initially deferred
          for each row when (new.fingerprint like 'late-poison%') execute function refuse_poison()`.execute(
          door.store.db,
        )
      })
      beforeEach(() => {
        Object.assign(door.gate, { away: false, hold: null })
      })
      afterAll(async () => {
        await door?.close()
        await kind.close()
      })

      const stored = async (job: string): Promise<boolean> =>
        (
          await door.store.db
            .selectFrom('alert_instances')
            .select('seen')
            .where('fingerprint', '=', job)
            .execute()
        ).length === 1
      /** Holds every commit until `letGo`; the answer's state can be looked at meanwhile. */
      const holdCommits = (): (() => void) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        door.gate.hold = promise
        return () => {
          door.gate.hold = null
          resolve()
        }
      }

      it('the answer waits for the commit', async () => {
        const letGo = holdCommits()
        let answered = false
        const answer = door.post(bodyOf('waits')).finally(() => {
          answered = true
        })
        await until(() => door.gate.held === 1, 'the transaction at its commit')
        // Another request goes all the way meanwhile: it is not slowness that the answer waits for.
        expect((await fetch(`${door.http.url}/healthz`)).status).toBe(200)
        expect(answered).toBe(false)
        letGo()
        expect((await answer).status).toBe(200)
        expect(await stored('waits')).toBe(true)
      })

      it('a commit that fails is 503 with Retry-After, and nothing of it is there', async () => {
        const answer = await door.post(bodyOf('late-poison'))
        expect(answer.status).toBe(503)
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        expect(answer.body.error).toContain('send again')
        expect(await stored('late-poison')).toBe(false)
        expect((await door.get('/api/v1/incidents?state=all')).body).not.toMatchObject({
          incidents: expect.arrayContaining([expect.objectContaining({ job_name: 'late-poison' })]),
        })
      })

      it('the sender does not learn how the database failed; the log does', async () => {
        const answer = await door.post(bodyOf('poison-quiet'))
        expect(JSON.stringify(answer.body)).not.toContain('poison')
        expect(door.logs.at(-1)).toContain('poison')
      })

      it('the database is away: 503, and once it is back the same body is stored', async () => {
        door.gate.away = true
        for (let i = 0; i < 3; i += 1) {
          const answer = await door.post(bodyOf('patient'))
          expect(answer.status).toBe(503)
          expect(answer.headers.get('retry-after')).toBe('5')
        }
        door.gate.away = false
        expect((await door.post(bodyOf('patient'))).status).toBe(200)
        expect(await stored('patient')).toBe(true)
      })

      it('a refused body is 400 even while the database is away: sending it again would not help', async () => {
        door.gate.away = true
        expect((await door.post('no json')).status).toBe(400)
      })

      it('the API says 503 and not 500 while the database is away', async () => {
        door.gate.away = true
        const answer = await door.get('/api/v1/incidents')
        expect(answer.status).toBe(503)
        expect(answer.headers.get('retry-after')).toBe('5')
      })

      it('one poisonous body does not refuse those that share its transaction', async () => {
        const letGo = holdCommits()
        const first = door.post(bodyOf('opens-the-way'))
        await until(() => door.gate.held === 1, 'the first at its commit')
        // These four arrive while the first commits, and so share the next transaction.
        const names = ['neighbour-1', 'poison-1', 'neighbour-2', 'late-poison-2']
        const answers = names.map((name) => door.post(bodyOf(name)))
        await untilUnderWay(door, answers.length + 1)
        letGo()
        expect((await first).status).toBe(200)
        expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 503, 200, 503])
        expect(await Promise.all(names.map(stored))).toEqual([true, false, true, false])
      })

      it('a body larger than one transaction is answered when its last part is stored; what failed is sent again whole', async () => {
        const many = (last: string): Record<string, unknown> =>
          envelope(
            [...Array.from({ length: 25 }, (_, i) => `part-${i}`), last].map((name) => ({
              ...(bodyOf(name)['alerts'] as object[])[0],
              labels: { alertname: 'SparkJobFailed', job_name: 'parts' },
            })),
          )
        expect((await door.post(many('poison-part'))).status).toBe(503)
        expect((await door.post(many('part-25'))).status).toBe(200)
        const [incident] = await door.store.db
          .selectFrom('incidents')
          .selectAll()
          .where('key', 'like', '%job=parts')
          .execute()
        expect(incident).toMatchObject({ alerts_total: 26, alerts_firing: 26 })
      })

      it('overload is 503 at once, and what waited already is stored', async () => {
        const letGo = holdCommits()
        const first = door.post(bodyOf('first-in-line'))
        await until(() => door.gate.held === 1, 'the first at its commit')
        const line = Array.from({ length: 20 }, (_, i) => door.post(bodyOf(`in-line-${i}`)))
        await untilUnderWay(door, line.length + 1)
        const turnedAway = await door.post(bodyOf('turned-away'))
        expect(turnedAway.status).toBe(503)
        expect(turnedAway.headers.get('retry-after')).toBe('5')
        expect(turnedAway.body.error).toContain('too many')
        letGo()
        expect((await Promise.all([first, ...line])).map(({ status }) => status)).toEqual(Array(21).fill(200))
        expect((await door.post(bodyOf('turned-away'))).status).toBe(200)
      })
    },
  )

async function untilUnderWay(door: FrontDoor, bodies: number): Promise<void> {
  await until(() => door.underWay() === bodies, `${bodies} bodies under way`)
}
