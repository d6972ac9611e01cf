// What an incident is, who can act on one, and the words for why things happened.
import type { Run, Severity } from '../alerts/model.ts'

export type IncidentState = 'triggered' | 'acknowledged' | 'resolved'

/** Who did something. Every timeline entry, decision and audit row names one. */
export type Actor =
  | { readonly kind: 'person'; readonly id: string; readonly name: string; readonly via: 'slack' | 'api' }
  | { readonly kind: 'source'; readonly name: string }
  | { readonly kind: 'pagerduty'; readonly name: string }
  | { readonly kind: 'system'; readonly name: string }

export interface Incident {
  readonly id: string
  /** The short number people say and type. */
  readonly number: number
  readonly team: string
  readonly key: string
  readonly version: number
  readonly state: IncidentState
  readonly title: string
  readonly severity: Severity
  readonly source: string
  readonly platform: string | null
  readonly run: Run
  readonly runbookId: string | null
  readonly runbookHash: string | null
  readonly policyName: string
  readonly openedAt: Date
  readonly acknowledgedAt: Date | null
  readonly acknowledgedBy: Actor | null
  readonly resolvedAt: Date | null
  readonly resolvedBy: Actor | null
  readonly resolution: Resolution | null
  readonly alertsTotal: number
  readonly alertsFiring: number
  readonly diagnosis: 'pending' | 'running' | 'done' | 'none'
  readonly diagnosisGeneration: number
}

/** By what an incident ended. */
export type Resolution = 'source' | 'person' | 'pagerduty' | 'successful_run'

export interface TimelineEntry {
  readonly seq: number
  readonly at: Date
  readonly kind: TimelineKind
  readonly actor: Actor
  readonly reason: string
  readonly data: Readonly<Record<string, unknown>>
  readonly count: number
  readonly lastAt: Date
}

/** What can stand on a timeline. Reasons are data: each kind's reason is one sentence or an enum word. */
export type TimelineKind =
  | 'opened'
  | 'alerts_joined'
  | 'alerts_resolved'
  | 'acknowledged'
  | 'resolved'
  | 'press_refused'
  | 'diagnosed'
  | 'runbook_switched'
  | 'runbook_opened'
  | 'runbook_ticked'
  | 'runbook_unticked'
  | 'runbook_judged'
  | 'runbook_updated'
  | 'page_requested'
  | 'page_sent'
  | 'page_withdrawn'
  | 'page_undelivered'
  | 'second_route'
  | 'escalated'
  | 'escalation_stopped'
  | 'action_requested'
  | 'action_started'
  | 'action_ended'
  | 'action_verified'
  | 'action_unknown'
  | 'action_settled'
  | 'card_posted'
  | 'card_adopted'
  | 'card_undelivered'
  | 'noted'
  | 'runbook_drafted'
  | 'recovery_stopped'
  | 'run_passed_over'
  | 'relapsed'
  | 'run_named'
  | 'deployed'
  | 'evidence_captured'

/** The name a person reads for an actor. */
export function nameOf(actor: Actor): string {
  return actor.name
}

export const SYSTEM: Actor = { kind: 'system', name: 'Arrestor' }
