// The contract of platforms over a stand-in of EMR Serverless, with logs in S3 and without.
import { JOB_RUN_READS } from '../../../src/platforms/job-runs/reader.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { RUN, bench } from './bench.ts'

for (const [name, config, offers] of [
  ['logs in S3', {}, JOB_RUN_READS],
  ['logs not read', { logs: 'none' }, ['application', 'run', 'runs']],
] as const)
  platformContract(`emr-serverless, ${name}`, offers, async () => {
    const { aws, platformWith } = await bench()
    const nowhere = await deadUrl()
    return {
      platform: platformWith({ ...config, actions: ['application.kill'] }),
      readOnly: platformWith(config),
      unreachable: platformWith({ ...config, endpoint: nowhere, s3_endpoint: nowhere }),
      appId: RUN,
      jobName: 'orders-daily-2026-11-22',
      unknownId: '00f9runexample9999',
      expected: {
        taskError: 'order 7 has no customer',
        check: /application 00f1appexample02 tells 0 .*application 00f1appexample01 tells 50/,
        foundAfter: 'event-log',
      },
      close: () => aws.close(),
    }
  })
