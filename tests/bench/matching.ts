// One alert against 10, 1,000 and 10,000 runbooks, beside a loop over all matchers and Alertmanager's own router:
// the curve, not only the number. Then what loading them takes, and a reload with one changed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Alert } from '../../src/alerts/model.ts'
import { factsOf, holdEntry } from '../../src/runbooks/facts.ts'
import { type Candidate, indexOf } from '../../src/runbooks/index-of.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { matchAlert, type RunbookIndex } from '../../src/runbooks/match.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import type { Runbook } from '../../src/runbooks/model.ts'
import { HOW_TO_GET_AMTOOL, askAmtool, findAmtool } from './amtool.ts'
import { type Row, median } from './stats.ts'

const COUNTS = [10, 1_000, 10_000] as const

const ALERT: Pick<Alert, 'name' | 'severity' | 'labels' | 'annotations' | 'run'> = {
  name: 'SparkExecutorOOMKilled',
  severity: 'critical',
  labels: {
    alertname: 'SparkExecutorOOMKilled',
    severity: 'critical',
    team: 'data-platform',
    job_name: 'orders-daily',
    namespace: 'spark-etl',
    pod: 'orders-exec-7',
  },
  annotations: {},
  run: {
    platform: 'prod',
    cluster: null,
    jobName: 'orders-daily',
    runId: null,
    attempt: null,
    retriesLeft: null,
  },
}

/** Only the runbook 0 takes the alert; a third each look at a pattern, at equalities, at other labels. */
function matchersOf(n: number): string {
  if (n === 0) return 'alertname=~"Spark(Executor|Container)OOM.*"'
  if (n % 3 === 0) return `alertname=~"Other${n}.*"`
  return n % 3 === 1 ? `alertname="Alert${n}", severity="critical"` : `namespace="ns-${n}", pod=~"p.*"`
}

const textOf = (n: number, title = `Book ${n}`): string =>
  `---\nid: book-${n}\ntitle: ${title}\nowner: data-platform\nmatch:\n  - '${matchersOf(n)}'\n---\n# Book ${n}\n\nText.\n`

function runbook(n: number): Runbook {
  const parsed = parseRunbook(textOf(n), `book-${n}.md`)
  if (parsed.runbook === null) throw new Error(JSON.stringify(parsed.problems))
  return parsed.runbook
}

export async function benchMatching(): Promise<Row[]> {
  const figures = COUNTS.map((count) => {
    const index = indexOf(Array.from({ length: count }, (_, n) => runbook(n)))
    if (matchAlert(index, ALERT).runbook?.id !== 'book-0' || loop(index)?.runbook.id !== 'book-0')
      throw new Error('the wrong runbook was matched')
    return {
      count,
      ours: microseconds(20_000, () => matchAlert(index, ALERT)),
      loop: microseconds(Math.max(5, Math.round(200_000 / count)), () => loop(index)),
    }
  })
  const [smallest] = figures
  const flat = (value: number, first: number | undefined): string =>
    `${(value / (first ?? value)).toFixed(1)} times that of 10`
  return [
    ...figures.map(({ count, ours }) => ({
      what: `one alert against ${count} runbooks`,
      measured: `median ${ours.toFixed(1)} microseconds, ${flat(ours, smallest?.ours)}`,
      target: 'under 50 microseconds, flat',
    })),
    ...figures.map(({ count, ours, loop }) => ({
      what: `the same by a loop over all matchers, ${count}`,
      measured: `median ${loop.toFixed(1)} microseconds, ${flat(loop, smallest?.loop)}; ${(loop / ours).toFixed(1)} times ours`,
      target: 'beside ours',
    })),
    ...routers(figures.map(({ count, ours }) => ({ count, ours }))),
    ...(await loading()),
  ]
}

/** The median of five rounds of so many calls, in microseconds a call. */
function microseconds(calls: number, work: () => unknown): number {
  const rounds = Array.from({ length: 5 }, () => {
    const start = performance.now()
    for (let i = 0; i < calls; i += 1) work()
    return ((performance.now() - start) / calls) * 1_000
  })
  return median(rounds)
}

/** What one writes first: every entry is held against the alert, the most specific that holds wins. */
function loop(index: RunbookIndex): Candidate | null {
  const facts = factsOf(ALERT)
  let best: Candidate | null = null
  for (const candidate of index.candidates)
    if (holdEntry(facts, candidate.entry) === true && (best === null || candidate.rank < best.rank))
      best = candidate
  return best
}

/** Alertmanager's `amtool config routes test`: a process, so its start is told apart from what the routes add. */
function routers(figures: readonly { count: number; ours: number }[]): Row[] {
  const amtool = findAmtool()
  if (amtool === null)
    return [{ what: 'amtool config routes test', measured: `skipped: ${HOW_TO_GET_AMTOOL}`, target: '' }]
  const empty = askAmtool(amtool, [], ALERT.labels)
  return [
    {
      what: 'amtool config routes test, no route',
      measured: `${empty.ms.toFixed(0)} ms, the process alone`,
      target: 'beside ours',
    },
    ...figures.map(({ count, ours }) => {
      // As for a route table that is searched in order: the one that matches stands last.
      const routes = Array.from({ length: count }, (_, n) => matchersOf(count - 1 - n))
      const asked = askAmtool(amtool, routes, ALERT.labels)
      if (asked.route !== count - 1) throw new Error(`amtool took route ${asked.route}`)
      const added = Math.max(0, asked.ms - empty.ms)
      const reading = Math.max(0, asked.readMs - empty.readMs)
      return {
        what: `amtool config routes test, ${count} routes with the same matchers`,
        measured: `${asked.ms.toFixed(0)} ms whole, ${added.toFixed(1)} ms more than without routes (${((added * 1_000) / ours).toFixed(0)} times one match of ours); check-config, which reads and does not route, ${reading.toFixed(1)} ms more`,
        target: 'beside ours',
      }
    }),
  ]
}

/** 10,000 files read and parsed; then read again unchanged, and with one of them changed. */
async function loading(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'arrestor-bench-runbooks-'))
  try {
    const count = 10_000
    for (let n = 0; n < count; n += 1) {
      const dir = path.join(folder, String(n % 100))
      if (n < 100) mkdirSync(dir)
      writeFileSync(path.join(dir, `book-${n}.md`), textOf(n))
    }
    const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
      const start = performance.now()
      return [await work(), performance.now() - start]
    }
    const [library, whole] = await timed(() => loadRunbooks([folder]))
    const [, same] = await timed(() => loadRunbooks([folder], library))
    const times: number[] = []
    let before = library
    for (let round = 0; round < 3; round += 1) {
      writeFileSync(path.join(folder, '42', 'book-42.md'), textOf(42, `Changed ${round}`))
      const [after, ms] = await timed(() => loadRunbooks([folder], before))
      if (after.index.byId.get('book-42')?.title !== `Changed ${round}`)
        throw new Error('the change was not seen')
      before = after
      times.push(ms)
    }
    const changed = median(times)
    const ratio = (ms: number): string => `${((100 * ms) / whole).toFixed(0)} % of the first load`
    return [
      {
        what: `loading ${count} runbooks`,
        measured: `${(whole / 1_000).toFixed(1)} s, ${((whole * 1_000) / count).toFixed(0)} microseconds each`,
        target: '',
      },
      { what: 'reload with none changed', measured: `${same.toFixed(0)} ms, ${ratio(same)}`, target: '' },
      {
        what: 'reload with one changed',
        measured: `median ${changed.toFixed(0)} ms, ${ratio(changed)}`,
        target: '',
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
