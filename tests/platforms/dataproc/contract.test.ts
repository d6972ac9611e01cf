// The contract of platforms over a stand-in of Dataproc and Cloud Storage.
import { JOB_RUN_READS } from '../../../src/platforms/job-runs/reader.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { JOB, bench } from './bench.ts'

platformContract('dataproc', JOB_RUN_READS, async () => {
  const of = await bench()
  const nowhere = await deadUrl()
  return {
    platform: of.platformWith({ actions: ['application.kill'] }),
    readOnly: of.platformWith({}),
    unreachable: of.platformWith({ endpoint: nowhere, storage_endpoint: nowhere }),
    appId: JOB,
    jobName: 'orders-daily',
    unknownId: 'orders-daily_20200101_0000',
    expected: {
      taskError: 'order 7 has no customer',
      check: /Dataproc of acme-data-42 in europe-west1 answers .* logs are read in Cloud Storage/,
      foundAfter: 'event-log',
    },
    close: () => of.close(),
  }
})
