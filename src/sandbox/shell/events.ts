// Server-sent events: one word, "changed", to every open page; what changed they read for themselves.
import type { ServerResponse } from 'node:http'

export type EventStream = {
  /** Takes over a response until its page goes away. */
  open: (response: ServerResponse, headers: Record<string, string>) => void
  /** Tells every page, at most once in `GATHER_MS`: a storm is one redraw, not a thousand. */
  changed: () => void
  close: () => void
}

const GATHER_MS = 40
/** Proxies and browsers drop a silent stream; a comment now and then keeps it. */
const HEARTBEAT_MS = 15_000
/** How soon the browser comes back after the sandbox was restarted. */
const RETRY_MS = 1000

/** A stream without listeners yet. */
export function createEventStream(): EventStream {
  const pages = new Set<ServerResponse>()
  let pending: NodeJS.Timeout | undefined
  const tell = (text: string): void => {
    for (const page of pages) page.write(text)
  }
  const heartbeat = setInterval(() => tell(': still here\n\n'), HEARTBEAT_MS).unref()
  return {
    open(response, headers) {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' })
      response.write(`retry: ${String(RETRY_MS)}\n\n`)
      pages.add(response)
      response.on('close', () => pages.delete(response))
    },
    changed() {
      pending ??= setTimeout(() => {
        pending = undefined
        tell('event: changed\ndata: {}\n\n')
      }, GATHER_MS)
    },
    close() {
      clearInterval(heartbeat)
      clearTimeout(pending)
      for (const page of pages) page.end()
    },
  }
}
