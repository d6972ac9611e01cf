// A real standalone master with spark.ui.reverseProxy: driver UI and workers are reached through it alone.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, startCluster, until } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { NEVER, platformOf, runOf } from '../platforms/support.ts'

const JOB = path.join(import.meta.dirname, '..', '..', 'scripts', 'spark', 'jobs', 'healthy.py')
const PROXIED = { 'spark.ui.reverseProxy': 'true' }
const RUN = runOf({ jobName: 'inventory-snapshot' })

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) {
    it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
    continue
  }

  describe(`behind the reverse proxy of a real Spark ${spark.version}`, () => {
    let cluster: Cluster
    let reader: PlatformReader
    beforeAll(async () => {
      cluster = await startCluster(spark, { masterProperties: PROXIED })
      // No host but the master's own: what the master or a driver names elsewhere would be refused.
      reader = platformOf({ master_url: cluster.masterUrl, driver_ui_hosts: ['nowhere.invalid'] }).reader
      cluster.submit(JOB, PROXIED, ['600'])
      await until(async () => (await reader.locate(RUN, NEVER))?.foundAt === 'driver', 'the driver UI')
    })
    afterAll(() => cluster?.stop())

    it('the driver UI is found, and tells executors', async () => {
      const app = await reader.locate(RUN, NEVER)
      expect(app?.apiUrl).toBe(`${cluster.masterUrl}/proxy/${app?.id}/api/v1/applications/${app?.id}`)
      expect(app?.unreached).toEqual([])
      expect((await reader.executors(app!, NEVER)).map(({ id }) => id)).toContain('driver')
      expect((await reader.environment(app!, NEVER)).get('spark.app.id')).toBe(app?.id)
    })

    it('a worker tells who holds its memory, to one that waits for it', async () => {
      const second = cluster.submit(JOB, PROXIED, ['600'])
      try {
        const waits = async (): Promise<boolean> =>
          (await reader.runs('inventory-snapshot', 9, NEVER)).some(({ state }) => state === 'queued')
        await until(waits, 'the one that waits')
        const runs = await reader.runs('inventory-snapshot', 9, NEVER)
        const [waiting, holder] = ['queued', 'running'].map((state) =>
          runs.find((run) => run.state === state),
        )
        const run = await reader.run(runOf({ runId: waiting?.id ?? '' }), NEVER)
        expect(run?.unreached).toEqual([])
        expect(run?.words.map(({ text }) => text)).toEqual([
          expect.stringMatching(
            /^No worker alive has 512 MB and a core free for one executor: worker-\S+ has /,
          ),
          expect.stringContaining(`1 of inventory-snapshot (${holder?.id}) with 512 MB`),
        ])
      } finally {
        await second.stop()
      }
    })
  })
}
