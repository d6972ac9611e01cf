// What a runbook is once its file has been read: when it applies, what to look at, what may be done.
import type { Severity } from '../alerts/model.ts'

export type MatcherOp = '=' | '!=' | '=~' | '!~'

/** One matcher in Alertmanager's sense; an absent label counts as the empty string. */
export interface Matcher {
  readonly name: string
  readonly op: MatcherOp
  readonly value: string
  /** As written, without surrounding blanks. */
  readonly text: string
  /** The name stood in quotes, so it is a label even where it looks like `<probe>.<output>`. */
  readonly quotedName: boolean
  holds(actual: string): boolean
}

/** Matchers that must all hold: one entry of `match`, or one of `when`. */
export interface MatchEntry {
  readonly text: string
  readonly matchers: readonly Matcher[]
  /** Line in the file, from 1. */
  readonly line: number
}

export type WhenEntry = MatchEntry

/** A value as YAML holds it: what a probe or an action takes as parameter. */
export type Scalar = string | number | boolean | null
export type ParamValue = Scalar | readonly ParamValue[] | { readonly [name: string]: ParamValue }
export type Params = Readonly<Record<string, ParamValue>>

/** What a platform (by its name or kind) uses instead; its params go over the step's own. */
export interface PlatformOverride {
  readonly use: string | null
  readonly params: Params
}

interface Step {
  /** Unique in its runbook; `<id>.<output>` names a probe's outputs. */
  readonly id: string
  readonly use: string
  readonly on: Readonly<Record<string, PlatformOverride>>
  readonly params: Params
  /** The label people see. */
  readonly heading: string
  /** Markdown between the heading (or the step before) and the block. */
  readonly prose: string
  /** Line of the block in the file, from 1. */
  readonly line: number
}

/** From which value on a finding has which severity. */
export interface Grade {
  readonly low?: number
  readonly medium?: number
  readonly high?: number
  readonly critical?: number
}

export interface ProbeStep extends Step {
  readonly grade: Grade | null
  /** Sentence template of the finding. */
  readonly says: string | null
  readonly chart: boolean
}

export const INPUT_TYPES = ['integer', 'number', 'string', 'boolean', 'choice'] as const

/** What a person is asked for before an action runs. `default` may be a template. */
export interface ActionInput {
  readonly type: (typeof INPUT_TYPES)[number]
  readonly label: string | null
  readonly min: number | null
  readonly max: number | null
  readonly choices: readonly string[]
  readonly default: string | number | boolean | null
}

export type Role = 'responder' | 'commander'

export interface ActionStep extends Step {
  readonly inputs: Readonly<Record<string, ActionInput>>
  /** Raises the floor of arrestor.yml, never lowers it. */
  readonly requires: Role | null
  readonly verify: { readonly withinMs: number } | null
}

/** A heading and what stands under it, up to the next heading of any level. */
export interface Section {
  /** Unique in its runbook and stable while headings stay: `if-the-container-was-killed`. */
  readonly id: string
  readonly heading: string
  readonly level: number
  /** Index in `sections` of the section around this one, whose `when` governs this one as well. */
  readonly parent: number | null
  /** Markdown without the executable blocks. */
  readonly prose: string
  readonly when: readonly WhenEntry[] | null
  readonly probes: readonly ProbeStep[]
  readonly actions: readonly ActionStep[]
  readonly line: number
}

/** One Markdown file, read and checked. Immutable; `hash` pins it to the incidents that it serves. */
export interface Runbook {
  readonly id: string
  readonly title: string
  readonly owner: string
  /** What an incident starts with; null keeps the alert's own. */
  readonly severity: Severity | null
  readonly priority: number
  readonly match: readonly MatchEntry[]
  /** Takes what nothing else takes. */
  readonly catchAll: boolean
  /** Gives way, even where the alert names it, to one that speaks of what the probes have found. */
  readonly general: boolean
  /** Escalation policy, null for the team's default. */
  readonly escalation: string | null
  /** Labels that refine the incident's key. */
  readonly keyLabels: readonly string[]
  /** Whether the next successful run of the job resolves the incident. */
  readonly autoResolve: boolean
  /** Date (YYYY-MM-DD) on which somebody last checked it against reality. */
  readonly verified: string | null
  /** SHA-256 of `text`, hexadecimal. */
  readonly hash: string
  readonly file: string
  /** The source, without byte order mark and with line ends as LF. */
  readonly text: string
  /** Markdown before the first section. */
  readonly intro: string
  readonly sections: readonly Section[]
}

/** Something wrong in a file, with its place and its mend. Lines and columns from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly level: 'error' | 'warning'
  /** Short, stable, for machines: `unknown-key`, `tie`. */
  readonly code: string
  readonly message: string
  readonly mend: string
}

/** Probe outputs by step id; null is "could not be determined". */
export type ProbeOutputs = Readonly<Record<string, Readonly<Record<string, Scalar>>>>

/** All probe steps of a runbook, in the order of the file. */
export function probesOf(runbook: Runbook): readonly ProbeStep[] {
  return runbook.sections.flatMap((section) => section.probes)
}

/** All action steps of a runbook, in the order of the file. */
export function actionsOf(runbook: Runbook): readonly ActionStep[] {
  return runbook.sections.flatMap((section) => section.actions)
}
