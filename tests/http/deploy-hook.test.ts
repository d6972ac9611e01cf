// POST /webhooks/deploy: who is believed, what is stored, for whom, and where it is told.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DISCREET } from '../../src/alerts/discretion.ts'
import { deploymentsOf } from '../../src/flow/act-with.ts'
import { prepareMarkers, takeMarkers } from '../../src/flow/receive-deploys.ts'
import { markersFor } from '../../src/flow/standing-probes.ts'
import { deployedOf } from '../../src/incidents/deployed.ts'
import { type Deployment, listDeployments, speaksOf } from '../../src/incidents/deployments.ts'
import type { Incident } from '../../src/incidents/model.ts'
import { readMarkers } from '../../src/sources/deploy/index.ts'
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
          { sender: 'ci', externalId: expect.stringMatching(/^1 [0-9a-f]{16}$/), team: 'data-platform', jobNames: ['orders-daily'], by: 'alice', at: door.clock.now() },
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

      it.each([1795387000, 1795387000000, 1795387000000000, 1795387000000000000, '1795387000000000000'])(
        'P1: a time of %s is one of seconds, milliseconds, microseconds or nanoseconds',
        async (at) => {
          const version = `at ${typeof at} ${at}`
          expect(await post({ job_names: 'o', version, at })).toMatchObject({ status: 200 })
          const now = door.clock.now()
          const meant = new Date(1795387000_000)
          expect(await kept(version)).toMatchObject([{ at: meant > now ? now : meant }])
        },
      )

      it.each([1e20, -1e15, 9e22, -1, 0, '0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z'])(
        'P1: %s is no time: its marker is set aside alone',
        async (at) => {
          const version = `beside ${at}`
          const answer = await post([
            { job_names: 'o', version: 'bad', at },
            { job_names: 'o', version },
          ])
          expect(answer).toMatchObject({ status: 200, body: { stored: 1, rejected: [{ pointer: '/0' }] } })
          expect(await kept(version)).toHaveLength(1)
          expect(await kept('bad')).toEqual([])
        },
      )

      it('P1: what the database does not take is set aside, and its neighbours are stored', async () => {
        const now = door.clock.now()
        const markers = readMarkers(['first', 'spoiled', 'last'].map((version) => ({ version: `${version} of three`, job_names: 'o' })), { defaults: { jobNames: [], team: null, platform: null }, normaliseJobName: (name) => name }) // prettier-ignore
        if (markers.kind === 'refused') throw new Error(markers.reason)
        const sender = { name: 'ci', teams: null, platforms: null }
        const prepared = prepareMarkers(door.deps.settings, sender, markers, Buffer.from('{}'), now)
        const deployments = prepared.deployments.map((one) => one.version?.startsWith('spoiled') === true ? { ...one, at: new Date(Number.NaN) } : one) // prettier-ignore
        const taken = await takeMarkers(door.store, DISCREET, { ...prepared, deployments }, now)
        expect(taken).toMatchObject({ stored: 2, rejected: [{ reason: expect.stringContaining('the database does not take it') }] }) // prettier-ignore
        expect([...(await kept('first of three')), ...(await kept('last of three'))]).toHaveLength(2)
      })

      it('one id of several jobs, and a later rollback under it, are markers of their own', async () => {
        const build = { id: 'build-900', version: 'build' }
        const both = {
          deployments: [
            { ...build, job_names: 'ja' },
            { ...build, job_names: 'jb' },
          ],
        }
        expect(await post(both)).toMatchObject({ body: { stored: 2, known: 0 } })
        expect(await post(both)).toMatchObject({ body: { stored: 0, known: 2 } })
        expect(await post({ ...build, job_names: 'ja', what: 'rollback' })).toMatchObject({ body: { stored: 1 } }) // prettier-ignore
        expect((await kept('build')).map(({ jobNames, what }) => `${what} ${jobNames.join()}`).sort()).toEqual(['deploy ja', 'deploy jb', 'rollback ja']) // prettier-ignore
      })

      it('are found by job and platform, however many the team’s other jobs have', async () => {
        await post([{ job_names: ['rare', 'seldom'], version: 'rare' }, { job_names: 'rare', version: 'rare spare', team: 'streaming', platform: 'spare' }, { version: 'rare, of everything' }]) // prettier-ignore
        const at = new Date(door.clock.now().getTime() - 60_000)
        await post(Array.from({ length: 30 }, (_, n) => ({ id: `busy-${n}`, job_names: 'busy', version: 'busy' }))) // prettier-ignore
        const find = async (
          jobName: string | null,
          platform: string | null,
        ): Promise<readonly (string | null)[]> => {
          // prettier-ignore
          const filter = { teams: null, since: at, limit: 500, jobName, platform }
          const found = await door.store.transaction((tx) => listDeployments(tx, filter))
          return found.map(({ version }) => version).filter((one) => one !== null && /^(rare|busy)/.test(one)).sort((a, b) => (String(a) < String(b) ? -1 : 1)) // prettier-ignore
        }
        expect(await find('rare', 'prod')).toEqual(['rare', 'rare, of everything'])
        expect(await find('rare', 'spare')).toEqual(['rare', 'rare spare', 'rare, of everything'])
        expect(await find('rar', null)).toEqual(['rare, of everything'])
        expect(await find(null, null)).toHaveLength(33)
        await post(Array.from({ length: 510 }, (_, n) => ({ id: `busier-${n}`, job_names: 'busy', version: 'busy' }))) // prettier-ignore
        const incident = { team: 'data-platform', platform: 'prod', run: { jobName: 'rare' } } as Incident
        const markers = await door.store.transaction((tx) => markersFor(tx, incident, door.clock.now()))
        expect(markers.map(({ version }) => version)).toContain('rare')
      })

      it('are read as a history of their own, however many speak of all jobs', async () => {
        await post([{ job_names: 'seldom-deployed', version: 'v1' }, { job_names: 'seldom-deployed', version: 'v2' }])
        await post(Array.from({ length: 210 }, (_, n) => ({ id: `base-${n}`, image: `base:${n}`, at: new Date(door.clock.now().getTime() - (n + 1) * 1000).toISOString() })))
        const incident = { team: 'data-platform', platform: 'prod', run: { jobName: 'seldom-deployed' } } as Incident
        const read = await door.store.transaction(async (tx) => [await markersFor(tx, incident, door.clock.now()), await deploymentsOf(tx, incident)])
        for (const markers of read)
          expect(markers.filter(({ jobNames }) => jobNames.length > 0).map(({ version }) => version)).toEqual(['v2', 'v1'])
      }) // prettier-ignore

      it('of one instant follow upon one another as they stand in their body', async () => {
        const versions = ['b', 'c', 'a', 'd'].map((letter) => `in-order-${letter}`)
        const jobName = 'told-at-once'
        const at = new Date(door.clock.now().getTime() - 60_000).toISOString()
        const find = async (): Promise<readonly Deployment[]> => await door.store.transaction((tx) => deploymentsOf(tx, { team: 'data-platform', platform: 'prod', run: { jobName } } as Incident))
        for (const time of [{}, { at }]) {
          await door.store.db.deleteFrom('deployments').execute()
          const bodies = versions.map((version) => ({ job_name: jobName, version, ...time }))
          expect(await post(bodies)).toMatchObject({ body: { stored: 4 } })
          expect((await find()).map(({ version }) => version)).toEqual(versions.toReversed())
          expect(await post(bodies[0])).toMatchObject({ body: { stored: 0, known: 1 } })
          const { current, previous } = deployedOf(await find())
          expect([current?.version, previous?.version]).toEqual(['in-order-d', 'in-order-a'])
        }
      }) // prettier-ignore

      it('keep an image whose name ends in the word for a secret, also under a team’s own patterns', async () => {
        const image = 'registry.example/data/token-enricher:1.4.2'
        await post({ job_name: 'orders-daily', version: 'an-image', image })
        expect(await kept('an-image')).toMatchObject([{ image }])
      })

      it('P14: sixty markers of one open job are one message, and a decision says what was not told', async () => {
        await door.post(alertBody({ alertname: 'SparkJobFailed', platform: 'prod', job_name: 'stormy-nightly' })) // prettier-ignore
        const { id } = await door.store.db.selectFrom('incidents').select('id').where('key', 'like', '%stormy%').executeTakeFirstOrThrow() // prettier-ignore
        const rows = (): Promise<{ payload: Record<string, unknown> }[]> =>
          door.store.db.selectFrom('outbox').select('payload').where('subject', '=', id).where('destination', '=', 'slack.thread').orderBy('id').execute() // prettier-ignore
        const storm = (from: number): unknown[] => Array.from({ length: 20 }, (_, n) => ({ id: `storm-${from + n}`, job_names: 'stormy-nightly', version: `${from + n}`, at: new Date(door.clock.now().getTime() - 60_000 + (from + n) * 1000).toISOString() })) // prettier-ignore
        await post(storm(0))
        await post(storm(20))
        expect(await rows()).toMatchObject([{ payload: { type: 'deployed', count: 40, version: '39' } }])
        await door.store.db.updateTable('outbox').set({ state: 'done', done_at: door.clock.now() }).where('subject', '=', id).execute() // prettier-ignore
        await post(storm(40))
        expect(await rows()).toHaveLength(1)
        const decided = await door.store.db.selectFrom('decisions').select(['reason', 'data']).where('kind', '=', 'deploy_untold').where('subject', '=', id).execute() // prettier-ignore
        expect(decided).toMatchObject([{ reason: expect.stringContaining('in the last 10 minutes'), data: { count: 20, version: '59' } }]) // prettier-ignore
        const entries = await door.store.db.selectFrom('timeline').select('count').where('incident_id', '=', id).where('kind', '=', 'deployed').execute() // prettier-ignore
        expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(60)
        await door.store.db.updateTable('outbox').set({ created_at: new Date(door.clock.now().getTime() - 11 * 60_000) }).where('subject', '=', id).execute() // prettier-ignore
        await post({ id: 'after', job_names: 'stormy-nightly', version: 'after' })
        expect(await rows()).toMatchObject([{}, { payload: { version: 'after', count: 1 } }])
      })

      it('P14: of fifty open incidents twenty threads are told, and the offers of all are made anew, page by page', async () => {
        const jobs = Array.from({ length: 50 }, (_, n) => `monorepo-${n}`)
        for (const job_name of jobs) await door.post(alertBody({ alertname: 'SparkJobFailed', platform: 'prod', job_name })) // prettier-ignore
        const open = await door.store.db.selectFrom('incidents').select('id').where('key', 'like', '%monorepo%').orderBy('id').execute() // prettier-ignore
        const ids = open.map(({ id }) => id)
        expect(ids).toHaveLength(50)
        const now = door.clock.now().getTime()
        await post({ id: 'release-9', job_names: jobs, version: 'release-9' })
        const due = await door.store.db.selectFrom('due').select(['subject', 'due_at']).where('kind', '=', 'changes.again').where('subject', 'in', ids).execute() // prettier-ignore
        expect(due.map(({ subject }) => subject).sort()).toEqual(ids)
        const pages = Map.groupBy(due, ({ due_at: at }) => at.getTime())
        expect([...pages.values()].map((page) => page.length).sort((a, b) => b - a)).toEqual([20, 20, 10])
        expect(Math.min(...pages.keys())).toBeGreaterThan(now)
        const threads = await door.store.db.selectFrom('outbox').select('subject').where('destination', '=', 'slack.thread').where('subject', 'in', ids).execute() // prettier-ignore
        expect(threads).toHaveLength(20)
        const untold = await door.store.db.selectFrom('decisions').select('reason').where('kind', '=', 'deploy_untold').where('subject', 'in', ids).execute() // prettier-ignore
        expect(untold).toHaveLength(30)
        expect(untold[0]?.reason).toBe(
          'more than 20 open incidents of the jobs that were deployed: told in the first',
        )
        const before = new Map(due.map(({ subject, due_at: at }) => [subject, at]))
        await door.clock.advance(1000)
        await post({ id: 'release-10', job_names: jobs, version: 'release-10' })
        const after = await door.store.db.selectFrom('due').select(['subject', 'due_at']).where('kind', '=', 'changes.again').where('subject', 'in', ids).execute() // prettier-ignore
        expect(new Map(after.map(({ subject, due_at: at }) => [subject, at]))).toEqual(before)
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

describe('a team with patterns of its own', () => {
  it('P12: keeps jobs and ids without what they match, and a marker still meets the incident of its job', async () => {
    const door = await openFrontDoor(await openTestStore(), {
      config: (yaml) =>
        yaml.replace('responders: [U0ALICE] }', "responders: [U0ALICE], redact: [{ name: customer, pattern: 'CUST-[0-9]+' }] }"), // prettier-ignore
    })
    await door.post(alertBody({ alertname: 'SparkJobFailed', platform: 'prod', job_name: 'CUST-1234-load' }))
    const marker = { id: 'CUST-1234-build-7', job_names: 'CUST-1234-load', version: '7', platform: 'prod' }
    const token = { token: 'token-of-ci', source: 'deploy' }
    expect(await door.post(marker, token)).toMatchObject({ body: { stored: 1 } })
    expect(await door.post(marker, token)).toMatchObject({ body: { stored: 0, known: 1 } })
    const other = { ...marker, id: 'CUST-9-build-7' }
    expect(await door.post(other, token)).toMatchObject({ body: { stored: 1 } })
    const rows = await door.store.db.selectFrom('deployments').selectAll().execute()
    const told = await door.store.db.selectFrom('timeline').select('count').where('kind', '=', 'deployed').execute() // prettier-ignore
    await door.close()
    expect(JSON.stringify(rows)).not.toContain('CUST-')
    expect(rows[0]).toMatchObject({ job_names: ['[redacted:customer]-load'], platform: 'prod' })
    expect(told).toMatchObject([{ count: 2 }])
  })
})

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
