// What an operator must mend is said once, not at every attempt; and again when it breaks anew after it worked.
import type { Logger } from 'pino'
import { ArrestorError } from '../../errors.ts'
import { operatorError } from '../client.ts'

export interface Told {
  /** Slack refuses a message: logged unless the same was said already. */
  refused(where: { channel: string; team: string; subject: string }, error: string): void
  /** Slack refuses the connection's token; logged unless it was said already. */
  refusedToken(error: string): void
  /** A picture went out in words; logged, and true, unless the same was said of this channel already. */
  noPicture(channel: string, why: string): boolean
  /** Slack took a picture in this channel. */
  tookPicture(channel: string): void
  /** Slack took a message in this channel. */
  took(channel: string): void
}

/**
 * One for a process. A wrong channel is one line however many messages wait for it, a wrong token one line for all
 * channels and the connection; what is wrong with one message is one line for that message.
 */
export function createTold(logger: Logger): Told {
  const said = new Set<string>()
  const once = (about: string, say: () => void): boolean => {
    if (said.has(about)) return false
    said.add(about)
    say()
    return true
  }
  const told: Told = {
    refused(where, error) {
      const { channel, team, subject } = where
      const mend = operatorError(error, channel, team)
      if (mend?.code === 'ARR-302') told.refusedToken(error)
      else if (mend === null)
        once(`${subject} ${error}`, () => logger.error({ channel, error }, 'Slack refused a message'))
      else once(`${channel} ${error}`, () => logger.error({ code: mend.code }, mend.message))
    },
    refusedToken(error) {
      const mend = new ArrestorError('ARR-302', { error })
      once('token', () => logger.error({ code: mend.code }, mend.message))
    },
    noPicture(channel, why) {
      const mend = new ArrestorError('ARR-304', { channel, error: why })
      return once(`picture ${channel}`, () => logger.error({ code: mend.code }, mend.message))
    },
    tookPicture(channel) {
      said.delete(`picture ${channel}`)
    },
    took(channel) {
      said.delete('token')
      for (const about of said) if (about.startsWith(`${channel} `)) said.delete(about)
    },
  }
  return told
}
