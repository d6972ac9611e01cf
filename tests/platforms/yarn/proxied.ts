// A ResourceManager in front of a replayed Spark: its proxy leads to the driver, which then bears one of YARN's ids.
import { type Server, createServer } from 'node:http'
import type { Recording } from '../../../src/sandbox/spark/recording.ts'
import { createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { healthy, recording } from './server.ts'

export interface Proxied {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Without `runs` the ResourceManager knows its applications as they were recorded, and none that runs. */
export async function proxied(which: string | Recording, id: string, runs = true): Promise<Proxied> {
  const replay = await createSparkReplay({ port: 0, line: '3.5' })
  const { appId } = replay.start(which)
  const server: Server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://rm')
      const [, rest] = url.pathname.split(`/proxy/${id}`)
      if (rest !== undefined) {
        const path = `${rest.replaceAll(id, appId)}${url.search}`
        const answer = await fetch(`${replay.uiUrl(appId)}${path}`, { redirect: 'manual' })
        const type = answer.headers.get('content-type') ?? 'text/plain'
        response.writeHead(answer.status, { 'content-type': type })
        response.end((await answer.text()).replaceAll(appId, id))
        return
      }
      const record = recording('waiting-app.json').replace(/application_\d+_\d+/, id)
      const reply =
        runs && url.pathname === `/ws/v1/cluster/apps/${id}`
          ? { body: record.replace('"ACCEPTED"', '"RUNNING"') }
          : healthy('GET', url)
      if (reply === 'destroy') return void request.socket.destroy()
      response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json' })
      response.end(reply.body)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await replay.close()
    },
  }
}
