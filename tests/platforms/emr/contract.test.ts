// The contract of platforms over a stand-in of EMR on EC2: clusters by id, clusters by tags, logs not read.
import { capabilitiesOf } from '../../../src/platforms/emr/reader.ts'
import { configSchema } from '../../../src/platforms/emr/config.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { CLUSTER, STEP, bench } from './bench.ts'

for (const [name, config] of [
  ['clusters by id', {}],
  ['clusters by tags', { clusters: { by: 'tags', tags: { team: 'data' } } }],
  ['logs not read', { logs: 'none' }],
] as const) {
  const parsed = configSchema.parse({ kind: 'emr', region: 'eu-west-1', clusters: { by: 'ids', ids: [CLUSTER] }, ...config }) // prettier-ignore
  platformContract(`emr, ${name}`, [...capabilitiesOf(parsed)], async () => {
    const { aws, platformWith } = await bench()
    const nowhere = await deadUrl()
    return {
      platform: platformWith({ ...config, actions: ['application.kill'] }),
      readOnly: platformWith(config),
      unreachable: platformWith({ ...config, endpoint: nowhere, s3_endpoint: nowhere }),
      appId: STEP,
      jobName: 'orders-daily-2026-11-22',
      unknownId: 's-9EXAMPLESTEP999',
      expected: {
        taskError: 'order 7 has no customer',
        check: /cluster etl \(j-1EXAMPLECLUSTER\) is RUNNING, with logs in s3n:\/\/logs\/emr\//,
        foundAfter: 'event-log',
      },
      close: () => aws.close(),
    }
  })
}
