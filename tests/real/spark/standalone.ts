// Jobs on standalone clusters: one of two hosts, and one whose disk holds a few megabytes.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Cluster, getJson, startCluster, until } from '../../../scripts/spark/cluster.ts'
import type { SparkInstallation } from '../../../scripts/spark/lines.ts'
import { platformOf } from '../../platforms/support.ts'
import type { SparkJob } from './jobs.ts'
import { LEAN, type Stand, type Started } from './stand.ts'

export const JOBS_FOLDER = path.join(import.meta.dirname, '..', '..', '..', 'scripts', 'spark', 'jobs')
/** Less than one shuffle of the job needs. */
const SMALL_DISK = '24m'

export async function standalone(spark: SparkInstallation, jobs: readonly SparkJob[]): Promise<Stand> {
  const large = await startCluster(spark, {
    history: true,
    workers: 2,
    workerCores: 2,
    workerMemoryMb: 1400,
    workerHosts: ['127.0.0.1', '127.0.0.2'],
  })
  const disk = jobs.some((job) => job.smallDisk === true) ? await smallDisk() : null
  const small =
    disk === null ? null : await startCluster(spark, { history: true, workers: 1, localDir: disk.folder })
  return {
    jobsAtATime: 2,
    lacks: (job) => (job.smallDisk === true && small === null ? 'nobody may mount a small disk here' : null),
    async start(job) {
      return started(job.smallDisk === true && small !== null ? small : large, job)
    },
    async stop() {
      await Promise.all([large.stop(), small?.stop()])
      await disk?.free()
    },
  }
}

async function started(cluster: Cluster, job: SparkJob): Promise<Started> {
  const { masterUrl, historyUrl } = cluster
  const submitted = cluster.submit(
    path.join(JOBS_FOLDER, `${job.job}.py`),
    {
      'spark.cores.max': '2',
      'spark.driver.extraJavaOptions': LEAN,
      'spark.executor.extraJavaOptions': LEAN,
      ...job.conf,
    },
    job.args,
  )
  try {
    const appId = await idOf(masterUrl, job.name, submitted.log)
    return {
      appId,
      reader: platformOf({ master_url: masterUrl, history_url: historyUrl }).reader,
      log: submitted.log,
      ended: submitted.ended,
      kept: () => isKept(String(historyUrl), appId),
      stop: () => submitted.stop(),
    }
  } catch (error) {
    await submitted.stop()
    throw error
  }
}

async function idOf(masterUrl: string, name: string, log: string): Promise<string> {
  let id: string | undefined
  await until(async () => {
    const master = (await getJson(`${masterUrl}/json/`)) as unknown as Record<
      'activeapps' | 'completedapps',
      { id: string; name: string }[]
    > | null
    const apps = master === null ? [] : [...master.activeapps, ...master.completedapps]
    id = apps.find((app) => app.name === name)?.id
    return id !== undefined
  }, `${name} at the master (${log})`)
  return id ?? ''
}

/** A driver's event log is complete a moment after it has ended, and the History Server looks every two seconds. */
export async function isKept(historyUrl: string, appId: string): Promise<boolean> {
  const info = await getJson(`${historyUrl}/api/v1/applications/${appId}`)
  const attempts = (info?.['attempts'] ?? []) as { completed: boolean }[]
  return attempts[0]?.completed === true
}

/** A disk of a few megabytes, or null where nobody may mount one. */
async function smallDisk(): Promise<{ folder: string; free(): Promise<void> } | null> {
  const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-small-disk-'))
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK}`, 'tmpfs', folder]).status === 0
  const free = async (): Promise<void> => {
    if (mounted) spawnSync('umount', [folder])
    await rm(folder, { recursive: true, force: true })
  }
  if (mounted) return { folder, free }
  await free()
  return null
}
