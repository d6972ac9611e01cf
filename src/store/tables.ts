// The tables as TypeScript sees them. jsonb columns are written as JSON text (`json(...)`) and read as values.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Time = ColumnType<Date, Date, Date>
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>
type MaybeText = ColumnType<string | null, string | null | undefined, string | null>
/** Read as a value, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>
type MaybeJson<T> = ColumnType<T | null, string | null | undefined, string | null>
/** int8: both drivers are set to read it as a number; versions and counts stay far below 2^53. */
type Int8 = ColumnType<number, number | undefined, number>

export interface IncidentsTable {
  id: string
  number: GeneratedAlways<number>
  team: string
  key: string
  key_suffix: Generated<number>
  key_version: number
  version: Int8
  state: 'triggered' | 'acknowledged' | 'resolved'
  held: Generated<boolean>
  quiet: Generated<boolean>
  snoozed_until: MaybeTime
  title: string
  severity: string
  source: string
  platform: MaybeText
  run: Json<unknown>
  runbook_id: MaybeText
  runbook_hash: MaybeText
  match: Json<unknown>
  policy_name: string
  policy_snapshot: Json<unknown>
  opened_at: Time
  acknowledged_at: MaybeTime
  acknowledged_by: MaybeJson<unknown>
  resolved_at: MaybeTime
  resolved_by: MaybeJson<unknown>
  resolution: MaybeText
  alerts_total: Int8
  alerts_firing: Int8
  diagnosis: Generated<'pending' | 'running' | 'done' | 'none'>
  diagnosis_generation: Generated<number>
}

export interface AlertInstancesTable {
  team: string
  source: string
  fingerprint: string
  starts_at: Time
  ends_at: MaybeTime
  status: 'firing' | 'resolved'
  name: string
  severity: string
  labels: Json<Record<string, string>>
  annotations: Json<Record<string, string>>
  links: Json<unknown>
  run: Json<unknown>
  incident_id: MaybeText
  first_seen_at: Time
  last_seen_at: Time
  seen: Int8
}

export interface RawBodiesTable {
  id: string
  source: string
  received_at: Time
  body: Uint8Array
  rejected: Json<unknown>
}

export interface RunbookTextsTable {
  hash: string
  runbook_id: string
  file: string
  text: string
}

export interface TimelineTable {
  incident_id: string
  seq: number
  at: Time
  kind: string
  actor: Json<unknown>
  reason: string
  data: Json<Record<string, unknown>>
  count: Int8
  last_at: Time
}

export interface DecisionsTable {
  kind: string
  subject: string
  reason: string
  team: MaybeText
  data: Json<Record<string, unknown>>
  first_at: Time
  last_at: Time
  count: Int8
}

export interface DueTable {
  kind: string
  subject: string
  due_at: Time
  data: Json<Record<string, unknown>>
  attempts: Generated<number>
  fence: Int8
  lease_until: MaybeTime
  last_error: MaybeText
}

export interface OutboxTable {
  id: GeneratedAlways<number>
  destination: string
  subject: string
  mode: 'level' | 'ordered'
  state: Generated<'waiting' | 'sending' | 'done' | 'withdrawn' | 'dead'>
  priority: number
  desired_version: Int8
  delivered_version: Int8
  payload: Json<Record<string, unknown>>
  external_id: MaybeText
  attempts: Generated<number>
  next_at: Time
  fence: Int8
  lease_until: MaybeTime
  first_tried_at: MaybeTime
  may_have_happened: Generated<boolean>
  last_error: MaybeText
  created_at: Time
  done_at: MaybeTime
}

export interface PagesTable {
  incident_id: string
  route: string
  dedup_key: string
  state: 'pending' | 'sent' | 'undelivered' | 'withdrawn' | 'acknowledged' | 'resolved'
  step: number
  requested_at: Time
  sent_at: MaybeTime
  second_route_at: MaybeTime
  may_have_arrived: Generated<boolean>
  last_error: MaybeText
}

export interface FindingsTable {
  incident_id: string
  generation: number
  step: string
  position: number
  outputs: Json<unknown>
  findings: Json<unknown>
  at: Time
}

export interface OffersTable {
  id: string
  incident_id: string
  step: string
  action: string
  target: string
  title: string
  params: Json<unknown>
  /** Of its runbook step, by name. */
  inputs: ColumnType<unknown, string | undefined, string>
  requires: string
  verify_ms: ColumnType<number | null, number | null | undefined, number | null>
  runbook_hash: MaybeText
  created_at: Time
  withdrawn_at: MaybeTime
  withdrawn_reason: MaybeText
}

export interface ActionRunsTable {
  id: string
  offer_id: string
  incident_id: string
  action: string
  target: string
  state: 'requested' | 'approved' | 'running' | 'succeeded' | 'failed' | 'unknown'
  verified: Generated<'pending' | 'verified' | 'not_verified' | 'not_needed'>
  fence: Int8
  requested_by: Json<unknown>
  requested_at: Time
  started_at: MaybeTime
  ended_at: MaybeTime
  detail: MaybeText
  settled_by: MaybeJson<unknown>
  params: ColumnType<unknown, string | undefined, string>
  made: MaybeText
  in_vain: Generated<boolean>
}

export interface RunbookOpensTable {
  incident_id: string
  /** Slack user id. */
  person: string
  runbook_id: string
  /** There were to do when it was opened last. */
  steps: Generated<number>
  first_at: Time
  last_at: Time
  count: Int8
}

export interface RunbookTicksTable {
  incident_id: string
  runbook_id: string
  /** Id of the section. */
  section: string
  done: boolean
  by: Json<unknown>
  at: Time
}

export interface RunbookVotesTable {
  incident_id: string
  person: string
  runbook_id: string
  useful: boolean
  at: Time
}

export interface DeploymentsTable {
  sender: string
  external_id: string
  team: string
  platform: MaybeText
  job_names: Json<readonly string[]>
  what: string
  commit: MaybeText
  image: MaybeText
  version: MaybeText
  summary: MaybeText
  by: MaybeText
  url: MaybeText
  at: Time
  received_at: Time
}

/** One text of captured evidence, redacted. */
interface CapturedText {
  readonly name: string
  readonly title: string
  readonly text: string
  readonly telling: readonly string[]
  readonly cut: boolean
}

export interface CapturesTable {
  incident_id: string
  occasion: string
  at: Time
  files: Json<readonly CapturedText[]>
  missing: Json<readonly string[]>
}

export interface ExternalRefsTable {
  system: string
  external_id: string
  incident_id: string
  data: Json<unknown>
}

export interface AuditTable {
  seq: number
  at: Time
  actor: Json<unknown>
  action: string
  subject: string
  data: Json<unknown>
  previous_hash: string
  hash: string
}

export interface ScheduleSlotsTable {
  schedule: string
  slot: Time
  taken_at: Time
}

export interface Database {
  incidents: IncidentsTable
  alert_instances: AlertInstancesTable
  raw_bodies: RawBodiesTable
  runbook_texts: RunbookTextsTable
  timeline: TimelineTable
  decisions: DecisionsTable
  due: DueTable
  outbox: OutboxTable
  pages: PagesTable
  findings: FindingsTable
  offers: OffersTable
  action_runs: ActionRunsTable
  captures: CapturesTable
  external_refs: ExternalRefsTable
  runbook_opens: RunbookOpensTable
  runbook_ticks: RunbookTicksTable
  runbook_votes: RunbookVotesTable
  deployments: DeploymentsTable
  schedule_slots: ScheduleSlotsTable
  audit: AuditTable
}
