// From an alert's arrival to its card in Slack, and what a storm costs.
import { freshAlert } from './load.ts'
import { type Outside, startServiceProcess } from './processes.ts'
import { type Row, percentile } from './stats.ts'

const ALERTS = 150
const STORM = 10_000
const STORM_MS = 60_000
const TOKEN = { authorization: 'Bearer sandbox', 'content-type': 'application/json' }

async function until(condition: () => boolean, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

const cards = (outside: Outside): number =>
  outside.slack
    .state()
    .channels.reduce(
      (sum, channel) =>
        sum +
        channel.messages.filter(
          (message) => message.thread_ts === undefined || message.thread_ts === message.ts,
        ).length,
      0,
    )

/** One incident at a time, each of a job of its own. */
export async function benchCard(outside: Outside, databaseUrl: string | null): Promise<Row[]> {
  const service = await startServiceProcess(outside, databaseUrl)
  const times: number[] = []
  try {
    for (let n = 0; n < ALERTS; n += 1) {
      let posted = false
      const before = outside.slack.state().calls['chat.postMessage'] ?? 0
      const stop = outside.slack.subscribe(() => {
        posted ||= (outside.slack.state().calls['chat.postMessage'] ?? 0) > before
      })
      const start = performance.now()
      await fetch(`${service.url}/webhooks/alertmanager`, {
        method: 'POST',
        headers: TOKEN,
        body: freshAlert(`card${Date.now()}`, n, ALERTS),
      })
      await until(() => posted, 10_000)
      times.push(performance.now() - start)
      stop()
      // Let its findings go to the thread, so that one incident is measured at a time.
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  } finally {
    await service.stop()
  }
  const name = databaseUrl === null ? 'embedded' : 'PostgreSQL'
  return [
    {
      what: `alert in to card posted, ${name}`,
      measured: `p50 ${percentile(times, 50).toFixed(0)} ms, p99 ${percentile(times, 99).toFixed(0)} ms`,
      target: 'p50 under 60 ms, p99 under 250 ms',
    },
  ]
}

/** 10,000 alerts of one cause in 60 s. */
export async function benchStorm(outside: Outside, databaseUrl: string | null): Promise<Row[]> {
  const service = await startServiceProcess(outside, databaseUrl)
  try {
    const before = { ...outside.slack.state().calls }
    const cardsBefore = cards(outside)
    const start = performance.now()
    let first = Number.NaN
    const stop = outside.slack.subscribe(() => {
      if (Number.isNaN(first) && cards(outside) > cardsBefore) first = performance.now() - start
    })
    let refused = 0
    const tag = `storm${Date.now().toString(16)}`
    const bodies = STORM / 100
    for (let body = 0; body < bodies; body += 1) {
      const wait = start + (body / bodies) * STORM_MS - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      const alerts = Array.from(
        { length: 100 },
        (_, i) => (JSON.parse(freshAlert(tag, body * 100 + i, 1)) as { alerts: unknown[] }).alerts[0],
      )
      const envelope = JSON.parse(freshAlert(tag, 0, 1)) as Record<string, unknown>
      const answer = await fetch(`${service.url}/webhooks/alertmanager`, {
        method: 'POST',
        headers: TOKEN,
        body: JSON.stringify({ ...envelope, alerts }),
      })
      if (answer.status !== 200) refused += 100
      await answer.body?.cancel()
    }
    const calls = outside.slack.state().calls
    const cost = Object.keys(calls)
      .filter((method) => method.startsWith('chat.'))
      .reduce((sum, method) => sum + (calls[method] ?? 0) - (before[method] ?? 0), 0)
    stop()
    const listed = (await (
      await fetch(`${service.url}/api/v1/incidents?limit=1`, { headers: TOKEN })
    ).json()) as { incidents: { alerts_total: number }[] }
    const stored = listed.incidents[0]?.alerts_total ?? 0
    const name = databaseUrl === null ? 'embedded' : 'PostgreSQL'
    return [
      {
        what: `${STORM} alerts of one cause in 60 s, ${name}`,
        measured: `first card after ${first.toFixed(0)} ms, ${cost} Slack calls, ${STORM - refused - stored} lost`,
        target: 'first card within 1 s, under 40 calls, none lost',
      },
    ]
  } finally {
    await service.stop()
  }
}
