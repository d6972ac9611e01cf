// Jobs on YARN in cluster mode: the driver's log is a container's, so that the service reads it by itself.
import path from 'node:path'
import { until } from '../../../scripts/spark/cluster.ts'
import type { SparkInstallation } from '../../../scripts/spark/lines.ts'
import { startYarn } from '../../../scripts/yarn/cluster.ts'
import type { YarnInstallation } from '../../../scripts/yarn/installation.ts'
import { NEVER, platformOf, runOf } from '../../platforms/support.ts'
import { LEAN, type Stand } from './stand.ts'
import { JOBS_FOLDER, isKept } from './standalone.ts'

const ENDS: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled'])
const ASKED_EVERY_MS = 500

export async function onYarn(yarn: YarnInstallation, spark: SparkInstallation): Promise<Stand> {
  const cluster = await startYarn(yarn, spark)
  const { reader, writer } = platformOf({
    kind: 'yarn',
    rm_urls: [cluster.rmUrl],
    history_url: cluster.historyUrl,
    job_history_url: cluster.jobHistoryUrl,
    timeout_ms: 20_000,
    actions: ['application.kill'],
  })
  return {
    // The node has room for one driver with its executor.
    jobsAtATime: 1,
    lacks: () => null,
    async start(job) {
      const appId = await cluster.submit(
        path.join(JOBS_FOLDER, `${job.job}.py`),
        job.name,
        {
          'spark.yarn.maxAppAttempts': '1',
          'spark.driver.extraJavaOptions': LEAN,
          'spark.executor.extraJavaOptions': LEAN,
          ...job.conf,
        },
        job.args,
      )
      const stopped = new AbortController()
      const over = async (): Promise<boolean> =>
        ENDS.has((await reader.run(runOf({ runId: appId }), NEVER))?.state ?? '')
      const end = async (): Promise<void> => {
        while (!stopped.signal.aborted && !(await over()))
          await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS))
      }
      const ended = end()
      ended.catch(() => undefined)
      return {
        appId,
        reader,
        log: null,
        ended,
        kept: () => isKept(cluster.historyUrl, appId),
        async stop() {
          try {
            if (!(await over())) await writer?.kill(appId, NEVER)
            // The next one needs its room.
            await until(over, `${job.name} to end`)
          } finally {
            stopped.abort()
          }
        },
      }
    },
    stop: () => cluster.stop(),
  }
}
