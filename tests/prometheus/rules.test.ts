// The alert rules that are installed beside Arrestor: every metric is one that Spark emits, every alert has its runbook.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { runFromLabels } from '../../src/alerts/run.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import { alertFrom } from '../../src/runbooks/test-file.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.union([
          z.strictObject({
            record: z.string(),
            expr: z.string(),
            labels: z.record(z.string(), z.string()).optional(),
          }),
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.record(z.string(), z.string()),
            annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
          }),
        ]),
      ),
    }),
  ),
})
const read = (name: string): string => readFileSync(path.join(ROOT, 'prometheus', name), 'utf8')
const { groups } = Rules.parse(parse(read('spark.rules.yml')))
const all = groups.flatMap(({ rules }) => rules)
/** What the operator is to say, of which rules ask. */
const said = Rules.parse(parse(read('streams.example.yml'))).groups.flatMap(({ rules }) => rules)
const alerts = all.flatMap((rule) => ('alert' in rule ? [rule] : []))
const recorded = [...all, ...said].flatMap((rule) => ('record' in rule ? [rule.record] : []))

/** What real Sparks of this version emitted: driver, executors' page, master and worker. */
const emitted = (version: string): string[] =>
  readFileSync(path.join(import.meta.dirname, 'metrics', `${version}.txt`), 'utf8')
    .trim()
    .split('\n')

/** Metrics and patterns of them that an expression asks for. */
function asked(expr: string): RegExp[] {
  const patterns = [...expr.matchAll(/__name__=~"([^"]+)"/g)].map(
    ([, pattern]) => new RegExp(`^(?:${pattern})$`),
  )
  const plain = expr.replaceAll(/"[^"]*"/g, '""')
  const names = [...plain.matchAll(/\b(?:metrics_\w+|spark:[\w:]+|kube_\w+)/g)].map(
    ([name]) => new RegExp(`^${name}$`),
  )
  return [...patterns, ...names]
}

describe.each(['3.5.9', '4.3.0'])('every metric in the rules is one that Spark %s emits', (version) => {
  const known = [
    ...emitted(version),
    ...recorded,
    'kube_pod_container_status_terminated_reason',
    'kube_pod_labels',
  ]

  it.each(all.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr] as const))(
    '%s',
    (_name, expr) => {
      for (const metric of asked(expr))
        expect(
          known.some((name) => metric.test(name)),
          String(metric),
        ).toBe(true)
    },
  )
})

describe('every alert', () => {
  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s gets the runbook that it names, by its labels too',
    async (_name, rule) => {
      const { index } = await loadRunbooks([path.join(ROOT, 'runbooks')])
      expect([...index.byId.keys()]).toContain(rule.annotations.runbook)
      const labels = {
        alertname: rule.alert,
        ...rule.labels,
        pod: rule.alert.includes('Driver') ? 'x-driver' : 'x-exec-1',
      }
      const plain = (annotations: Record<string, string>): ReturnType<typeof alertFrom> =>
        alertFrom({ labels, annotations }, (name) => name)
      expect(matchAlert(index, plain({ runbook: rule.annotations.runbook })).runbook?.id).toBe(
        rule.annotations.runbook,
      )
      // Where somebody drops the annotation.
      expect(matchAlert(index, plain({})).runbook?.id).toBe(rule.annotations.runbook)
    },
  )

  it('is tested, firing and not', () => {
    const tests = read('spark.rules.test.yml')
    for (const { alert } of alerts)
      expect(tests, alert).toMatch(new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n\\s+- exp_labels`))
  })

  it('has a severity that Arrestor knows and a name of its own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
    for (const { labels } of alerts) expect(['critical', 'warning', 'info']).toContain(labels['severity'])
  })
})

/** Labels of every alert that promtool holds the rules to (tests/real/alert-rules.test.ts). */
const Tests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({
          alertname: z.string(),
          exp_alerts: z.array(z.object({ exp_labels: z.record(z.string(), z.string()) })),
        }),
      ),
    }),
  ),
})
const fired = Tests.parse(parse(read('spark.rules.test.yml'))).tests.flatMap(({ alert_rule_test: tests }) =>
  tests.flatMap(({ alertname, exp_alerts }) =>
    exp_alerts.map(({ exp_labels: of }) => [alertname, of] as const),
  ),
)
/** Of a master, its workers and a History Server: there is no one application to look at. */
const OF_NO_APPLICATION = groups.find(({ name }) => name === 'spark-standalone')?.rules ?? []

describe('every alert about an application leads to its run by our own reading of labels', () => {
  const others = new Set(OF_NO_APPLICATION.map((rule) => ('alert' in rule ? rule.alert : '')))
  const mine = fired.filter(([name]) => !others.has(name))

  it.each(mine)('%s with %j', (_name, labels) => {
    const run = runFromLabels(labels, (name) => name)
    expect(run.platform).toBe('prod')
    expect(run.runId).toMatch(/^(?:app-1|spark-4f|etl\/orders-(?:driver|4f-exec-7))$/)
  })

  it('holds each of them', () => {
    expect(new Set(mine.map(([name]) => name))).toEqual(
      new Set(alerts.map(({ alert }) => alert).filter((name) => !others.has(name))),
    )
  })

  it('a master’s alert names its platform', () => {
    for (const [name, labels] of fired) expect([name, labels['platform']]).toEqual([name, 'prod'])
  })
})

describe('what the rules need is scraped', () => {
  const Scrape = z.object({
    scrape_configs: z.array(
      z.object({
        job_name: z.string(),
        static_configs: z.array(z.object({ labels: z.object({ platform: z.string() }) })),
      }),
    ),
  })
  const scrape = read('scrape.example.yml')
  const jobs = Scrape.parse(parse(scrape)).scrape_configs.map(({ job_name: name }) => name)

  it('has a job for each exporter, with the platform of each', () => {
    expect(jobs).toContain('kube-state-metrics')
    for (const rule of alerts)
      for (const [, job] of rule.expr.matchAll(/job="([^"]+)"/g)) expect(jobs).toContain(job)
  })

  it('names the labels of pods that kube-state-metrics has to be allowed to tell', () => {
    const allowed = /--metric-labels-allowlist=pods=\[([^\]]+)\]/.exec(scrape)?.[1]?.split(',') ?? []
    const told = allowed.map((label) => `label_${label.replaceAll(/[^a-zA-Z0-9]/g, '_')}`)
    for (const [label] of all.flatMap(({ expr }) => [...expr.matchAll(/label_spark_\w+/g)]))
      expect(told).toContain(label)
  })
})
