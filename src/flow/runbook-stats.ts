// The record of runbooks over a time: which were used and opened, what they led to, and the alerts that none caught.
import { sql } from 'kysely'
import type { Store, Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'

/** What a runbook's incidents came to. Times in seconds; null where no incident has one. */
export interface RunbookStats {
  readonly runbook: string
  /** Whose own it is; null: shared, or not loaded any more. Two teams' own of one id are two. */
  readonly team: string | null
  /** Incidents that had it, to the end or until a switch. */
  readonly incidents: number
  /** Of these, the ones that went over to another runbook once something was known. */
  readonly switchedAway: number
  /** Incidents in which somebody opened it. */
  readonly opened: number
  /** Steps that were ticked, of those that there were to do where it was opened. */
  readonly stepsDone: number
  readonly steps: number
  /** Incidents that were resolved after one of its actions was verified. */
  readonly fixedBy: number
  /** Incidents in which a page went out or somebody was called. */
  readonly escalated: number
  readonly acknowledgedMedian: number | null
  readonly resolvedMedian: number | null
  readonly resolvedP90: number | null
  /** People's judgements. */
  readonly useful: number
  readonly useless: number
  readonly lastUsed: Date
}

/** An alert that no runbook of its own caught: incidents that got the catch-all runbook, or none, and kept it. */
export interface Gap {
  readonly alert: string
  readonly incidents: number
  readonly last: Date
}

export interface StatsWindow {
  readonly since: Date
  /** Null: all teams. */
  readonly teams: readonly string[] | null
  /** Runbooks that are a team's own, each as `<team>/<id>`: their figures are kept apart. */
  readonly own: readonly string[]
}

/** The longest window that is asked for: incidents of a year and a day. */
export const MAX_DAYS = 366
/** Beyond this nobody reads on. */
const MAX_ROWS = 1_000
const MAX_GAPS = 50

/** Incidents of the window; ids are joined on, so that each part reads only what belongs to them. */
function incidentsOf({ since, teams }: Omit<StatsWindow, 'own'>): ReturnType<typeof sql> {
  return sql`select id, team, runbook_id, opened_at, acknowledged_at, resolved_at from incidents
    where opened_at >= ${since}::timestamptz and ${ofTeams(teams)}`
}

/** The columns that a row is for: the runbook, and its team where it is that team's own. Group by 1, 2. */
function rowOf(runbook: string, { own }: StatsWindow): ReturnType<typeof sql> {
  const id = sql.raw(runbook)
  return sql`${id} as "runbook", case when i.team || '/' || ${id} = any(${[...own]}::text[]) then i.team end as "team"`
}

/** Figures by runbook, one statement each: on the embedded store others get their turn between them. */
type Part = Partial<Omit<RunbookStats, 'runbook' | 'team'>> & Pick<RunbookStats, 'runbook' | 'team'>
type Ask = (tx: Tx, window: StatsWindow) => Promise<readonly Part[]>

const PARTS: readonly Ask[] = [
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('i.runbook_id', window)}, count(*) as "incidents", max(opened_at) as "lastUsed",
               percentile_cont(0.5) within group (order by extract(epoch from acknowledged_at - opened_at)::float8) as "acknowledgedMedian",
               percentile_cont(0.5) within group (order by extract(epoch from resolved_at - opened_at)::float8) as "resolvedMedian",
               percentile_cont(0.9) within group (order by extract(epoch from resolved_at - opened_at)::float8) as "resolvedP90"
          from (${incidentsOf(window)}) i where runbook_id is not null group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf("(t.data ->> 'from')", window)}, count(distinct i.id) as "switchedAway", max(i.opened_at) as "lastUsed"
          from timeline t join (${incidentsOf(window)}) i on i.id = t.incident_id
         where t.kind = 'runbook_switched' and t.data ->> 'from' is not null
           and t.data ->> 'from' is distinct from i.runbook_id
         group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('i.runbook_id', window)}, count(*) as "opened", sum(steps)::int8 as "steps"
          from (select o.incident_id, i.team, o.runbook_id, max(o.steps) as steps
                  from runbook_opens o join (${incidentsOf(window)}) i on i.id = o.incident_id group by 1, 2, 3) i
         group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('t.runbook_id', window)}, count(*) as "stepsDone"
          from runbook_ticks t join (${incidentsOf(window)}) i on i.id = t.incident_id where t.done
         group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('x.runbook_id', window)}, count(distinct r.incident_id) as "fixedBy"
          from action_runs r join (${incidentsOf(window)}) i
            on i.id = r.incident_id and i.resolved_at >= coalesce(r.ended_at, r.requested_at)
          join offers o on o.id = r.offer_id join runbook_texts x on x.hash = o.runbook_hash
         where r.verified = 'verified' group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('i.runbook_id', window)}, count(*) as "escalated"
          from (select incident_id from pages where sent_at is not null
                 union
                select incident_id from timeline
                 where kind = 'escalated' and jsonb_array_length(data -> 'mention') > 0) e
          join (${incidentsOf(window)}) i on i.id = e.incident_id where i.runbook_id is not null
         group by 1, 2`.execute(tx)
    ).rows,
  async (tx, window) =>
    (
      await sql<Part>`
        select ${rowOf('v.runbook_id', window)}, count(*) filter (where v.useful) as "useful",
               count(*) filter (where not v.useful) as "useless"
          from runbook_votes v join (${incidentsOf(window)}) i on i.id = v.incident_id group by 1, 2`.execute(
        tx,
      )
    ).rows,
]

/** Per runbook, what became of the incidents that were opened within the window; worst first (see `worstFirst`). */
export async function runbookStats(
  store: Pick<Store, 'transaction'>,
  window: StatsWindow,
): Promise<readonly RunbookStats[]> {
  const merged = new Map<string, RunbookStats>()
  for (const ask of PARTS)
    for (const part of await store.transaction((tx) => ask(tx, window))) {
      const key = `${part.team ?? ''}/${part.runbook}`
      const known = merged.get(key)
      const lastUsed = [known?.lastUsed, part.lastUsed].reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a)) // prettier-ignore
      merged.set(key, { ...NOTHING, ...known, ...part, lastUsed: lastUsed ?? window.since })
    }
  return [...merged.values()]
    .filter((one) => one.incidents + one.switchedAway > 0)
    .map((one) => ({
      ...one,
      incidents: one.incidents + one.switchedAway,
      stepsDone: Math.min(one.stepsDone, one.steps),
    }))
    .toSorted(worstFirst)
    .slice(0, MAX_ROWS)
}

const NOTHING = {
  incidents: 0,
  switchedAway: 0,
  opened: 0,
  stepsDone: 0,
  steps: 0,
  fixedBy: 0,
  escalated: 0,
  acknowledgedMedian: null,
  resolvedMedian: null,
  resolvedP90: null,
  useful: 0,
  useless: 0,
}

/**
 * What most deserves somebody's time: judged useless more often than useful, then escalated in the greater share of its
 * incidents, then used more often.
 */
export function worstFirst(a: RunbookStats, b: RunbookStats): number {
  return (
    b.useless - b.useful - (a.useless - a.useful) ||
    b.escalated / b.incidents - a.escalated / a.incidents ||
    b.incidents - a.incidents ||
    byName(a, b)
  )
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The alerts that no runbook caught within the window, most incidents first. */
export async function coverageGaps(
  tx: Tx,
  { since, teams }: Omit<StatsWindow, 'own'>,
): Promise<readonly Gap[]> {
  const { rows } = await sql<Gap>`
    select coalesce(a.name, i.title) as "alert", count(*) as "incidents", max(i.opened_at) as "last"
      from incidents i
      left join lateral (
        select name from alert_instances where incident_id = i.id order by first_seen_at, fingerprint limit 1
      ) a on true
     where i.opened_at >= ${since}::timestamptz and i.match ->> 'reason' in ('catch_all', 'none')
       and ${ofTeams(teams)}
     group by 1 order by 2 desc, 3 desc, 1 limit ${MAX_GAPS}`.execute(tx)
  return rows
}

function ofTeams(teams: readonly string[] | null): ReturnType<typeof sql> {
  return teams === null ? sql`true` : sql`team = any(${[...teams]}::text[])`
}

/** A runbook, and whose own it is. */
export type Named = Pick<RunbookStats, 'runbook' | 'team'>

/** `executor-oom`, or of a team's own `executor-oom (streaming)`. */
export function spoken({ runbook, team }: Named): string {
  return team === null ? runbook : `${runbook} (${team})`
}

/** Everything that is told of the runbooks of these teams over the last `days` days. */
export interface StatsReport {
  readonly days: number
  readonly runbooks: readonly RunbookStats[]
  readonly gaps: readonly Gap[]
  /** Loaded, and had by no incident within the window. The catch-all is not among them. */
  readonly unused: readonly Named[]
}

const DAY_MS = 86_400_000

export async function readStats(
  deps: FlowDeps,
  days: number,
  teams: readonly string[] | null,
): Promise<StatsReport> {
  const served = deps.library().served.filter(({ team }) => team !== null)
  const own = new Set(served.map(({ team, runbook }) => `${team ?? ''}/${runbook.id}`))
  const since = new Date(deps.clock.now().getTime() - days * DAY_MS)
  const runbooks = await runbookStats(deps.store, { since, teams, own: [...own] })
  const gaps = await deps.store.transaction((tx) => coverageGaps(tx, { since, teams }))
  const used = new Set(runbooks.map(spoken))
  const loaded = (teams ?? [...deps.settings.teams.keys()]).flatMap((team) =>
    deps
      .runbooks(team)
      .runbooks.filter(({ catchAll }) => !catchAll)
      .map(({ id }): Named => ({ runbook: id, team: own.has(`${team}/${id}`) ? team : null })),
  )
  const unused = new Map(loaded.map((one) => [spoken(one), one]))
  return {
    days,
    runbooks,
    gaps,
    unused: [...unused.values()].filter((one) => !used.has(spoken(one))).toSorted(byName),
  }
}

function byName(a: Named, b: Named): number {
  return order(a.runbook, b.runbook) || order(a.team ?? '', b.team ?? '')
}

/** Seconds as people say them: `45 s`, `12 min`, `3 h`, `2 d`; a dash where there is no figure. */
export function spanOf(seconds: number | null): string {
  if (seconds === null) return '–'
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  return seconds < 72 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}
