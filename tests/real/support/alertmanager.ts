// A real Alertmanager as a process, with a configuration of the test's own.
import { accessSync, constants, writeFileSync } from 'node:fs'
import path from 'node:path'
import { start } from './process.ts'
import { freePorts } from '../../../scripts/ports.ts'
import { until } from './wait.ts'

export const ALERTMANAGER = process.env['ALERTMANAGER'] ?? '/usr/bin/prometheus-alertmanager'
export const HOW_TO_GET_ALERTMANAGER =
  'needs Alertmanager: apt-get install prometheus-alertmanager, or name one with ALERTMANAGER'

/** Whether there is one here. */
export function hasAlertmanager(): boolean {
  try {
    accessSync(ALERTMANAGER, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt?: string
  readonly generatorURL?: string
}

export interface Alertmanager {
  readonly url: string
  /** As Prometheus posts them. */
  post(alerts: readonly PostedAlert[]): Promise<void>
  stop(): Promise<void>
}

/** Starts it in `dir`: everything goes to `webhook` with this bearer credential, soon. */
export async function startAlertmanager(dir: string, webhook: string, token: string): Promise<Alertmanager> {
  const config = path.join(dir, 'alertmanager.yml')
  writeFileSync(
    config,
    `route:
  receiver: arrestor
  group_by: [alertname, platform, job_name]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
receivers:
  - name: arrestor
    webhook_configs:
      - url: ${webhook}
        send_resolved: true
        http_config:
          authorization: { type: Bearer, credentials: ${token} }
`,
  )
  const port = await freePorts()
  const url = `http://127.0.0.1:${port}`
  const running = start(
    ALERTMANAGER,
    [
      `--config.file=${config}`,
      `--storage.path=${path.join(dir, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { cwd: dir, env: { PATH: process.env['PATH'] } },
  )
  const ready = async (): Promise<boolean> =>
    running.hasEnded() ||
    (await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  await until(ready, 'Alertmanager', 30_000, () => running.stderr())
  if (running.hasEnded()) throw new Error(`Alertmanager ended: ${running.stderr()}`)
  return {
    url,
    async post(alerts) {
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      })
      if (!answer.ok)
        throw new Error(`Alertmanager refused the alerts: ${answer.status} ${await answer.text()}`)
    },
    async stop() {
      await running.stop()
    },
  }
}
