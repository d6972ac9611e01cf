// The alert rules that are installed beside Arrestor: every metric is one that Spark emits, every alert has its runbook.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import { alertFrom } from '../../src/runbooks/test-file.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.union([
          z.strictObject({ record: z.string(), expr: z.string() }),
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
const file = readFileSync(path.join(ROOT, 'prometheus/spark.rules.yml'), 'utf8')
const all = Rules.parse(parse(file)).groups.flatMap(({ rules }) => rules)
const alerts = all.flatMap((rule) => ('alert' in rule ? [rule] : []))
const recorded = all.flatMap((rule) => ('record' in rule ? [rule.record] : []))

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
  const known = [...emitted(version), ...recorded, 'kube_pod_container_status_terminated_reason']

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
    const tests = readFileSync(path.join(ROOT, 'prometheus/spark.rules.test.yml'), 'utf8')
    for (const { alert } of alerts)
      expect(tests, alert).toMatch(new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n\\s+- exp_labels`))
  })

  it('has a severity that Arrestor knows and a name of its own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
    for (const { labels } of alerts) expect(['critical', 'warning', 'info']).toContain(labels['severity'])
  })
})
