// SPNEGO tokens by the system's Kerberos, made one after another in a process of their own.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { reasonOf } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'

/** Who asks, and for which server. */
export interface TokenAsk {
  /** `arrestor@EXAMPLE.COM` */
  readonly principal: string
  /** Its file; null means the tickets in the cache that KRB5CCNAME names. */
  readonly keytab: string | null
  /** `HTTP/rm.example.com`, with `@REALM` behind where krb5.conf shall not say it. */
  readonly service: string
}

/** `absent`: Kerberos cannot be spoken here at all; `unreachable`: no KDC answers; `refused`: one did, or the keytab will not do. */
export type Made =
  { readonly token: string } | { readonly failed: 'absent' | 'unreachable' | 'refused'; readonly why: string }

/** A token in base64 that is good once, at that service alone. Rejects only where the signal is aborted first. */
export type Tokens = (ask: TokenAsk, signal: AbortSignal) => Promise<Made>

export interface Asked {
  readonly id: number
  readonly ask: TokenAsk
}
export interface Answered {
  readonly id: number
  readonly made: Made
}

/** Source runs as .ts, the package as .js; the other file is named like this one. */
const CHILD = new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url)

/** Longer than a KDC takes that is there at all; newer libraries wait without end for one that takes a connection and is silent. */
const PATIENCE_MS = 15_000

/**
 * The process is started with the first token and kept: the tickets are in its memory. One token takes a tenth of a
 * millisecond, the first of an identity as long as its KDC. A call into the library cannot be stopped, and a mistake in one
 * ends its process: so it is not ours, and is killed where a KDC keeps it too long. As that holds up all others, who has no
 * time left is not asked for. `start` and `patienceMs` are for tests.
 */
export function createTokens(start: () => ChildProcess = startChild, patienceMs = PATIENCE_MS): Tokens {
  let child: ChildProcess | null = null
  let next = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** One that has ended is not used again; the next token starts another. */
  function open(): ChildProcess {
    const opened = start()
    const kill = (): void => void opened.kill('SIGKILL')
    const gone = (): void => {
      process.off('exit', kill)
      if (child === opened) child = null
    }
    process.once('exit', kill)
    return opened.on('error', gone).on('exit', gone)
  }

  function post(ask: TokenAsk, signal: AbortSignal): Promise<Made> {
    return new Promise((resolve) => {
      const to = (child ??= open())
      const id = next++
      const done = (made: Made): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', left)
        to.off('message', hear).off('error', fail).off('exit', end)
        hold(to, false)
        resolve(made)
      }
      const hear = (answered: Answered): void => {
        if (answered.id === id) done(answered.made)
      }
      const fail = (error: Error): void => done({ failed: 'absent', why: `its process failed: ${reasonOf(error)}` }) // prettier-ignore
      const end = (code: number | null, signal: string | null): void =>
        done({ failed: 'absent', why: `its process ended (${signal ?? code})` })
      const timer = setTimeout(() => {
        if (child === to) child = null
        to.kill('SIGKILL')
        done({ failed: 'unreachable', why: `no KDC answered within ${patienceMs / 1000} s` })
      }, patienceMs).unref()
      const left = (): void => hold(to, false)
      signal.addEventListener('abort', left, { once: true })
      to.on('message', hear).on('error', fail).on('exit', end)
      hold(to, true)
      to.send({ id, ask } satisfies Asked)
    })
  }

  return (ask, signal) => {
    const mine = turn.then(() => {
      signal.throwIfAborted()
      return post(ask, signal)
    })
    turn = mine.catch(() => {})
    return orAborted(mine, signal)
  }
}

/** The one of this process. */
export const systemTokens: Tokens = createTokens()

function startChild(): ChildProcess {
  // What libraries print must not stand in our log.
  return fork(fileURLToPath(CHILD), [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
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
