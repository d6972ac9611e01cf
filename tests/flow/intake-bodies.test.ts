// P1: what a body is answered, whatever is in it: its good elements go on, its bad ones are set aside with the reason.
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
    fingerprint: `body-${serial}`,
    ...fields,
  }
}

/** What an alert cannot do without. */
function bare(): Record<string, unknown> {
  const { status, labels, startsAt } = element()
  return { status, labels, startsAt }
}

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `P1: a body’s answer, on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
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

      describe('refused whole, with 400 and why', () => {
        const utf16 = new Uint8Array(Buffer.from('\uFEFF{"version":"4","alerts":[]}', 'utf16le'))
        const latin1 = new Uint8Array(Buffer.from('{"version":"4","alerts":[],"x":"\u00E9"}', 'latin1'))
        it.each([
          ['no JSON', '{"version": "4", "alerts": [', 'not JSON'],
          ['nothing at all', '', 'not JSON'],
          ['UTF-16', utf16, 'not JSON in UTF-8'],
          ['Latin-1', latin1, 'not JSON in UTF-8'],
          ['a list', [], 'not a JSON object'],
          ['null', null, 'not a JSON object'],
          ['a text', '"alerts"', 'not a JSON object'],
          ['no version', { alerts: [] }, '"version" is missing'],
          ['version 3', { version: '3', alerts: [] }, 'version "3" is not known'],
          ['version 4 as a number', { version: 4, alerts: [] }, 'version 4 is not known'],
          ['Grafana’s version', { version: '1', alerts: [] }, '/webhooks/grafana'],
          ['Grafana’s body', { version: '4', orgId: 1, alerts: {} }, '/webhooks/grafana'],
          ['no alerts', { version: '4' }, '"alerts" is not a list'],
          ['alerts that are no list', { version: '4', alerts: {} }, '"alerts" is not a list'],
          ['an endless version', { version: 'x'.repeat(100_000), alerts: [] }, 'is not known'],
        ])('%s', async (_what, body, why) => {
          const answer = await door.post(body)
          expect(answer.status).toBe(400)
          expect(answer.body.error).toContain(why)
          expect(answer.body.error?.length).toBeLessThan(200)
          const [decision] = await rejections(answer.body.error!.replaceAll('%', ''))
          expect(decision).toMatchObject({ kind: 'body_refused', subject: 'alertmanager from everybody' })
        })

        it('P11: the same refusal counts up and is not copied', async () => {
          for (let i = 0; i < 3; i += 1) await door.post('{"version":"77"}')
          expect(await rejections('version "77"')).toMatchObject([{ count: 3 }])
        })

        it('a body with no content type at all', async () => {
          const answer = await fetch(`${door.http.url}/webhooks/alertmanager`, {
            method: 'POST',
            headers: { authorization: 'Bearer token-of-everybody' },
          })
          expect(answer.status).toBe(400)
        })
      })

      describe('taken, whatever the sender adds or leaves out', () => {
        it.each([
          ['an empty list', envelope([]), 0],
          ['a byte order mark', `\uFEFF${JSON.stringify(envelope([element()]))}`, 1],
          [
            'unknown fields of any type',
            {
              version: '4',
              alerts: [element({ extra: [1] })],
              truncatedAlerts: null,
              externalURL: null,
              groupKey: 7,
              receiver: {},
            },
            1,
          ],
          ['nothing but what is used', { version: '4', alerts: [bare()] }, 1],
          ['no annotations', envelope([element({ annotations: undefined })]), 1],
          [
            'null where a field may be absent',
            envelope([element({ annotations: null, endsAt: null, generatorURL: null })]),
            1,
          ],
          ['no fingerprint', envelope([element({ fingerprint: undefined })]), 1],
          ['an empty fingerprint', envelope([element({ fingerprint: '' })]), 1],
          ['no labels at all', envelope([element({ labels: {} })]), 1],
          [
            'nanoseconds and an offset',
            envelope([element({ startsAt: '2026-11-02T04:59:00.123456789+02:00' })]),
            1,
          ],
        ])('%s', async (_what, body, stored) => {
          expect(await door.post(body)).toMatchObject({ status: 200, body: { stored, rejected: [] } })
        })

        it('a content type of any kind', async () => {
          for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', null])
            expect((await door.post(JSON.stringify(envelope([element()])), { type })).status).toBe(200)
        })

        it('without a fingerprint the labels are the identity', async () => {
          const labels = { job_name: 'job-without-fingerprint' }
          const body = envelope([element({ fingerprint: undefined }, labels)])
          await door.post(body)
          await door.post(body)
          const rows = await door.store.db
            .selectFrom('alert_instances')
            .select(['seen', 'fingerprint'])
            .where('run', '@>', JSON.stringify({ jobName: 'job-without-fingerprint' }))
            .execute()
          expect(rows).toMatchObject([{ seen: 2, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) }])
        })
      })

      describe('one bad element never sinks its neighbours', () => {
        it.each([
          ['no labels', { labels: undefined }, 'labels'],
          ['a label that is a number', { labels: { alertname: 'X', code: 5 } }, 'labels.code'],
          ['an unknown status', { status: 'suppressed' }, 'status'],
          ['no start', { startsAt: undefined }, 'startsAt'],
          ['a start that is no time', { startsAt: 'yesterday' }, 'startsAt'],
          ['a start in the year 0', { startsAt: '0000-06-01T00:00:00Z' }, 'startsAt'],
          ['a start before the year 1, by its offset', { startsAt: '0001-01-01T00:00:00+14:00' }, 'startsAt'],
          ['an end after the year 9999, by its offset', { endsAt: '9999-12-31T23:59:59-12:00' }, 'endsAt'],
          ['a fingerprint beyond reason', { fingerprint: 'f'.repeat(201) }, 'fingerprint'],
          ['a NUL in the name of a bad label', { labels: { 'nul\u0000name': 5 } }, 'nul\uFFFDname'],
          [
            'half a surrogate pair in the name of a bad label',
            { labels: { 'half\uD800name': 5 } },
            'half\uFFFDname',
          ],
          ['a bad label with a name of 100,000 characters', { labels: { ['n'.repeat(100_000)]: 5 } }, 'nnnn'],
        ])('%s', async (_what, broken, why) => {
          const [before, after] = [element(), element()]
          const answer = await door.post(envelope([before, element(broken), after]))
          expect(answer).toMatchObject({ status: 200, body: { stored: 2 } })
          expect(answer.body.rejected).toMatchObject([
            { pointer: '/alerts/1', reason: expect.stringContaining(why) },
          ])
          expect(answer.body.rejected?.[0]?.reason.length).toBeLessThan(400)
          expect(await instance(before['fingerprint'])).toMatchObject({ status: 'firing' })
          expect(await instance(after['fingerprint'])).toMatchObject({ status: 'firing' })
          const decisions = await rejections(answer.body.rejected![0]!.reason)
          expect(decisions).toMatchObject([{ kind: 'alert_rejected', subject: 'alertmanager' }])
        })

        it.each([[5], [null], ['text'], [[]], [{}]])('an element that is %j', async (thing) => {
          const good = element()
          const answer = await door.post(envelope([thing, good]))
          expect(answer).toMatchObject({
            status: 200,
            body: { stored: 1, rejected: [{ pointer: '/alerts/0' }] },
          })
          expect(await instance(good['fingerprint'])).toBeDefined()
        })

        it('its bad elements are kept, with where they stood, once', async () => {
          const bad = element({ status: 'a NUL \u0000 and bad' })
          const body = envelope([element(), bad])
          const text = JSON.stringify([{ pointer: '/alerts/1', element: bad }])
          for (let i = 0; i < 3; i += 1) expect((await door.post(body)).status).toBe(200)
          const kept = await door.store.db.selectFrom('raw_bodies').selectAll().execute()
          const mine = kept.filter((row) => Buffer.from(row.body).toString('utf8') === text)
          expect(mine).toMatchObject([
            {
              source: 'alertmanager',
              rejected: [{ pointer: '/alerts/1', reason: expect.stringContaining('status') }],
            },
          ])
        })

        it('a body of bad elements alone is answered 200 and quarantined: sending it again would not mend it', async () => {
          const answer = await door.post(
            envelope(Array.from({ length: 3_000 }, (_, i) => ({ labels: { [`l${i}`]: i } }))),
          )
          expect(answer).toMatchObject({ status: 200, body: { stored: 0 } })
          expect(answer.body.rejected).toHaveLength(3_000)
          expect(await rejections('one of many in its body')).toMatchObject([{ count: 1 }])
        })
      })

      describe('text that no column takes is cleaned and the alert goes on', () => {
        it('NUL and half surrogate pairs in labels, annotations, fingerprint, addresses', async () => {
          const nasty = 'a\u0000b\uD800c'
          const one = element(
            {
              fingerprint: `nasty-${kind.name}-\u0000`,
              annotations: { [nasty]: nasty, dashboard_url: `http://grafana.example/\u0000\uDC00` },
              generatorURL: `http://prometheus.example/?q=\u0000\uD800`,
            },
            { [nasty]: nasty, job_name: `nasty\u0000job` },
          )
          expect(await door.post(envelope([one]))).toMatchObject({
            status: 200,
            body: { stored: 1, rejected: [] },
          })
          const row = await instance(`nasty-${kind.name}-\uFFFD`)
          expect(row?.labels['a\uFFFDb\uFFFDc']).toBe('a\uFFFDb\uFFFDc')
          expect(row?.annotations).toMatchObject({ 'a\uFFFDb\uFFFDc': 'a\uFFFDb\uFFFDc' })
          expect(row?.run).toMatchObject({ jobName: 'nasty\uFFFDjob' })
          for (const { url } of (row?.links ?? []) as { url: string }[])
            expect(url).toMatch(/^http:\/\/[\x21-\x7e]+$/)
        })

        it('words that every JavaScript object knows are labels like any other', async () => {
          for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
            const one = element({}, { severity: word, [word]: word })
            expect((await door.post(envelope([one]))).status).toBe(200)
            expect(await instance(one['fingerprint'])).toMatchObject({ severity: 'medium' })
          }
        })

        it('an address that is no web address makes no link', async () => {
          const one = element({
            generatorURL: 'javascript:alert(1)',
            annotations: { dashboard: 'file:///etc/passwd' },
          })
          await door.post(envelope([one]))
          expect((await instance(one['fingerprint']))?.links).toEqual([
            { title: 'Alertmanager', url: 'http://alertmanager.example/' },
          ])
        })

        it('a text beyond reason is cut', async () => {
          const one = element(
            { annotations: { summary: 's'.repeat(200_000) } },
            { job_name: 'j'.repeat(200_000) },
          )
          expect((await door.post(envelope([one]))).status).toBe(200)
          const row = await instance(one['fingerprint'])
          expect(row).toMatchObject({ annotations: { summary: 's'.repeat(10_000) } })
        })
      })
    },
  )
