// A driver in cluster mode on a real standalone cluster: its log is read from its worker, at its address and behind the master.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../scripts/ports.ts'
import { type Cluster, getJson, startCluster, until } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL, type SparkInstallation, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { NEVER, platformOf, runOf } from '../platforms/support.ts'

const NAME = 'totals-nightly'
/** Cluster mode starts the driver without what Java 17 has to be told (3.5). */
const OPENS = ['lang', 'lang.invoke', 'io', 'net', 'nio', 'util', 'util.concurrent']
  .map((name) => `java.base/java.${name}`)
  .concat('java.base/sun.nio.ch', 'java.base/sun.nio.cs', 'java.base/sun.util.calendar')
  .map((name) => `--add-opens=${name}=ALL-UNNAMED`)
  .join(' ')

/** Has the master start Spark's own SQL shell as a driver, with a query on a table that is not there. Answers its id. */
async function submitQuery(
  { home, version }: SparkInstallation,
  cluster: Cluster,
  port: number,
  supervise = false,
): Promise<string> {
  const jars = path.join(home, 'jars')
  const jar = readdirSync(jars).find((name) => name.startsWith('spark-hive-thriftserver'))
  const request = {
    action: 'CreateSubmissionRequest',
    appResource: `file:${path.join(jars, jar ?? '')}`,
    mainClass: 'org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver',
    appArgs: ['-e', 'SELECT * FROM nowhere'],
    clientSparkVersion: version,
    environmentVariables: {},
    sparkProperties: {
      'spark.app.name': NAME,
      'spark.master': cluster.sparkUrl,
      'spark.submit.deployMode': 'cluster',
      'spark.driver.memory': '700m',
      'spark.driver.supervise': String(supervise),
      'spark.driver.extraJavaOptions': OPENS,
      'spark.executor.memory': '512m',
      'spark.cores.max': '1',
      'spark.ui.port': '0',
      'spark.eventLog.enabled': 'true',
      'spark.eventLog.dir': `file:${cluster.eventLogDir}`,
    },
  }
  let id = ''
  await until(async () => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v1/submissions/create`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }) // prettier-ignore
      id = ((await response.json()) as { submissionId?: string }).submissionId ?? ''
    } catch {
      // The master's gate for submissions opens a moment after its page.
    }
    return id !== ''
  }, 'the master to take the driver')
  return id
}

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) {
    it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
    continue
  }

  describe.each([
    ['at their own addresses', {}, {}],
    [
      'behind the master’s proxy alone',
      { 'spark.ui.reverseProxy': 'true' },
      { driver_ui_hosts: ['nowhere.invalid'] },
    ],
  ])(
    `a driver in cluster mode of a real Spark ${spark.version}, workers %s`,
    (_where, properties, config) => {
      let cluster: Cluster
      let driver = ''
      beforeAll(async () => {
        const port = await freePorts()
        cluster = await startCluster(spark, {
          history: true,
          workerMemoryMb: 1500,
          masterProperties: {
            ...properties,
            'spark.master.rest.enabled': 'true',
            'spark.master.rest.port': String(port),
          },
        })
        driver = await submitQuery(spark, cluster, port)
        const ended = async (): Promise<boolean> => {
          const master = await getJson(`${cluster.masterUrl}/json/`)
          return ((master?.['completeddrivers'] ?? []) as unknown[]).length > 0
        }
        await until(ended, 'its end')
      })
      afterAll(() => cluster?.stop())

      const open = (): PlatformReader =>
        platformOf({ master_url: cluster.masterUrl, history_url: cluster.historyUrl, ...config }).reader

      it('its log is read from its worker, and names what broke it', async () => {
        const reader = open()
        const context = { reader, run: runOf({ jobName: NAME }), labels: {}, signal: NEVER, now: new Date() }
        const limits = { deadlineMs: 20_000, concurrency: 1 }
        const [result] = await runProbes(
          [{ id: 'log', use: 'spark.log', params: undefined, heading: 'log' }],
          context,
          limits,
        )
        expect(result?.outputs).toMatchObject({ signature: 'F29', class: 'data' })
        expect(result?.findings[0]?.evidence[0]?.text).toContain('[TABLE_OR_VIEW_NOT_FOUND]')
        expect(result?.findings[0]?.sentence).toContain(`Stderr and stdout of ${driver} on worker-`)
      })

      it('its end alone is read, of its own id as well, and a driver that nobody knows has none', async () => {
        const reader = open()
        const whole = await reader.log(runOf({ runId: driver }), 1024 * 1024, NEVER)
        const tail = await reader.log(runOf({ runId: driver }), 200, NEVER)
        expect(whole).toMatchObject({ whose: 'driver', cut: false })
        expect(tail?.cut).toBe(true)
        expect(whole?.text.endsWith(tail?.text ?? '?')).toBe(true)
        expect(await (await fetch(whole?.link ?? '')).text()).toContain(driver)
        const unknown = reader.log(runOf({ runId: driver.replace(/\d$/, '9') }), 200, NEVER)
        await expect(unknown).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining('does not list') }) // prettier-ignore
      })
    },
  )

  describe(`a supervised driver of a real Spark ${spark.version}`, () => {
    let cluster: Cluster
    let driver = ''
    let attempts: readonly string[] = []
    beforeAll(async () => {
      const port = await freePorts()
      cluster = await startCluster(spark, {
        history: true,
        workerMemoryMb: 1500,
        masterProperties: { 'spark.master.rest.enabled': 'true', 'spark.master.rest.port': String(port) },
      })
      driver = await submitQuery(spark, cluster, port, true)
      const begunAgain = async (): Promise<boolean> => {
        const master = await getJson(`${cluster.masterUrl}/json/`)
        const ended = (master?.['completedapps'] ?? []) as { id: string; starttime: number }[]
        attempts = ended.sort((a, b) => a.starttime - b.starttime).map(({ id }) => id)
        return attempts.length > 1
      }
      await until(begunAgain, 'its second attempt')
    })
    afterAll(() => cluster?.stop())

    it('writes all attempts to one file, each below a line of its own; only what names an application is its log', async () => {
      const { reader } = platformOf({ master_url: cluster.masterUrl, history_url: cluster.historyUrl })
      const last = await reader.log(runOf({ runId: driver }), 1024 * 1024, NEVER)
      expect(last?.text.match(/^Launch Command: "/gm)).toHaveLength(1)
      for (const runId of attempts.slice(0, 2)) {
        const own = await reader.log(runOf({ runId }), 1024 * 1024, NEVER)
        expect(new Set(own?.text.match(/app-\d{14}-\d{4}/g))).toEqual(new Set([runId]))
        expect(own?.text.match(/^Launch Command: "/gm)).toHaveLength(1)
        expect(own).toMatchObject({ cut: false, from: expect.stringContaining('stderr of one attempt') })
      }
      const page = await (await fetch(`${last?.link}&byteLength=1000000`)).text()
      expect(page.match(/Launch Command: /g)?.length).toBeGreaterThan(1)
    })
  })
}
