// What an action is judged by: a probe whose outputs say whether it may be offered, to whom, and why. Pure.
import type { Role } from './roles.ts'

/** Answers a name of a template, undefined where it has no value. */
export type Lookup = (name: string) => string | undefined

export type Judgement =
  /** Nobody may: the sentence says why. */
  | { readonly kind: 'withheld'; readonly says: string }
  /** `requires` is the least role, null where there is nothing to add; `says` is told before somebody confirms. */
  | { readonly kind: 'open'; readonly requires: Role | null; readonly says: string | null }

export interface Caution {
  /** The probe that tells; each diagnosis runs it where the platform can do the action. */
  readonly probe: string
  /** The name under which it does, so that its outputs are `<step>.<output>`. */
  readonly step: string
  judge(lookup: Lookup): Judgement
}

/** What a caution makes of what is known; without one nothing stands against it. */
export function judge(caution: Caution | undefined, lookup: Lookup): Judgement {
  return caution?.judge(lookup) ?? { kind: 'open', requires: null, says: null }
}
