// Where a cluster delivers its logs to, and which of them belong to a run: the driver's log and Spark's event log.
import { ArrestorError } from '../../errors.ts'
import type { LogTail } from '../../ports.ts'
import { type EventLog, type EventLogReader, createEventLogReader } from '../event-log/reader.ts'
import type { LogStore, StoredFile } from '../event-log/store.ts'
import { tailOf } from '../event-log/tail.ts'
import type { DatabricksClient } from './client.ts'
import type { ClusterInfo } from './schema.ts'
import { dbfsStore, volumeStore } from './stores.ts'
import { readCluster } from './words.ts'

/** One cluster's logs: `<destination>/<cluster id>`. */
export interface Delivery {
  readonly store: LogStore
  readonly events: EventLogReader
  readonly folder: string
  /** For people. */
  readonly where: string
}

export interface Deliveries {
  /** Throws ARR-501 where the cluster delivers nothing that can be read here, saying why. */
  of(clusterId: string, signal: AbortSignal): Promise<Delivery>
  /** The event log of a cluster's Spark context (its newest where none is named); null where none was delivered. */
  eventLog(clusterId: string, contextId: string | null, signal: AbortSignal): Promise<EventLog | null>
  /** The end of the driver's log; null where none was delivered. */
  driverLog(clusterId: string, bytes: number, signal: AbortSignal): Promise<LogTail | null>
}

/** Rolled by the hour: `log4j-2026-11-22-10.log.gz`; `log4j-active.log` is being written. */
const LOG4J = /^log4j-(active|\d{4}-\d{2}-\d{2}-\d{2})\.log(?:\.gz)?$/
/** `stderr--2026-11-22--10-00`, and `stderr`. */
const STDERR = /^stderr(?:--(\d{4}-\d{2}-\d{2}--\d{2}-\d{2}))?(?:\.gz)?$/
/** Below this, what is asked for goes to the log4j log alone. */
const BOTH_BYTES = 8 * 1024

/** `s3` is null where it is not configured. */
export function createDeliveries(
  platform: string,
  client: DatabricksClient,
  s3: LogStore | null,
): Deliveries {
  const dbfs = dbfsStore(client)
  const volumes = volumeStore(client)
  const dbfsEvents = createEventLogReader(platform, dbfs)
  const volumeEvents = createEventLogReader(platform, volumes)
  const s3Events = s3 === null ? null : createEventLogReader(platform, s3)

  async function of(clusterId: string, signal: AbortSignal): Promise<Delivery> {
    const cluster = await readCluster(client, clusterId, signal)
    const { dbfs: inDbfs, volumes: inVolume, s3: inS3 } = cluster?.cluster_log_conf ?? {}
    if (inVolume) {
      const folder = below(inVolume.destination, clusterId)
      return { store: volumes, events: volumeEvents, folder, where: folder }
    }
    if (inDbfs) {
      const folder = below(inDbfs.destination, clusterId)
      // What is written to a volume through DBFS is read as a volume.
      const isVolume = /^(?:dbfs:)?\/Volumes\//.test(folder)
      return {
        store: isVolume ? volumes : dbfs,
        events: isVolume ? volumeEvents : dbfsEvents,
        folder,
        where: folder,
      }
    }
    if (inS3 && s3 !== null && s3Events !== null) {
      const folder = below(inS3.destination, clusterId)
      return { store: s3, events: s3Events, folder, where: folder }
    }
    throw new ArrestorError('ARR-501', {
      platform,
      url: `${client.host}/compute/clusters/${encodeURIComponent(clusterId)}`,
      why: whyNone(clusterId, cluster),
    })
  }

  return {
    of,
    async eventLog(clusterId, contextId, signal) {
      const { store, events, folder } = await of(clusterId, signal)
      // <cluster>/eventlog/<cluster>_<address>/<Spark context>/
      const drivers = (await store.list(`${folder}/eventlog`, signal)) ?? []
      const contexts: StoredFile[] = []
      for (const driver of drivers.filter((one) => one.folder))
        contexts.push(...((await store.list(driver.path, signal)) ?? []).filter((one) => one.folder))
      const chosen = contexts.find(({ name }) => name === contextId) ?? newest(contexts)
      return chosen === null ? null : events.open(chosen.path, signal)
    },
    async driverLog(clusterId, bytes, signal) {
      const { store, folder } = await of(clusterId, signal)
      const files = await store.list(`${folder}/driver`, signal)
      if (files === null) return null
      const log4j = named(files, LOG4J)
      // Python's tracebacks go there.
      const stderr = bytes >= BOTH_BYTES ? named(files, STDERR) : []
      const errors = await tailOf(store, stderr, Math.floor(bytes / 4), signal)
      const main = await tailOf(store, log4j, bytes - Buffer.byteLength(errors?.text ?? ''), signal)
      const parts = [errors, main].filter((part) => part !== null)
      if (parts.length === 0) return null
      return {
        text: parts.map(({ text }) => text).join(''),
        whose: 'driver',
        cut: parts.some(({ cut }) => cut),
        from: `the driver's log (${parts.flatMap((part) => part.files).join(', ')}) in ${folder}/driver`,
        link: `${client.host}/compute/clusters/${encodeURIComponent(clusterId)}/driver-logs`,
      }
    },
  }
}

function below(destination: string, clusterId: string): string {
  return `${destination.replace(/\/+$/, '')}/${clusterId}`
}

function whyNone(clusterId: string, cluster: ClusterInfo | null): string {
  if (cluster === null) return `Databricks does not know cluster ${clusterId} any more`
  if (cluster.cluster_log_conf?.s3)
    return `cluster ${clusterId} delivers its logs to S3, which are read where s3 is configured`
  return `cluster ${clusterId} delivers no logs (set cluster_log_conf to a volume)`
}

/** Newest first; what is being written is the newest. */
function named(files: readonly StoredFile[], pattern: RegExp): readonly StoredFile[] {
  return files
    .flatMap((file) => {
      const match = file.folder ? null : pattern.exec(file.name)
      const date = match?.[1]
      return match === null ? [] : [{ file, date: date === undefined || date === 'active' ? '9999' : date }]
    })
    .sort((a, b) => (a.date > b.date ? -1 : 1))
    .map(({ file }) => file)
}

function newest(files: readonly StoredFile[]): StoredFile | null {
  return files.reduce<StoredFile | null>(
    (best, one) =>
      best === null || (one.modifiedAt?.getTime() ?? 0) > (best.modifiedAt?.getTime() ?? 0) ? one : best,
    null,
  )
}
