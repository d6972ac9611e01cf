// Every job on a real Spark, two at a time: each diagnosed as what it is, and the table that shows so.
import { mkdtemp, rm } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, startCluster } from '../../../scripts/spark/cluster.ts'
import type { SparkInstallation } from '../../../scripts/spark/lines.ts'
import { JOBS, type SparkJob } from './jobs.ts'
import { type Look, figuresOf, look } from './look.ts'
import { confusionTable } from './table.ts'

const AT_A_TIME = 2
/** Less than one shuffle of the job needs. */
const SMALL_DISK = '24m'

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

/** The whole on one line of Spark. */
export function brokenJobs(spark: SparkInstallation, jobs: readonly SparkJob[] = JOBS): void {
  describe(`jobs that break Spark ${spark.version} on purpose`, () => {
    const looks = new Map<string, Promise<Look>>()
    const clusters: Cluster[] = []
    let disk: Awaited<ReturnType<typeof smallDisk>> = null

    beforeAll(async () => {
      const large = await startCluster(spark, {
        history: true,
        workers: 2,
        workerCores: 2,
        workerMemoryMb: 1400,
        workerHosts: ['127.0.0.1', '127.0.0.2'],
      })
      clusters.push(large)
      let small: Cluster | null = null
      if (jobs.some((job) => job.smallDisk === true)) {
        disk = await smallDisk()
        if (disk !== null)
          small = await startCluster(spark, { history: true, workers: 1, localDir: disk.folder })
        if (small !== null) clusters.push(small)
      }
      const queue = [...jobs]
      const results = new Map(jobs.map(({ job }) => [job, Promise.withResolvers<Look>()]))
      for (const [job, { promise }] of results) {
        looks.set(job, promise)
        // Its own test says so; until then nobody listens.
        promise.catch(() => undefined)
      }
      const work = async (): Promise<void> => {
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
          const result = results.get(job.job)
          const cluster = job.smallDisk === true ? small : large
          if (cluster === null) result?.reject(new Error('there is no small disk'))
          else await look(cluster, spark.line, job).then(result?.resolve, result?.reject)
        }
      }
      for (let place = 0; place < AT_A_TIME; place += 1) void work()
    })
    afterAll(async () => {
      const table = await confusionTable(jobs, looks)
      process.stdout.write(`\nSpark ${spark.version}\n${table}\n`)
      await Promise.all(clusters.map((cluster) => cluster.stop()))
      await disk?.free()
    })

    for (const job of jobs) {
      const { expected } = job
      if (expected === null)
        it(`${job.job}: nothing is found above low`, async () => {
          const seen = await seenOf(job.job)
          expect(seen.examination.conclusion).toBeNull()
          expect(gravestOf(seen)).toEqual([])
        })
      else
        it(`${job.job}: ${expected.mode}, ${expected.class}, by the line that says so`, async (context) => {
          if (job.smallDisk === true && disk === null) context.skip('nobody may mount a small disk here')
          const { examination, diagnosed } = await seenOf(job.job)
          expect({ diagnosed, class: examination.conclusion?.class }, toldBy(examination)).toEqual({
            diagnosed: expected.mode,
            class: expected.class,
          })
          expect(examination.conclusion?.evidence?.text).toMatch(expected.says)
          for (const figure of job.figures ?? []) expect(figuresOf(examination)).toMatch(figure)
          // A driver that has ended shows no metrics, and says so.
          expect(examination.unreached.filter((one) => one !== 'the driver’s metrics')).toEqual([])
        })
    }

    async function seenOf(job: string): Promise<Look> {
      const seen = await looks.get(job)
      if (seen === undefined) throw new Error(`${job} was not run`)
      return seen
    }
  })
}

/** Everything that was found, for whoever reads why it was taken for something else. */
function toldBy({ results }: Look['examination']): string {
  return results
    .flatMap(({ findings }) => findings.map(({ severity, sentence }) => `${severity}: ${sentence}`))
    .join('\n')
}

/** The findings above low, as a failing test should show them. */
function gravestOf({ examination }: Look): string[] {
  return examination.results.flatMap(({ findings }) =>
    findings.flatMap(({ probe, severity, sentence }) =>
      // The cluster is not the job's: another job may wait there.
      severity === 'none' || severity === 'low' || probe === 'spark.cluster'
        ? []
        : [`${severity}: ${sentence}`],
    ),
  )
}
