// Whether running it again is safe: from why it failed, what it writes, and who else runs. Pure; it never guesses.
import type { FailureClass } from '../failures/model.ts'
import { type LaterRun, gapsOf, objectionsOf } from './later.ts'
import type { WriteMode } from './writes.ts'

/** What is known; null is "could not be found out". */
export interface RerunFacts {
  readonly class: FailureClass | null
  /** Where the class is open: what is not known about the failure. Absent: why it failed. */
  readonly open?: string
  /** The failure in words, for the reason. */
  readonly cause: string | null
  /** Ways of writing of the queries that ran, whether they finished or not; null where plans cannot be read. */
  readonly writes:
    readonly { readonly mode: WriteMode; readonly target: string | null; readonly finished: boolean }[] | null
  /** Not all of its queries were read: what the rest writes is unseen. */
  readonly writesCut: boolean
  /** It has had attempts before the one that was read. */
  readonly attemptsBefore: boolean
  readonly streaming: boolean | null
  /** Another run of the same job that is under way: its id. Undefined where nobody can tell. */
  readonly otherRun: string | null | undefined
  /** Runs of the job that began after it and are over, newest first; null where that cannot be told. */
  readonly later: readonly LaterRun[] | null
  /** The platform itself makes another attempt. */
  readonly willRetry: boolean | null
  /** It is still running. */
  readonly running: boolean | null
  /** Its platform says that it ended well. */
  readonly succeeded: boolean
}

export interface Verdict {
  readonly rerun: 'safe' | 'unsafe' | 'unknown'
  /** Why; for `unsafe` and `unknown` only what stands against it, for `safe` what speaks for it. */
  readonly reasons: readonly string[]
}

const AGAINST: Readonly<Record<FailureClass, string | null>> = {
  transient: null,
  deterministic: 'the same data and settings will fail again',
  infrastructure: 'what it failed of has to be mended first',
  permission: 'access has to be given or renewed first',
  data: 'the data or the query has to be mended first',
  unknown: null,
}

/**
 * `unsafe` where anything known stands against it; `safe` only where everything that matters is known and nothing
 * does; else `unknown`, with what is missing.
 */
export function verdictOf(facts: RerunFacts): Verdict {
  const against = objections(facts)
  if (against.length > 0) return { rerun: 'unsafe', reasons: against }
  const open = gaps(facts)
  if (open.length > 0) return { rerun: 'unknown', reasons: open }
  return {
    rerun: 'safe',
    reasons: [
      `${facts.cause ?? 'the failure'} passes by itself`,
      facts.writes?.every(({ mode }) => mode === 'overwrite') === true
        ? 'it only overwrites'
        : 'it overwrites, or creates what is not there',
      'no other run is under way',
    ],
  }
}

function objections(facts: RerunFacts): string[] {
  const found: string[] = []
  if (facts.running === true) found.push('this run is still under way')
  if (facts.succeeded) found.push('this run has succeeded')
  if (facts.willRetry === true) found.push('the platform already tries again by itself')
  if (typeof facts.otherRun === 'string')
    found.push(`another run of the job is under way (${facts.otherRun})`)
  found.push(...objectionsOf(facts.later ?? []))
  const why = facts.class === null ? null : AGAINST[facts.class]
  if (why !== null) found.push(facts.cause === null ? why : `${why} (${facts.cause})`)
  for (const { mode, target, finished } of facts.writes ?? []) {
    const where = target ?? 'somewhere'
    if (mode === 'append' && facts.streaming !== true)
      found.push(
        finished
          ? `it has appended to ${where}; a rerun appends the same rows again`
          : `it was appending to ${where}; a rerun may append rows again`,
      )
    if (mode === 'merge') found.push(`it has merged, updated or deleted in ${where}`)
    if (mode === 'if-absent' && finished) found.push(`${where} exists now; a rerun fails there or skips it`)
  }
  return [...new Set(found)]
}

function gaps(facts: RerunFacts): string[] {
  const open: string[] = []
  if (facts.class === null || facts.class === 'unknown') open.push(facts.open ?? 'why it failed is not known')
  // Plans tell only what goes through SQL; a job without a write there may write in other ways.
  if (facts.writes === null || facts.writes.length === 0) open.push('what it writes is not known')
  else if (facts.writes.some(({ mode }) => mode === 'unknown')) open.push('how it writes is not known')
  if (facts.writesCut) open.push('not all of its queries were read, and what the rest writes is not known')
  if (facts.attemptsBefore) open.push('what its earlier attempts wrote is not known')
  if (facts.otherRun === undefined) open.push('whether another run is under way is not known')
  else if (facts.later === null) open.push('whether a later run has succeeded is not known')
  else open.push(...gapsOf(facts.later, facts.writes ?? []))
  if (facts.streaming === true) open.push('it is a stream: whether its checkpoint is whole is not known')
  if (facts.running === null) open.push('whether it has ended is not known')
  return open
}
