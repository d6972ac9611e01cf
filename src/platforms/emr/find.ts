// From an alert's run to a step of a cluster: by its id, or by its name and then the live or newest one.
import type { Run } from '../../alerts/model.ts'
import { pagesBy } from '../aws/pages.ts'
import { createAttempts } from '../spark-rest/attempts.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import type { Config } from './config.ts'
import { type ClusterInfo, type StepInfo, clusterSchema, clustersSchema, stepSchema, stepsSchema } from './schema.ts' // prettier-ignore
import type { EmrClient } from './service.ts'
import { stateOf } from './status.ts'

export interface FoundStep {
  readonly cluster: string
  readonly step: StepInfo
}

/** Which clusters are read, and what they are. */
export interface Clusters {
  /** Ids of the clusters that are configured, live ones first; the one that the alert names alone, where it is one of them. */
  of(named: string | null, signal: AbortSignal): Promise<readonly string[]>
  describe(id: string, signal: AbortSignal): Promise<ClusterInfo | null>
}

const LIVE = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING', 'TERMINATING'] as const
const ENDED = ['TERMINATED', 'TERMINATED_WITH_ERRORS'] as const
const KEPT_MS = 7 * 24 * 60 * 60_000
const CLUSTERS = 20
/** 50 a page; each needs a request of its own for its tags, once in a while. */
const CLUSTER_PAGES = 2
const TAGS_KNOWN_MS = 10 * 60_000
/** Steps looked through for a name: 200 of each cluster, newest first. */
const STEP_PAGES = 4

export function isClusterId(text: string): boolean {
  return /^j-[0-9A-Z]{1,40}$/.test(text)
}
export function isStepId(text: string): boolean {
  return /^s-[0-9A-Z]{1,40}$/.test(text)
}

export function createClusters(config: Config, client: EmrClient): Clusters {
  const { clusters } = config
  const known = new Map<string, { readonly ours: boolean; readonly until: number }>()

  async function describe(id: string, signal: AbortSignal): Promise<ClusterInfo | null> {
    return (await client.call('DescribeCluster', { ClusterId: id }, clusterSchema, signal))?.Cluster ?? null
  }

  /** Whether a cluster has the tags; remembered for minutes, since a list does not tell them. */
  async function isOurs(id: string, signal: AbortSignal): Promise<boolean> {
    if (clusters.by === 'ids') return clusters.ids.includes(id)
    const wanted = Object.entries(clusters.tags)
    if (wanted.length === 0) return true
    const remembered = known.get(id)
    if (remembered !== undefined && performance.now() < remembered.until) return remembered.ours
    const tags = (await describe(id, signal))?.Tags ?? []
    const ours = wanted.every(([name, value]) => tags.some(({ Key, Value }) => Key === name && (Value ?? '') === value)) // prettier-ignore
    if (known.size > 1000) known.clear()
    known.set(id, { ours, until: performance.now() + TAGS_KNOWN_MS })
    return ours
  }

  async function listed(states: typeof LIVE | typeof ENDED, signal: AbortSignal): Promise<readonly string[]> {
    const since = states === ENDED ? { CreatedAfter: new Date(Date.now() - KEPT_MS) } : {}
    const pages = await pagesBy('Marker', CLUSTER_PAGES, (sent) =>
      client.call('ListClusters', { ClusterStates: [...states], ...since, ...sent }, clustersSchema, signal),
    )
    return pages.flatMap((page) => page.Clusters.map(({ Id }) => Id))
  }

  return {
    describe,
    async of(named, signal) {
      if (named !== null && isClusterId(named)) return (await isOurs(named, signal)) ? [named] : []
      if (clusters.by === 'ids') return clusters.ids
      const ours: string[] = []
      for (const states of [LIVE, ENDED])
        for (const id of await listed(states, signal)) {
          if (ours.length >= CLUSTERS) return ours
          if (await isOurs(id, signal)) ours.push(id)
        }
      return ours
    },
  }
}

/** The step that is meant; null where there is none. An id is never replaced by a namesake. */
export async function findStep(
  client: EmrClient,
  clusters: Clusters,
  normalise: (name: string) => string,
  run: Run,
  signal: AbortSignal,
): Promise<FoundStep | null> {
  const { attempt, throwIfAnyFailed } = createAttempts(signal)
  if (run.runId !== null && isStepId(run.runId)) {
    const id = run.runId
    for (const cluster of await clusters.of(run.cluster, signal)) {
      const found = await attempt(cluster, () => client.call('DescribeStep', { ClusterId: cluster, StepId: id }, stepSchema, signal)) // prettier-ignore
      if (found !== null) return { cluster, step: found.Step }
    }
    throwIfAnyFailed()
    return null
  }
  if (run.runId !== null && (looksLikeApplication(run.runId) || run.jobName === null)) return null
  if (run.jobName === null) return null
  const [newest] = await stepsNamed(client, clusters, normalise, run.jobName, run.cluster, signal, true)
  return newest ?? null
}

/** Steps of this (normalised) name, newest first; `liveFirst` puts those that go on before. */
export async function stepsNamed(
  client: EmrClient,
  clusters: Clusters,
  normalise: (name: string) => string,
  jobName: string,
  cluster: string | null,
  signal: AbortSignal,
  liveFirst = false,
): Promise<readonly FoundStep[]> {
  const { attempt, throwIfAnyFailed } = createAttempts(signal)
  const wanted = normalise(jobName)
  const found: FoundStep[] = []
  for (const id of await clusters.of(cluster, signal)) {
    const pages = await attempt(id, () =>
      pagesBy('Marker', STEP_PAGES, (sent) =>
        client.call('ListSteps', { ClusterId: id, ...sent }, stepsSchema, signal),
      ),
    )
    for (const step of (pages ?? []).flatMap((page) => page.Steps))
      if (step.Name && normalise(step.Name) === wanted) found.push({ cluster: id, step })
  }
  if (found.length === 0) throwIfAnyFailed()
  const rank = ({ step }: FoundStep): number => liveFirst && ['queued', 'running'].includes(stateOf(step)) ? 1 : 0 // prettier-ignore
  const made = ({ step }: FoundStep): number => step.Status.Timeline?.CreationDateTime?.getTime() ?? 0
  return found.sort((a, b) => rank(b) - rank(a) || made(b) - made(a))
}
