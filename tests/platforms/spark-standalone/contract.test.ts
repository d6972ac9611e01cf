// The contract of platforms over the replay of both Spark lines; tests/real runs it over the real ones.
import { sparkStandalone } from '../../../src/platforms/spark-standalone/index.ts'
import { createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl, platformOf } from '../support.ts'

for (const line of ['3.5', '4'])
  platformContract(`spark-standalone, replay of ${line}`, sparkStandalone.reads, async () => {
    const spark = await createSparkReplay({ port: 0, line })
    const { appId, name } = spark.start('executor-oom')
    spark.start('healthy')
    const config = { master_url: spark.masterUrl, history_url: spark.historyUrl }
    const nowhere = await deadUrl()
    return {
      platform: platformOf({ ...config, actions: ['application.kill'] }),
      readOnly: platformOf(config),
      unreachable: platformOf({ master_url: nowhere, history_url: nowhere }),
      appId,
      expected: { logElsewhere: true },
      jobName: name,
      close: () => spark.close(),
    }
  })
