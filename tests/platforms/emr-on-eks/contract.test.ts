// The contract of platforms over a stand-in of EMR on EKS.
import { JOB_RUN_READS } from '../../../src/platforms/job-runs/reader.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { CLUSTER, RUN, bench } from './bench.ts'

platformContract('emr-on-eks', JOB_RUN_READS, async () => {
  const { aws, platformWith } = await bench()
  const nowhere = await deadUrl()
  return {
    platform: platformWith({ actions: ['application.kill'] }),
    readOnly: platformWith({}),
    unreachable: platformWith({ endpoint: nowhere, s3_endpoint: nowhere }),
    appId: RUN,
    jobName: 'orders-daily-2026-11-22',
    unknownId: '0000000320example99999',
    expected: {
      taskError: 'order 7 has no customer',
      check: new RegExp(`virtual cluster etl \\(${CLUSTER}\\) is RUNNING; logs are read in S3`),
      foundAfter: 'event-log',
    },
    close: () => aws.close(),
  }
})
