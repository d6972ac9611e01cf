// How a step stands, and what it is made of. Pure.
import { datesOfArguments } from '../../alerts/data-dates.ts'
import type { PlatformRun, RunState } from '../../ports.ts'
import { markOf } from '../aws/spark-settings.ts'
import type { ClusterInfo, StepInfo } from './schema.ts'

const STATES: Readonly<Record<string, RunState>> = {
  PENDING: 'queued',
  CANCEL_PENDING: 'running',
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  // Its cluster ended below it.
  INTERRUPTED: 'failed',
}

export function stateOf({ Status: { State: state } }: StepInfo): RunState {
  return STATES[state] ?? 'unknown'
}

/** What a listing tells. EMR tries no step again; YARN may try the application. */
export function summaryOf(
  { cluster, step }: { readonly cluster: string; readonly step: StepInfo },
  normalise: (name: string) => string,
  region: string,
): PlatformRun {
  const { Timeline: times, State: state } = step.Status
  return {
    id: step.Id,
    jobName: step.Name ? normalise(step.Name) : null,
    state: stateOf(step),
    stateText: state,
    attempt: null,
    maxAttempts: null,
    submittedAt: times?.CreationDateTime ?? null,
    startedAt: times?.StartDateTime ?? null,
    endedAt: times?.EndDateTime ?? null,
    applicationId: null,
    queue: null,
    user: null,
    dates: datesOfArguments(step.Config?.Args ?? []),
    words: stepWords(step),
    link: consoleOf(region, cluster),
    timesBy: `aws emr describe-step --region ${region} --cluster-id ${cluster} --step-id ${step.Id}`,
  }
}

/** The console's page of a cluster: its steps, and its instances with why they ended. */
export function consoleOf(region: string, cluster: string): string {
  return `https://${region}.console.aws.amazon.com/emr/home?region=${region}#/clusterDetails/${cluster}`
}

/** Why it failed, in EMR's words and in those of the log that EMR quotes. */
export function stepWords(step: StepInfo): PlatformRun['words'] {
  if (stateOf(step) === 'succeeded') return []
  const { FailureDetails: failure, StateChangeReason: reason } = step.Status
  const quoted = failure?.LogFile ? `step ${step.Id}, its failure, from ${failure.LogFile}` : `step ${step.Id}, its failure` // prettier-ignore
  const changed = [reason?.Code === 'NONE' ? null : reason?.Code, reason?.Message].filter(Boolean).join(': ')
  return [
    ...(failure?.Message ? [{ text: failure.Message, from: quoted, place: 'driver' as const }] : []),
    // "Unknown Error." says that EMR found nothing in the log.
    ...(failure?.Reason && failure.Reason !== 'Unknown Error.' ? [{ text: failure.Reason, from: quoted, place: 'platform' as const }] : []), // prettier-ignore
    ...(changed === '' ? [] : [{ text: changed, from: `step ${step.Id}`, place: 'platform' as const }]),
  ]
}

/** In cluster mode the driver's log is a container's; else it is the step's own. */
export function inClusterMode(args: readonly string[]): boolean {
  return args.some(
    (word, at) =>
      (word === 'cluster' && args[at - 1] === '--deploy-mode') ||
      word === '--deploy-mode=cluster' ||
      /^(?:--conf=)?spark\.submit\.deployMode=cluster$/.test(word),
  )
}

export function traitsOf(step: StepInfo, cluster: ClusterInfo | null): NonNullable<PlatformRun['traits']> {
  const args = step.Config?.Args ?? []
  // The program comes after all options; what is before it and ends so is an option's value.
  const isProgram = (word: string, at: number): boolean =>
    /\.(?:py|jar|[Rr])$/.test(word) && !(args[at - 1] ?? '').startsWith('--')
  const at = args.findIndex(isProgram)
  const program = at === -1 ? (step.Config?.Jar ?? null) : (args[at] ?? null)
  const settings = [at === -1 ? [] : args.slice(0, at), cluster?.Configurations ?? []]
  const rest = args.slice(at + 1)
  return {
    ...(cluster?.ReleaseLabel ? { runtime: cluster.ReleaseLabel } : {}),
    ...(cluster?.CustomAmiId ? { image: cluster.CustomAmiId } : {}),
    ...(program === null ? {} : { definition: `${program}, settings ${markOf(settings)}` }),
    ...(rest.length === 0 ? {} : { parameters: `${rest.length} arguments, ${markOf(rest)}` }),
  }
}
