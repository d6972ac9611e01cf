// Load on loopback: so many senders, each with one request under way, for so long; it ends by itself.
import { Pool } from 'undici'
import { percentile } from './stats.ts'

export interface LoadOptions {
  readonly url: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly senders: number
  readonly durationMs: number
  /** At most so many requests a second over all senders; as many as there can be when absent. */
  readonly rate?: number
  body(n: number): string
}

export interface LoadResult {
  readonly perSecond: number
  readonly accepted: number
  readonly refused: number
  readonly p50: number
  readonly p99: number
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const pool = new Pool(options.url, { connections: options.senders, pipelining: 1 })
  const latencies: number[] = []
  let accepted = 0
  let refused = 0
  let n = 0
  const start = performance.now()
  const end = start + options.durationMs
  const sender = async (): Promise<void> => {
    while (performance.now() < end) {
      const mine = n
      n += 1
      if (options.rate !== undefined) {
        const due = start + (mine / options.rate) * 1000
        const wait = due - performance.now()
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
        if (performance.now() >= end) return
      }
      const sent = performance.now()
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: options.path,
        headers: options.headers,
        body: options.body(mine),
      })
      await body.dump()
      latencies.push(performance.now() - sent)
      if (statusCode === 200) accepted += 1
      else refused += 1
    }
  }
  await Promise.all(Array.from({ length: options.senders }, sender))
  const seconds = (performance.now() - start) / 1000
  await pool.close()
  return {
    perSecond: accepted / seconds,
    accepted,
    refused,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  }
}

/** An Alertmanager body of one alert that nobody has seen before, of one of `jobs` jobs. */
export function freshAlert(run: string, n: number, jobs: number): string {
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{alertname="SparkExecutorOOMKilled",n="${n}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'arrestor',
    groupLabels: { alertname: 'SparkExecutorOOMKilled' },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example:9093',
    alerts: [
      {
        status: 'firing',
        labels: {
          alertname: 'SparkExecutorOOMKilled',
          severity: 'critical',
          team: 'data-platform',
          job_name: `orders-${n % jobs}`,
          namespace: 'spark-etl',
          pod: `orders-exec-${n}`,
          executor_id: String(n),
        },
        annotations: {
          summary: 'Executors are being killed: out of memory',
          runbook_url: 'https://runbooks.example/executor-oom',
        },
        startsAt: '2026-11-22T10:00:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up',
        fingerprint: `${run}${n.toString(16).padStart(10, '0')}`,
      },
    ],
  })
}
