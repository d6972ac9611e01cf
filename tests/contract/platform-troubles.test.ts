// The troubles of every kind of platform that is asked by HTTP, and of the Prometheus beside it.
import { SECRET, platformTroubles } from './platform-troubles.ts'

const APPLICATION = [['spark.application'], ['spark.executor-deaths'], ['spark.performance']] as const

platformTroubles('spark-standalone', {
  config: (url, timeoutMs) => ({
    kind: 'spark-standalone',
    master_url: url,
    history_url: url,
    authorization: `Bearer ${SECRET}`,
    timeout_ms: timeoutMs,
  }),
  probes: [...APPLICATION, ['run.state'], ['spark.cluster']],
  run: { runId: 'app-20261122101500-0001' },
})

platformTroubles('yarn', {
  config: (url, timeoutMs) => ({
    kind: 'yarn',
    rm_urls: [url],
    history_url: url,
    job_history_url: url,
    authorization: `Bearer ${SECRET}`,
    delegation_token: SECRET,
    timeout_ms: timeoutMs,
  }),
  probes: [...APPLICATION, ['run.state'], ['spark.log'], ['spark.cluster']],
  run: { runId: 'application_1795372654672_0001' },
})

platformTroubles('livy', {
  config: (url, timeoutMs) => ({
    kind: 'livy',
    livy_url: url,
    history_url: url,
    authorization: `Bearer ${SECRET}`,
    timeout_ms: timeoutMs,
  }),
  probes: [...APPLICATION, ['run.state'], ['spark.log']],
  run: { runId: 'batch-17' },
})

platformTroubles('databricks', {
  config: (url, timeoutMs) => ({
    kind: 'databricks',
    host: url,
    auth: { type: 'token', token: SECRET },
    timeout_ms: timeoutMs,
  }),
  probes: [['spark.application'], ['run.state'], ['spark.log']],
  run: { runId: '455644833' },
})

platformTroubles('prometheus', {
  config: (url, timeoutMs) => ({
    kind: 'spark-standalone',
    master_url: 'http://127.0.0.1:9',
    prometheus: { url, authorization: `Bearer ${SECRET}`, timeout_ms: timeoutMs },
  }),
  probes: [['prometheus.query', { query: 'up' }]],
  run: {},
  says: { 401: ['ARR-505', /answers 401/], 403: ['ARR-505', /answers 403/] },
})

/** AWS's clients speak of its answers in their own words; a signed request has no bearer that could be sent anywhere. */
const AWS_SAYS = {
  'half a body': ['ARR-501', /aborted|ECONNRESET|breaks off/],
  'half of its JSON': ['ARR-502', /answer is broken/],
  'HTML with 200': ['ARR-502', /text\/html in place of what was asked for/],
  'no body': ['ARR-502', /./],
  login: ['ARR-502', /it redirects \(302\): a login page/],
} as const

for (const [kind, more, run] of [
  ['emr', { clusters: { by: 'ids', ids: ['j-1EXAMPLE'] } }, { runId: 's-1EXAMPLE' }],
  ['emr-serverless', { application_ids: ['00f1appexample01'] }, { runId: '00f9runexample0042' }],
  ['emr-on-eks', { virtual_cluster_ids: ['b4t7example'] }, { runId: '0000000320example42' }],
] as const)
  platformTroubles(kind, {
    config: (url, timeoutMs) => ({
      kind,
      ...more,
      region: 'eu-west-1',
      auth: { type: 'keys', access_key_id: 'AKIDEXAMPLE', secret_access_key: SECRET },
      endpoint: url,
      s3_endpoint: url,
      timeout_ms: timeoutMs,
    }),
    probes: [['spark.application'], ['run.state'], ['spark.log']],
    run,
    says: AWS_SAYS,
  })
