// SPNEGO tokens by the system's Kerberos: each identity by a process of its own, so that none waits for another's KDC.
import type { ChildProcess } from 'node:child_process'
import { createIdentity } from './identity.ts'
import { startChild } from './start-child.ts'
import type { Tokens } from './token-ask.ts'

/** An identity is a principal and its keytab, however many platforms have it. `start` is for tests. */
export function createTokens(start: () => ChildProcess = startChild): Tokens {
  // As many as the configuration names; what is kept of one that is idle is a few words.
  const identities = new Map<string, Tokens>()
  return (ask, signal) => {
    const key = JSON.stringify([ask.principal, ask.keytab])
    const identity = identities.get(key) ?? createIdentity(start)
    identities.set(key, identity)
    return identity(ask, signal)
  }
}

/** Those of this process. */
export const systemTokens: Tokens = createTokens()
