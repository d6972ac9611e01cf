// Which alerts of the last days had no runbook: by team and alert name, what they got then and what they would get now.
import { type Kysely, sql } from 'kysely'
import type { Run, Severity } from '../alerts/model.ts'
import { matchAlert, type MatchReason } from '../runbooks/match.ts'
import type { Database } from '../store/tables.ts'
import type { FlowDeps } from './deps.ts'

export interface AlertCoverage {
  readonly team: string
  readonly name: string
  /** Alerts, and how often they were posted. */
  readonly alerts: number
  readonly seen: number
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** What the incidents got that these alerts opened; alerts that joined another's incident were not matched. */
  readonly got: readonly {
    readonly runbook: string | null
    readonly reason: string
    readonly incidents: number
  }[]
  /** What the newest of them would get now, before any probe. */
  readonly now: { readonly runbook: string | null; readonly reason: MatchReason }
  /** Neither then nor now a runbook but the catch-all. */
  readonly gap: boolean
}

export interface Coverage {
  readonly since: Date
  /** Gaps first, then the most frequent. */
  readonly alerts: readonly AlertCoverage[]
  /** There are more names than are told. */
  readonly more: boolean
}

/** Names that are told; nobody reads more, and a label in a name makes any number. */
const MAX_NAMES = 500

const isGap = (reason: string): boolean => reason === 'catch_all' || reason === 'none'

/** Reads the alerts that were seen in the last `days` days of these teams (null: of all). */
export async function readCoverage(
  deps: Pick<FlowDeps, 'store' | 'clock' | 'runbooks' | 'settings'>,
  teams: readonly string[] | null,
  days: number,
): Promise<Coverage> {
  const since = new Date(deps.clock.now().getTime() - days * 86_400_000)
  if (teams?.length === 0) return { since, alerts: [], more: false }
  const { db } = deps.store
  const names = await namesOf(db, teams, since)
  const got = await outcomesOf(db, teams, since)
  const alerts = names.slice(0, MAX_NAMES).map((row): AlertCoverage => {
    const outcomes = got
      .filter(({ team, name }) => team === row.team && name === row.name)
      .map(({ runbook, reason, incidents }) => ({ runbook, reason, incidents }))
    const run = row.run as Run
    const kind = run.platform === null ? undefined : deps.settings.platforms.get(run.platform)?.kind
    const match = matchAlert(
      deps.runbooks(row.team),
      {
        name: row.name,
        severity: row.severity as Severity,
        labels: row.labels,
        annotations: row.annotations,
        run,
      },
      undefined,
      kind,
    )
    const now = { runbook: match.runbook?.id ?? null, reason: match.reason }
    const gap = isGap(now.reason) && outcomes.every(({ reason }) => isGap(reason))
    const { team, name, alerts: count, seen, firstSeen, lastSeen } = row
    return { team, name, alerts: count, seen, firstSeen, lastSeen, got: outcomes, now, gap }
  })
  alerts.sort((a, b) => Number(b.gap) - Number(a.gap) || b.alerts - a.alerts || (a.name < b.name ? -1 : 1))
  return { since, alerts, more: names.length > MAX_NAMES }
}

interface NameRow {
  readonly team: string
  readonly name: string
  readonly alerts: number
  readonly seen: number
  readonly firstSeen: Date
  readonly lastSeen: Date
  readonly severity: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly run: unknown
}

const ofTeams = (teams: readonly string[] | null): ReturnType<typeof sql> =>
  teams === null ? sql`true` : sql`team in (${sql.join([...teams])})`

/** Each name with its figures, and the labels of its newest alert. */
async function namesOf(
  db: Kysely<Database>,
  teams: readonly string[] | null,
  since: Date,
): Promise<NameRow[]> {
  const { rows } = await sql<NameRow>`
    with figures as (
      select team, name, count(*)::int as alerts, sum(seen)::float8 as seen,
        min(first_seen_at) as first_seen, max(last_seen_at) as last_seen
      from alert_instances where last_seen_at >= ${since} and ${ofTeams(teams)}
      group by team, name order by count(*) desc, team, name limit ${MAX_NAMES + 1}
    ), newest as (
      select distinct on (team, name) team, name, severity, labels, annotations, run
      from alert_instances where last_seen_at >= ${since} and ${ofTeams(teams)}
      order by team, name, last_seen_at desc, fingerprint
    )
    select f.team, f.name, f.alerts, f.seen, f.first_seen as "firstSeen", f.last_seen as "lastSeen",
      n.severity, n.labels, n.annotations, n.run
    from figures f join newest n on n.team = f.team and n.name = f.name
    order by f.alerts desc, f.team, f.name`.execute(db)
  return rows
}

interface OutcomeRow {
  readonly team: string
  readonly name: string
  readonly runbook: string | null
  readonly reason: string
  readonly incidents: number
}

/** The runbooks of incidents, by the alert that was first in each. */
async function outcomesOf(
  db: Kysely<Database>,
  teams: readonly string[] | null,
  since: Date,
): Promise<readonly OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`
    select a.team, a.name, i.runbook_id as runbook, coalesce(i.match->>'reason', 'none') as reason,
      count(*)::int as incidents
    from (
      select distinct on (incident_id) incident_id, team, name
      from alert_instances
      where incident_id is not null and last_seen_at >= ${since} and ${ofTeams(teams)}
      order by incident_id, first_seen_at, fingerprint
    ) a join incidents i on i.id = a.incident_id
    group by a.team, a.name, i.runbook_id, i.match->>'reason'
    order by count(*) desc, i.runbook_id`.execute(db)
  return rows
}
