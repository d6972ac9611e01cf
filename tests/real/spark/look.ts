// Runs one job on a stand and lets the engine look at it, as the job's entry says: while it runs, or after its end.
import { until } from '../../../scripts/spark/cluster.ts'
import { type Examination, examine } from '../../../src/diagnosis/examine.ts'
import { type FindingSeverity, byGravity } from '../../../src/diagnosis/model.ts'
import { withLog } from '../../../src/cli/diagnose/reader.ts'
import type { Run } from '../../../src/alerts/model.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER, runOf } from '../../platforms/support.ts'
import { ALLOC_STUCK, NO_PROGRESS } from '../../../src/diagnosis/probes/progress.ts'
import { type Limits, MATERIAL_MS, type Thresholds } from '../../../src/diagnosis/thresholds.ts'
import type { SparkJob } from './jobs.ts'
import type { Stand } from './stand.ts'
import { withYesterday } from './yesterday.ts'

/** A second here stands for a minute: jobs of an hour are not for tests. */
const SCALE = 60
const scaled = ([a, b, c, d]: Thresholds): Thresholds => [a / SCALE, b / SCALE, c / SCALE, d / SCALE]
const SCALED: Limits = {
  thresholds: {
    no_progress: scaled(NO_PROGRESS),
    alloc_stuck: scaled(ALLOC_STUCK),
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
  /** Where the driver's log was handed in: what the service finds without it. Else null. */
  readonly alone: string | null
  /** Gravest finding of all. */
  readonly gravest: FindingSeverity
  readonly seconds: number
}

export async function look(stand: Stand, line: string, job: SparkJob, limitMs = 150_000): Promise<Look> {
  const began = Date.now()
  const started = await stand.start(job)
  const { appId, log } = started
  try {
    const own = job.remembered === true ? withYesterday(started.reader, appId) : started.reader
    const logged = job.log === 'always' || job.log === line
    const told = logged && log !== null ? await withLog(own, log) : null
    const run = runOf({ runId: appId, jobName: job.name })
    const ask = async (): Promise<Look> => {
      const alone = told === null ? null : diagnosedBy(await examineScaled(own, run))
      return lookOf(appId, await examineScaled(told ?? own, run), alone, began)
    }
    const early = job.expected === null ? await midway(own, run, started.ended) : null
    if (job.looked === 'ended') {
      const over = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`${job.job} does not end (${log ?? appId})`)), limitMs).unref()
      })
      await Promise.race([started.ended, over])
      await until(() => started.kept(), `${job.job} in the History Server`)
      const seen = await ask()
      return early === null ? seen : withEarlier(seen, early)
    }
    for (;;) {
      const seen = await ask()
      const said = seen.examination.conclusion?.evidence?.text ?? ''
      const figures = figuresOf(seen.examination)
      const shows =
        seen.diagnosed === job.expected?.mode &&
        job.expected.says.test(said) &&
        (job.figures ?? []).every((one) => one.test(figures))
      if (shows || Date.now() - began > limitMs) return seen
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS))
    }
  } finally {
    await started.stop()
  }
}

function examineScaled(reader: PlatformReader, run: Run): Promise<Examination> {
  return examine(reader, run, {
    now: new Date(),
    signal: NEVER,
    deadlineMs: 30_000,
    limits: SCALED,
    params: FLOORS,
  })
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

function lookOf(appId: string, examination: Examination, alone: string | null, began: number): Look {
  const severities = examination.results.flatMap(({ findings }) => findings.map(({ severity }) => severity))
  return {
    appId,
    examination,
    diagnosed: diagnosedBy(examination),
    alone,
    gravest: severities.sort(byGravity)[0] ?? 'none',
    seconds: Math.round((Date.now() - began) / 1000),
  }
}

function diagnosedBy({ conclusion }: Examination): string {
  return conclusion === null ? 'none' : `${conclusion.id} ${conclusion.cause}`
}
