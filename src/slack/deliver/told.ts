// What an operator must mend is said once, not at every attempt; and again when it breaks anew after it worked.
import type { Logger } from 'pino'
import { operatorError } from '../client.ts'

export interface Told {
  /** Slack refuses messages in this channel: logged unless the same was said already. */
  refused(where: { channel: string; team: string }, error: string): void
  /** Slack took one. */
  took(channel: string): void
}

/** One for all deliveries of a process: a wrong channel is one line, however many cards and entries wait for it. */
export function createTold(logger: Logger): Told {
  const said = new Map<string, string>()
  return {
    refused({ channel, team }, error) {
      if (said.get(channel) === error) return
      said.set(channel, error)
      const mend = operatorError(error, channel, team)
      if (mend === null) logger.error({ channel, error }, 'Slack refused a message')
      else logger.error({ code: mend.code }, mend.message)
    },
    took: (channel) => void said.delete(channel),
  }
}
