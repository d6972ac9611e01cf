// What a pod tells: whose it is, how it stands, its containers and why they wait or ended. Pure.
import type { ApplicationState, PlatformRun, RunContainer, SaidBy } from '../../ports.ts'
import type { ContainerStatus, Pod } from './schema.ts'

/** Labels that Spark and the operators put on drivers, executors and SparkApplications. */
export const LABELS = {
  role: 'spark-role',
  /** Spark's application id. */
  appId: 'spark-app-selector',
  appName: 'spark-app-name',
  version: 'spark-version',
  kubeflow: 'sparkoperator.k8s.io/app-name',
  scheduled: 'sparkoperator.k8s.io/scheduled-app-name',
  submission: 'sparkoperator.k8s.io/submission-id',
  apache: 'spark.operator/spark-app-name',
} as const

/** Names of Spark's own container; a pod template may name it otherwise, and then it is the first. */
const OF_SPARK: ReadonlySet<string> = new Set([
  'spark-kubernetes-driver',
  'spark-kubernetes-executor',
  'executor',
])
const QUEUES = [
  'kueue.x-k8s.io/queue-name',
  'yunikorn.apache.org/queue',
  'queue',
  'scheduling.volcano.sh/queue-name',
] as const
/** Why every container waits at first: no trouble. */
const BEGINNING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', ''])
const UI_PORT = 4040

export function isDriver({ metadata }: Pod): boolean {
  return metadata.labels[LABELS.role] === 'driver'
}

/** The application's name: Spark's label (from 3.3 on), else what spark-submit calls the pod after. */
export function nameOf({ metadata }: Pod): string {
  return metadata.labels[LABELS.appName] || metadata.name.replace(/(?:-[0-9a-f]{16})?-driver$/, '')
}

/** The one that was made last; null of none. */
export function newest(pods: readonly Pod[]): Pod | null {
  return pods.reduce<Pod | null>(
    (best, one) => (best === null || timeOf(one) > timeOf(best) ? one : best),
    null,
  )
}

function timeOf({ metadata }: Pod): number {
  return metadata.creationTimestamp?.getTime() ?? 0
}

/** Spark's own container of a pod. */
export function sparkContainer({ spec }: Pod): Pod['spec']['containers'][number] | undefined {
  return spec.containers.find(({ name }) => OF_SPARK.has(name)) ?? spec.containers[0]
}

export function sparkStatus(pod: Pod): ContainerStatus | undefined {
  const name = sparkContainer(pod)?.name
  return pod.status.containerStatuses.find((one) => one.name === name)
}

/** Where its driver UI listens. */
export function uiPort(pod: Pod): number {
  return sparkContainer(pod)?.ports.find(({ name }) => name === 'spark-ui')?.containerPort || UI_PORT
}

/** The queue that a batch scheduler or Kueue was asked for. */
export function queueOf({ labels, annotations }: Pod['metadata']): string | null {
  for (const name of QUEUES) {
    const queue = labels[name] ?? annotations[name]
    if (queue !== undefined && queue !== '') return queue
  }
  return null
}

/** How the driver in this pod stands. One that was being deleted when it ended was ended by that. */
export function stateOf(pod: Pod): ApplicationState {
  const { status, metadata } = pod
  if (metadata.deletionTimestamp !== null && ['Failed', 'Succeeded'].includes(status.phase)) return 'killed'
  switch (status.phase) {
    case 'Pending':
      return 'waiting'
    case 'Running':
      return 'running'
    case 'Succeeded':
      return 'finished'
    case 'Failed':
      return 'failed'
    default:
      return 'unknown'
  }
}

export function startOf(pod: Pod): Date | null {
  const state = sparkStatus(pod)?.state
  return state?.running?.startedAt ?? state?.terminated?.startedAt ?? null
}

/** When it ended; what says so is in its container, or, of a pod that was evicted, in its conditions. */
export function endOf(pod: Pod): Date | null {
  if (!['Failed', 'Succeeded'].includes(pod.status.phase)) return null
  const times = pod.status.conditions.flatMap(({ lastTransitionTime: at }) => (at === null ? [] : [at]))
  return (
    sparkStatus(pod)?.state.terminated?.finishedAt ??
    pod.metadata.deletionTimestamp ??
    times.sort((a, b) => b.getTime() - a.getTime())[0] ??
    null
  )
}

/** Why a pod finds no node, in the scheduler's words; null where it has one. */
export function unschedulable({ status }: Pod): { reason: string; message: string } | null {
  const found = status.conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  return found === undefined ? null : { reason: found.reason || 'Unschedulable', message: found.message }
}

/** What is said in a pod of its end or its waiting, the pod's own word first. */
export function wordsOf(pod: Pod): PlatformRun['words'] {
  const { name } = pod.metadata
  const role = isDriver(pod) ? 'driver' : 'executor'
  const said: { text: string; from: string; place: SaidBy }[] = []
  const tell = (text: string, from: string): void => {
    if (text.trim() !== '') said.push({ text, from, place: 'container' })
  }
  const { reason, message } = pod.status
  tell(joined(reason === '' ? '' : `Pod of the ${role}: ${reason}`, message), `status of pod ${name}`)
  const waits = unschedulable(pod)
  if (waits !== null) tell(joined(waits.reason, waits.message), `condition PodScheduled of pod ${name}`)
  for (const one of [...pod.status.containerStatuses, ...pod.status.initContainerStatuses])
    for (const [state, when] of [
      [one.state, ''],
      [one.lastState, ' before its last restart'],
    ] as const) {
      const { terminated, waiting } = state
      if (terminated !== undefined && (terminated.exitCode !== 0 || terminated.reason === 'OOMKilled'))
        tell(
          joined(
            `The ${role}'s container ended: ${terminated.reason || 'no reason given'}, exit code ${terminated.exitCode ?? 'unknown'}`,
            terminated.message,
          ),
          `container ${one.name} of pod ${name}${when}`,
        )
      if (waiting !== undefined && !BEGINNING.has(waiting.reason))
        tell(joined(waiting.reason, waiting.message), `container ${one.name} of pod ${name}`)
    }
  return said
}

function joined(reason: string, message: string): string {
  return [reason, message.trim()].filter((part) => part !== '').join(': ')
}

/**
 * A pod's containers for a probe: Spark's own always, once more as it was before its last restart, and others (init
 * containers, sidecars) where something is wrong with them.
 */
export function containersOf(pod: Pod): readonly Omit<RunContainer, 'link' | 'listedAt'>[] {
  const own = sparkContainer(pod)
  const status = sparkStatus(pod)
  const role = isDriver(pod) ? ('driver' as const) : ('executor' as const)
  const base = {
    id: pod.metadata.name,
    role,
    restarts: status?.restartCount ?? 0,
    node: pod.spec.nodeName ?? null,
    memoryLimitBytes: bytesOf(own?.resources.limits?.['memory']),
  }
  const main = { ...base, ...conditionOf(pod, status?.state) }
  const before = status?.lastState.terminated
  const others = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].filter(
    (one) => one !== status && isTroubled(one),
  )
  return [
    main,
    ...(before === undefined
      ? []
      : [{ ...base, id: `${base.id} (before its last restart)`, ...conditionOf(null, status?.lastState) }]),
    ...others.map((one) => ({
      ...base,
      id: `${base.id}/${one.name}`,
      role: 'other' as const,
      restarts: one.restartCount,
      memoryLimitBytes: null,
      ...conditionOf(null, one.state),
    })),
  ]
}

type Condition = Pick<RunContainer, 'state' | 'reason' | 'message' | 'exitCode' | 'startedAt' | 'endedAt'>

/** The pod's own reason (`Evicted`, `NodeLost`) goes before its container's, which is only told to end. */
function conditionOf(pod: Pod | null, state: ContainerStatus['state'] | undefined): Condition {
  const own = { reason: pod?.status.reason || null, message: pod?.status.message || null }
  const { terminated, waiting, running } = state ?? {}
  if (terminated !== undefined)
    return {
      state: 'ended',
      reason: own.reason ?? (terminated.reason || null),
      message: own.message ?? (terminated.message || null),
      exitCode: terminated.exitCode,
      startedAt: terminated.startedAt,
      endedAt: terminated.finishedAt,
    }
  if (running !== undefined)
    return { state: 'running', ...own, exitCode: null, startedAt: running.startedAt, endedAt: null }
  const ended = pod !== null && ['Failed', 'Succeeded'].includes(pod.status.phase)
  const unplaced = pod === null ? null : unschedulable(pod)
  return {
    state: ended
      ? 'ended'
      : waiting !== undefined || unplaced !== null || pod?.status.phase === 'Pending'
        ? 'waiting'
        : 'unknown',
    reason: own.reason ?? unplaced?.reason ?? (waiting?.reason || null),
    message: own.message ?? unplaced?.message ?? (waiting?.message || null),
    exitCode: null,
    startedAt: null,
    endedAt: pod === null ? null : endOf(pod),
  }
}

function isTroubled({ state, restartCount }: ContainerStatus): boolean {
  const { terminated, waiting } = state
  return (
    restartCount > 0 ||
    (terminated !== undefined && terminated.exitCode !== 0) ||
    (waiting !== undefined && !BEGINNING.has(waiting.reason))
  )
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40,
} // prettier-ignore

/** A quantity of memory as Kubernetes writes it: `1433Mi`, `2Gi`, `1500M`, `1503238553`; null where it is none. */
export function bytesOf(quantity: string | undefined): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kMGT]i?|Ki)?$/.exec(quantity ?? '') ?? []
  const factor = UNITS[unit ?? '']
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor)
}
