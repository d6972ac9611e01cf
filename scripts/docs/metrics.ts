// docs/metrics.md from the metrics as they are registered.
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { code, table } from './markdown.ts'

/** What prom-client keeps of a metric beyond its public types. */
interface Registered {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames: readonly string[]
}

/** Name, kind, labels and meaning of each metric of ours, in the order of registration. */
export function ourMetrics(): Registered[] {
  return createMetrics({ processMetrics: false }).registry.getMetricsAsArray() as unknown as Registered[]
}

export function metricsPage(): string {
  return `# Metrics

\`GET /metrics\` answers in Prometheus's text format, without a credential: keep it inside. Beside these there are
the process and event-loop metrics of prom-client (\`process_*\`, \`nodejs_*\`). Labels are words of ours, never text
from outside.

${table(
  ['name', 'kind', 'labels', 'meaning'],
  ourMetrics().map(({ name, type, labelNames, help }) => [
    code(name),
    type,
    labelNames.map(code).join(', '),
    help,
  ]),
)}

## What to watch

| when | it means |
| --- | --- |
| \`arrestor_undelivered{destination="pagerduty.event"} > 0\` for a minute | pages wait: PagerDuty cannot be reached or refuses them; the card says which, the second route has been used |
| \`arrestor_undelivered{destination="slack.card"} > 0\` for a few minutes | cards wait: Slack cannot be reached or refuses them; pages still go out |
| \`arrestor_slack_connected == 0\` for a few minutes | presses and \`/spark\` do not reach us; cards and pages still go out |
| \`arrestor_runbooks{state!="loaded"} > 0\` | a runbook is broken: \`/spark doctor\` says which line, and how to mend it |
| \`arrestor_runbook_source_sync_failed == 1\` for an hour | a repository of runbooks cannot be fetched; what was fetched last serves |
| \`rate(arrestor_alerts_total{outcome="rejected"}[1h]) > 0\` | a source sends elements that cannot be understood; \`/api/v1/decisions\` says which and why |
| \`up == 0\`, or \`/readyz\` answers 503 | the process or its database is down; sources keep their alerts and send again |`
}
