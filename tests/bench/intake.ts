// Durable intake against a bare server in the same run: each 200 is an alert on disk.
import { type LoadResult, freshAlert, load } from './load.ts'
import { type Outside, type Running, residentMb, startBareServer, startServiceProcess } from './processes.ts'
import { type Row, median } from './stats.ts'

const DURATION_MS = 4_000
const ROUNDS = 3
const JOBS = 50
let run = 0

async function measure(target: Running, senders: number, rate?: number): Promise<LoadResult> {
  run += 1
  const tag = `${run.toString(16)}${Date.now().toString(16)}`
  return await load({
    url: target.url,
    path: '/webhooks/alertmanager',
    headers: { authorization: 'Bearer sandbox', 'content-type': 'application/json' },
    senders,
    durationMs: DURATION_MS,
    body: (n) => freshAlert(tag, n, JOBS),
    ...(rate === undefined ? {} : { rate }),
  })
}

/** Rows of intake for one database. */
export async function benchIntake(outside: Outside, databaseUrl: string | null): Promise<Row[]> {
  const name = databaseUrl === null ? 'embedded' : 'PostgreSQL'
  const bare = await startBareServer()
  const service = await startServiceProcess(outside, databaseUrl)
  const rows: Row[] = []
  const idle = residentMb(service.pid)
  try {
    await measure(service, 8)
    let best = 0
    for (const senders of databaseUrl === null ? [64] : [16, 64]) {
      const ratios: number[] = []
      const rates: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const limit = await measure(bare, senders)
        const ours = await measure(service, senders)
        if (ours.refused > 0) throw new Error(`${ours.refused} webhooks were refused`)
        ratios.push(ours.perSecond / limit.perSecond)
        rates.push(ours.perSecond)
      }
      best = median(rates)
      rows.push({
        what: `durable intake, ${name}, ${senders} senders, against a bare server`,
        measured: `${median(ratios).toFixed(2)} (${Math.round(best)}/s)`,
        target: databaseUrl === null ? '0.15' : senders === 64 ? '0.4' : '0.25',
      })
    }
    const half = await measure(service, 64, best / 2)
    rows.push({
      what: `intake latency at half load, ${name}`,
      measured: `p50 ${half.p50.toFixed(1)} ms, p99 ${half.p99.toFixed(1)} ms`,
      target: 'p99 under 25 ms',
    })
    rows.push({
      what: `resident memory, ${name}, idle / after the load`,
      measured: `${idle.toFixed(0)} / ${residentMb(service.pid).toFixed(0)} MB`,
      target: databaseUrl === null ? '-' : 'under 150 / 400 MB',
    })
  } finally {
    await Promise.all([bare.stop(), service.stop()])
  }
  return rows
}
