// Whether a request got through to somebody: silence after that is another trouble than silence before it.
import * as http from 'node:http'
import * as https from 'node:https'

/** How far one request has come; a second one under the same watch (as somebody) counts as well. */
export interface Watched {
  /** For axios, in place of its own; it sends the same way. */
  readonly transport: {
    request(
      options: https.RequestOptions,
      answered: (response: http.IncomingMessage) => void,
    ): http.ClientRequest
  }
  /** A connection was taken, by the server or by a proxy before it, and not a byte of an answer has come. */
  isSilent(): boolean
}

export function watch(): Watched {
  let taken = false
  let answered = false
  return {
    transport: {
      request(options, callback) {
        const request = (options.protocol === 'https:' ? https : http).request(options, (response) => {
          answered = true
          callback(response)
        })
        request.once('socket', (socket) => {
          // One that is kept alive from before is open at once.
          if (socket.readyState === 'open') taken = true
          else socket.once('connect', () => (taken = true))
        })
        return request
      },
    },
    isSilent: () => taken && !answered,
  }
}
