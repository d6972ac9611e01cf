// The cluster as its ResourceManagers see it: nodes, what waits in the queues, which of them is active.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { SparkCluster } from '../../ports.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import type { Clients } from './clients.ts'
import type { Config } from './config.ts'
import { type YarnQueue, infoSchema, metricsSchema, nodesSchema, schedulerSchema } from './schema.ts'

/**
 * Nodes as workers, in the words that every platform's cluster has: ALIVE for an active ResourceManager and a running
 * node. Another node keeps YARN's word, with its health report, which names the full disk.
 */
export async function clusterOf(
  clients: Clients,
  config: Config,
  signal: AbortSignal,
): Promise<SparkCluster> {
  return clients.rm(async (rm) => {
    const query = clients.asUser()
    const [info, metrics, listed, pending] = await Promise.all([
      rm.json('/ws/v1/cluster/info', infoSchema, signal, query),
      rm.json('/ws/v1/cluster/metrics', metricsSchema, signal, query),
      rm.json('/ws/v1/cluster/nodes', nodesSchema, signal, query),
      config.queue === undefined ? null : pendingIn(rm, clients, config.queue, signal),
    ])
    const nodes = listed?.nodes?.node ?? []
    const haState = info?.clusterInfo.haState ?? ''
    return {
      aliveWorkers: nodes.filter(({ state }) => state === 'RUNNING').length,
      workers: nodes.map((node) => ({
        id: node.id,
        host: node.nodeHostName || node.id.replace(/:\d+$/, ''),
        state: stateOf(node),
        cores: node.usedVirtualCores + node.availableVirtualCores,
        memoryMb: node.usedMemoryMB + node.availMemoryMB,
      })),
      waitingApplications: pending ?? metrics?.clusterMetrics.appsPending ?? 0,
      status: haState === 'ACTIVE' ? 'ALIVE' : haState || 'UNKNOWN',
      shownAt: {
        workers: `${rm.baseUrl}/ws/v1/cluster/nodes`,
        waiting: `${rm.baseUrl}/ws/v1/cluster/${pending === null ? 'metrics' : 'scheduler'}`,
        status: `${rm.baseUrl}/ws/v1/cluster/info`,
      },
    }
  }, signal)
}

/** For `doctor`: every ResourceManager by its state, and the nodes of the active one; throws where none is active. */
export async function rmCheck(clients: Clients, signal: AbortSignal): Promise<string> {
  const { clusterMetrics: seen } = await clients.rm(async (rm) => {
    const metrics = await rm.json('/ws/v1/cluster/metrics', metricsSchema, signal, clients.asUser())
    if (metrics !== null) return metrics
    throw new ArrestorError('ARR-502', { platform: 'yarn', url: rm.baseUrl, why: 'it answers 404' })
  }, signal)
  const managers = await Promise.all(clients.rms.map((rm) => managerState(rm, clients, signal)))
  const trouble = [
    ...(seen.unhealthyNodes > 0 ? [`${seen.unhealthyNodes} unhealthy`] : []),
    ...(seen.lostNodes > 0 ? [`${seen.lostNodes} lost`] : []),
  ]
  return (
    `${managers.join(', ')}: ${seen.activeNodes} of ${seen.totalNodes} nodes active` +
    `${trouble.length === 0 ? '' : ` (${trouble.join(', ')})`}, ${seen.appsRunning} applications running, ` +
    `${seen.appsPending} waiting, ${seen.availableMB} of ${seen.totalMB} MB free`
  )
}

async function managerState(rm: ReadClient, clients: Clients, signal: AbortSignal): Promise<string> {
  try {
    const info = await rm.json('/ws/v1/cluster/info', infoSchema, signal, clients.asUser())
    const { haState = 'unknown', resourceManagerVersion = '' } = info?.clusterInfo ?? {}
    return `YARN ResourceManager ${rm.baseUrl} (Hadoop ${resourceManagerVersion || 'of unknown version'}) is ${haState || 'unknown'}`
  } catch (error) {
    if (signal.aborted) throw error
    return `YARN ResourceManager ${rm.baseUrl} does not answer (${reasonOf(error)})`
  }
}

function stateOf({ state, healthReport }: { state: string; healthReport: string }): string {
  if (state === 'RUNNING') return 'ALIVE'
  return healthReport.trim() === '' ? state : `${state} (${healthReport.trim()})`
}

/** Applications that wait in one queue, by its name or its path; null where the scheduler does not tell. */
async function pendingIn(
  rm: ReadClient,
  clients: Clients,
  queue: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const answer = await rm.json('/ws/v1/cluster/scheduler', schedulerSchema, signal, clients.asUser())
    const found = answer === null ? null : queueNamed(answer.scheduler.schedulerInfo, queue)
    return found?.numPendingApplications ?? null
  } catch (error) {
    // The Fair Scheduler's answer has another shape; who is not reachable is another matter.
    if (error instanceof ArrestorError && error.code === 'ARR-502') return null
    throw error
  }
}

function queueNamed(root: YarnQueue, name: string): YarnQueue | null {
  if (root.queueName === name || root.queuePath === name) return root
  for (const child of root.queues?.queue ?? []) {
    const found = queueNamed(child, name)
    if (found !== null) return found
  }
  return null
}
