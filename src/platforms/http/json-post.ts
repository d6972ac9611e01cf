// How JSON is posted to services that take a bearer token.
import type { Write } from '../../write-once.ts'
import type { PlatformDeps } from '../platform.ts'

export interface JsonPost {
  readonly url: string
  /** As text: a number of JavaScript's would round an id of 64 bits. */
  readonly body: string
  readonly token: string
  readonly timeoutMs: number
}

/** One POST, for `writeOnce`. */
export function jsonPost(
  { url, body, token, timeoutMs }: JsonPost,
  { httpAgent, httpsAgent }: Pick<PlatformDeps, 'httpAgent' | 'httpsAgent'>,
): Write {
  return {
    method: 'POST',
    url,
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${token}`,
    },
    timeoutMs,
    httpAgent,
    httpsAgent,
  }
}
