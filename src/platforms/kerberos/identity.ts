// The process of one identity: started when a token is wanted, asked in turn, given up where its KDC is silent, ended when idle.
import type { ChildProcess } from 'node:child_process'
import { reasonOf } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'
import { type Answered, type Asked, type Made, type TokenAsk, type Tokens, realmOf } from './token-ask.ts'

/** Longer than a KDC takes that is there at all; newer libraries wait without end for one that takes a connection and is silent. */
const PATIENCE_MS = 15_000

/** After a silent KDC: long enough that its users do not start one process after another, short beside an incident. */
const PAUSE_MS = 10_000

/** Platforms that are read at all are read more often; the tickets are lost with the process, and cost a question each. */
const IDLE_MS = 300_000

/** Those of all identities, which must not outlive us: one that hangs does not see that we are gone. */
const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/**
 * The tickets are in the memory of the process, so it is kept between tokens. One token takes a tenth of a millisecond, the
 * first as long as its KDC. A call into the library cannot be stopped, and a mistake in one ends its process: so it is not
 * ours, and is killed where a KDC keeps it too long. As that holds up who comes next, who has no time left is not asked for.
 */
export function createIdentity(start: () => ChildProcess): Tokens {
  let child: ChildProcess | null = null
  let next = 0
  let turn: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined
  /** What all are told while a silent KDC is let be. */
  let silence: Made | null = null

  function open(): ChildProcess {
    const opened = start()
    running.add(opened)
    const gone = (): void => end(opened)
    return opened.on('error', gone).on('exit', gone)
  }

  /** It is not used again; the next token starts another. */
  function end(which: ChildProcess): void {
    if (!running.delete(which)) return
    if (child === which) child = null
    which.kill('SIGKILL')
  }

  function post(ask: TokenAsk, signal: AbortSignal): Promise<Made> {
    return new Promise((resolve) => {
      clearTimeout(idle)
      const to = (child ??= open())
      const id = next++
      const done = (made: Made): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', left)
        to.off('message', hear).off('error', fail).off('exit', ended)
        hold(to, false)
        idle = setTimeout(() => end(to), IDLE_MS).unref()
        resolve(made)
      }
      const hear = (answered: Answered): void => {
        if (answered.id === id) done(answered.made)
      }
      const fail = (error: Error): void => done({ failed: 'absent', why: `its process failed: ${reasonOf(error)}` }) // prettier-ignore
      const ended = (code: number | null, signal: string | null): void =>
        done({ failed: 'absent', why: `its process ended (${signal ?? code})` })
      const timer = setTimeout(() => {
        end(to)
        silence = silenceOf(ask)
        setTimeout(() => (silence = null), PAUSE_MS).unref()
        done(silence)
      }, PATIENCE_MS).unref()
      const left = (): void => hold(to, false)
      signal.addEventListener('abort', left, { once: true })
      to.on('message', hear).on('error', fail).on('exit', ended)
      hold(to, true)
      to.send({ id, ask } satisfies Asked)
    })
  }

  return (ask, signal) => {
    const mine = turn.then(() => {
      signal.throwIfAborted()
      return silence ?? post(ask, signal)
    })
    turn = mine.catch(() => {})
    return orAborted(mine, signal)
  }
}

function silenceOf({ principal, service }: TokenAsk): Made {
  // The ticket is of the principal's realm, but the service may be of another.
  const realms = new Set([principal, service].flatMap((name) => realmOf(name) ?? []))
  const why = `no KDC of ${[...realms].join(' or ')} answered ${principal} within ${PATIENCE_MS / 1000} s (for ${service}); it is asked again after a pause of ${PAUSE_MS / 1000} s`
  return { failed: 'unreachable', why }
}

/** Whether it keeps this process alive: while somebody waits for a token. */
function hold(child: ChildProcess, on: boolean): void {
  if (on) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
