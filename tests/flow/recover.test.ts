// Resolved by the next successful run: the way from a due look to card, thread, PagerDuty and timeline.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDiscretion } from '../../src/alerts/discretion.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { DUE } from '../../src/flow/destinations.ts'
import { pinRunbooks } from '../../src/flow/open-incident.ts'
import { pauseMs, recoverIncident, recoveryDue, recoveryDues } from '../../src/flow/recover.ts'
import type { Team } from '../../src/flow/settings.ts'
import type { Incident } from '../../src/incidents/model.ts'
import type { PlatformReader, PlatformRun } from '../../src/ports.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import type { DueRow } from '../../src/store/due.ts'
import { type Desk, openDesk } from '../contract/desk.ts'
import { RUN, readerOf } from '../diagnosis/support.ts'
import { type App, startCluster } from '../support/cluster.ts'
import { type World, alertBody, textOf } from '../support/world.ts'

/** The virtual clock's own day. */
const ALERT_AT = '2026-11-02T02:59:00Z'
const LABELS = {
  alertname: 'SparkJobFailed',
  severity: 'critical',
  team: 'data-platform',
  platform: 'sandbox',
  job_name: 'orders-daily',
}

const FAILED: App = {
  id: 'app-20261102025000-0001',
  at: '2026-11-02T02:50:00Z',
  state: 'FINISHED',
  job: 'FAILED',
}
const GOOD: App = {
  id: 'app-20261102030500-0002',
  at: '2026-11-02T03:05:00Z',
  state: 'FINISHED',
  job: 'SUCCEEDED',
}

const events = (world: World): unknown[] =>
  world.pagerduty.state().events.map((event) => event['event_action'])
const state = async (world: World): Promise<unknown> =>
  await world.store.db.selectFrom('incidents').select(['state', 'resolution']).executeTakeFirst()
const timeline = async (
  world: World,
  kind: string,
): Promise<{ reason: string; data: unknown; actor: unknown }[]> =>
  await world.store.db
    .selectFrom('timeline')
    .select(['reason', 'data', 'actor'])
    .where('kind', '=', kind)
    .execute()

describe('an incident about a run that failed', () => {
  it('is resolved by the next successful run, although somebody holds it: card, thread, timeline, PagerDuty in order', async () => {
    const apps = [FAILED]
    const { world } = await startCluster(apps)
    await world.send(alertBody({ ...LABELS, app_id: FAILED.id }, { startsAt: ALERT_AT }))
    await world.clock.advance(61_000)
    expect(events(world)).toEqual(['trigger'])
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => textOf(world.cards()[0]).includes('Acknowledged'))
    apps.push(GOOD)
    await world.clock.advance(30_000)
    expect(await state(world)).toEqual({ state: 'resolved', resolution: 'successful_run' })
    await world.settle()
    expect(events(world)).toEqual(['trigger', 'acknowledge', 'resolve'])
    expect(textOf(world.cards()[0])).toContain(`*Resolved* by a success: run ${GOOD.id} on sandbox`)
    const told = world.messages().filter(({ thread_ts: thread, ts }) => thread !== undefined && thread !== ts)
    expect(told.map(textOf).join('\n')).toMatch(
      /\*Resolved\*\. A later run of orders-daily succeeded.*<@U0ALICE> had acknowledged this\./,
    )
    expect(await timeline(world, 'resolved')).toMatchObject([{ reason: 'successful_run', data: { run: GOOD.id, own: false, judged_by: 'nobody tells of which data both runs are, so the later one counts' }, actor: { kind: 'system', name: `run ${GOOD.id} on sandbox` } }]) // prettier-ignore
  })

  it('is resolved at the first look, before anybody is paged, when its alert came after the good run', async () => {
    const { world } = await startCluster([FAILED, GOOD])
    await world.send(alertBody({ ...LABELS, app_id: FAILED.id }, { startsAt: ALERT_AT }))
    await world.clock.advance(12_000)
    expect(await state(world)).toMatchObject({ state: 'resolved' })
    await world.clock.advance(60_000)
    expect(events(world)).toEqual([])
    expect(world.cards()).toHaveLength(1)
  })
})

describe('a look', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())

  /** Flow before a platform that says this of the job's runs. */
  const before = (run: PlatformRun | null, runs: readonly PlatformRun[] = []): FlowDeps => {
    const reader: PlatformReader = {
      ...readerOf({ runs }),
      run: ({ runId }) =>
        Promise.resolve(runId === null ? run : ([...runs, run].find((one) => one?.id === runId) ?? null)),
    }
    return { ...desk.deps, readers: new Map([['batch', reader]]) }
  }
  const failed: PlatformRun = {
    ...RUN,
    id: 'failed',
    state: 'failed',
    submittedAt: new Date('2026-11-02T02:50:00Z'),
  }
  const later: PlatformRun = { ...RUN, id: 'later', submittedAt: new Date('2026-11-02T03:05:00Z') }
  const dueOf = async (id: string): Promise<{ due_at: Date; data: unknown } | undefined> =>
    await desk.store.db
      .selectFrom('due')
      .select(['due_at', 'data'])
      .where('kind', '=', DUE.recovery)
      .where('subject', '=', id)
      .executeTakeFirst()
  const stateOf = async (id: string): Promise<unknown> =>
    (await desk.store.db.selectFrom('incidents').select('state').where('id', '=', id).executeTakeFirst())
      ?.state

  it('that finds a later failure leaves the incident open, remembers which run it watches, and sets the next', async () => {
    const incident = await desk.open()
    const deps = before(failed, [{ ...later, state: 'failed' }, failed])
    await recoverIncident(deps, { incidentId: incident.id })
    expect(await stateOf(incident.id)).toBe('triggered')
    const due = await dueOf(incident.id)
    expect(due?.data).toMatchObject({ watched: { id: 'failed', failed: true } })
    expect(due!.due_at.getTime()).toBe(desk.clock.now().getTime() + 30_000)
    const kept = due!.data as { watched: { id: string; since: string; failed: boolean } }
    await recoverIncident(before(null, [{ ...later, state: 'succeeded' }, failed]), {
      incidentId: incident.id,
      ...kept,
    })
    expect(await stateOf(incident.id)).toBe('resolved')
  })

  it('that finds a success of other data tells it once, and one of the same data resolves', async () => {
    const incident = await desk.open()
    const of = (run: PlatformRun, logical_date: string): PlatformRun => ({ ...run, dates: { logical_date } })
    const today = of(failed, '20261102')
    const backfill = { ...of(later, '20261026'), id: 'backfill', state: 'succeeded' as const }
    const passed = async (): Promise<unknown> =>
      await desk.store.db
        .selectFrom('timeline')
        .select(['kind', 'reason', 'data'])
        .where('incident_id', '=', incident.id)
        .where('kind', 'in', ['run_passed_over', 'resolved'])
        .orderBy('seq')
        .execute()
    await recoverIncident(before(today, [backfill, today]), { incidentId: incident.id })
    await recoverIncident(before(today, [backfill, today]), {
      incidentId: incident.id,
      ...((await dueOf(incident.id))!.data as object),
    })
    expect(await stateOf(incident.id)).toBe('triggered')
    const told = {
      kind: 'run_passed_over',
      reason:
        'run backfill succeeded, but it is of logical date 2026-10-26, and what failed is of 2026-11-02',
      data: { run: 'backfill' },
    }
    expect(await passed()).toEqual([told])
    const again = { ...of(later, '20261102'), state: 'succeeded' as const }
    await recoverIncident(before(today, [backfill, again, today]), {
      incidentId: incident.id,
      ...((await dueOf(incident.id))!.data as object),
    })
    expect(await passed()).toMatchObject([
      told,
      { kind: 'resolved', data: { run: 'later', judged_by: 'both are of logical date 2026-11-02' } },
    ])
  })

  it('waits a quarter of the incident’s age for the next, half a minute at least and ten at most', async () => {
    const opened = desk.clock.now().getTime()
    const incident = { ...(await desk.open()), openedAt: new Date(opened) }
    const after = (minutes: number): number => pauseMs(incident, new Date(opened + minutes * 60_000)) / 60_000
    expect([0, 1, 4, 20, 60, 10_000].map(after)).toEqual([0.5, 0.5, 1, 5, 10, 10])
  })

  it('that the platform does not answer is put off, not lost', async () => {
    const incident = await desk.open()
    const reader: PlatformReader = { ...readerOf({}), run: () => Promise.reject(new Error('out of reach')) }
    await recoverIncident(
      { ...desk.deps, readers: new Map([['batch', reader]]) },
      { incidentId: incident.id },
    )
    expect(await dueOf(incident.id)).toMatchObject({ data: {} })
    expect(await stateOf(incident.id)).toBe('triggered')
  })

  it('that finds the run itself to have succeeded is the last; why stands on the timeline', async () => {
    const incident = await desk.open()
    const deps = before({ ...failed, state: 'succeeded' }, [{ ...later, state: 'succeeded' }])
    await desk.store.transaction((tx) => recoveryDue(deps).handle(tx, rowOf(incident.id), desk.clock.now()))
    await recoverIncident(deps, { incidentId: incident.id })
    expect(await dueOf(incident.id)).toBeUndefined()
    expect(await stateOf(incident.id)).toBe('triggered')
    const stopped = await desk.store.db
      .selectFrom('timeline')
      .select('reason')
      .where('kind', '=', 'recovery_stopped')
      .where('incident_id', '=', incident.id)
      .execute()
    expect(stopped).toEqual([{ reason: 'run failed has succeeded: that is not what is wrong' }])
  })

  it('P12: keeps of a platform’s words only what the team lets out', async () => {
    const secret = /CUST-\d+/
    const discreetly = (deps: FlowDeps, team: string): FlowDeps => {
      const discretion = createDiscretion([{ name: 'customer', pattern: 'CUST-[0-9]+' }], true)
      const of = deps.settings.teams.get(team)!
      return { ...deps, settings: { ...deps.settings, teams: new Map([[team, { ...of, discretion }]]) } }
    }
    const kept = async (id: string): Promise<string> => {
      const due = await dueOf(id)
      const entries = await desk.store.db
        .selectFrom('timeline')
        .select(['reason', 'data', 'actor'])
        .where('incident_id', '=', id)
        .execute()
      const sent = await desk.store.db
        .selectFrom('outbox')
        .select('payload')
        .where('subject', '=', id)
        .execute()
      return JSON.stringify([due, entries, sent])
    }
    const ours = { ...failed, id: 'run-of-CUST-1' }
    const good: PlatformRun = {
      ...later,
      state: 'succeeded',
      id: 'later-of-CUST-2',
      jobName: 'load-CUST-3',
      link: 'https://spark.example/runs?of=CUST-4',
    }
    const watching = await desk.open()
    await recoverIncident(discreetly(before(ours), watching.team), { incidentId: watching.id })
    expect(await dueOf(watching.id)).toMatchObject({ data: { watched: { id: null, failed: true } } })
    expect(await kept(watching.id)).not.toMatch(secret)
    await recoverIncident(discreetly(before(ours, [good, ours]), watching.team), { incidentId: watching.id })
    expect(await stateOf(watching.id)).toBe('resolved')
    expect(await kept(watching.id)).toContain('run later-of-[redacted:customer] on batch')
    expect(await kept(watching.id)).not.toMatch(secret)
    const pointless = await desk.open()
    const succeeded = { ...ours, state: 'succeeded' } as const
    await recoverIncident(discreetly(before(succeeded), pointless.team), { incidentId: pointless.id })
    expect(await kept(pointless.id)).toContain('run-of-[redacted:customer] has succeeded')
    expect(await kept(pointless.id)).not.toMatch(secret)
  })

  it('is the last after eight days, and says so', async () => {
    const incident = await desk.open()
    const late = new Date(incident.openedAt.getTime() + 8 * 86_400_000 + 1)
    await desk.store.transaction((tx) => recoveryDue(before(failed)).handle(tx, rowOf(incident.id), late))
    expect(await dueOf(incident.id)).toBeUndefined()
    const stopped = await desk.store.db
      .selectFrom('timeline')
      .select('reason')
      .where('kind', '=', 'recovery_stopped')
      .where('incident_id', '=', incident.id)
      .execute()
    expect(stopped).toEqual([{ reason: 'no later run has succeeded within eight days' }])
  })

  it('does not resolve under a runbook that leaves it to people, nor ask the platform', async () => {
    const incident = await desk.open()
    const text = `---\nid: quality\ntitle: Quality\nowner: data\nmatch: ['alertname="X"']\nauto_resolve: false\n---\nText.\n`
    const { runbook } = parseRunbook(text, 'quality.md')
    await desk.store.transaction(async (tx) => {
      await pinRunbooks(tx, [runbook!])
      await tx
        .updateTable('incidents')
        .set({ runbook_hash: runbook!.hash })
        .where('id', '=', incident.id)
        .execute()
    })
    const deps = before(failed, [{ ...later, state: 'succeeded' }, failed])
    await recoverIncident(deps, { incidentId: incident.id })
    expect(await stateOf(incident.id)).toBe('triggered')
    const jobs = async (): Promise<number> =>
      Number(
        (
          await sql<{ n: number }>`select count(*) as n from pgboss.job where name = 'recover'`.execute(
            desk.store.db,
          )
        ).rows[0]?.n,
      )
    const asked = await jobs()
    await desk.store.transaction((tx) => recoveryDue(deps).handle(tx, rowOf(incident.id), desk.clock.now()))
    expect(await jobs()).toBe(asked)
    expect(await dueOf(incident.id)).toBeDefined()
  })

  it('is set for incidents about a run alone, on platforms that tell of runs, in teams that want it', async () => {
    const incident = await desk.open()
    const deps = before(failed)
    const now = desk.clock.now()
    const kinds = (of: FlowDeps, one: Incident = incident): string[] =>
      recoveryDues(of, [one], now).map(({ kind }) => kind)
    expect(kinds(deps)).toEqual([DUE.recovery])
    expect(kinds(deps, { ...incident, run: { ...incident.run, jobName: null, runId: null } })).toEqual([])
    expect(kinds(deps, { ...incident, platform: null })).toEqual([])
    expect(
      kinds({ ...deps, readers: new Map([['batch', readerOf({ capabilities: ['application', 'run'] })]]) }),
    ).toEqual([])
    const [[name, team]] = [...deps.settings.teams] as [[string, Team]]
    const teams = new Map([[name, { ...team, resolveByNextRun: false }]])
    expect(kinds({ ...deps, settings: { ...deps.settings, teams } })).toEqual([])
  })

  const rowOf = (subject: string): DueRow => ({ subject, data: {}, dueAt: desk.clock.now(), attempts: 0 })
})
