// P1 with a PostgreSQL that is really killed: 503 while it is gone, nothing answered 200 is lost, and all is well again by itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import {
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  findPostgres,
  startPostgres,
} from '../support/postgres-cluster.ts'
import { openTestStore } from '../support/stores.ts'
import { alertBody, until } from '../support/world.ts'

const BIN = findPostgres()

describe.skipIf(BIN === null)(
  `P1: a database that goes away${BIN === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`,
  () => {
    let cluster: PostgresCluster
    let door: FrontDoor
    beforeAll(async () => {
      cluster = await startPostgres(BIN ?? '', { fsync: false })
      door = await openFrontDoor(await openTestStore({ databaseUrl: await cluster.createDatabase() }))
    })
    afterAll(async () => {
      await door?.close()
      await cluster?.stop()
    })
    const send = (name: string): ReturnType<FrontDoor['post']> =>
      door.post(alertBody({ alertname: 'SparkJobFailed', job_name: 'outage' }, { fingerprint: name }))

    it('in the middle of a stream of webhooks: what was answered 200 is there, what was not is taken again', async () => {
      const answered = { 200: [] as string[], 503: [] as string[] }
      // Ten lines, each sending one after the other until it is turned away.
      const lines = Array.from({ length: 10 }, async (_, line) => {
        for (let i = 0; ; i += 1) {
          const name = `outage-${line}-${i}`
          const { status, headers } = await send(name)
          expect([200, 503]).toContain(status)
          answered[status as 200 | 503].push(name)
          if (status === 200) continue
          expect(headers.get('retry-after')).toBe('5')
          return
        }
      })
      await until(() => answered[200].length >= 30, 'a stream')
      await cluster.kill()
      await Promise.all(lines)

      // While it is away: the process lives, says that it is not ready, and tells its metrics.
      expect((await door.get('/healthz', null)).status).toBe(200)
      expect((await door.get('/readyz', null)).status).toBe(503)
      expect((await door.get('/metrics', null)).status).toBe(200)
      expect((await door.get('/api/v1/incidents')).status).toBe(503)

      await cluster.restart()
      await until(async () => (await door.get('/readyz', null)).status === 200, 'ready again')
      for (const name of answered[503]) expect((await send(name)).status).toBe(200)
      const stored = await door.store.db.selectFrom('alert_instances').select('fingerprint').execute()
      expect(new Set(stored.map(({ fingerprint }) => fingerprint))).toEqual(
        new Set([...answered[200], ...answered[503]]),
      )
      const incidents = await door.store.db.selectFrom('incidents').selectAll().execute()
      expect(incidents).toMatchObject([{ alerts_total: stored.length, alerts_firing: stored.length }])
    })

    it('says why in the log, with the code, and no stack', () => {
      const told = door.logs.filter((line) => line.includes('webhooks could not be stored'))
      expect(told.length).toBeGreaterThan(0)
      for (const line of told) {
        expect(line).toContain('ARR-201')
        expect(line).not.toContain('    at ')
      }
    })
  },
)
