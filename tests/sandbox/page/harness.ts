// The page's server on its real parts (the local Slack, PagerDuty and Spark) and a service that takes its webhooks.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createPagerDutyServer, type PagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import { PAGERDUTY_SERVICES, PAGERDUTY_USERS, TOKENS, WORKSPACE } from '../../../src/sandbox/seed.ts'
import { openMemory, type Memory } from '../../../src/sandbox/shell/memory.ts'
import { createPageServer } from '../../../src/sandbox/shell/page-server.ts'
import { sparkPart } from '../../../src/sandbox/shell/parts.ts'
import { createSlackServer } from '../../../src/sandbox/slack/server.ts'
import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { createSparkReplay, type SparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { ensureCertificates } from '../../../src/sandbox/tls.ts'

export type Received = { path: string; authorization: string | undefined; body: Record<string, unknown> }

/** A service that takes webhooks, answers what it is told to, and keeps what came. */
export type Service = {
  url: string
  received: Received[]
  answer: (status: number) => void
  close: () => Promise<void>
}

export async function createService(): Promise<Service> {
  let status = 200
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
      received.push({ path: request.url ?? '', authorization: request.headers.authorization, body })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(next) {
      status = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

export type Harness = {
  url: string
  slack: SlackServer
  pagerduty: PagerDutyServer
  spark: SparkReplay
  memory: Memory
  memoryFile: string
  service: Service
  changed: () => void
  close: () => Promise<void>
}

/** Starts everything on free ports, in a folder of its own. */
export async function createHarness(options: { port?: number } = {}): Promise<Harness> {
  const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-page-'))
  const memoryFile = path.join(folder, 'sandbox.json')
  // The page is tested with everything Slack has, whatever the app itself was installed with.
  const { scopes: _installed, ...workspace } = WORKSPACE
  const slack = await createSlackServer({ port: 0, workspace, ackTimeoutMs: 300 })
  const pagerduty = await createPagerDutyServer({
    port: 0,
    tls: await ensureCertificates(),
    services: [...PAGERDUTY_SERVICES],
    users: [...PAGERDUTY_USERS],
    apiToken: TOKENS.pagerdutyApi,
  })
  const spark = await createSparkReplay({ port: 0 })
  const service = await createService()
  const memory = openMemory(memoryFile)
  const page = await createPageServer({
    port: options.port ?? 0,
    parts: { slack, pagerduty, spark: sparkPart(spark) },
    memory,
    serviceUrl: service.url,
    webhookToken: 'sandbox',
    now: Date.now,
  })
  slack.subscribe(page.changed)
  pagerduty.subscribe(page.changed)
  spark.subscribe(page.changed)
  return {
    url: page.url,
    slack,
    pagerduty,
    spark,
    memory,
    memoryFile,
    service,
    changed: page.changed,
    async close() {
      await page.close()
      await slack.close()
      await pagerduty.close()
      await spark.close()
      await service.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One call of the local Slack's Web API, as the bot. Errors: Slack's own refusal, by its code. */
export async function callSlack(
  slack: Pick<SlackServer, 'apiUrl'>,
  method: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKENS.slackBot}`,
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify(args),
  })
  const body = (await response.json()) as Record<string, unknown>
  if (body['ok'] !== true) throw new Error(`${method}: ${JSON.stringify(body)}`)
  return body
}
