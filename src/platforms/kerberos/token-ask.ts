// What is asked of Kerberos, and what comes of it: here, and between us and the process that speaks it.

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

/** The realm of a name that has one, such as a principal. */
export function realmOf(name: string): string | null {
  const at = name.lastIndexOf('@')
  return at === -1 ? null : name.slice(at + 1)
}
