// The real Spark: an application whose executors really die is found, diagnosed in Spark's own words, and really killed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import path from 'node:path'
import { type Cluster, type Submitted, getJson, startCluster, until } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { sparkStandalone } from '../../src/platforms/spark-standalone/index.ts'
import { platformContract } from '../contract/platform-reader.ts'
import { NEVER, deadUrl, platformOf, runOf } from '../platforms/support.ts'

const JOBS = path.join(import.meta.dirname, '..', '..', 'scripts', 'spark', 'jobs')

interface Applications {
  activeapps: { id: string; name: string; state: string }[]
  completedapps: { id: string; state: string }[]
}

async function masterOf(cluster: Cluster): Promise<Applications> {
  return (await getJson(`${cluster.masterUrl}/json/`)) as unknown as Applications
}

/** Submits the job that runs out of memory, and waits until the master has seen executors of it die. */
async function dying(cluster: Cluster, name: string): Promise<{ appId: string; submitted: Submitted }> {
  const submitted = cluster.submit(path.join(JOBS, 'executor_oom.py'), {}, [name])
  let appId = ''
  await until(async () => {
    appId = (await masterOf(cluster)).activeapps.find((app) => app.name === name)?.id ?? ''
    return appId !== ''
  }, `${name} at the master`)
  const { reader } = platformOf({ master_url: cluster.masterUrl })
  await until(async () => {
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    if (app?.foundAt !== 'driver') return false
    const dead = (await reader.executors(app, NEVER)).filter(({ active }) => !active).length
    // Spark counts a task as failed after its executor died, and fewer than these are no trouble of a stage yet.
    const failed = Math.max(0, ...(await reader.stages(app, NEVER)).map((stage) => stage.failedTasks))
    return dead >= 2 && failed >= 3
  }, `executors of ${name} to die`)
  return { appId, submitted }
}

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) {
    it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
    continue
  }

  platformContract(`spark-standalone, real Spark ${spark.version}`, sparkStandalone.reads, async () => {
    const cluster = await startCluster(spark, { history: true })
    const { appId, submitted } = await dying(cluster, 'orders-daily')
    const config = { master_url: cluster.masterUrl, history_url: cluster.historyUrl }
    const nowhere = await deadUrl()
    return {
      platform: platformOf({ ...config, actions: ['application.kill'] }),
      readOnly: platformOf(config),
      unreachable: platformOf({ master_url: nowhere }),
      appId,
      expected: { logElsewhere: true },
      jobName: 'orders-daily',
      async close() {
        await submitted.stop()
        await cluster.stop()
      },
    }
  })

  describe(`diagnosis of a real Spark ${spark.version}`, () => {
    let cluster: Cluster
    let appId: string
    beforeAll(async () => {
      cluster = await startCluster(spark, { masterProperties: { 'spark.ui.killEnabled': 'false' } })
      appId = (await dying(cluster, 'orders-daily')).appId
    })
    afterAll(() => cluster?.stop())

    it('quotes the line with which Spark itself says why executors died', async () => {
      const { reader } = platformOf({ master_url: cluster.masterUrl })
      const steps = ['application', 'executor-deaths', 'failed-stages', 'skew', 'cluster'].map((name) => {
        return { id: name, use: `spark.${name}`, params: undefined, heading: name }
      })
      const context = {
        run: runOf({ jobName: 'orders-daily' }),
        labels: {},
        reader,
        signal: NEVER,
        now: new Date(),
      }
      const results = await runProbes(steps, context, { deadlineMs: 20_000, concurrency: 3 })
      const [application, deaths, stages, , clusterSeen] = results
      expect(application?.outputs).toMatchObject({
        app_id: appId,
        state: 'running',
        spark_version: spark.version,
      })
      expect(deaths?.outputs).toMatchObject({
        signature: 'F02',
        exit_code: 52,
        executor_mib: 512,
        suggested_mib: 768,
      })
      expect(deaths?.findings[0]).toMatchObject({ severity: 'critical', confidence: 'high' })
      const quoted = deaths?.findings[0]?.evidence.slice(0, 2).map(({ text }) => text)
      expect(quoted).toEqual(['java.lang.OutOfMemoryError: Java heap space', 'Command exited with code 52'])
      expect(stages?.outputs).toMatchObject({ signature: 'F02', fail_rate: 1 })
      expect(clusterSeen?.outputs).toMatchObject({ alive_workers: 1, status: 'ALIVE' })
      expect(results.flatMap(({ findings }) => findings.flatMap(({ unreached }) => unreached))).toEqual([])
    })

    it('P13: a master that allows no kills is told apart from one that obeyed', async () => {
      const { writer } = platformOf({ master_url: cluster.masterUrl, actions: ['application.kill'] })
      expect(await writer?.kill(appId, NEVER)).toMatchObject({ kind: 'refused' })
      expect((await masterOf(cluster)).activeapps.map(({ id }) => id)).toContain(appId)
    })
  })
}
