// What is wrong with the cluster below a step: its end, its instance groups or fleets, instances that it lost.
import type { PlatformEvent, PlatformRun } from '../../ports.ts'
import type { ClusterInfo, InstanceInfo, StepInfo } from './schema.ts'
import { fleetsSchema, groupsSchema, instancesSchema } from './schema.ts'
import type { EmrClient } from './service.ts'
import { consoleOf, stateOf } from './status.ts'
import { pagesBy } from '../aws/pages.ts'

type Words = PlatformRun['words'][number]

/** A cluster that has done its work, that somebody ended, or that ended because of the step itself. */
const ORDINARY: ReadonlySet<string> = new Set(['ALL_STEPS_COMPLETED', 'USER_REQUEST', 'STEP_FAILURE'])
const FAILURES: ReadonlySet<string> = new Set([
  'INSTANCE_FAILURE',
  'INTERNAL_ERROR',
  'VALIDATION_ERROR',
  'BOOTSTRAP_FAILURE',
])
/** Instances begin to go before a step fails of it, and are told after. */
const AROUND_MS = 2 * 60_000
const INSTANCES_TOLD = 5
const INSTANCE_PAGES = 2

export interface Nodes {
  readonly words: readonly Words[]
  /** `CORE r5.2xlarge`, and how many there are: traits of a run. */
  readonly types: string
  readonly count: number | null
}

/** Why the cluster ended, where that was not in the ordinary way. */
export function clusterWords({ Id: id, Status: status }: ClusterInfo): readonly Words[] {
  const { Code: code, Message: message } = status.StateChangeReason ?? {}
  const why = code && !ORDINARY.has(code) ? `${status.State}: ${code}${message ? `: ${message}` : ''}` : null
  const details = (status.ErrorDetails ?? []).map(({ ErrorCode, ErrorMessage }) => [ErrorCode, ErrorMessage].filter(Boolean).join(': ')) // prettier-ignore
  return [...(why === null ? [] : [why]), ...details.filter((text) => text !== '')].map((text) => ({ text, from: `cluster ${id}`, place: 'platform' })) // prettier-ignore
}

/** Groups or fleets: what they are, and which of them cannot get what they want. */
export async function nodesOf(client: EmrClient, cluster: ClusterInfo, signal: AbortSignal): Promise<Nodes> {
  if (cluster.InstanceCollectionType === 'INSTANCE_FLEET') {
    const answer = await client.call('ListInstanceFleets', { ClusterId: cluster.Id }, fleetsSchema, signal)
    const fleets = (answer?.InstanceFleets ?? []).map((one) => ({
      name: `instance fleet ${one.InstanceFleetType ?? one.Id ?? ''}`,
      type: `${one.InstanceFleetType ?? ''} ${(one.InstanceTypeSpecifications ?? []).map(({ InstanceType }) => InstanceType).join('/')}`,
      wanted: (one.TargetOnDemandCapacity ?? 0) + (one.TargetSpotCapacity ?? 0),
      there: (one.ProvisionedOnDemandCapacity ?? 0) + (one.ProvisionedSpotCapacity ?? 0),
      status: one.Status,
    })) // prettier-ignore
    return { words: fleets.flatMap(wordsOf), types: typesOf(fleets), count: null }
  }
  const answer = await client.call('ListInstanceGroups', { ClusterId: cluster.Id }, groupsSchema, signal)
  const groups = (answer?.InstanceGroups ?? []).map((one) => ({
    name: `instance group ${one.InstanceGroupType ?? one.Id ?? ''} (${one.Market ?? ''} ${one.InstanceType ?? ''})`,
    type: `${one.InstanceGroupType ?? ''} ${one.InstanceType ?? ''}`,
    wanted: one.RequestedInstanceCount ?? 0,
    there: one.RunningInstanceCount ?? 0,
    status: one.Status,
  }))
  const count = groups.reduce((sum, { wanted }) => sum + wanted, 0)
  return { words: groups.flatMap(wordsOf), types: typesOf(groups), count }
}

function typesOf(all: readonly { readonly type: string }[]): string {
  return all.map(({ type }) => type.trim()).sort().join(', ') // prettier-ignore
}

function wordsOf(one: {
  name: string
  wanted: number
  there: number
  status: { State?: string | null | undefined; StateChangeReason?: { Code?: string | null | undefined; Message?: string | null | undefined } | null | undefined } | null | undefined
}): readonly Words[] {
  const { State: state, StateChangeReason: reason } = one.status ?? {}
  const held = state === 'SUSPENDED' || state === 'ARRESTED'
  if (!held && !FAILURES.has(reason?.Code ?? '')) return []
  const why = [reason?.Code, reason?.Message].filter(Boolean).join(': ')
  return [{ text: `${one.name} is ${state ?? 'in no state'} with ${one.there} of ${one.wanted}${why === '' ? '' : `: ${why}`}`, from: one.name, place: 'platform' }] // prettier-ignore
} // prettier-ignore

/** Instances that were lost while the step ran, newest first. */
export async function lostInstances(
  client: EmrClient,
  region: string,
  cluster: string,
  step: StepInfo,
  signal: AbortSignal,
): Promise<readonly PlatformEvent[]> {
  if (stateOf(step) === 'queued') return []
  const { StartDateTime: start, EndDateTime: end } = step.Status.Timeline ?? {}
  const pages = await pagesBy('Marker', INSTANCE_PAGES, (sent) =>
    client.call(
      'ListInstances',
      { ClusterId: cluster, InstanceStates: ['TERMINATED'], ...sent },
      instancesSchema,
      signal,
    ),
  )
  const from = (start?.getTime() ?? 0) - AROUND_MS
  const to = (end?.getTime() ?? Infinity) + AROUND_MS
  return pages
    .flatMap((page) => page.Instances)
    .flatMap((one) => {
      const at = one.Status?.Timeline?.EndDateTime ?? null
      const within = at !== null && at.getTime() >= from && at.getTime() <= to
      return within && isLoss(one) ? [eventOf(one, at, consoleOf(region, cluster))] : []
    })
    .sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))
}

/** Not one that the cluster gave up itself, or that ended with it. */
function isLoss({ Status: status }: InstanceInfo): boolean {
  const { Code: code, Message: message } = status?.StateChangeReason ?? {}
  return FAILURES.has(code ?? '') || /\bspot\b/i.test(message ?? '')
}

function eventOf(
  { Ec2InstanceId: id, Market, InstanceType, Status }: InstanceInfo,
  at: Date,
  link: string,
): PlatformEvent {
  const { Code: code, Message: message } = Status?.StateChangeReason ?? {}
  const reason = code || 'TERMINATED'
  return {
    at,
    about: `instance ${id ?? '?'} (${[Market, InstanceType].filter(Boolean).join(' ')})`,
    reason,
    text: `${reason}${message ? `: ${message}` : ''}`,
    count: 1,
    warning: true,
    link,
  }
}

/** The same as words, so many of them. */
export function lossWords(lost: readonly PlatformEvent[]): readonly Words[] {
  return lost.slice(0, INSTANCES_TOLD).map(({ about, text, at }) => ({
    text: `${about} was lost${at === null ? '' : ` at ${at.toISOString()}`}: ${text}`,
    from: lost.length > INSTANCES_TOLD ? `${about}, one of ${lost.length}` : about,
    place: 'platform',
  }))
}
