// The record of runbooks, figure by figure, on both databases; and what each of API, terminal and Slack makes of it.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type RunbookStats,
  type StatsReport,
  coverageGaps,
  runbookStats,
  spanOf,
  worstFirst,
} from '../../src/flow/runbook-stats.ts'
import { formatStats } from '../../src/cli/runbook/stats.ts'
import { statsOf } from '../../src/http/api/present.ts'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import { statsBlocks } from '../../src/slack/blocks/runbook-stats.ts'
import { MESSAGE_BUDGET, textLength } from '../../src/slack/blocks/text.ts'
import type { Db } from '../../src/store/store.ts'
import { activeParts } from '../slack/views.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

const NOW = new Date('2026-11-02T03:00:00Z')
const ago = (days: number, seconds = 0): Date => new Date(NOW.getTime() - days * 86_400_000 + seconds * 1_000)
const SINCE = ago(30)

interface Seed {
  readonly id: string
  readonly team?: string
  readonly runbook?: string | null
  readonly reason?: string
  readonly daysAgo?: number
  /** Seconds after opening. */
  readonly acknowledged?: number
  readonly resolved?: number
  readonly alert?: string
}

async function seed(db: Db, one: Seed): Promise<void> {
  const { id, team = 'a', runbook = 'first', reason = 'matched', daysAgo = 1 } = one
  const at = (seconds: number | undefined): Date | null => (seconds === undefined ? null : ago(daysAgo, seconds))
  await sql`insert into incidents (id, team, key, key_version, state, title, severity, source, run, runbook_id,
      runbook_hash, match, policy_name, policy_snapshot, opened_at, acknowledged_at, resolved_at)
    values (${id}, ${team}, ${id}, 1, 'resolved', ${`title of ${id}`}, 'high', 'alertmanager', '{}', ${runbook}, ${runbook},
      ${JSON.stringify({ reason })}::jsonb, 'default', '{}', ${ago(daysAgo)}, ${at(one.acknowledged)}, ${at(one.resolved)})`.execute(db)
  if (one.alert !== undefined)
    await sql`insert into alert_instances (team, source, fingerprint, starts_at, status, name, severity, labels,
        annotations, links, run, incident_id, first_seen_at, last_seen_at)
      values (${team}, 'alertmanager', ${id}, ${NOW}, 'firing', ${one.alert}, 'high', '{}', '{}', '[]', '{}', ${id}, ${NOW}, ${NOW})`.execute(db)
} // prettier-ignore

async function act(db: Db, incident: string, hash: string, verified: string, ended: Date): Promise<void> {
  const id = `${incident}-${hash}-${verified}`
  await sql`insert into offers (id, incident_id, step, action, target, title, params, requires, runbook_hash, created_at)
    values (${id}, ${incident}, 'kill', 'k', ${id}, 'Kill', '{}', 'responder', ${hash}, ${NOW})`.execute(db)
  await sql`insert into action_runs (id, offer_id, incident_id, action, target, state, verified, requested_by, requested_at, ended_at)
    values (${id}, ${id}, ${incident}, 'k', ${id}, 'succeeded', ${verified}, '{}', ${ended}, ${ended})`.execute(
    db,
  )
}

async function entry(db: Db, incident: string, seq: number, kind: string, data: object): Promise<void> {
  await sql`insert into timeline (incident_id, seq, at, kind, actor, reason, data, last_at)
    values (${incident}, ${seq}, ${NOW}, ${kind}, '{}', 'r', ${JSON.stringify(data)}::jsonb, ${NOW})`.execute(
    db,
  )
}

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(`the record on ${kind.name}${kind.missing ?? ''}`, () => {
    let test: TestStore
    beforeAll(async () => {
      test = await kind.open()
      const { db } = test.store
      await sql`insert into runbook_texts values ('first', 'first', 'f', 't'), ('older-first', 'first', 'f', 't'), ('second', 'second', 'f', 't')`.execute(
        db,
      )
      await seed(db, { id: 'i1', acknowledged: 60, resolved: 600 })
      await seed(db, { id: 'i2', acknowledged: 120, resolved: 1_200, daysAgo: 2 })
      await seed(db, { id: 'i3', acknowledged: 600, resolved: 6_000, daysAgo: 3 })
      await seed(db, { id: 'i4', daysAgo: 4 })
      await seed(db, { id: 'i5', runbook: 'second', daysAgo: 5, resolved: 50 })
      await seed(db, { id: 'i6', runbook: 'second', team: 'b', daysAgo: 6 })
      await seed(db, { id: 'old', daysAgo: 31, resolved: 1 })
      await seed(db, { id: 'g1', runbook: 'catch', reason: 'catch_all', alert: 'Odd', daysAgo: 2 })
      await seed(db, { id: 'g2', runbook: 'catch', reason: 'catch_all', alert: 'Odd', daysAgo: 3 })
      await seed(db, { id: 'g3', runbook: null, reason: 'none', daysAgo: 1 })
      await seed(db, { id: 'g4', runbook: 'catch', reason: 'catch_all', alert: 'Elsewhere', team: 'b' })
      await seed(db, { id: 'g5', runbook: 'catch', reason: 'catch_all', alert: 'Long ago', daysAgo: 40 })
      const opens = [['i1', 'U1', 'first', 4], ['i1', 'U2', 'first', 3], ['i2', 'U1', 'first', 4], ['i5', 'U1', 'first', 4], ['old', 'U1', 'first', 9]] as const // prettier-ignore
      for (const [incident, person, runbook, steps] of opens)
        await sql`insert into runbook_opens (incident_id, person, runbook_id, steps, first_at, last_at) values (${incident}, ${person}, ${runbook}, ${steps}, ${NOW}, ${NOW})`.execute(
          db,
        )
      const ticks = [['i1', 'first', 's1', true], ['i1', 'first', 's2', true], ['i1', 'first', 's3', false], ['i2', 'first', 's1', true], ['old', 'first', 's1', true]] as const // prettier-ignore
      for (const [incident, runbook, section, done] of ticks)
        await sql`insert into runbook_ticks values (${incident}, ${runbook}, ${section}, ${done}, '{}', ${NOW})`.execute(
          db,
        )
      const votes = [['i1', 'U1', 'first', true], ['i1', 'U2', 'first', false], ['i2', 'U1', 'first', false], ['old', 'U1', 'first', true]] as const // prettier-ignore
      for (const [incident, person, runbook, useful] of votes)
        await sql`insert into runbook_votes values (${incident}, ${person}, ${runbook}, ${useful}, ${NOW})`.execute(
          db,
        )
      // Verified and then resolved; by an older text of the same runbook; not verified; verified after the end; of another.
      await act(db, 'i1', 'first', 'verified', ago(1, 300))
      await act(db, 'i2', 'older-first', 'verified', ago(2, 300))
      await act(db, 'i3', 'first', 'not_verified', ago(3, 300))
      await act(db, 'i4', 'first', 'verified', ago(4, 300))
      await act(db, 'i5', 'second', 'verified', ago(5, 3_000))
      for (const [incident, sent] of [
        ['i1', NOW],
        ['i2', null],
        ['old', NOW],
      ] as const)
        await sql`insert into pages (incident_id, route, dedup_key, state, step, requested_at, sent_at) values (${incident}, 'r', ${incident}, 'sent', 0, ${NOW}, ${sent})`.execute(
          db,
        )
      await entry(db, 'i1', 1, 'escalated', { page: true, mention: ['U1'] })
      await entry(db, 'i2', 1, 'escalated', { page: true, mention: [] })
      await entry(db, 'i3', 1, 'escalated', { page: false, mention: ['U1'] })
      await entry(db, 'i5', 1, 'runbook_switched', { from: 'first', to: 'second' })
      await entry(db, 'i5', 2, 'runbook_switched', { from: 'first', to: 'second' })
      await entry(db, 'g3', 1, 'runbook_switched', { from: null, to: 'x' })
    })
    afterAll(async () => {
      await test?.store.close()
      await kind.close()
    })
    const ask = async (teams: readonly string[] | null): Promise<Map<string, RunbookStats>> =>
      new Map(
        (await runbookStats(test.store, { since: SINCE, teams, own: [] })).map((one) => [one.runbook, one]),
      )

    it('sums up a runbook: uses, openings, steps, what fixed it, what was escalated, times, judgements', async () => {
      expect((await ask(null)).get('first')).toEqual({
        runbook: 'first',
        team: null,
        // i1 to i4, and i5, which went over to another.
        incidents: 5,
        switchedAway: 1,
        opened: 3,
        stepsDone: 3,
        steps: 12,
        fixedBy: 2,
        escalated: 2,
        acknowledgedMedian: 120,
        resolvedMedian: 1_200,
        resolvedP90: 5_040,
        useful: 1,
        useless: 2,
        lastUsed: ago(1),
      })
    })

    it('shows a team its own incidents alone, and nothing to nobody', async () => {
      expect((await ask(null)).get('second')).toMatchObject({ incidents: 2, fixedBy: 0, resolvedMedian: 50 })
      expect([...(await ask(['b'])).keys()].sort()).toEqual(['catch', 'second'])
      expect((await ask(['b'])).get('second')).toMatchObject({ incidents: 1, resolvedMedian: null })
      expect((await ask([])).size).toBe(0)
      expect((await ask(["b' or true --"])).size).toBe(0)
    })

    it('keeps two teams’ own runbooks of one id apart, figure by figure, and shared ones together', async () => {
      const all = await runbookStats(test.store, { since: SINCE, teams: null, own: ['b/second', 'a/first'] })
      const second = all.filter((one) => one.runbook === 'second')
      expect(second).toMatchObject([
        { team: null, incidents: 1, resolvedMedian: 50 },
        { team: 'b', incidents: 1, resolvedMedian: null },
      ])
      const first = all.filter((one) => one.runbook === 'first')
      expect(first).toEqual([{ ...(await ask(null)).get('first'), team: 'a' }])
      expect(all.find((one) => one.runbook === 'catch')).toMatchObject({ team: null, incidents: 3 })
    })

    it('names the alerts that no runbook caught, most first, by the alert or without one by the title', async () => {
      const gaps = async (teams: readonly string[] | null): Promise<unknown[]> =>
        (await test.store.transaction((tx) => coverageGaps(tx, { since: SINCE, teams }))).map(
          ({ alert, incidents, last }) => [alert, incidents, last.toISOString()],
        )
      expect(await gaps(null)).toEqual([
        ['Odd', 2, ago(2).toISOString()],
        ['Elsewhere', 1, ago(1).toISOString()],
        ['title of g3', 1, ago(1).toISOString()],
      ])
      expect(await gaps(['b'])).toEqual([['Elsewhere', 1, ago(1).toISOString()]])
      expect(await gaps([])).toEqual([])
    })
  })

const STATS: RunbookStats = {
  runbook: 'first',
  team: null,
  incidents: 12,
  switchedAway: 1,
  opened: 8,
  stepsDone: 20,
  steps: 56,
  fixedBy: 3,
  escalated: 5,
  acknowledgedMedian: 240,
  resolvedMedian: 1_920,
  resolvedP90: 7_200,
  useful: 3,
  useless: 1,
  lastUsed: NOW,
}

describe('worst first', () => {
  it('is by judgements, then by the share that was escalated, then by use', () => {
    const disliked = { ...STATS, runbook: 'disliked', useful: 0, useless: 1, escalated: 0 }
    const escalated = { ...STATS, runbook: 'escalated', escalated: 12 }
    const rare = { ...STATS, runbook: 'rare', incidents: 6, escalated: 2.5 }
    expect([STATS, rare, escalated, disliked].toSorted(worstFirst).map((one) => one.runbook)).toEqual([
      'disliked',
      'escalated',
      'first',
      'rare',
    ])
  })
})

describe('spans', () => {
  it.each([[null, '–'], [0, '0 s'], [99, '99 s'], [100, '2 min'], [5_400, '90 min'], [7_200, '2 h'], [300_000, '3 d']] as const)('%s seconds are %s', (seconds, said) => {
    expect(spanOf(seconds)).toBe(said)
  }) // prettier-ignore
})

const REPORT: StatsReport = {
  days: 30,
  runbooks: [STATS, { ...STATS, runbook: 'a-longer-name', incidents: 1, acknowledgedMedian: null }],
  gaps: [{ alert: 'Odd', incidents: 2, last: NOW }],
  unused: [
    { runbook: 'never', team: null },
    { runbook: 'hardly', team: 'streaming' },
  ],
}

describe('in the terminal', () => {
  it('is an aligned table, with the gaps and what was not used', () => {
    expect(formatStats(statsOf(REPORT))).toMatchInlineSnapshot(`
      "runbook        incidents  opened  steps  fixed by  escalated  acked  resolved  90 %  useful  useless  switched   last used
      first                 12       8  20/56         3          5  4 min    32 min   2 h       3        1         1  2026-11-02
      a-longer-name          1       8  20/56         3          5      –    32 min   2 h       3        1         1  2026-11-02

      Alerts that no runbook caught
        Odd  2  2026-11-02

      Not used in 30 days: never, hardly (streaming)"
    `)
    expect(formatStats(statsOf({ days: 7, runbooks: [], gaps: [], unused: [] }))).toBe(
      'No incident of the last 7 days had a runbook.',
    )
  })

  it('lets no alert steer the terminal', () => {
    const gaps = [{ alert: '\u001B[2Jodd\u202E', incidents: 1, last: NOW }]
    // oxlint-disable-next-line no-control-regex -- these are the characters it is about
    expect(formatStats(statsOf({ ...REPORT, gaps }))).not.toMatch(/[\u001B\u202E]/)
  })
})

describe('in Slack', () => {
  it('looks as people know it', async () => {
    const blocks = statsBlocks(REPORT, ['data-platform'])
    expect(validateBlocks('message', blocks)).toEqual([])
    await expect(`${JSON.stringify(blocks, null, 2)}\n`).toMatchFileSnapshot(
      '../slack/golden/runbook-stats.json',
    )
  })

  it('P9: is one message, however many there are and whatever they are called', () => {
    const name = `<!channel> *${'x'.repeat(300)}* 🧯`
    const many: StatsReport = {
      days: 1,
      runbooks: Array.from({ length: 1_000 }, () => ({ ...STATS, runbook: name })),
      gaps: Array.from({ length: 50 }, () => ({ alert: name, incidents: 1, last: NOW })),
      unused: Array.from({ length: 500 }, () => ({ runbook: name, team: name })),
    }
    const blocks = statsBlocks(
      many,
      Array.from({ length: 40 }, () => name),
    )
    expect(validateBlocks('message', blocks)).toEqual([])
    expect(textLength(blocks)).toBeLessThan(MESSAGE_BUDGET)
    expect(JSON.stringify(blocks)).toContain('990 more runbooks and 40 more alerts')
    for (const part of activeParts(blocks)) expect(part).toMatch(/^<!date\^/)
    expect(
      validateBlocks('message', statsBlocks({ days: 1, runbooks: [], gaps: [], unused: [] }, ['a'])),
    ).toEqual([])
  })
})
