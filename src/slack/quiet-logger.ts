// Slack's libraries log through ours, at levels an operator can live with: their warnings are our debug lines.
import { LogLevel, type Logger as SlackLogger } from '@slack/bolt'
import type { Logger } from 'pino'

/** What they call an error is said by our own code with a code and a mend; theirs is kept for debugging. */
export function quietLogger(logger: Logger): SlackLogger {
  const debug = (...messages: unknown[]): void =>
    logger.debug({ from: 'slack' }, messages.map(String).join(' ').slice(0, 500))
  return {
    debug,
    info: debug,
    warn: debug,
    error: debug,
    setLevel: () => {},
    getLevel: () => LogLevel.ERROR,
    setName: () => {},
  }
}
