// What a cluster leaves in S3: a step's own logs, containers' logs, Spark's event logs; and YARN's id of a step in them.
import type { LogTail } from '../../ports.ts'
import { type Delivery, eventLogIn, logIn } from '../job-runs/delivered.ts'
import { belowS3, s3PlaceOf } from '../aws/s3-store.ts'
import { settingIn } from '../aws/spark-settings.ts'
import { unpacked } from '../event-log/lines.ts'
import type { EventLog, EventLogReader } from '../event-log/reader.ts'
import { isYarnId } from '../yarn/clients.ts'
import type { Config } from './config.ts'
import type { ClusterInfo, StepInfo } from './schema.ts'
import { inClusterMode } from './status.ts'

export interface ClusterLogs {
  /** YARN's id of what a step started; null where its log does not say (yet). */
  applicationOf(cluster: ClusterInfo, step: StepInfo, signal: AbortSignal): Promise<string | null>
  /** The driver's log: a container's in cluster mode, else the step's own. Null where none was delivered yet. */
  ofStep(cluster: ClusterInfo, step: StepInfo, bytes: number, signal: AbortSignal): Promise<LogTail | null>
  ofApplication(cluster: ClusterInfo, appId: string, bytes: number, signal: AbortSignal): Promise<LogTail | null>
  /** Null where Spark writes none to S3, or none is there. */
  events(cluster: ClusterInfo, step: StepInfo | null, appId: string, signal: AbortSignal): Promise<EventLog | null>
} // prettier-ignore

/** spark-submit names the application within its first lines, before a driver in client mode begins to speak. */
const HEAD_BYTES = 512 * 1024
const PACKED_BYTES = 256 * 1024
const STEPS_KNOWN = 500

export function createClusterLogs(config: Config, delivery: Delivery, events: EventLogReader): ClusterLogs {
  const { store } = delivery
  const known = new Map<string, string>()

  function stepFolder(cluster: ClusterInfo, step: StepInfo): string | null {
    const root = rootOf(cluster)
    return root === null ? null : belowS3(root, 'steps', step.Id)
  }

  const logs: ClusterLogs = {
    async applicationOf(cluster, step, signal) {
      const remembered = known.get(step.Id)
      const folder = stepFolder(cluster, step)
      if (remembered !== undefined || folder === null) return remembered ?? null
      const file = (await store.list(folder, signal))?.find(({ name }) => /^stderr(?:\.gz)?$/.test(name))
      if (file === undefined) return null
      let head = ''
      const part = store.read(file.path, 0, Math.min(file.bytes, PACKED_BYTES), signal)
      try {
        for await (const chunk of unpacked(part)) {
          head += chunk.toString('latin1')
          if (head.length > HEAD_BYTES) break
        }
      } catch (error) {
        // A packed log of which only the beginning was read ends too early: what came before is good.
        if (head === '') throw error
      }
      const id = /(?:Submitted application|Application report for) (application_\d{1,19}_\d{4,10})\b/.exec(head)?.[1] // prettier-ignore
      if (id === undefined) return null
      if (known.size >= STEPS_KNOWN) known.clear()
      known.set(step.Id, id)
      return id
    },
    async ofStep(cluster, step, bytes, signal) {
      const folder = stepFolder(cluster, step)
      if (folder === null) return null
      if (inClusterMode(step.Config?.Args ?? [])) {
        const appId = await logs.applicationOf(cluster, step, signal)
        const tail = appId === null ? null : await logs.ofApplication(cluster, appId, bytes, signal)
        if (tail !== null) return tail
      }
      return logIn(delivery, folder, bytes, `the log of step ${step.Id}`, signal)
    },
    async ofApplication(cluster, appId, bytes, signal) {
      const root = rootOf(cluster)
      if (root === null || !isYarnId(appId)) return null
      const containers = (await store.list(belowS3(root, 'containers', appId), signal)) ?? []
      // The first container of each attempt is its ApplicationMaster; the names of later attempts are greater.
      const masters = containers
        .filter(({ folder, name }) => folder && name.endsWith('_000001'))
        .sort((a, b) => (a.name < b.name ? 1 : -1))
      const [newest] = masters
      return newest === undefined
        ? null
        : logIn(delivery, newest.path, bytes, "the driver's container", signal)
    },
    async events(cluster, step, appId, signal) {
      const set = settingIn('spark.eventLog.dir', step?.Config?.Args ?? [], cluster.Configurations)
      const folder = set !== null && s3PlaceOf(set) !== null ? set : config.event_log
      return folder === undefined || !isYarnId(appId)
        ? null
        : eventLogIn(store, events, folder, appId, false, signal)
    },
  }
  return logs
}

/** `<LogUri>/<cluster>`; null where the cluster delivers no logs to S3. */
function rootOf({ LogUri: uri, Id: id }: ClusterInfo): string | null {
  return uri && s3PlaceOf(uri) !== null ? belowS3(uri, id) : null
}
