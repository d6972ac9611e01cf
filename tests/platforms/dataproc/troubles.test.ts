// The troubles of every platform, before Dataproc and Cloud Storage; tokens are given all the while.
import { afterAll } from 'vitest'
import { platformTroubles } from '../../contract/platform-troubles.ts'
import { JOB, bench } from './bench.ts'
import { PROJECT, REGION } from './stand-in.ts'

const of = await bench()
afterAll(() => of.close())

platformTroubles('dataproc', {
  config: (url, timeoutMs) => ({
    kind: 'dataproc',
    project: PROJECT,
    region: REGION,
    auth: { type: 'key_file', path: of.keyFile(of.google.url) },
    endpoint: url,
    storage_endpoint: url,
    timeout_ms: timeoutMs,
  }),
  probes: [['spark.application'], ['run.state'], ['spark.log']],
  run: { runId: JOB },
})
