// Severity words, the run in the labels, and whose an alert is.
import { describe, expect, it } from 'vitest'
import { SEVERITIES, severityOf, worse } from '../../src/alerts/model.ts'
import { routeAlert } from '../../src/alerts/routing.ts'
import { runFromLabels } from '../../src/alerts/run.ts'
import { compileRoute } from '../../src/config/routes.ts'

describe('severity words', () => {
  it.each([
    ['critical', 'critical'],
    ['CRITICAL', 'critical'],
    [' page ', 'critical'],
    ['Sev1', 'critical'],
    ['P1', 'critical'],
    ['fatal', 'critical'],
    ['emergency', 'critical'],
    ['high', 'high'],
    ['error', 'high'],
    ['major', 'high'],
    ['p2', 'high'],
    ['warning', 'medium'],
    ['warn', 'medium'],
    ['minor', 'medium'],
    ['sev3', 'medium'],
    ['info', 'low'],
    ['none', 'low'],
    ['p4', 'low'],
    ['', 'medium'],
    [undefined, 'medium'],
    ['catastrophic', 'medium'],
    ['constructor', 'medium'],
    ['__proto__', 'medium'],
  ])('%s is %s', (word, severity) => {
    expect(severityOf(word)).toBe(severity)
  })

  it.each(SEVERITIES.flatMap((a, i) => SEVERITIES.map((b, j) => [a, b, i <= j ? a : b] as const)))(
    'of %s and %s the worse is %s',
    (a, b, expected) => {
      expect(worse(a, b)).toBe(expected)
    },
  )
})

describe('the run in the labels', () => {
  const none = { platform: null, cluster: null, jobName: null, runId: null, attempt: null, retriesLeft: null }
  it.each([
    [{}, {}],
    [{ job: 'node-exporter' }, {}],
    [{ job_name: 'a', app_name: 'b' }, { jobName: 'A' }],
    [{ job_name: '', app_name: 'b' }, { jobName: 'B' }],
    [{ spark_app_name: 's' }, { jobName: 'S' }],
    [{ dag_id: 'd' }, { jobName: 'D' }],
    [{ app_id: 'app-1', run_id: '7' }, { runId: 'app-1' }],
    [{ label_spark_app_selector: 'spark-9' }, { runId: 'spark-9' }],
    [{ cluster: 'c', namespace: 'n' }, { cluster: 'c' }],
    [{ namespace: 'n' }, { cluster: 'n' }],
    [{ platform: 'prod' }, { platform: 'prod' }],
    [
      { attempt: '3', retries_left: '0' },
      { attempt: 3, retriesLeft: 0 },
    ],
    [{ attempt: '-1', retries_left: 'many' }, {}],
    // A pod of Spark's, where nothing else names the run; never that of an exporter.
    [
      { namespace: 'etl', pod: 'orders-4f-exec-7' },
      { cluster: 'etl', runId: 'etl/orders-4f-exec-7' },
    ],
    [
      { namespace: 'etl', pod: 'orders-driver' },
      { cluster: 'etl', runId: 'etl/orders-driver' },
    ],
    [
      { namespace: 'etl', pod: 'orders-driver', app_id: 'spark-9' },
      { cluster: 'etl', runId: 'spark-9' },
    ],
    [
      { namespace: 'etl', pod: 'orders-driver', job_name: 'o' },
      { cluster: 'etl', jobName: 'O' },
    ],
    [{ namespace: 'web', pod: 'kube-state-metrics-7d9f' }, { cluster: 'web' }],
    [{ namespace: 'a/b', pod: 'orders-driver' }, { cluster: 'a/b' }],
    [{ pod: 'orders-driver' }, {}],
    [{ attempt: '1e9', retries_left: '99999999' }, {}],
  ])('%j says %j', (labels, said) => {
    expect(runFromLabels(labels, (name) => name.toUpperCase())).toEqual({ ...none, ...said })
  })
})

describe('routing', () => {
  const routing = {
    label: 'team',
    defaultTeam: 'platform',
    teams: new Set(['platform', 'streaming', 'ml']),
    routes: [
      { team: 'streaming', match: ['alertname=~"SparkStreaming.*"'] },
      { team: 'ml', match: ['namespace="ml"', 'alertname!="SparkStreamingLag"'] },
      { team: 'platform', match: ['owner=""', 'alertname="Orphan"'] },
      { team: 'ml', match: ['{cluster=~"gpu|tpu", severity!~"info|none"}'] },
    ].map(compileRoute),
  }
  it.each([
    [{}, 'platform', 'default_team'],
    [{ alertname: 'Anything' }, 'platform', 'default_team'],
    [{ team: 'ml', alertname: 'SparkStreamingLag' }, 'ml', 'team_label'],
    [{ team: 'nobody', alertname: 'SparkStreamingLag' }, 'streaming', 'route'],
    [{ team: '' }, 'platform', 'default_team'],
    [{ alertname: 'SparkStreamingLag', namespace: 'ml' }, 'streaming', 'route'],
    [{ alertname: 'SparkJobFailed', namespace: 'ml' }, 'ml', 'route'],
    [{ alertname: 'NotSparkStreaming' }, 'platform', 'default_team'],
    [{ alertname: 'Orphan' }, 'platform', 'route'],
    [{ alertname: 'Orphan', owner: 'me' }, 'platform', 'default_team'],
    [{ cluster: 'gpu', severity: 'critical' }, 'ml', 'route'],
    [{ cluster: 'gpu', severity: 'info' }, 'platform', 'default_team'],
    [{ cluster: 'gpus' }, 'platform', 'default_team'],
  ])('%j is %s’s by %s', (labels, team, reason) => {
    expect(routeAlert(routing, labels)).toEqual({ team, reason })
  })

  it('a route that cannot be read says which matcher and why', () => {
    expect(() => compileRoute({ team: 'ml', match: ['a="b"', 'c=~"("'] })).toThrow(/c=~"\("/)
  })
})
