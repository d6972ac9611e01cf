// Runs one job on a cluster and lets the engine look at it, as the job's entry says: while it runs, or after its end.
import path from 'node:path'
import { type Cluster, getJson, until } from '../../../scripts/spark/cluster.ts'
import { type Examination, examine } from '../../../src/diagnosis/examine.ts'
import { type FindingSeverity, byGravity } from '../../../src/diagnosis/model.ts'
import { withLog } from '../../../src/cli/diagnose/reader.ts'
import type { Run } from '../../../src/alerts/model.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER, platformOf, runOf } from '../../platforms/support.ts'
import { ALLOC_STUCK, NO_PROGRESS } from '../../../src/diagnosis/probes/progress.ts'
import { type Limits, MATERIAL_MS, type Thresholds } from '../../../src/diagnosis/thresholds.ts'
import type { SparkJob } from './jobs.ts'
import { withYesterday } from './yesterday.ts'

const FOLDER = path.join(import.meta.dirname, '..', '..', '..', 'scripts', 'spark', 'jobs')
/** Two cores are shared with the tests: one compiler thread and the serial collector start and end soonest. */
const LEAN = '-XX:+UseSerialGC -XX:TieredStopAtLevel=1'
/** A second here stands for a minute: jobs of an hour are not for tests. */
const SCALE = 60
const scaled = ([a, b, c, d]: Thresholds): Thresholds => [a / SCALE, b / SCALE, c / SCALE, d / SCALE]
const SCALED: Limits = {
  thresholds: {
    no_progress: scaled(NO_PROGRESS),
    alloc_stuck: scaled(ALLOC_STUCK),
    // An executor takes its seconds to start and to end, however short the job.
    idle_cores: [2, 2, 2, 2],
  },
  materialMs: scaled(MATERIAL_MS),
}
/** Floors below which nothing is compared at all. */
const FLOORS = { 'spark.skew': { least_s: 1, least_mib: 1 }, 'spark.streaming': { least_mib: 0 } }
const LOOKS_EVERY_MS = 2_000
const MIDWAY_MS = 5_000

export interface Look {
  readonly appId: string
  readonly examination: Examination
  /** `F02 executor-heap-oom`, or `none`. */
  readonly diagnosed: string
  /** Gravest finding of all. */
  readonly gravest: FindingSeverity
  readonly seconds: number
}

export async function look(cluster: Cluster, line: string, job: SparkJob, limitMs = 150_000): Promise<Look> {
  const began = Date.now()
  const submitted = cluster.submit(
    path.join(FOLDER, `${job.job}.py`),
    {
      'spark.cores.max': '2',
      'spark.driver.extraJavaOptions': LEAN,
      'spark.executor.extraJavaOptions': LEAN,
      ...job.conf,
    },
    job.args,
  )
  try {
    const appId = await idOf(cluster, job.name, submitted.log)
    const { reader: plain } = platformOf({ master_url: cluster.masterUrl, history_url: cluster.historyUrl })
    const logged = job.log === 'always' || job.log === line
    const told = logged ? await withLog(plain, submitted.log) : plain
    const reader = job.stateYesterday === undefined ? told : withYesterday(told, appId, job.stateYesterday)
    const run = runOf({ runId: appId, jobName: job.name })
    const ask = (): Promise<Examination> =>
      examine(reader, run, {
        now: new Date(),
        signal: NEVER,
        deadlineMs: 30_000,
        limits: SCALED,
        params: FLOORS,
      })
    const early = job.expected === null ? await midway(reader, run, submitted.ended) : null
    if (job.looked === 'ended') {
      const over = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`${job.job} does not end (${submitted.log})`)), limitMs).unref()
      })
      await Promise.race([submitted.ended, over])
      await until(() => isKept(cluster, appId), `${job.job} in the History Server`)
      const seen = lookOf(appId, await ask(), began)
      return early === null ? seen : withEarlier(seen, early)
    }
    for (;;) {
      const seen = lookOf(appId, await ask(), began)
      const line = seen.examination.conclusion?.evidence?.text ?? ''
      const figures = figuresOf(seen.examination)
      const shows =
        seen.diagnosed === job.expected?.mode &&
        job.expected.says.test(line) &&
        (job.figures ?? []).every((one) => one.test(figures))
      if (shows || Date.now() - began > limitMs) return seen
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS))
    }
  } finally {
    await submitted.stop()
  }
}

/** What findings that weigh anything quote, one a line. */
export function figuresOf({ results }: Examination): string {
  const grave = results.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'none'))
  return grave.flatMap(({ evidence }) => evidence.map(({ text }) => text)).join('\n')
}

/** A healthy job while it runs, by our own thresholds: what an operator would be told. Null where it is over too soon. */
async function midway(
  reader: PlatformReader,
  run: Run,
  ended: Promise<unknown>,
): Promise<Examination | null> {
  const over = await Promise.race([
    ended.then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), MIDWAY_MS)),
  ])
  return over ? null : examine(reader, run, { now: new Date(), signal: NEVER, deadlineMs: 30_000 })
}

/** Both looks as one: what either found counts. */
function withEarlier(seen: Look, early: Examination): Look {
  const { results, conclusion, unreached } = seen.examination
  return {
    ...seen,
    examination: {
      results: [...early.results, ...results],
      conclusion: early.conclusion ?? conclusion,
      unreached: [...early.unreached, ...unreached],
    },
  }
}

function lookOf(appId: string, examination: Examination, began: number): Look {
  const { conclusion, results } = examination
  const severities = results.flatMap(({ findings }) => findings.map(({ severity }) => severity))
  return {
    appId,
    examination,
    diagnosed: conclusion === null ? 'none' : `${conclusion.id} ${conclusion.cause}`,
    gravest: severities.sort(byGravity)[0] ?? 'none',
    seconds: Math.round((Date.now() - began) / 1000),
  }
}

async function idOf(cluster: Cluster, name: string, log: string): Promise<string> {
  let id: string | undefined
  await until(async () => {
    const master = (await getJson(`${cluster.masterUrl}/json/`)) as unknown as Record<
      'activeapps' | 'completedapps',
      { id: string; name: string }[]
    > | null
    const apps = master === null ? [] : [...master.activeapps, ...master.completedapps]
    id = apps.find((app) => app.name === name)?.id
    return id !== undefined
  }, `${name} at the master (${log})`)
  return id ?? ''
}

/** A driver's event log is complete a moment after it has ended, and the History Server looks every two seconds. */
async function isKept(cluster: Cluster, appId: string): Promise<boolean> {
  const info = await getJson(`${String(cluster.historyUrl)}/api/v1/applications/${appId}`)
  const attempts = (info?.['attempts'] ?? []) as { completed: boolean }[]
  return attempts[0]?.completed === true
}
