// Ports for servers that must be told one before they start.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152), so that none of those takes one between the look and the start. */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 200

/** So many neighbouring ports of 127.0.0.1 that nothing listens on now; the lowest is answered. */
export async function freePorts(count = 1): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const lowest = randomInt(LOWEST, HIGHEST - count)
    const ports = Array.from({ length: count }, (_, offset) => lowest + offset)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return lowest
  }
  throw new Error(`There are no ${count} neighbouring free ports from ${LOWEST} to ${HIGHEST}`)
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
