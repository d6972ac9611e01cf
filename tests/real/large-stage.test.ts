// A stage of 200,000 tasks in a real History Server: its whole diagnosis asks little and reads little. Time is for the bench.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { type CountingProxy, countingProxy } from '../support/counting-proxy.ts'
import { diagnoseWith, readerAt, serveLargeStage } from '../support/large-stage.ts'

const TASKS = 200_000

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) {
    it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
    continue
  }

  describe(`a stage of ${TASKS} tasks, Spark ${spark.version}`, () => {
    let cluster: Cluster
    let history: CountingProxy
    beforeAll(async () => {
      cluster = await serveLargeStage(spark, TASKS)
      history = await countingProxy(cluster.historyUrl ?? '')
    }, 600_000)
    afterAll(async () => {
      await history?.close()
      await cluster?.stop()
    })

    it('is diagnosed with a few requests and less than a megabyte, and nothing is left unseen', async () => {
      const results = await diagnoseWith(readerAt(cluster.masterUrl, history.url))
      const findings = results.flatMap((result) => result.findings)
      expect(findings.flatMap(({ unreached }) => unreached)).toEqual([])
      expect(findings.map(({ sentence }) => sentence).join('\n')).toContain(
        `Stage 0.0 (collect at event_log.py:25) is cut into ${TASKS} tasks`,
      )
      expect(history.asked.filter((path) => path.includes('taskList')).length).toBeLessThanOrEqual(3)
      // Without this word Spark sends every task of every stage.
      for (const path of history.asked.filter((one) => one.includes('/stages?')))
        expect(path).toContain('details=false')
      expect(history.asked.length).toBeLessThanOrEqual(20)
      expect(history.bytes()).toBeLessThan(1024 * 1024)
      console.log(`Spark ${spark.version}: ${history.asked.length} requests, ${history.bytes()} bytes`)
    }, 180_000)
  })
}
