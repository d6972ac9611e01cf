// Trigger ids: a person's press gives the app three seconds and one use to open a modal.
import { randomBytes } from 'node:crypto'

import { Refusal } from './refusal.ts'

/** Slack: a trigger_id expires 3 seconds after it was sent. */
const TRIGGER_MS = 3000

export interface Triggers {
  mint(user: string): string
  /** The user who pressed. Refuses what was never minted, is too old or was used before. */
  exchange(id: string): string
  clear(): void
}

export function createTriggers(now: () => number): Triggers {
  const minted = new Map<string, { user: string; at: number; used: boolean }>()
  return {
    mint(user) {
      const id = `${Math.floor(now())}.${minted.size + 1}.${randomBytes(16).toString('hex')}`
      minted.set(id, { user, at: now(), used: false })
      return id
    },
    exchange(id) {
      const trigger = minted.get(id)
      if (trigger === undefined) throw new Refusal('invalid_trigger_id')
      if (trigger.used) throw new Refusal('exchanged_trigger_id')
      if (now() - trigger.at > TRIGGER_MS) throw new Refusal('expired_trigger_id')
      trigger.used = true
      return trigger.user
    },
    clear: () => minted.clear(),
  }
}
