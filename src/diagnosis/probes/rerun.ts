// Whether running it again is safe: the verdict, from everything that the platform and Spark tell of the run.
import { datesOfNames } from '../../alerts/data-dates.ts'
import type { PlatformReader, SparkApplication, SparkExecutor } from '../../ports.ts'
import { type Attempt, attempting } from '../attempt.ts'
import { beginningOf } from '../changes/last-good.ts'
import type { FailureClass, FailureMode, Said } from '../failures/model.ts'
import { type LogReading, whatBroke } from '../failures/read-log.ts'
import { type Sighting, sightings, strongest } from '../failures/read.ts'
import { classOf } from '../failures/settled-class.ts'
import type { Finding, Probe, ProbeContext } from '../model.ts'
import { runById } from '../recovery.ts'
import { goesOn, laterRuns } from '../rerun/later.ts'
import { type RerunFacts, verdictOf } from '../rerun/verdict.ts'
import { isMicroBatch, writesOf } from '../rerun/writes.ts'
import { troublesOf } from './containers.ts'
import { LOG_BYTES, readTail } from './log.ts'
import { NO_PARAMS, evidence, outputsOf } from './support.ts'
import { type StageHistory, historyOf, newest, wentOnWithoutThem } from './went-on.ts'
import { saidAt } from '../performance/shown.ts'
import { type Words, wordsOfExecutors, wordsOfTasks } from './words.ts'

/** Queries whose plans are read; of a job that ran more, safe is never said. */
const QUERIES_READ = 20
/** Runs that are looked at for one that is under way or came later. */
const RUNS_READ = 20

export const rerun: Probe = {
  id: 'run.rerun',
  title: 'Whether a rerun is safe',
  needs: ['application'],
  params: NO_PARAMS,
  outputs: {
    run: 'the run that it speaks of',
    rerun: 'safe, unsafe or unknown',
    reasons: 'why, in words',
    class: 'transient, deterministic, infrastructure, permission, data or unknown',
    signature: 'id of the failure mode, unknown, or none',
    cause: 'the same in words',
    certainty: 'how certain the failure is: high, medium or low; null where none is known',
    writes: 'how it writes: append, overwrite, if-absent, merge, unknown, or none; several with a comma',
    streaming: 'true for a stream',
    other_run: 'another run of the job that is under way; none where there is none',
    not_again: 'why its platform can run none of its kind once more; none where nothing says so',
    later_run: 'the newest run of the job that began after it and is over; none where there is none',
  },
  async run(_params, context) {
    const { reader } = context
    if (reader === null) throw new Error('no platform')
    const unreached: string[] = []
    const { id, facts, best, link, notAgain } = await gather(reader, context, unreached)
    const verdict = verdictOf(facts)
    const modes = [...new Set((facts.writes ?? []).map(({ mode }) => mode))].sort()
    const finding: Finding = {
      probe: rerun.id,
      severity: 'none',
      sentence: `A rerun is ${verdict.rerun === 'unknown' ? 'neither known to be safe nor unsafe' : verdict.rerun}: ${verdict.reasons.join('; ')}.`,
      evidence:
        best === null
          ? []
          : [evidence(best.line, `the failure: ${best.from}`, best.link === undefined ? link : best.link)],
      link,
      confidence: verdict.rerun === 'unknown' ? 'low' : (best?.certainty ?? 'medium'),
      unreached,
    }
    return {
      outputs: outputsOf(rerun, {
        run: id,
        rerun: verdict.rerun,
        reasons: verdict.reasons.join('; '),
        class: facts.class,
        signature: best?.mode.id ?? 'unknown',
        cause: facts.cause,
        certainty: best?.certainty ?? null,
        writes: facts.writes === null ? null : modes.length === 0 ? 'none' : modes.join(', '),
        streaming: facts.streaming,
        other_run: facts.otherRun === undefined ? null : (facts.otherRun ?? 'none'),
        not_again: notAgain,
        later_run: facts.later === null ? null : (facts.later[0]?.id ?? 'none'),
      }),
      findings: [finding],
    }
  },
}

/** A failure, the line that says so, who said it, and where it stands; where the run does without `link`. */
type Named = Pick<Sighting, 'mode' | 'cause' | 'certainty' | 'line'> & Whose
interface Whose {
  readonly from: string
  readonly link?: string | null
}
type Heard = Said & Whose & Pick<Words, 'passed'>

interface Gathered {
  readonly id: string | null
  readonly facts: RerunFacts
  readonly best: Named | null
  readonly link: string | null
  /** Null where the run cannot be looked at. */
  readonly notAgain: string | null
}

async function gather(
  reader: PlatformReader,
  { run, labels, signal }: ProbeContext,
  unreached: string[],
): Promise<Gathered> {
  const can = (...needs: Parameters<typeof reader.capabilities.has>[0][]): boolean =>
    needs.every((need) => reader.capabilities.has(need))
  const attempt = attempting(unreached, signal)
  const [app, current] = await Promise.all([
    attempt('application', () => reader.locate(run, signal), null),
    can('run') ? attempt('run', () => reader.run(run, signal), null) : null,
  ])
  const jobName = current?.jobName ?? run.jobName
  const [spark, queries, others] = await Promise.all([
    app === null ? null : saidBySpark(reader, app, signal, attempt),
    app === null || !(can('sql') || can('plans'))
      ? null
      : attempt('queries', () => reader.queries(app, QUERIES_READ + 1, signal), null),
    jobName === null || !can('runs')
      ? null
      : attempt('other runs', () => reader.runs(jobName, RUNS_READ, signal), null),
  ])
  const failed = (queries ?? []).flatMap(({ id, error, link }): Heard[] =>
    error == null ? [] : [{ text: error, place: 'driver', from: `query ${id}`, link }],
  )
  const around = [...(current?.words ?? []), ...failed]
  const said: readonly Heard[] = [...around, ...(spark === null ? [] : wordsOf(spark, around))]
  const told = namedBy(said)
  // A driver's own end is told by nobody else; what was named already need not be looked for, where its class is known.
  const clear = told?.certainty === 'high' && told.mode.settledBy === undefined
  const logged = clear || !can('log') ? null : await attempt('log', () => logOf(reader, run, signal), null)
  const best = surer(told, namedByLog(logged))
  const heard = [...sightings(said.filter(({ passed }) => passed !== true)), ...(logged?.seen ?? [])]
  const known = best !== null && best.certainty !== 'low'
  const settled = async (mode: FailureMode): Promise<FailureClass> => {
    if (mode.settledBy === undefined || !can('containers')) return classOf(mode, heard)
    const troubles = await attempt('containers', () => troublesOf(reader, run, signal), [])
    return classOf(mode, [...heard, ...sightings(troubles)])
  }
  const own = current?.id ?? app?.id
  const other = others?.find((one) => one.id !== own && goesOn(one))
  const later =
    others === null
      ? null
      : await attempt(
          'later runs',
          () =>
            laterRuns(
              others,
              RUNS_READ,
              {
                id: own ?? null,
                since: (current === null ? null : beginningOf(current)) ?? app?.startedAt ?? null,
                dates: { ...datesOfNames(labels), ...current?.dates },
              },
              (id) => runById(reader, run, id, signal),
            ),
          null,
        )
  return {
    id: own ?? null,
    best,
    link: current?.link ?? app?.link ?? null,
    notAgain: current === null ? null : (current.notAgain ?? 'none'),
    facts: {
      // What only may be the reason is none to run it again.
      class: known ? await settled(best.mode) : null,
      ...openOf(known ? best.mode : null, logged !== null, spark?.driverHost ?? null),
      cause: best?.cause ?? null,
      writes:
        // Without a query there is nothing to tell how it writes, if it does.
        queries?.flatMap(({ plan, status }) =>
          writesOf(plan).map(({ mode, target }) => ({ mode, target, finished: status === 'COMPLETED' })),
        ) ?? null,
      streaming: queries?.some(({ description }) => isMicroBatch(description)) ?? null,
      writesCut: (queries?.length ?? 0) > QUERIES_READ || (app?.unread?.length ?? 0) > 0,
      attemptsBefore: (current?.attempt ?? 1) > 1,
      later,
      otherRun: others === null ? undefined : (other?.id ?? null),
      willRetry: current === null ? null : current.state === 'retrying',
      succeeded: current?.state === 'succeeded',
      running: runningOf(app, current?.state ?? null),
    },
  }
}

/** What was named; what the run went on after is at most a guess. */
function namedBy(said: readonly Heard[]): Named | null {
  const best = strongest(said.filter(({ passed }) => passed !== true))
  if (best !== null) return { ...best.said, ...best }
  const aside = strongest(said)
  return aside === null ? null : { ...aside.said, ...aside, certainty: 'low' }
}

/** What the end of the driver's log tells; null where there is none. */
async function logOf(
  reader: PlatformReader,
  run: ProbeContext['run'],
  signal: AbortSignal,
): Promise<(LogReading & Whose) | null> {
  const tail = await reader.log(run, LOG_BYTES, signal)
  return tail === null ? null : { ...(await readTail(tail)), from: tail.from, link: tail.link }
}

function namedByLog(logged: (LogReading & Whose) | null): Named | null {
  const first = logged === null ? null : whatBroke(logged)
  if (logged === null || first === null) return null
  return {
    ...first,
    line: first.quote,
    from: logged.from,
    ...(logged.link == null ? {} : { link: logged.link }),
  }
}

const SURE = { high: 0, medium: 1, low: 2 } as const

/** The surer of two; of equals a cause before a symptom, and the first. */
function surer(a: Named | null, b: Named | null): Named | null {
  if (a === null || b === null) return a ?? b
  const rank = ({ certainty, mode }: Named): number => SURE[certainty] * 2 + Number(mode.kind !== 'cause')
  return rank(b) < rank(a) ? b : a
}

/** What Spark itself tells of its application. */
interface SaidBySpark {
  readonly app: SparkApplication
  readonly history: StageHistory
  readonly tasks: readonly Words[]
  readonly lost: readonly SparkExecutor[]
  readonly driverHost: string | null
}

async function saidBySpark(
  reader: PlatformReader,
  app: SparkApplication,
  signal: AbortSignal,
  attempt: Attempt,
): Promise<SaidBySpark> {
  const { capabilities } = reader
  const [stages, tasks, executors] = await Promise.all([
    capabilities.has('stages') ? attempt('stages', () => reader.stages(app, signal), []) : [],
    attempt('failed tasks', () => wordsOfTasks(reader, app, signal), []),
    capabilities.has('executors') ? attempt('executors', () => reader.executors(app, signal), []) : [],
  ])
  return {
    app,
    history: historyOf(stages),
    tasks,
    lost: executors.filter(({ active, id }) => !active && id !== 'driver'),
    driverHost: executors.find(({ id }) => id === 'driver')?.host ?? null,
  }
}

/** Its words of failed stages, tasks and lost executors; `around` is what others say of the run. */
function wordsOf({ app, history, tasks, lost }: SaidBySpark, around: readonly Said[]): readonly Words[] {
  const reasons = newest(history.all.filter(({ failureReason }) => failureReason !== null)).map(
    (stage): Words => ({
      text: stage.failureReason ?? '',
      place: 'task',
      ...saidAt(app, `stage ${stage.id}.${stage.attempt}, failureReason`, stage.link),
      ...(history.wentOnAfter(stage) ? { passed: true as const } : {}),
    }),
  )
  const removals = wordsOfExecutors(lost, app)
  const worst = strongest(removals)
  const said = [...around, ...tasks.filter(({ passed }) => passed !== true)]
  const aside = worst !== null && wentOnWithoutThem({ mode: worst.mode, lost, said }, app, history)
  return [
    ...reasons,
    ...tasks,
    ...(aside ? removals.map((one) => ({ ...one, passed: true as const })) : removals),
  ]
}

/** What is not known of a failure that is named, or where to look for one that is not: a driver's own end is in its log alone. */
function openOf(
  mode: FailureMode | null,
  heard: boolean,
  driverHost: string | null,
): Pick<RerunFacts, 'open'> {
  if (mode !== null) return mode.settledBy === undefined ? {} : { open: mode.settledBy.open }
  if (heard) return {}
  const where = driverHost === null ? 'where its driver ran' : `on ${driverHost}, where its driver ran`
  return {
    open: `why it failed is not known: the driver's log was not read; it is ${where}, and \`arrestor diagnose --log\` reads it`,
  }
}

function runningOf(app: SparkApplication | null, state: string | null): boolean | null {
  if (state !== null && state !== 'unknown') return state === 'running' || state === 'queued'
  if (app === null || app.state === 'unknown') return null
  return app.state === 'running' || app.state === 'waiting'
}
