// docs/catalogue.md from the registries: what a runbook may name, and what comes back.
import { FAILURE_MODES } from '../../src/diagnosis/failures/modes.ts'
import { PERFORMANCE } from '../../src/diagnosis/performance/findings.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { code, table } from './markdown.ts'

const RERUN = {
  cause: 'named by words',
  symptom: 'named by words; a symptom, its cause goes before it',
  measured: 'told by numbers alone',
} as const

export function cataloguePage(): string {
  const probes = [...PROBES.values()].map(
    (probe) => `### ${code(probe.id)}

${probe.title}. Needs of the platform: ${probe.needs.map(code).join(', ')}.

${table(
  ['output', 'meaning'],
  Object.entries(probe.outputs).map(([name, meaning]) => [code(name), meaning]),
)}`,
  )
  const modes = [...FAILURE_MODES].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return `# What runbooks may name

The probes, the actions, and the failure modes that \`signature\` may hold. [Runbooks](runbooks.md) tells how to name
them.

## Probes

${probes.join('\n\n')}

## Actions

${table(
  ['use', 'button', 'needs of the platform', 'at least'],
  [...ACTIONS.values()].map(({ id, title, needs, floor }) => [code(id), title, code(needs), floor]),
)}

## Failure modes

What a probe's \`signature\` may be. Causes are looked for before symptoms, named ones before exit codes.

${table(
  ['id', 'name', 'meaning', 'class', 'how it is told'],
  modes.map(({ id, name, meaning, class: kind, kind: told, patterns, hint }) => [
    id,
    [name, ...patterns.flatMap(({ variant }) => variant ?? []), ...(hint === undefined ? [] : [hint.variant])]
      .map(code)
      .join(', '),
    meaning,
    kind,
    RERUN[told],
  ]),
)}

## Performance findings

What \`spark.performance\` measures. Severity is the lesser of the threshold reached and of what it costs in task time
(1, 5, 15, 60 minutes), where time tells what it costs. A runbook may give thresholds of its own:
\`thresholds: { gc_ratio: [0.1, 0.2, 0.3, 0.4] }\`.

${table(
  ['id', 'formula', 'low', 'medium', 'high', 'critical'],
  PERFORMANCE.map(({ id, meaning, thresholds }) => [
    code(id),
    meaning,
    ...thresholds.map((value) => (value === Number.MIN_VALUE ? 'any' : value.toLocaleString('en'))),
  ]),
)}`
}
