// Why executors died: the strongest failure signature among Spark's own words, and how fast they go.
import type { ReadCapability, SparkApplication, SparkExecutor } from '../../ports.ts'
import { executorsChart } from '../chart/executors.ts'
import { attempting } from '../attempt.ts'
import { executorHeap, suggestedHeap, suggestedOverhead } from '../memory.ts'
import { type Finding, type Outputs, type Probe, gradeOf } from '../model.ts'
import { type Thresholds, thresholdsFor } from '../thresholds.ts'
import { asEvidence, shownAt } from '../performance/shown.ts'
import { type Sighting, bears, isIntended, sightings, strongest } from '../failures/read.ts'
import { NO_PARAMS, mostOf, outputsOf, plural, span, unseen, withApplication } from './support.ts'
import { historyOf, wentOnWithoutThem } from './went-on.ts'
import { type Words, quotes, wordsOfExecutors, wordsOfTasks } from './words.ts'

/** Share of executors lost in ten minutes, against those alive: low, medium, high, critical. Ours, a starting value. */
export const CHURN: Thresholds = [0.05, 0.1, 0.25, 0.5]
const CHURN_WINDOW_MS = 600_000

export const executorDeaths: Probe = {
  id: 'spark.executor-deaths',
  title: 'Why executors died',
  needs: ['application', 'executors'],
  params: NO_PARAMS,
  outputs: {
    app_id: 'application id',
    signature:
      'id of the failure mode: F02 heap, F03 container, F04 fetch failure, F09 disk, F10 heartbeat, F11 preemption, ..., unknown, or none',
    cause: 'the same in words, for example executor-heap-oom',
    certainty:
      'how certain it is that this is what broke: high, medium or low; low where the run went on after it and failed of something else',
    count: 'executors lost whose removal bears the signature, or all lost where their tasks name it',
    executors_lost: 'executors lost in all, without those that were released on purpose',
    executors_alive: 'executors alive now',
    lost_in_10_min: 'executors lost in the ten minutes before now, or before the end',
    churn: 'executors lost in those ten minutes / executors alive now',
    exit_code: 'exit code of the executor that died last',
    host: 'host that lost most executors',
    executor_mib: 'heap of one executor, MiB',
    suggested_mib: 'memory to try next, MiB: heap for F02, overhead for F03',
  },
  run: (_params, context) =>
    withApplication(executorDeaths, context, async (app, reader) => {
      const { signal, now } = context
      const all = (await reader.executors(app, signal)).filter(({ id }) => id !== 'driver')
      const lost = all.filter((one) => !one.active && !isIntended(one.removeReason ?? '')).sort(byRemoval)
      const unreached = [...app.unreached]
      const attempt = attempting(unreached, signal)
      const memory = await attempt('environment', () => reader.environment(app, signal), null)
      const known: Outputs = {
        app_id: app.id,
        executors_alive: all.filter(({ active }) => active).length,
        executors_lost: lost.length,
        executor_mib: memory === null ? null : executorHeap(memory),
      }
      if (lost.length === 0) return nobodyDied(app, known, unreached)
      const can = (need: ReadCapability): boolean => reader.capabilities.has(need)
      const [{ tasks, stages }, run] = await Promise.all([
        attempt(
          'failed tasks',
          async () => ({
            tasks: await wordsOfTasks(reader, app, signal),
            stages: can('stages') ? await reader.stages(app, signal) : [],
          }),
          { tasks: [], stages: [] },
        ),
        can('run') ? attempt('run', () => reader.run(context.run, signal), null) : null,
      ])
      const executors = wordsOfExecutors(lost, app)
      const standing = tasks.filter(({ passed }) => passed !== true)
      // Tasks of completed stages may have failed of something else: they speak where nobody else does, and bear others out.
      const worst = strongest([...standing, ...executors]) ?? strongest(tasks)
      const best = sightings([...tasks, ...executors]).find(({ mode }) => mode.id === worst?.mode.id) ?? null
      const said = [...standing, ...(run?.words ?? [])]
      const aside =
        best !== null && wentOnWithoutThem({ mode: best.mode, lost, said }, app, historyOf(stages))
      const kept = Number(memory?.get('spark.ui.retainedDeadExecutors') ?? Number.NaN)
      const chart = executorsChart(app, all, lost, now, Number.isInteger(kept) ? kept : undefined)
      const until = app.endedAt ?? now
      const recent = recentlyLost(lost, until)
      const churn = recent.length / Math.max(1, Number(known['executors_alive']))
      const finding: Finding = {
        probe: executorDeaths.id,
        severity: gradeOf(churn, thresholdsFor('exec_churn', CHURN, context)),
        sentence: `${plural(lost.length, 'executor')} of ${app.name} died${pace(lost, app, now)}: ${best?.meaning ?? 'Spark does not name a reason that we know'}.`,
        evidence: [
          ...quotes(best?.mode ?? null, tasks, executors),
          asEvidence(app, {
            figures: `exec_churn: removeTime of ${recent.length} in ${span(CHURN_WINDOW_MS)} before ${until.toISOString()}, not on purpose; isActive ${String(known['executors_alive'])}`,
            from: 'all executors',
            shownAt: shownAt(app, 'allexecutors'),
          }),
        ],
        link: app.link,
        confidence: best?.certainty ?? 'low',
        unreached,
        ...(chart === null ? {} : { chart }),
      }
      return {
        outputs: outputsOf(executorDeaths, {
          ...known,
          signature: best?.mode.id ?? 'unknown',
          cause: best?.cause ?? 'unknown',
          certainty: aside ? 'low' : (best?.certainty ?? null),
          count: countOf(best, executors),
          lost_in_10_min: recent.length,
          churn: Number(churn.toFixed(3)),
          exit_code: exitCode(lost.at(-1)),
          host: mostOf(lost.map(({ host }) => host)),
          suggested_mib: memory === null ? null : suggestion(best?.mode.id, memory),
        }),
        findings: [finding],
      }
    }),
}

function nobodyDied(
  app: SparkApplication,
  known: Outputs,
  unreached: readonly string[],
): { outputs: Outputs; findings: Finding[] } {
  const sentence = `No executor of ${app.name} died.`
  return {
    outputs: outputsOf(executorDeaths, {
      ...known,
      signature: 'none',
      cause: 'none',
      count: 0,
      lost_in_10_min: 0,
      churn: 0,
    }),
    findings: [{ ...unseen(executorDeaths.id, sentence, unreached), link: app.link, confidence: 'high' }],
  }
}

/** Where only tasks name the cause, the executors' own words (`Command exited ...`) do not contradict it. */
function countOf(best: Sighting | null, executors: readonly Words[]): number {
  if (best === null) return 0
  const bearing = executors.filter((one) => bears(best.mode, one)).length
  return bearing === 0 ? executors.length : bearing
}

function byRemoval(a: SparkExecutor, b: SparkExecutor): number {
  return (a.removedAt?.getTime() ?? 0) - (b.removedAt?.getTime() ?? 0)
}

function recentlyLost(lost: readonly SparkExecutor[], until: Date): SparkExecutor[] {
  return lost.filter(
    ({ removedAt }) => removedAt !== null && until.getTime() - removedAt.getTime() <= CHURN_WINDOW_MS,
  )
}

function pace(lost: readonly SparkExecutor[], app: SparkApplication, now: Date): string {
  const times = lost.flatMap(({ removedAt }) => (removedAt === null ? [] : [removedAt.getTime()]))
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined) return ''
  const within = times.length > 1 ? ` within ${span(last - first)}` : ''
  const sinceMs = now.getTime() - last
  const ago = sinceMs < 1000 ? 'the last just now' : `the last ${span(sinceMs)} ago`
  return app.endedAt === null ? `${within}, ${ago}` : within
}

function exitCode(last: SparkExecutor | undefined): number | null {
  const code = /\bexit(?:ed)?(?: with)?(?: exit)?[ _]?(?:code|status)\s*:?\s*(-?\d+)/i.exec(
    last?.removeReason ?? '',
  )?.[1]
  return code === undefined ? null : Number(code)
}

function suggestion(signature: string | undefined, properties: ReadonlyMap<string, string>): number | null {
  if (signature === 'F02') return suggestedHeap(properties)
  return signature === 'F03' ? suggestedOverhead(properties) : null
}
