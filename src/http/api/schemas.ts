// What the API answers, as schemas: the OpenAPI document is made from them, and the tests hold every answer against it.
import * as z from 'zod'

export const Incident = z
  .object({
    id: z.string(),
    number: z.number().int(),
    team: z.string(),
    key: z.string(),
    state: z.enum(['triggered', 'acknowledged', 'resolved']),
    severity: z.enum(['critical', 'high', 'medium', 'low']),
    title: z.string(),
    source: z.string(),
    platform: z.string().nullable(),
    job_name: z.string().nullable(),
    run_id: z.string().nullable(),
    runbook: z.string().nullable(),
    opened_at: z.iso.datetime(),
    acknowledged_at: z.iso.datetime().nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: z.iso.datetime().nullable(),
    resolved_by: z.string().nullable(),
    resolution: z.string().nullable(),
    alerts_total: z.number().int(),
    alerts_firing: z.number().int(),
  })
  .meta({ id: 'Incident' })

export const TimelineEntry = z
  .object({
    seq: z.number().int(),
    at: z.iso.datetime(),
    kind: z.string(),
    actor: z.string(),
    reason: z.string(),
    count: z.number().int(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' })

export const Finding = z
  .object({
    probe: z.string(),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'none']),
    sentence: z.string(),
    evidence: z.array(z.object({ text: z.string(), from: z.string(), link: z.string().nullable() })),
    link: z.string().nullable(),
    confidence: z.enum(['low', 'medium', 'high']),
    unreached: z.array(z.string()),
  })
  .meta({ id: 'Finding' })

export const ActionRun = z
  .object({
    id: z.string(),
    action: z.string(),
    target: z.string(),
    state: z.string(),
    verified: z.string(),
    requested_by: z.string(),
    requested_at: z.iso.datetime(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'ActionRun' })

export const IncidentDetail = Incident.extend({
  findings: z.array(Finding),
  page: z
    .object({ state: z.string(), sent_at: z.iso.datetime().nullable(), last_error: z.string().nullable() })
    .nullable(),
  actions: z.array(ActionRun),
  timeline: z.array(TimelineEntry),
}).meta({ id: 'IncidentDetail' })

export const IncidentEvidence = z
  .object({
    incident: z.string(),
    captures: z.array(
      z.object({
        occasion: z
          .string()
          .describe('`diagnosis/<generation>`, or `action/<action run>`: before it was executed'),
        at: z.iso.datetime(),
        files: z.array(
          z.object({
            name: z.string(),
            title: z.string(),
            text: z.string().describe('redacted'),
            cut: z.boolean().describe('a part was left out'),
          }),
        ),
        missing: z.array(z.string()).describe('what could not be captured, and why'),
      }),
    ),
  })
  .meta({ id: 'IncidentEvidence' })

export const Alert = z
  .object({
    team: z.string(),
    source: z.string(),
    fingerprint: z.string(),
    name: z.string(),
    severity: z.string(),
    status: z.enum(['firing', 'resolved']),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime().nullable(),
    labels: z.record(z.string(), z.string()),
    incident: z.string().nullable(),
    seen: z.number().int(),
  })
  .meta({ id: 'Alert' })

export const Runbook = z
  .object({
    id: z.string(),
    team: z
      .string()
      .nullable()
      .describe('whose it is; null: every team that has none of its own with this id'),
    title: z.string(),
    owner: z.string(),
    severity: z.string().nullable(),
    catch_all: z.boolean(),
    verified: z.string().nullable(),
    hash: z.string(),
    match: z.array(z.string()),
  })
  .meta({ id: 'Runbook' })

export const Decision = z
  .object({
    kind: z.string(),
    subject: z.string(),
    reason: z.string(),
    team: z.string().nullable(),
    count: z.number().int(),
    first_at: z.iso.datetime(),
    last_at: z.iso.datetime(),
  })
  .meta({ id: 'Decision' })

export const Audit = z
  .object({
    seq: z.number().int(),
    at: z.iso.datetime(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'Audit' })

export const Check = z
  .object({ what: z.string(), state: z.enum(['ok', 'warning', 'failed']), says: z.string() })
  .meta({ id: 'Check' })

const Seconds = z.number().nullable()

const OwnTeam = z.string().nullable().describe('whose own the runbook is; null: shared by all teams')

export const RunbookStats = z
  .object({
    days: z.number().int(),
    runbooks: z.array(
      z.object({
        runbook: z.string(),
        team: OwnTeam,
        incidents: z.number().int(),
        switched_away: z.number().int(),
        opened: z.number().int(),
        steps_done: z.number().int(),
        steps: z.number().int(),
        fixed_by: z.number().int(),
        escalated: z.number().int(),
        acknowledged_median_s: Seconds,
        resolved_median_s: Seconds,
        resolved_p90_s: Seconds,
        useful: z.number().int(),
        useless: z.number().int(),
        last_used: z.iso.datetime(),
      }),
    ),
    gaps: z.array(z.object({ alert: z.string(), incidents: z.number().int(), last: z.iso.datetime() })),
    unused: z.array(z.object({ runbook: z.string(), team: OwnTeam })),
  })
  .meta({ id: 'RunbookStats' })

/** Pages of a list: at most 200 at once. */
export const Limit = z.coerce.number().int().min(1).max(200).default(50)
