// A step as a run: how it stands, what EMR says of its end, what is wrong with its cluster, what it is made of.
import type { PlatformRun } from '../../ports.ts'
import { createAttempts } from '../spark-rest/attempts.ts'
import type { Clusters, FoundStep } from './find.ts'
import type { ClusterLogs } from './logs.ts'
import type { EmrClient } from './service.ts'
import { stateOf, summaryOf, traitsOf } from './status.ts'
import { clusterWords, lossWords, lostInstances, nodesOf } from './trouble.ts'

interface Sources {
  readonly client: EmrClient
  readonly clusters: Clusters
  readonly logs: ClusterLogs | null
  readonly normalise: (name: string) => string
  readonly region: string
}

/** Everything that is said. What cannot be read is named in `unreached`. */
export async function describedStep(
  { client, clusters, logs, normalise, region }: Sources,
  found: FoundStep,
  signal: AbortSignal,
): Promise<PlatformRun> {
  const { step } = found
  const { attempt, unreached } = createAttempts(signal)
  const run = summaryOf(found, normalise, region)
  const troubled = stateOf(step) !== 'succeeded'
  const cluster = await attempt(`cluster ${found.cluster}`, () => clusters.describe(found.cluster, signal))
  const [nodes, lost, appId] = await Promise.all([
    cluster === null
      ? null
      : attempt(`instances of cluster ${cluster.Id}`, () => nodesOf(client, cluster, signal)),
    troubled
      ? attempt('lost instances', () => lostInstances(client, region, found.cluster, step, signal))
      : null,
    cluster === null || logs === null
      ? null
      : attempt(`log of step ${step.Id}`, () => logs.applicationOf(cluster, step, signal)),
  ])
  const below = cluster?.Status.State
  return {
    ...run,
    stateText: below === undefined ? run.stateText : `${run.stateText} (cluster ${below})`,
    applicationId: appId,
    words: troubled
      ? [
          ...run.words,
          ...(cluster === null ? [] : clusterWords(cluster)),
          // Of a step that failed by itself, what else the cluster lacks is another matter.
          ...(run.words.length > 0 && run.endedAt !== null ? [] : (nodes?.words ?? [])),
          ...lossWords(lost ?? []),
        ]
      : [],
    traits: {
      ...traitsOf(step, cluster),
      ...(nodes === null || nodes.types === '' ? {} : { node_type: nodes.types }),
      ...(nodes?.count ? { nodes: String(nodes.count) } : {}),
    },
    unreached,
  }
}
