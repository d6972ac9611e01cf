// Opening incidents: at most one open per key (P2), however many alerts and replicas ask at once.
import { type RawBuilder, sql } from 'kysely'
import type { Run, Severity } from '../alerts/model.ts'
import { type Tx, json, overtaken } from '../store/store.ts'
import { KEY_VERSION } from './key.ts'
import type { Incident } from './model.ts'
import { COLUMNS, type IncidentRow, toIncident } from './repository.ts'

/** What an incident starts with. */
export interface Opening {
  readonly id: string
  readonly team: string
  readonly key: string
  readonly title: string
  readonly severity: Severity
  readonly source: string
  readonly platform: string | null
  readonly run: Run
  readonly runbookId: string | null
  readonly runbookHash: string | null
  readonly match: unknown
  readonly policyName: string
  readonly policy: unknown
  readonly diagnosis: 'pending' | 'none'
}

/** These incidents as they are now, not locked: what is decided from them is checked by `applyDeltas`. */
export async function readIncidents(tx: Tx, ids: readonly string[]): Promise<readonly Incident[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('incidents')
    .select(COLUMNS)
    .where('id', 'in', [...ids])
    .execute()
  return rows.map(toIncident)
}

export interface TeamKey {
  readonly team: string
  readonly key: string
}

export function teamKeyText(teamKey: TeamKey): string {
  return JSON.stringify([teamKey.team, teamKey.key])
}

/** The open incidents that have these keys, not locked. */
export async function readOpenByKey(tx: Tx, keys: readonly TeamKey[]): Promise<readonly Incident[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<IncidentRow>`
    select ${columnsOf('i')} from incidents i
      join jsonb_to_recordset(${json(keys.map(({ team, key }) => ({ team, key })))}::jsonb) as k (team text, key text)
        on i.team = k.team and i.key = k.key
     where i.state <> 'resolved' and i.key_suffix = 0`.execute(tx)
  return rows.map(toIncident)
}

/**
 * Opens incidents for keys that had none a moment ago. A key that another replica took meanwhile is left out;
 * look it up with `readOpenByKey`. The database's unique index is what holds P2, not this function.
 */
export async function openIncidents(
  tx: Tx,
  openings: readonly Opening[],
  now: Date,
): Promise<readonly Incident[]> {
  if (openings.length === 0) return []
  const rows = await tx
    .insertInto('incidents')
    .values(
      openings
        .toSorted((a, b) => (teamKeyText(a) < teamKeyText(b) ? -1 : 1))
        .map((opening) => ({
          id: opening.id,
          team: opening.team,
          key: opening.key,
          key_version: KEY_VERSION,
          state: 'triggered' as const,
          title: opening.title,
          severity: opening.severity,
          source: opening.source,
          platform: opening.platform,
          run: json(opening.run),
          runbook_id: opening.runbookId,
          runbook_hash: opening.runbookHash,
          match: json(opening.match),
          policy_name: opening.policyName,
          policy_snapshot: json(opening.policy),
          opened_at: now,
          diagnosis: opening.diagnosis,
        })),
    )
    .onConflict((oc) =>
      oc.columns(['team', 'key', 'key_suffix']).where('state', '<>', 'resolved').doNothing(),
    )
    .returning(COLUMNS)
    .execute()
  return rows.map(toIncident)
}

/** What a batch changed in one incident's alerts. */
export interface AlertDelta {
  readonly incidentId: string
  readonly total: number
  readonly firing: number
  /** The worst severity among the alerts that joined, or null when none did. */
  readonly severity: Severity | null
}

/**
 * Applies the deltas and raises the incidents' versions; answers them as they now are, locked in the order of their ids.
 * The locks come this late so that two batches of the same storm overlap. Throws `overtaken` when somebody resolved an
 * incident that alerts were about to join: the caller's transaction is tried again, and they open another.
 */
export async function applyDeltas(tx: Tx, deltas: readonly AlertDelta[]): Promise<readonly Incident[]> {
  if (deltas.length === 0) return []
  const rows = deltas.map((delta) => ({
    id: delta.incidentId,
    total: delta.total,
    firing: delta.firing,
    severity: delta.severity,
  }))
  const { rows: updated } = await sql<IncidentRow>`
    with delta as (
      select d.*, i.state
        from jsonb_to_recordset(${json(rows)}::jsonb) as d (id text, total bigint, firing bigint, severity text)
        join incidents i on i.id = d.id
       order by d.id
         for update of i
    )
    update incidents i
       set alerts_total = i.alerts_total + d.total,
           alerts_firing = greatest(0, i.alerts_firing + d.firing),
           severity = case when d.severity is not null and array_position(array['low', 'medium', 'high', 'critical'], d.severity)
                                > array_position(array['low', 'medium', 'high', 'critical'], i.severity)
                           then d.severity else i.severity end,
           version = i.version + 1
      from delta d
     where i.id = d.id and (d.state <> 'resolved' or d.total = 0)
    returning ${columnsOf('i')}`.execute(tx)
  if (updated.length < deltas.length) throw overtaken('an incident was resolved while alerts were joining it')
  return updated.map(toIncident)
}

function columnsOf(alias: string): RawBuilder<unknown> {
  return sql.join(COLUMNS.map((column) => sql.ref(`${alias}.${column}`)))
}
