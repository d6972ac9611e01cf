// The cluster as its master sees it: workers alive, applications that wait.
import type { SparkCluster } from '../../ports.ts'
import type { FindingSeverity, Probe } from '../model.ts'
import { NO_PARAMS, blank, outputsOf, plural, unseen } from './support.ts'

export const cluster: Probe = {
  id: 'spark.cluster',
  title: 'The cluster as the master sees it',
  needs: ['cluster'],
  params: NO_PARAMS,
  outputs: {
    status: "the master's own state, for example ALIVE or STANDBY",
    alive_workers: 'workers alive',
    workers: 'workers known, dead ones among them',
    waiting_applications: 'applications that wait for executors',
    cores: 'cores of the workers alive',
  },
  async run(_params, { reader, signal }) {
    if (reader === null)
      return {
        outputs: blank(cluster),
        findings: [unseen(cluster.id, 'No platform is configured to look at.', ['platform'])],
      }
    const seen = await reader.cluster(signal)
    const alive = seen.workers.filter(({ state }) => state === 'ALIVE')
    const dead = seen.workers.filter(({ state }) => state !== 'ALIVE')
    return {
      outputs: outputsOf(cluster, {
        status: seen.status,
        alive_workers: seen.aliveWorkers,
        workers: seen.workers.length,
        waiting_applications: seen.waitingApplications,
        cores: alive.reduce((sum, { cores }) => sum + cores, 0),
      }),
      findings: [
        {
          probe: cluster.id,
          severity: severityOf(seen),
          sentence: `The master of ${reader.platform} is ${seen.status}: ${seen.aliveWorkers} of ${plural(seen.workers.length, 'worker')} alive, ${plural(seen.waitingApplications, 'application')} waiting.`,
          evidence: [
            ...dead.slice(0, 3).map(({ id, state, host }) => ({
              text: `${id} is ${state}`,
              from: `worker on ${host}`,
              link: seen.shownAt.workers,
            })),
            ...(seen.waitingApplications === 0
              ? []
              : [
                  {
                    text: `${plural(seen.waitingApplications, 'application')} waiting`,
                    from: 'applications that wait',
                    link: seen.shownAt.waiting,
                  },
                ]),
            ...(seen.status === 'ALIVE'
              ? []
              : [{ text: seen.status, from: 'state of the master', link: seen.shownAt.status }]),
          ],
          link: seen.shownAt.workers,
          confidence: 'high',
          unreached: [],
        },
      ],
    }
  },
}

/** Nobody can work without workers; a standby master has none by design; a queue without workers lost is load. */
function severityOf(seen: SparkCluster): FindingSeverity {
  if (seen.status === 'STANDBY') return 'none'
  if (seen.status !== 'ALIVE') return 'high'
  if (seen.aliveWorkers === 0) return 'critical'
  if (seen.waitingApplications > 0) return 'medium'
  return seen.workers.some(({ state }) => state !== 'ALIVE') ? 'low' : 'none'
}
