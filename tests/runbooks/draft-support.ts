// Incidents as drafts are made from: one like those of the sandbox, and any that somebody hostile could leave behind.
import * as fc from 'fast-check'
import type { DraftSource, DraftSurroundings } from '../../src/runbooks/draft.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { actionsOf, probesOf, type Runbook } from '../../src/runbooks/model.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'

const SERVED = `---
id: executor-oom
title: Executor out of memory
owner: data-platform
match: ['alertname=~"SparkExecutorOOM.*"']
---

# Executor out of memory

Memory ran out.

## Diagnose

### Why executors died

The signature tells heap from container.

\`\`\`yaml probe
id: death
use: spark.executor-deaths
\`\`\`

## Stop it

### Kill the application

Everything it has not yet written is lost.

\`\`\`yaml action
id: kill
use: spark.kill-application
requires: commander
verify: { within: 60s }
\`\`\`
`

export function runbookOf(text: string, file = 'executor-oom.md'): Runbook {
  const { runbook, problems } = parseRunbook(text, file)
  if (runbook === null) throw new Error(JSON.stringify(problems))
  return runbook
}

const served = runbookOf(SERVED)
const opened = new Date('2026-11-22T02:00:00Z')

/** An incident in which everything happened once. */
export const SOURCE: DraftSource = {
  number: 42,
  team: 'data-platform',
  severity: 'high',
  alert: {
    name: 'SparkExecutorOOMKilled',
    severity: 'high',
    labels: {
      alertname: 'SparkExecutorOOMKilled',
      severity: 'critical',
      team: 'data-platform',
      job_name: 'orders-daily',
      customer: 'ACME Ltd.',
      app_id: 'app-20261122020000-0001',
    },
    annotations: { summary: 'Executors of orders-daily are killed' },
    run: {
      platform: 'standalone',
      jobName: 'orders-daily',
      runId: 'app-20261122020000-0001',
      attempt: null,
    } as DraftSource['alert']['run'],
  },
  served,
  platform: {
    name: 'standalone',
    kind: 'spark-standalone',
    capabilities: new Set(['application.kill']),
  },
  openedAt: opened,
  acknowledgedAt: new Date(opened.getTime() + 180_000),
  resolvedAt: new Date(opened.getTime() + 7_200_000),
  resolution: 'person',
  probes: [
    {
      step: probesOf(served)[0]!,
      outputs: {
        app_id: 'app-20261122020000-0001',
        signature: 'F03',
        cause: 'executor-container-oom',
        count: 4,
        host: 'node-7.example',
        suggested_mib: 2048,
        exit_code: null,
      },
      findings: [
        {
          severity: 'high',
          sentence: '4 executors of orders-daily died within 3 minutes: the container was killed.',
          evidence: [{ text: 'Reason: Container killed, exit code 137', from: 'executor 3, removeReason' }],
          unreached: ['environment: not there'],
        },
      ],
    },
  ],
  actions: [
    {
      step: actionsOf(served)[0]!,
      id: 'kill',
      use: 'spark.kill-application',
      title: 'Kill Application',
      requires: 'commander',
      verifyMs: 60_000,
      runs: [{ state: 'succeeded', verified: 'verified', detail: 'it is KILLED', afterMs: 300_000 }],
    },
  ],
  ticked: ['Diagnose'],
  notes: [{ text: 'Bob raised the overhead to 2 GiB by hand', afterMs: 240_000 }],
  escalations: [{ afterMs: 300_000, page: true, mentions: 1 }],
  people: ['alice', 'Bob'],
  now: new Date('2026-11-22T09:00:00Z'),
}

export const AROUND: DraftSurroundings = { library: [], actions: ACTIONS }

/** What breaks out of places: fences, front matter, headings, tables, templates, matchers, mentions, YAML. */
const WEAPONS = [
  '---', '...', '\n---\n', '\n# Owned\n', '\nOwned\n=====\n', '\nOwned\n-----\n', '```', '\n```\n', '\n````yaml action\nid: owned\nuse: spark.kill-application\n````\n',
  '~~~', '\n~~~yaml probe\nid: owned\nuse: spark.application\n~~~\n', '| a | b |\n|---|---|\n| c | d |', '\n- item\n', '\n1. item\n', '\n1) item', '> quote', '<script>alert(1)</script>',
  '<!--', '-->', '{{ death.signature }}', '{{', '}}', '"', "'", '\\', '\\"', ': ', '#', '&lt;', '&#35;', '*a', '_b_', '[x](javascript:alert(1))', '![](http://evil.example)',
  '[^1]: note', '<@U0ALICE1>', '<!channel>', ' @alice ', ' U0ALICE1 ', '\u0000', '\u001B[31m', '\u202E', '\uFEFF', '\u2028', '\u0085', '🔥', '\uD83D', 'עברית', '\t\t\tindented', '    code',
  ' password=hunter2 ', ' anna@example.com ', 'match:', '- alertname="x"', '!!js/function', '&a [*a]', '*'.repeat(300), '['.repeat(300), 'x'.repeat(5_000), '\r\n', '\r',
] // prettier-ignore

/** Any text, and texts made of weapons. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.oneof(fc.constantFrom(...WEAPONS), fc.string({ maxLength: 8 })), { maxLength: 12 })
    .map((parts) => parts.join('')),
)

const step = probesOf(served)[0]!
const severity = fc.constantFrom('none', 'low', 'high', 'critical')

/** An incident whose every outside text is hostile. */
export const anySource: fc.Arbitrary<DraftSource> = fc
  .record({
    name: hostile,
    labels: fc.dictionary(fc.constantFrom('team', 'env', 'cluster', 'platform', 'severity', 'x'), hostile),
    summary: hostile,
    jobName: fc.option(hostile),
    served: fc.option(hostile),
    outputs: fc.dictionary(
      fc.constantFrom('signature', 'cause', 'count', 'host', 'kind'),
      fc.oneof(hostile, fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('F03', 'none')),
    ),
    findings: fc.array(
      fc.record({
        severity,
        sentence: hostile,
        evidence: fc.array(fc.record({ text: hostile, from: hostile }), { maxLength: 4 }),
        unreached: fc.array(hostile, { maxLength: 5 }),
      }),
      { maxLength: 8 },
    ),
    heading: hostile,
    detail: fc.option(hostile),
    ticked: fc.array(hostile, { maxLength: 4 }),
    notes: fc.array(fc.record({ text: hostile, afterMs: fc.integer({ min: 0, max: 1e9 }) }), {
      maxLength: 60,
    }),
    probes: fc.constantFrom(0, 1, 2),
    actions: fc.constantFrom(0, 1, 2),
    resolution: hostile,
  })
  .map((any) => ({
    ...SOURCE,
    alert: {
      ...SOURCE.alert,
      name: any.name,
      labels: any.labels,
      annotations: { summary: any.summary },
      run: { ...SOURCE.alert.run, jobName: any.jobName },
    },
    served: any.served === null ? null : { id: 'x', title: any.served, catchAll: false },
    probes: Array.from({ length: any.probes }, (_, i) => ({
      step: { ...step, id: `probe-${i}`, heading: any.heading },
      outputs: any.outputs,
      findings: any.findings,
    })),
    actions: Array.from({ length: any.actions }, () => ({
      ...SOURCE.actions[0]!,
      step: { ...SOURCE.actions[0]!.step!, heading: any.heading },
      title: any.heading,
      runs: [{ state: 'failed', verified: 'not_needed', detail: any.detail, afterMs: 1 }],
    })),
    ticked: any.ticked,
    notes: any.notes,
    resolution: any.resolution,
  }))
