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
