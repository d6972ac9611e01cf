// Who pressed: a Slack user as the actor that timelines and audits name.
import type { Person } from '../flow/press.ts'

export function personOf(user: {
  readonly id: string
  readonly name?: string | undefined
  readonly username?: string | undefined
}): Person {
  return { kind: 'person', id: user.id, name: user.name ?? user.username ?? user.id, via: 'slack' }
}
