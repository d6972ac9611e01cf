// Whose the run is that an alert names: one of another job is said to be so, is quoted as its team wants, and is nobody's to act on.
import { type Discretion, stricter } from '../alerts/discretion.ts'
import { routeAlert } from '../alerts/routing.ts'
import { NAMES_OF_JOBS, isPod } from '../alerts/run.ts'
import type { Finding } from '../diagnosis/model.ts'
import { unseen } from '../diagnosis/probes/support.ts'
import type { StepResult } from '../diagnosis/run-probes.ts'
import type { Incident } from '../incidents/model.ts'
import type { PlatformReader, PlatformRun, SparkApplication } from '../ports.ts'
import type { FlowDeps } from './deps.ts'
import { discretionOf } from './settings.ts'

/** A job of another team's. */
export interface ForeignJob {
  /** Normalised. */
  readonly name: string
  readonly team: string
}

export interface WhoseRun {
  /**
   * The job that the run is of, where that is another than the alert's and a route gives it to another team. A name that
   * differs is not enough: an orchestrator's task is often called otherwise than the application it starts.
   */
  readonly foreign: ForeignJob | null
  /**
   * The run, where the alert names it by what another may be called by the time that somebody acts: `etl/orders@5f0c2a91`
   * of `etl/orders`, or of its pod `etl/orders-4f-exec-7`. Else null.
   */
  readonly surely: string | null
  /** Whether the platform says that the run is over: there is nothing left to end. */
  readonly ended: boolean
}

const NOTHING: WhoseRun = { foreign: null, surely: null, ended: false }

const OVER: ReadonlySet<string> = new Set(['finished', 'failed', 'killed', 'succeeded', 'cancelled'])
const ALIVE: ReadonlySet<string> = new Set(['waiting', 'running', 'queued', 'retrying'])

/** Asks the platform who it says the run is. What does not answer in time leaves it the alert's own. Never throws. */
export async function whoseRun(
  deps: Pick<FlowDeps, 'settings'>,
  { run, team }: Incident,
  labels: Readonly<Record<string, string>>,
  reader: PlatformReader | null,
  signal: AbortSignal,
): Promise<WhoseRun> {
  if (reader === null || (run.runId === null && run.jobName === null)) return NOTHING
  const [found, app] = await Promise.all([
    reader.capabilities.has('run') ? inTime<PlatformRun | null>(reader.run(run, signal), signal) : null,
    reader.capabilities.has('application')
      ? inTime<SparkApplication | null>(reader.locate(run, signal), signal)
      : null,
  ])
  const states = [found?.state, app?.state].filter((state) => state !== undefined)
  const names = [found?.jobName, app?.name]
    .filter((name) => name != null && name.trim() !== '')
    .map((name) => deps.settings.normaliseJobName(name as string))
  return {
    surely: run.runId !== null && isPlaceOf(found?.place, run.runId) ? found.place : null,
    foreign: speaksOfJob(labels) && isOther(run.jobName, names) ? foreignOf(deps, team, labels, names) : null,
    ended: states.some((state) => OVER.has(state)) && !states.some((state) => ALIVE.has(state)),
  }
}

/** Whether this place is the one that was asked for, or in its namespace what the platform found by a pod. */
function isPlaceOf(place: string | undefined, runId: string): place is string {
  if (place === undefined) return false
  return place.startsWith(`${runId}@`) || (isPod(runId) && place.startsWith(`${runId.split('/')[0]}/`))
}

/** A DAG's name is no job's: its tasks have names of their own. */
function speaksOfJob(labels: Readonly<Record<string, string>>): boolean {
  const first = NAMES_OF_JOBS.find((name) => (labels[name] ?? '') !== '')
  return first !== undefined && first !== 'dag_id'
}

function isOther(jobName: string | null, names: readonly string[]): boolean {
  return jobName !== null && names.length > 0 && !names.includes(jobName)
}

/** The first of a run's names that a route gives to another team. */
function foreignOf(
  { settings }: Pick<FlowDeps, 'settings'>,
  team: string,
  labels: Readonly<Record<string, string>>,
  names: readonly string[],
): ForeignJob | null {
  const { [settings.routing.label]: _team, ...others } = labels
  const spoken = NAMES_OF_JOBS.filter((label) => others[label] !== undefined)
  for (const name of names) {
    const said = Object.fromEntries(['job_name', ...spoken].map((label) => [label, name]))
    const routed = routeAlert(settings.routing, { ...others, ...said })
    if (routed.reason === 'route' && routed.team !== team) return { name, team: routed.team }
  }
  return null
}

/** What may be kept of a run: as the alert's team wants it, and as the one whose run it is. */
export function discretionFor(
  { settings }: Pick<FlowDeps, 'settings'>,
  { team }: Incident,
  foreign: ForeignJob | null,
): Discretion {
  const own = discretionOf(settings, team)
  return foreign === null ? own : stricter(own, discretionOf(settings, foreign.team))
}

/** Says it before anything that was found; its step is none that a runbook can name. */
export function foreignStep({ run }: Incident, { name, team }: ForeignJob): StepResult {
  const finding: Finding = {
    ...unseen(
      'run.identity',
      `Run ${run.runId ?? run.jobName} is one of ${name}, a job of team ${team}, and the alert speaks of ${run.jobName}: no action is offered.`,
      [],
    ),
    severity: 'medium',
    confidence: 'high',
  }
  return { step: '(identity)', outputs: {}, findings: [finding] }
}

function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve) => {
    const none = (): void => resolve(null)
    if (signal.aborted) none()
    signal.addEventListener('abort', none, { once: true })
    work.then(resolve, none).finally(() => signal.removeEventListener('abort', none))
  })
}
