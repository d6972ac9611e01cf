// What MIT Kerberos says when there is no token to be had, as a cause that people can mend. Pure.
import type { TokenAsk } from './token-ask.ts'

/** `unreachable` may pass by itself; `refused` will not. */
export interface Cause {
  readonly failed: 'unreachable' | 'refused'
  /** One clause for `... {why}.`: what is wrong, and what to do. */
  readonly why: string
}

type Row = readonly [words: RegExp, failed: Cause['failed'], mend: (ask: TokenAsk) => string]

/** In this order: the first that fits is said. */
const CAUSES: readonly Row[] = [
  [/cannot contact any KDC/i, 'unreachable', () => 'no KDC of the realm answers: check its address in krb5.conf (KRB5_CONFIG names another file), and that this machine may reach it'],
  [/cannot find KDC|cannot determine realm|default realm/i, 'refused', () => 'krb5.conf does not know the realm: add it there, or name another file in KRB5_CONFIG'],
  [/integrity check failed|preauthentication failed/i, 'refused', ({ keytab }) => `the KDC does not take the key in ${keytab ?? 'the cache'}: it was changed since; write the keytab anew`],
  [/^.*client.*not found in kerberos database/i, 'refused', ({ principal }) => `the realm does not know ${principal}: check principal`],
  [/server.*not found in kerberos database/i, 'refused', ({ service }) => `the realm does not know the service ${service}: use the name that it was made for in the address, or name its principal under services`],
  [/clock skew/i, 'refused', () => "this machine's clock and the KDC's differ by more than five minutes: set it right"],
  [/has expired|ticket expired|password has expired|revoked/i, 'refused', ({ principal }) => `${principal} or its ticket has expired or is locked: have it renewed`],
  [/in cache collection|no kerberos credentials available|matching credential not found/i, 'refused', ({ principal }) => `there is no ticket of ${principal}: name its keytab, or keep the cache of KRB5CCNAME filled (kinit, k5start)`],
  [/no credentials cache found|no suitable keys|key table entry not found|bad format in key/i, 'refused', ({ keytab, principal }) =>
    keytab === null
      ? `there is no ticket of ${principal}: name its keytab, or keep the cache of KRB5CCNAME filled (kinit, k5start)`
      : `${keytab} holds no key of ${principal}: \`klist -k ${keytab}\` shows what it holds`],
] // prettier-ignore

/** The library's words, and what to do about them where we know. */
export function causeOf(words: string, ask: TokenAsk): Cause {
  const said = detailOf(words)
  const row = CAUSES.find(([pattern]) => pattern.test(words))
  if (row === undefined) return { failed: 'refused', why: `Kerberos says "${said}"` }
  const [, failed, mend] = row
  return { failed, why: `Kerberos says "${said}"; ${mend(ask)}` }
}

/** What follows GSSAPI's own sentence, which is the same for everything. */
function detailOf(words: string): string {
  const bare = words.replace(
    /^(?:Unspecified GSS failure\.\s+Minor code may provide more information|No credentials were supplied, or the credentials were unavailable or inaccessible):\s*/,
    '',
  )
  return bare.replaceAll(/\s+/g, ' ').trim().slice(0, 200).replaceAll('"', "'")
}
