// What it means that a question to a History Server failed: it is down, something else answers, or we are refused. Pure.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { Confidence } from '../model.ts'

export interface Trouble {
  readonly state: 'down' | 'wrong' | 'refused'
  /** Why, as a clause. */
  readonly why: string
  /** What was asked. */
  readonly link: string | null
  /** Lower where the way there may be broken as well. */
  readonly confidence: Confidence
}

/** It redirects to where people log in: whoever stands before it lets us not through. */
const LOGIN = /^it redirects to /
/** Our own time or budget ran out: that says nothing of the server. */
const OURS = /^there was no time left/
/** Nobody answered, for a reason that need not be its own; who takes the connection and stays silent is there. */
const MAYBE_THE_WAY = /^it did not answer in time|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/

/** Null where the failure says nothing of the History Server. */
export function troubleOf(error: unknown): Trouble | null {
  if (!(error instanceof ArrestorError)) return null
  const { why = reasonOf(error), url } = error.details
  const link = url !== undefined && URL.canParse(url) ? url : null
  switch (error.code) {
    case 'ARR-501':
      if (OURS.test(why)) return null
      return { state: 'down', why, link, confidence: MAYBE_THE_WAY.test(why) ? 'medium' : 'high' }
    case 'ARR-502':
      return { state: LOGIN.test(why) ? 'refused' : 'wrong', why, link, confidence: 'high' }
    case 'ARR-506':
    case 'ARR-507':
    case 'ARR-508':
      return { state: 'refused', why, link, confidence: 'high' }
    default:
      return null
  }
}
