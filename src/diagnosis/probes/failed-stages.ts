// Stages that failed, were tried again, or lose most of their tasks, each with the line that Spark gives as reason.
import type { PlatformReader, SparkApplication, SparkJob, SparkStage } from '../../ports.ts'
import { attempting } from '../attempt.ts'
import {
  type Evidence,
  type Finding,
  type FindingSeverity,
  type Outputs,
  type Probe,
  byGravity,
  gradeOf,
  gravest,
} from '../model.ts'
import { asEvidence, saidAt, shownAt } from '../performance/shown.ts'
import { type Thresholds, thresholdsFor } from '../thresholds.ts'
import { type Sighting, isIntended, names, strongest } from '../failures/read.ts'
import { whereabouts } from './words.ts'
import { type StageHistory, historyOf } from './went-on.ts'
import { type SpreadFailure, spreadFailure, spreadFinding } from './spread-failures.ts'
import { NO_PARAMS, evidence, outputsOf, plural, unseen, withApplication } from './support.ts'

/**
 * failed / (failed + complete) tasks. From Dr. Elephant's mapper and reducer heuristics; the last one moved. Of stages and
 * jobs: the rate of a job is the weighted mean of its stages' and never graver than that of the worst, yet stages that lose
 * few tasks each are not graded by themselves.
 */
export const FAIL_RATE: Thresholds = [0.1, 0.3, 0.5, 0.8]
/** A few lost tasks are Spark's everyday business: below this many a rate says nothing. */
const LEAST_FAILED = 3
/** Attempts beyond the first; at four in a row Spark gives up (`spark.stage.maxConsecutiveAttempts`). Ours. */
export const RETRIES: Thresholds = [1, 2, 3, Number.POSITIVE_INFINITY]
const TOLD = 3

export const failedStages: Probe = {
  id: 'spark.failed-stages',
  title: 'Stages that failed',
  needs: ['application', 'stages'],
  params: NO_PARAMS,
  outputs: {
    app_id: 'application id',
    failed: 'stage attempts that failed',
    retries: 'attempts beyond the first, of the stage that was tried most often',
    failed_tasks: 'task attempts that failed, in all stages',
    fail_rate:
      'failed / (failed + complete) task attempts of the worst stage, or of a job that is worse: one that loses a few in each of many stages',
    stage: 'id of the worst stage',
    signature:
      'failure signature of the worst stage, unknown, or none; none as well where the run went on after it',
    cause: 'the same in words, for example fetch-failed',
    certainty: 'how certain it is that this is what broke: high, medium or low; null where none is known',
    recovered: 'stage attempts that failed and that a later attempt made good',
  },
  run: (_params, context) =>
    withApplication(failedStages, context, async (app, reader) => {
      const stages = await reader.stages(app, context.signal)
      const limits = {
        rate: thresholdsFor('task_fail_rate', FAIL_RATE, context),
        retries: thresholdsFor('stage_retries', RETRIES, context),
      }
      const history = historyOf(stages)
      const standing = new Set(history.standing)
      const troubled = stages
        .map((stage) => ({ stage, grade: severityOf(stage, history, limits) }))
        .filter(({ grade, stage }) => grade !== 'none' || isFailed(stage))
        // What failed for good is worse than what was done again, however many of its tasks failed on the way.
        .sort(
          (a, b) =>
            Number(standing.has(b.stage)) - Number(standing.has(a.stage)) ||
            byGravity(a.grade, b.grade) ||
            b.stage.failedTasks - a.stage.failedTasks,
        )
      // The worst attempt speaks for its stage.
      const worstOfEach = [...Map.groupBy(troubled, ({ stage }) => stage.id).values()].flatMap(
        ([one]) => one ?? [],
      )
      const totals = {
        app_id: app.id,
        failed: stages.filter(isFailed).length,
        recovered: stages.filter((stage) => isFailed(stage) && history.isMadeGood(stage)).length,
        retries: stages.reduce((most, { attempt }) => Math.max(most, attempt), 0),
        failed_tasks: stages.reduce((sum, { failedTasks }) => sum + failedTasks, 0),
      }
      const [worst] = worstOfEach
      const gravity = gravest(worstOfEach.map(({ grade }) => grade))
      const unreached = [...app.unreached]
      const spread = await spreadOver(history, limits.rate, gravity, {
        jobs: () => attempting(unreached, context.signal)('jobs', () => reader.jobs(app, context.signal), []),
      })
      if (worst === undefined && spread === null) {
        const fine: Finding = {
          ...unseen(
            failedStages.id,
            `No stage of ${app.name} failed (${plural(stages.length, 'stage')}).`,
            unreached,
          ),
          link: app.link,
          confidence: 'high',
        }
        return {
          outputs: outputsOf(failedStages, { ...totals, fail_rate: 0, signature: 'none', cause: 'none' }),
          findings: [fine],
        }
      }
      // Of a job that no single stage speaks for, those that lose most tell why.
      const why = spread?.losing.slice(0, TOLD).map((stage) => ({ stage, grade: 'low' as const })) ?? []
      const told = await Promise.all(
        (worst === undefined ? why : worstOfEach)
          .slice(0, TOLD)
          .map(({ stage, grade }) =>
            tell(stage, grade, history, { app, unreached, reader, signal: context.signal }),
          ),
      )
      const speaks = worst?.stage ?? spread?.losing[0]
      const rate = spread?.rate ?? (worst === undefined ? 0 : failRate(worst.stage))
      const best = worst === undefined ? told.find((one) => one.best !== null)?.best : told[0]?.best
      const findings = told.map(({ finding }) => finding)
      return {
        outputs: outputsOf(failedStages, {
          ...totals,
          fail_rate: Number(rate.toFixed(3)),
          stage: worst?.stage.id ?? null,
          ...broke(speaks !== undefined && wentOn(speaks, history, app) ? 'none' : (best ?? null)),
        }),
        findings:
          spread === null
            ? findings
            : [spreadFinding(failedStages.id, spread, app), ...findings].slice(0, TOLD),
      }
    }),
}

/** A job that is worse than all of its stages; asked for only where stages lose tasks that are too few to grade them by. */
async function spreadOver(
  history: StageHistory,
  limits: Thresholds,
  gravity: FindingSeverity,
  ask: { readonly jobs: () => Promise<readonly SparkJob[]> },
): Promise<SpreadFailure | null> {
  const few = history.all.filter(({ failedTasks }) => failedTasks > 0 && failedTasks < LEAST_FAILED)
  if (few.reduce((sum, { failedTasks }) => sum + failedTasks, 0) < LEAST_FAILED) return null
  const spread = spreadFailure(await ask.jobs(), history, LEAST_FAILED, limits)
  return spread !== null && byGravity(spread.severity, gravity) < 0 ? spread : null
}

/** What of the worst stage is told as what broke. */
function broke(best: Sighting | 'none' | null): Outputs {
  if (best === 'none') return { signature: 'none', cause: 'none' }
  if (best === null) return { signature: 'unknown', cause: 'unknown' }
  return { signature: best.mode.id, cause: best.cause, certainty: best.certainty }
}

/** Tasks that fail in a stage that completes all the same are news while nothing else has failed. */
function wentOn(stage: SparkStage, history: StageHistory, { state }: SparkApplication): boolean {
  return history.isMadeGood(stage) || (state === 'failed' && history.wentOnAfter(stage))
}

interface Asked {
  readonly app: SparkApplication
  /** What could not be seen of it. */
  readonly unreached: readonly string[]
  readonly reader: PlatformReader
  readonly signal: AbortSignal
}

async function tell(
  stage: SparkStage,
  severity: FindingSeverity,
  history: StageHistory,
  { app, unreached, reader, signal }: Asked,
): Promise<{ finding: Finding; best: Sighting | null }> {
  const retries = history.lastAttempt(stage)
  const name = `Stage ${stage.id}.${stage.attempt} (${stage.name})`
  const tasks =
    reader.capabilities.has('tasks') && stage.failedTasks > 0
      ? await reader.failedTasks(app, stage, signal)
      : []
  const best = strongest([
    ...tasks.map(({ errorMessage }) => ({ text: errorMessage ?? '', place: 'task' as const })),
    // A stage quotes the task that failed last.
    { text: stage.failureReason ?? '', place: 'task' as const },
  ])
  const cause = tasks.find(({ errorMessage }) => best !== null && errorMessage === best.said.text) ?? tasks[0]
  const telling = ({ text }: Evidence): boolean => best !== null && names(best.mode, { text, place: 'task' })
  // Python's own words stand below Java's in a task's error.
  const words = (text: string): string => (text === best?.said.text ? best.line : text)
  const quoting = (text: string, by: string): Evidence => {
    const { from, link } = saidAt(app, by, stage.link)
    return evidence(text, from, link)
  }
  const quoted = [
    ...(stage.failureReason === null
      ? []
      : [quoting(words(stage.failureReason), `stage ${stage.id}.${stage.attempt}, failureReason`)]),
    ...(cause?.errorMessage == null ? [] : [quoting(words(cause.errorMessage), whereabouts(cause, stage))]),
  ].sort((a, b) => Number(telling(b)) - Number(telling(a)))
  const times = retries > 0 ? `, tried ${retries + 1} times` : ''
  const again = history.isMadeGood(stage) ? `${times}, and completed in a later attempt` : times
  const ran = plural(stage.failedTasks + stage.completedTasks, 'task attempt')
  const share =
    stage.failedTasks === 0 ? `none of its ${ran} failed` : `${stage.failedTasks} of ${ran} failed`
  const verb = isFailed(stage)
    ? 'failed'
    : stage.status === 'ACTIVE'
      ? 'is in trouble'
      : stage.failedTasks === 0
        ? 'ran once more'
        : 'lost tasks'
  return {
    best,
    finding: {
      probe: failedStages.id,
      severity,
      sentence: `${name} ${verb}${again}: ${share}.`,
      evidence: [
        ...quoted,
        asEvidence(app, {
          figures: `task_fail_rate: attempt ${stage.attempt}, numFailedTasks ${stage.failedTasks}, numCompleteTasks ${stage.completedTasks}; stage_retries: attemptId ${retries}`,
          from: `stage ${stage.id}.${stage.attempt}`,
          shownAt: shownAt(app, `stages/${stage.id}?details=false`),
        }),
      ],
      link: stage.link,
      confidence: quoted.length > 0 ? 'high' : 'medium',
      unreached,
    },
  }
}

function severityOf(
  stage: SparkStage,
  history: StageHistory,
  limits: { readonly rate: Thresholds; readonly retries: Thresholds },
): FindingSeverity {
  if (history.isMadeGood(stage)) return 'low'
  const retries = history.lastAttempt(stage)
  const byRate = stage.failedTasks < LEAST_FAILED ? 'none' : gradeOf(failRate(stage), limits.rate)
  const byRetries = isFailed(stage) ? gradeOf(retries, limits.retries) : 'none'
  const byStatus = isFailed(stage) ? (isIntended(stage.failureReason ?? '') ? 'low' : 'high') : 'none'
  return gravest([byRate, byRetries, byStatus])
}

function failRate(stage: SparkStage): number {
  const ended = stage.failedTasks + stage.completedTasks
  return ended === 0 ? 0 : stage.failedTasks / ended
}

function isFailed(stage: SparkStage): boolean {
  return stage.status === 'FAILED'
}
