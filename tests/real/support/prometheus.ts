// A real Prometheus as a process, scraping what the test tells it to every second.
import { accessSync, constants, writeFileSync } from 'node:fs'
import path from 'node:path'
import { start } from './process.ts'
import { until } from './wait.ts'

export const PROMETHEUS = process.env['PROMETHEUS'] ?? '/usr/bin/prometheus'
export const HOW_TO_GET_PROMETHEUS =
  'needs Prometheus: apt-get install prometheus, or name one with PROMETHEUS'

/** Whether there is one here. */
export function hasPrometheus(): boolean {
  try {
    accessSync(PROMETHEUS, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface Prometheus {
  readonly url: string
  stop(): Promise<void>
}

/** Starts it in `dir` on this port; `targets` are `host:port` by the name of their scrape job. */
export async function startPrometheusProcess(
  dir: string,
  port: number,
  targets: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  const jobs = Object.entries(targets).map(
    ([job, target]) => `  - job_name: ${job}\n    static_configs: [{ targets: ['${target}'] }]\n`,
  )
  const config = path.join(dir, 'prometheus.yml')
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:${jobs.length === 0 ? ' []' : ''}\n${jobs.join('')}`,
  )
  const url = `http://127.0.0.1:${port}`
  const running = start(
    PROMETHEUS,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(dir, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: dir, env: { PATH: process.env['PATH'] } },
  )
  const ready = async (): Promise<boolean> =>
    running.hasEnded() ||
    (await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  await until(ready, 'Prometheus', 30_000, () => running.stderr())
  if (running.hasEnded()) throw new Error(`Prometheus ended: ${running.stderr()}`)
  return {
    url,
    async stop() {
      await running.stop()
    },
  }
}
