// How a request leaves, for all who send one themselves: as axios sends it, or as somebody (platforms/http/send.ts).
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios'

/**
 * Sends as axios does. As somebody it may send twice: what is answered with 401 was not done. Throws an ArrestorError
 * where it cannot be anybody, and then nothing was done either.
 */
export type Send = <T>(request: SendRequest) => Promise<AxiosResponse<T>>
/** Redirects are the caller's: a token is never handed on. */
export type SendRequest = Omit<AxiosRequestConfig, 'headers'> & {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly maxRedirects: 0
}

export const plainSend: Send = (request) => axios.request(request)

/** The Kerberos token, as it was sent, that the answered request carried; null where there was none. */
export function tokenOf({ config }: Pick<AxiosResponse, 'config'>): string | null {
  const sent = String(config.headers['authorization'] ?? '')
  return sent.startsWith('Negotiate ') ? sent : null
}
