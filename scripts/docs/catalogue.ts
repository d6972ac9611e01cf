// docs/catalogue.md from the registries: what a runbook may name, and what comes back.
import { FAILURE_MODES } from '../../src/diagnosis/failures/modes.ts'
import { GRADED } from '../../src/diagnosis/catalogue.ts'
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
  [...ACTIONS.values()].map(({ id, title, needs, floor }) => [
    code(id),
    title,
    needs === null ? 'none; a webhook of [`rollback.webhooks`](rollback.md)' : code(needs),
    floor,
  ]),
)}

## Failure modes

What a probe's \`signature\` may be. Causes are looked for before symptoms, named ones before exit codes.

${table(
  ['id', 'name', 'meaning', 'class', 'how it is told'],
  modes.map(({ id, name, meaning, class: kind, settledBy, kind: told, patterns, hint }) => [
    id,
    [
      ...new Set([
        name,
        ...patterns.flatMap(({ variant }) => variant ?? []),
        ...(hint === undefined ? [] : [hint.variant]),
      ]),
    ]
      .map(code)
      .join(', '),
    meaning,
    settledBy === undefined ? kind : `${kind}; ${settledBy.beside} where ${settledBy.mode} is told beside it`,
    RERUN[told],
  ]),
)}

## Graded findings

Which value is low, medium, high and critical. Severity is the lesser of the threshold reached and of the task time that is
wasted or affected (1, 5, 15, 60 minutes); "held down by" tells which time that is, and of what no time does, with the
reason. \`diagnosis.thresholds\` of arrestor.yml
sets other numbers by these ids, \`diagnosis.materiality_minutes\` other times; a runbook's own go before both:
\`thresholds: { gc_ratio: [0.1, 0.2, 0.3, 0.4] }\` under a probe.

${table(
  ['id', 'output', 'formula', 'low', 'medium', 'high', 'critical', 'held down by', 'whose'],
  GRADED.map(({ id, probe, output, formula, thresholds, source, material }) => [
    code(id),
    `${code(probe)} ${code(output)}`,
    formula,
    ...thresholds.map((value) => {
      if (value === Number.MIN_VALUE) return 'any'
      return Number.isFinite(value) ? value.toLocaleString('en') : 'never'
    }),
    [material.time, material.except === null ? null : `not: ${material.except}`]
      .filter((one) => one !== null)
      .join('; '),
    source,
  ]),
)}`
}
