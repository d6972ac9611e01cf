// Something that answers in PagerDuty's place: a proxy, a portal, a relay, a race.
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ensureCertificates } from '../../src/sandbox/tls.ts'

let running: Server[] = []

/** Its address and, for TLS, the authority to trust. */
export async function standIn(listener: RequestListener, tls = false): Promise<{ url: string; ca: string }> {
  const certificates = await ensureCertificates()
  const server = tls ? createTlsServer(certificates, listener) : createServer(listener)
  running.push(server)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://localhost:${port}`, ca: certificates.ca }
}

export function closeStandIns(): void {
  for (const server of running) {
    server.closeAllConnections()
    server.close()
  }
  running = []
}
