// P1: who may speak at a webhook, for whom, and how much at once.
import { DUE } from '../../src/flow/destinations.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { storeKinds } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

let serial = 0

/** One element of a body, of a job of its own. */
function element(
  fields: Record<string, unknown> = {},
  labels: Record<string, unknown> = {},
): Record<string, unknown> {
  serial += 1
  return {
    status: 'firing',
    labels: { alertname: 'SparkJobFailed', severity: 'high', job_name: `job-of-${serial}-x`, ...labels },
    annotations: { summary: 'it broke' },
    startsAt: '2026-11-02T02:59:00.123Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example/graph',
    fingerprint: `sender-${serial}`,
    ...fields,
  }
}

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `P1: who may speak, on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let door: FrontDoor
      beforeAll(async () => {
        door = await openFrontDoor(await kind.open())
      })
      afterAll(async () => {
        await door?.close()
        await kind.close()
      })

      const instance = async (fingerprint: unknown) =>
        await door.store.db
          .selectFrom('alert_instances')
          .selectAll()
          .where('fingerprint', '=', String(fingerprint))
          .executeTakeFirst()
      const rejections = async (reason: string) =>
        await door.store.db
          .selectFrom('decisions')
          .selectAll()
          .where('reason', 'like', `%${reason}%`)
          .execute()

      describe('who may speak', () => {
        it('413 says how large a body may be', async () => {
          const answer = await door.post(new Uint8Array(33 * 1024 * 1024).fill(32))
          expect(answer.status).toBe(413)
          expect(answer.body.error).toContain('32 MiB')
          expect(answer.body.error).toContain('max_alerts')
        })

        it.each([
          ['none', null],
          ['a wrong one', 'token-of-nobody'],
          ['one that begins like a right one', 'token-of-everybod'],
          ['an API token', 'api-token-of-all'],
        ])('401 for a credential that is %s, and nothing is stored', async (_what, token) => {
          const one = element()
          const answer = await door.post(envelope([one]), { token })
          expect(answer.status).toBe(401)
          expect(answer.headers.get('www-authenticate')).toBe('Bearer')
          expect(await instance(one['fingerprint'])).toBeUndefined()
        })

        it('401 comes before the body is read: a stranger cannot make us hold 32 MiB', async () => {
          expect((await door.post(new Uint8Array(33 * 1024 * 1024), { token: null })).status).toBe(401)
        })

        it('takes the token as a Basic password too, which Alertmanager’s older configurations send', async () => {
          const answer = await fetch(`${door.http.url}/webhooks/alertmanager`, {
            method: 'POST',
            headers: {
              authorization: `Basic ${Buffer.from('anybody:token-of-everybody').toString('base64')}`,
            },
            body: JSON.stringify(envelope([])),
          })
          expect(answer.status).toBe(200)
        })

        it('404 for an unknown source names the known ones', async () => {
          for (const source of ['nagios', '__proto__', 'constructor']) {
            const answer = await door.post(envelope([]), { source })
            expect(answer.status).toBe(404)
            expect(answer.body.error).toContain('alertmanager')
          }
        })

        it('a credential of one team speaks for no other; its own alerts in the same body go on', async () => {
          const mine = element({}, { team: 'streaming' })
          const foreign = element({}, { team: 'data-platform' })
          const unrouted = element()
          const answer = await door.post(envelope([{}, foreign, mine, unrouted]), {
            token: 'token-of-streaming',
          })
          expect(answer).toMatchObject({ status: 200, body: { stored: 1 } })
          expect(answer.body.rejected?.map(({ pointer }) => pointer).sort()).toEqual([
            '/alerts/0',
            '/alerts/1',
            '/alerts/3',
          ])
          expect(await instance(mine['fingerprint'])).toMatchObject({ team: 'streaming' })
          expect(await instance(foreign['fingerprint'])).toBeUndefined()
          expect(await instance(unrouted['fingerprint'])).toBeUndefined()
          expect(await rejections('streaming-only may not speak for team data-platform')).toMatchObject([
            { count: 2 },
          ])
        })

        it('a credential of one platform speaks for no other', async () => {
          const spare = element({}, { team: 'streaming', platform: 'spare' })
          const prod = element({}, { team: 'streaming', platform: 'prod' })
          const answer = await door.post(envelope([spare, prod]), { token: 'token-of-spare' })
          expect(answer.body).toMatchObject({
            stored: 1,
            rejected: [
              { pointer: '/alerts/1', reason: 'credential spare-only may not speak for platform prod' },
            ],
          })
          expect(await instance(prod['fingerprint'])).toBeUndefined()
        })
      })

      describe('many at once', () => {
        it('10,000 alerts of one cause in one body are one incident', async () => {
          const alerts = Array.from({ length: 10_000 }, () => element({}, { job_name: 'storm' }))
          expect(await door.post(envelope(alerts))).toMatchObject({ status: 200, body: { stored: 10_000 } })
          const incidents = await door.store.db
            .selectFrom('incidents')
            .selectAll()
            .where('key', 'like', '%job=storm')
            .execute()
          expect(incidents).toMatchObject([{ alerts_total: 10_000, alerts_firing: 10_000 }])
          const timeline = await door.store.db
            .selectFrom('timeline')
            .select(['kind', 'count'])
            .where('incident_id', '=', incidents[0]!.id)
            .orderBy('seq')
            .execute()
          expect(timeline).toEqual([
            { kind: 'opened', count: 1 },
            { kind: 'alerts_joined', count: 9_999 },
          ])
        })

        it('10,000 alerts of 5,000 jobs in one body open 5,000 incidents, each with its timer', async () => {
          const alerts = Array.from({ length: 10_000 }, (_, i) =>
            element(
              {},
              {
                job_name: `many-${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10) % 10]}${Math.floor(i / 100) % 50}`,
                app_id: `x${i}`,
              },
            ),
          )
          expect(await door.post(envelope(alerts))).toMatchObject({ status: 200, body: { stored: 10_000 } })
          const { count } = await door.store.db
            .selectFrom('incidents')
            .innerJoin('due', 'due.subject', 'incidents.id')
            .where('due.kind', '=', DUE.escalation)
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .where('key', 'like', '%job=many-%')
            .executeTakeFirstOrThrow()
          expect(count).toBe(5_000)
        }, 120_000)
      })
    },
  )
