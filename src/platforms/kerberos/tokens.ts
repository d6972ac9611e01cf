// SPNEGO tokens by the system's Kerberos, made one after another in a thread of their own.
import { Worker } from 'node:worker_threads'
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

/** Source runs as .ts, the package as .js; the thread's file is named like this one. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

/**
 * The thread is started with the first token and kept: the tickets are in its library's memory. One token takes a tenth of
 * a millisecond, the first of an identity as long as its KDC; one that does not answer holds up all (libkrb5 gives up after
 * some seconds), so that who has no time left is not asked for. `start` is for tests.
 */
export function createTokens(start: () => Worker = startWorker): Tokens {
  let thread: Worker | null = null
  let next = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** A thread that has failed or ended is not used again; the next token starts another one. */
  function open(): Worker {
    const worker = start()
    const gone = (): void => {
      if (thread === worker) thread = null
    }
    return worker.on('error', gone).on('exit', gone)
  }

  function post(ask: TokenAsk): Promise<Made> {
    return new Promise((resolve) => {
      const worker = (thread ??= open())
      const id = next++
      const done = (made: Made): void => {
        worker.off('message', hear)
        worker.off('error', fail)
        worker.off('exit', end)
        worker.unref()
        resolve(made)
      }
      const gone = (why: string): void => done({ failed: 'absent', why })
      const hear = (answered: Answered): void => {
        if (answered.id === id) done(answered.made)
      }
      const fail = (error: Error): void => gone(`its thread failed: ${firstLine(error)}`)
      const end = (): void => gone('its thread ended')
      worker.on('message', hear).on('error', fail).on('exit', end)
      worker.ref()
      worker.postMessage({ id, ask } satisfies Asked)
    })
  }

  return (ask, signal) => {
    const mine = turn.then(() => {
      signal.throwIfAborted()
      return post(ask)
    })
    turn = mine.catch(() => {})
    return orAborted(mine, signal)
  }
}

/** The one of this process. */
export const systemTokens: Tokens = createTokens()

function startWorker(): Worker {
  return new Worker(THREAD, { name: 'arrestor-kerberos' })
}

function firstLine({ message }: Error): string {
  return (message.split('\n')[0] ?? '').slice(0, 300)
}
