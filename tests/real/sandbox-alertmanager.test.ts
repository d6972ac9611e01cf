// What the sandbox sends, held against what a real Alertmanager sends for the same alerts.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePorts } from '../../scripts/ports.ts'
import { goTime, groupBy, webhookBody, type WebhookBody } from '../../src/sandbox/break/alertmanager.ts'
import { SCENARIOS } from '../../src/sandbox/break/scenarios.ts'
import { createService, type Service } from '../sandbox/page/harness.ts'

const BINARY = process.env['ALERTMANAGER'] ?? '/usr/bin/prometheus-alertmanager'
const present = (() => {
  try {
    accessSync(BINARY)
    return true
  } catch {
    return false
  }
})()

/** Resolves when the condition holds; looks again whenever the event loop comes round, for at most 30 s. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(holds, { timeout: 30_000, interval: 50 })
}

describe.skipIf(!present)(
  'a real Alertmanager (skipped without one: apt-get install prometheus-alertmanager)',
  () => {
    let folder: string
    let service: Service
    let manager: ChildProcess
    let url: string

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'arrestor-alertmanager-'))
      service = await createService()
      const config = path.join(folder, 'alertmanager.yml')
      await writeFile(
        config,
        `route: { receiver: arrestor, group_by: [alertname, team, platform, job_name], group_wait: 0s, group_interval: 1s }
receivers: [{ name: arrestor, webhook_configs: [{ url: '${service.url}/webhooks/alertmanager' }] }]
`,
      )
      const port = await freePorts()
      url = `http://127.0.0.1:${port}`
      const options = [
        `--config.file=${config}`,
        `--storage.path=${folder}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]
      manager = spawn(BINARY, [...options, '--cluster.listen-address='], { stdio: 'ignore' })
      await until(
        async () =>
          await fetch(`${url}/-/ready`).then(
            ({ ok }) => ok,
            () => false,
          ),
      )
    })
    afterAll(async () => {
      manager.kill()
      await once(manager, 'exit')
      await service.close()
      await rm(folder, { recursive: true, force: true })
    })

    it.each(SCENARIOS.filter(({ id }) => id !== 'storm').map(({ id }) => id))(
      '%s: firing and resolved, the sandbox’s body is the one that Alertmanager posts',
      async (id) => {
        const scenario = SCENARIOS.find((one) => one.id === id)!
        // Alertmanager deals with alerts of now: one from the past is resolved at once.
        const startsAt = goTime(Date.now() - 60_000)
        const [group] = groupBy(scenario.alerts({ startsAt, appId: 'app-1' }), scenario.groupBy)
        for (const endsAt of [undefined, goTime(Date.now() - 1000)]) {
          service.received.length = 0
          const alerts = group!.alerts.map((alert) => ({
            ...alert,
            ...(endsAt === undefined ? {} : { endsAt }),
          }))
          const posted = await fetch(`${url}/api/v2/alerts`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(alerts),
          })
          expect(posted.status).toBe(200)
          await until(() => service.received.length > 0)
          const theirs = service.received[0]?.body as unknown as WebhookBody
          const ours = webhookBody(group!, endsAt)
          // The one thing that differs by installation.
          expect({ ...theirs, externalURL: '' }).toEqual({ ...ours, externalURL: '' })
        }
      },
    )
  },
)
