// Who pressed: a Slack user as the actor that timelines and audits name.
import type { Person } from '../flow/press.ts'

/** To a person whose press or command failed on our side. */
export const FAILED =
  'That did not work just now, and nothing is known to have been done. Try again in a moment.'

export function personOf(user: {
  readonly id: string
  readonly name?: string | undefined
  readonly username?: string | undefined
}): Person {
  return { kind: 'person', id: user.id, name: user.name ?? user.username ?? user.id, via: 'slack' }
}
