// What a runbook is drafted from: one incident as data, with everything that people and probes left on it.
import type { Severity } from '../../alerts/model.ts'
import type { AlertFacts } from '../facts.ts'
import type { ActionStep, ProbeStep, Runbook, Scalar } from '../model.ts'
import type { ActionSpec, PlatformView } from '../sections.ts'

/** A finding as far as a draft quotes it. */
export interface DraftFinding {
  readonly severity: string
  readonly sentence: string
  readonly evidence: readonly { readonly text: string; readonly from: string }[]
  readonly unreached: readonly string[]
}

/** A probe that ran, by the step it had in its runbook. */
export interface DraftProbe {
  readonly step: ProbeStep
  readonly outputs: Readonly<Record<string, Scalar>>
  readonly findings: readonly DraftFinding[]
}

/** An action that somebody pressed, with each of its runs, oldest first. */
export interface DraftAction {
  /** The step it had; null where its runbook cannot be read any more. */
  readonly step: ActionStep | null
  readonly id: string
  readonly use: string
  readonly title: string
  /** What it needed when it was pressed. */
  readonly requires: 'responder' | 'commander'
  readonly verifyMs: number | null
  readonly runs: readonly {
    readonly state: string
    readonly verified: string
    readonly detail: string | null
    /** After the incident opened. */
    readonly afterMs: number
  }[]
}

export interface DraftSource {
  readonly number: number
  readonly team: string
  readonly severity: Severity
  readonly alert: AlertFacts
  /** The runbook that served; null or the catch-all where there was none. */
  readonly served: Pick<Runbook, 'id' | 'title' | 'catchAll'> | null
  readonly platform: PlatformView | null
  readonly openedAt: Date
  readonly acknowledgedAt: Date | null
  readonly resolvedAt: Date | null
  readonly resolution: string | null
  readonly probes: readonly DraftProbe[]
  readonly actions: readonly DraftAction[]
  /** Sections that somebody ticked as done, in the order of the runbook. */
  readonly ticked: readonly string[]
  readonly notes: readonly { readonly text: string; readonly afterMs: number }[]
  /** Steps of the escalation policy that were taken, oldest first. */
  readonly escalations: readonly {
    readonly afterMs: number
    readonly page: boolean
    readonly mentions: number
  }[]
  /** Names of everybody on the timeline: a runbook names roles. */
  readonly people: readonly string[]
  readonly now: Date
}

/** What a draft must fit into: the ids and matchers that are taken, and the actions there are. */
export interface DraftSurroundings {
  readonly library: readonly Pick<Runbook, 'id' | 'match'>[]
  readonly actions: ReadonlyMap<string, ActionSpec>
}
