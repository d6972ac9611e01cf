// Waiting for real processes: looked at again and again, bounded, and a failure says what was waited for.
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/**
 * Resolves when the condition holds. Throws after `limitMs` naming `what`, with what `seen` says of the state then.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
  seen: () => string | Promise<string> = () => '',
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`Waited ${limitMs / 1000} s in vain for ${what}. ${await seen()}`.trim())
    await delay(LOOK_EVERY_MS)
  }
}

/** So many neighbouring ports that were free a moment ago; the lowest is answered. */
export async function freePorts(count = 1): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await listen(0)
    if (first === null) continue
    const more: Held[] = []
    for (let offset = 1; offset < count; offset += 1) {
      const next = await listen(first.port + offset)
      if (next === null) break
      more.push(next)
    }
    const all = [first, ...more]
    await Promise.all(all.map((held) => held.close()))
    if (all.length === count) return first.port
  }
  throw new Error(`There are no ${count} neighbouring free ports`)
}

interface Held {
  readonly port: number
  close(): Promise<void>
}

async function listen(port: number): Promise<Held | null> {
  const server = createServer()
  const opened = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  const address = server.address()
  if (!opened || address === null || typeof address === 'string') return null
  return {
    port: address.port,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
