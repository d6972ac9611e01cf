// POST /webhooks/deploy: who is believed, what is stored, for whom, and where it is told.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/incidents/deployments.ts'
import { listDeployments, speaksOf } from '../../src/incidents/deployments.ts'
import { RETENTION } from '../../src/flow/retention.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { openTestStore, storeKinds } from '../support/stores.ts'
import { alertBody } from '../support/world.ts'

interface DeployAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: { stored?: number; known?: number; ignored?: unknown[]; rejected?: { pointer: string; reason: string }[]; error?: string }
} // prettier-ignore

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `POST /webhooks/deploy on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let door: FrontDoor
      beforeAll(async () => {
        door = await openFrontDoor(await kind.open())
      })
      afterAll(async () => {
        await door?.close()
        await kind.close()
      })
      const post = async (body: unknown, token = 'token-of-ci'): Promise<DeployAnswer> =>
        (await door.post(body, { token, source: 'deploy' })) as DeployAnswer
      const kept = async (version: string): Promise<readonly Deployment[]> => {
        const since = new Date(door.clock.now().getTime() - 100 * 86_400_000)
        const all = await door.store.transaction((tx) =>
          listDeployments(tx, { teams: null, since, limit: 500 }),
        )
        return all.filter((one) => one.version === version)
      }

      it('P1: stores a marker, once however often it is sent, and says so', async () => {
        const marker = { id: '1', job_name: 'orders-daily', version: 'once', by: 'alice' }
        expect(await post(marker)).toMatchObject({ status: 200, body: { stored: 1, known: 0, rejected: [] } })
        expect(await post(marker)).toMatchObject({ status: 200, body: { stored: 0, known: 1 } })
        expect(await kept('once')).toMatchObject([
          { sender: 'ci', externalId: '1', team: 'data-platform', jobNames: ['orders-daily'], by: 'alice', at: door.clock.now() },
        ]) // prettier-ignore
      })

      it('knows one without an id by what it says', async () => {
        const marker = { job_name: 'orders-daily', version: 'said' }
        await post([marker, marker, { ...marker, commit: 'abc' }])
        expect(await post(marker)).toMatchObject({ body: { stored: 0, known: 1 } })
        expect(await kept('said')).toHaveLength(2)
      })

      it('goes to the team it names, else to where alerts of its jobs go, else to its sender’s only one', async () => {
        await post({ version: 'named', team: 'streaming', job_name: 'a' })
        await post({ version: 'routed', job_name: 'a' })
        await post({ version: 'own', job_name: 'a' }, 'token-of-ci-streaming')
        const teams = await Promise.all(['named', 'routed', 'own'].map(async (one) => (await kept(one))[0]?.team))
        expect(teams).toEqual(['streaming', 'data-platform', 'streaming'])
      }) // prettier-ignore

      it.each<[string, Record<string, unknown>, string, string]>([
        ['of a team that is not its sender’s', { team: 'data-platform' }, 'token-of-ci-streaming', 'credential ci-streaming may not speak for team data-platform'],
        ['of a platform that is not its sender’s', { team: 'streaming', platform: 'prod' }, 'token-of-ci-spare', 'credential ci-spare may not speak for platform prod'],
        ['of every platform, from a sender of one', { team: 'streaming' }, 'token-of-ci-spare', 'credential ci-spare may not speak for platform prod'],
        ['of no team', { team: 'nobody' }, 'token-of-ci', 'there is no team nobody'],
        ['of a platform that its team has not', { team: 'data-platform', platform: 'spare' }, 'token-of-ci', 'team data-platform has no platform spare'],
        ['of long ago', { at: '2025-01-01T00:00:00Z' }, 'token-of-ci', 'older than 90 days'],
      ])('a marker %s is set aside with its reason; its neighbour is stored', async (what, marker, token, reason) => {
        const good = { version: `beside ${what}`, team: 'streaming', platform: 'spare' }
        const answer = await post([{ version: what, ...marker }, good], token)
        expect(answer).toMatchObject({ status: 200, body: { stored: 1, rejected: [{ pointer: '/0', reason }] } })
        expect(await kept(what)).toEqual([])
        const decided = await door.store.db.selectFrom('decisions').select('reason').where('kind', '=', 'marker_rejected').execute()
        expect(decided.map((one) => one.reason)).toContain(reason)
        expect(await door.store.db.selectFrom('raw_bodies').select('id').where('source', '=', 'deploy').execute()).not.toEqual([])
      }) // prettier-ignore

      it('from the future happened now', async () => {
        await post({ version: 'future', at: '2090-01-01T00:00:00Z' })
        expect(await kept('future')).toMatchObject([{ at: door.clock.now() }])
      })

      it('is told once in the threads of open incidents of its job, and of no others', async () => {
        for (const job of ['billing-nightly', 'other-nightly'])
          await door.post(alertBody({ alertname: 'SparkJobFailed', platform: 'prod', job_name: job }))
        const marker = { id: 'fix-1', job_name: 'billing-nightly', version: '1.5.1', commit: 'abc', by: 'alice', url: 'https://ci.example/1' } // prettier-ignore
        await post(marker)
        await post(marker)
        await post({ version: 'of everything' })
        const told = await door.store.db
          .selectFrom('outbox')
          .innerJoin('incidents', 'incidents.id', 'outbox.subject')
          .select(['outbox.payload', 'incidents.run'])
          .where('destination', '=', 'slack.thread')
          .execute()
        expect(told).toMatchObject([
          { payload: { type: 'deployed', version: '1.5.1', by: 'alice', url: 'https://ci.example/1' }, run: { jobName: 'billing-nightly' } },
        ]) // prettier-ignore
        const timeline = await door.store.db
          .selectFrom('timeline')
          .select(['reason', 'actor'])
          .where('kind', '=', 'deployed')
          .execute()
        expect(timeline).toEqual([{ reason: 'deploy', actor: { kind: 'source', name: 'ci' } }])
      })

      it('P1: 503 with Retry-After while nothing can be stored', async () => {
        door.gate.away = true
        const answer = await post({ version: 'away' })
        door.gate.away = false
        expect(answer.status).toBe(503)
        expect(answer.headers.get('retry-after')).toBe('5')
        expect(await kept('away')).toEqual([])
      })

      it('is swept after a hundred days', async () => {
        await post({ version: 'old' })
        const later = new Date(door.clock.now().getTime() + 101 * 86_400_000)
        await door.store.transaction((tx) => RETENTION.run(tx, door.deps, later))
        expect(await kept('old')).toEqual([])
      })
    },
  )

describe('the door', () => {
  let door: FrontDoor
  beforeAll(async () => {
    door = await openFrontDoor(await openTestStore())
  })
  afterAll(() => door.close())
  const send = async (
    headers: Record<string, string>,
    body: string | Uint8Array,
    query = '',
  ): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${door.http.url}/webhooks/deploy${query}`, { method: 'POST', headers, body: body as BodyInit }) // prettier-ignore
    return { status: answer.status, text: await answer.text() }
  }
  const MARKER = '{"version":"1"}'
  const sign = (body: string, secret = 'token-of-ci'): Record<string, string> => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  })

  it('believes a signature over the body, as GitHub makes it', async () => {
    expect((await send(sign(MARKER), MARKER)).status).toBe(200)
    expect((await send(sign(MARKER), '{"version":"2"}')).status).toBe(401)
    expect((await send(sign(MARKER, 'guess'), MARKER)).status).toBe(401)
  })

  it('a stranger gets 401, and so does who may only send alerts', async () => {
    expect((await send({}, MARKER)).status).toBe(401)
    expect((await send({ authorization: 'Bearer guess' }, MARKER)).status).toBe(401)
    expect((await send({ authorization: 'Bearer token-of-everybody' }, MARKER)).status).toBe(401)
  })

  it('takes job and team from the address', async () => {
    const bearer = { authorization: 'Bearer token-of-ci' }
    await send(bearer, '{"version":"addressed"}', '?job_name=orders-daily&team=streaming')
    const rows = await door.store.db.selectFrom('deployments').select(['team', 'job_names']).where('version', '=', 'addressed').execute() // prettier-ignore
    expect(rows).toEqual([{ team: 'streaming', job_names: ['orders-daily'] }])
  })

  it('P1: 400 for what is no JSON, kept as a decision; 413 beyond 1 MiB, in true words', async () => {
    const bearer = { authorization: 'Bearer token-of-ci' }
    expect(await send(bearer, '{')).toMatchObject({ status: 400, text: expect.stringContaining('not JSON') })
    expect(await send(bearer, '"text"')).toMatchObject({ status: 400 })
    const decided = await door.store.db.selectFrom('decisions').select('subject').where('kind', '=', 'body_refused').execute() // prettier-ignore
    expect(decided.map(({ subject }) => subject)).toContain('deploy from ci')
    const large = await send(bearer, new Uint8Array(1024 * 1024 + 1))
    expect(large).toMatchObject({ status: 413, text: expect.stringContaining('1 MiB') })
    expect(large.text).not.toContain('max_alerts')
  })

  it('without credentials nobody is believed', async () => {
    const none = await openFrontDoor(await openTestStore(), {
      config: (yaml) => yaml.replace(/ {2}deploy:\n(?: {4}.*\n)+/, ''),
    })
    const answer = await none.post({ version: '1' }, { source: 'deploy', token: '' })
    await none.close()
    expect(answer.status).toBe(401)
  })
})

describe('speaksOf', () => {
  it.each([
    [['a'], null, 'a', 'prod', true],
    [['a'], 'prod', 'a', 'prod', true],
    [['a'], 'spare', 'a', 'prod', false],
    [['a'], null, 'b', 'prod', false],
    [['a'], null, null, 'prod', false],
    [[], 'prod', 'b', 'prod', true],
    [[], 'prod', 'b', null, true],
  ])('%j on %s and %s on %s: %s', (jobNames, platform, jobName, of, speaks) => {
    expect(speaksOf({ jobNames, platform }, jobName, of)).toBe(speaks)
  })
})
