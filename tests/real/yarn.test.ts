// Spark on a real YARN: reader and writer against ResourceManager, proxy, NodeManager, JobHistoryServer, History Server.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL as HOW_TO_INSTALL_SPARK, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { type YarnCluster, startYarn } from '../../scripts/yarn/cluster.ts'
import { HOW_TO_INSTALL, findYarn } from '../../scripts/yarn/installation.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { yarn as kind } from '../../src/platforms/yarn/index.ts'
import { platformContract } from '../contract/platform-reader.ts'
import { NEVER, deadUrl, platformOf, runOf } from '../platforms/support.ts'

const SCRIPTS = path.join(import.meta.dirname, '..', '..', 'scripts')
const OOM = path.join(SCRIPTS, 'spark', 'jobs', 'executor_oom.py')
const REFUNDS = path.join(SCRIPTS, 'yarn', 'refunds.py')
/**
 * Else Spark on YARN gives an application up after three executors. It also has the JVM killed at once when memory is
 * out (`kill %p`: the executor ends with 143, and no task says why), unless the options name something else to do.
 */
const GO_ON = {
  'spark.executor.maxNumFailures': '100000',
  'spark.task.maxFailures': '100000',
  'spark.executor.defaultJavaOptions': '-XX:OnOutOfMemoryError=true',
}

function configOf(yarn: YarnCluster): Record<string, unknown> {
  return {
    kind: 'yarn',
    rm_urls: [yarn.rmUrl],
    history_url: yarn.historyUrl,
    job_history_url: yarn.jobHistoryUrl,
    timeout_ms: 20_000,
  }
}

async function stateOf(reader: PlatformReader, runId: string): Promise<string | undefined> {
  return (await reader.run(runOf({ runId }), NEVER))?.state
}

const yarn = findYarn()
const [line] = wantedLines().toReversed()
const spark = line === undefined ? null : findSpark(line)

if (yarn === null || spark === null) {
  it.skip(`YARN: ${yarn === null ? HOW_TO_INSTALL : HOW_TO_INSTALL_SPARK}`)
} else {
  const what = `Hadoop ${yarn.version}, Spark ${spark.version}`

  platformContract(`yarn, real ${what}`, kind.reads, async () => {
    const cluster = await startYarn(yarn, spark)
    const appId = await cluster.submit(OOM, 'orders-daily', GO_ON, ['orders-daily'])
    const config = configOf(cluster)
    const platform = platformOf({ ...config, actions: ['application.kill'] })
    const { reader } = platform
    await until(
      async () => {
        const app = await reader.locate(runOf({ runId: appId }), NEVER).catch(() => null)
        if (app?.foundAt !== 'driver') return false
        const dead = (await reader.executors(app, NEVER)).filter(({ active }) => !active).length
        const failed = Math.max(0, ...(await reader.stages(app, NEVER)).map((stage) => stage.failedTasks))
        return dead >= 2 && failed >= 2
      },
      'executors of orders-daily to die',
      240_000,
    )
    return {
      platform,
      readOnly: platformOf(config),
      unreachable: platformOf({ kind: 'yarn', rm_urls: [await deadUrl(), await deadUrl()] }),
      appId,
      jobName: 'orders-daily',
      unknownId: 'application_1700000000000_9999',
      expected: {
        check:
          /1 of 1 nodes active.*; the History Server \S+ runs Spark \S+; the JobHistoryServer \S+ runs Hadoop \d/,
      },
      close: () => cluster.stop(),
    }
  })

  describe(`runs on a real YARN, ${what}`, () => {
    let cluster: YarnCluster
    let reader: PlatformReader
    beforeAll(async () => {
      cluster = await startYarn(yarn, spark)
      reader = platformOf(configOf(cluster)).reader
    })
    afterAll(() => cluster?.stop())

    it('waits in a queue that is too small for it, and YARN says why; our writer ends it', async () => {
      const id = await cluster.submit(REFUNDS, 'waits-nightly', { 'spark.yarn.queue': 'small' })
      // YARN says why from the scheduler's next round on.
      await until(
        async () => (await reader.run(runOf({ runId: id }), NEVER))?.words.length === 1,
        'YARN to say why it waits',
      )
      const run = await reader.run(runOf({ jobName: 'waits-nightly' }), NEVER)
      expect(run).toMatchObject({
        id,
        state: 'queued',
        stateText: 'ACCEPTED',
        startedAt: null,
        maxAttempts: 2,
      })
      expect(run?.queue).toMatch(/(^|\.)small$/)
      expect(run?.words[0]).toMatchObject({ place: 'platform' })
      expect(run?.words[0]?.text).toContain("Queue's")
      expect(await reader.log(runOf({ runId: id }), 1000, NEVER)).toBeNull()
      const app = await reader.locate(runOf({ runId: id }), NEVER)
      expect(app).toMatchObject({ state: 'waiting', foundAt: 'resource-manager', unreached: [] })

      const { writer } = platformOf({ ...configOf(cluster), actions: ['application.kill'] })
      expect(await writer?.kill(id, NEVER)).toMatchObject({ kind: 'accepted' })
      await expect.poll(() => stateOf(reader, id), { timeout: 60_000 }).toBe('cancelled')
      expect(await writer?.kill(id, NEVER)).toMatchObject({
        kind: 'refused',
        detail: expect.stringContaining('KILLED'),
      })
    })

    it('is retried after a failed attempt, then fails for good, and the log tells what the diagnostics do not', async () => {
      const id = await cluster.submit(REFUNDS, 'refunds-hourly')
      const seen = new Set<string>()
      let retrying = null
      await until(
        async () => {
          const run = await reader.run(runOf({ runId: id }), NEVER)
          seen.add(run?.state ?? 'none')
          if (run?.state === 'retrying') retrying ??= run
          return run?.state === 'failed'
        },
        'refunds-hourly to fail',
        240_000,
      )
      expect([...seen]).toContain('retrying')
      expect(retrying).toMatchObject({ attempt: 1, maxAttempts: 2 })
      const run = await reader.run(runOf({ runId: id }), NEVER)
      expect(run).toMatchObject({ attempt: 2, maxAttempts: 2, stateText: 'FINISHED, final status FAILED' })
      expect(run?.words.map(({ place }) => place)).toEqual(['driver', 'container'])
      expect(run?.words[1]?.text).toMatch(
        /AM Container for appattempt_\d+_\d+_000001 exited with\s+exitCode: /,
      )

      // Logs are aggregated some time after the end.
      await expect
        .poll(async () => (await reader.log(runOf({ runId: id }), 20_000, NEVER).catch(() => null))?.text, {
          timeout: 60_000,
        })
        .toContain('[TABLE_OR_VIEW_NOT_FOUND]')
      const short = await reader.log(runOf({ runId: id }), 400, NEVER)
      expect(short?.cut).toBe(true)
      expect(Buffer.byteLength(short?.text ?? '')).toBeLessThanOrEqual(401)
      expect(short?.from).toContain('attempt 2')

      const [newest] = await reader.runs('refunds-hourly', 5, NEVER)
      expect(newest).toMatchObject({ id, state: 'failed' })
      const app = await reader.locate(runOf({ runId: id }), NEVER)
      expect(app).toMatchObject({ state: 'failed', foundAt: 'history', attemptId: '2' })
    })
  })
}
