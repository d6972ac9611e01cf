// What an application told, for people. Pure.
import type { Conclusion } from '../../diagnosis/conclude.ts'
import type { Examination } from '../../diagnosis/examine.ts'
import { type Finding, byGravity } from '../../diagnosis/model.ts'
import { forTerminal, linesForTerminal } from '../../runbooks/terminal.ts'
import { RERUN } from './describe.ts'

/** The conclusion first, then every finding, the gravest first, then what could not be seen. */
export function describeExamination({ results, conclusion, unreached }: Examination): string {
  const findings = results
    .flatMap((result) => result.findings)
    .sort((a, b) => byGravity(a.severity, b.severity))
  const rerun = findings.find(({ probe }) => probe === 'run.rerun')
  return [
    ...(conclusion === null
      ? ['Nothing that was found names a failure that we know.']
      : headline(conclusion)),
    ...(rerun === undefined ? [] : [`Rerun:     ${linesForTerminal(rerun.sentence)}`]),
    '',
    'Findings:',
    ...findings.filter((finding) => finding !== rerun).flatMap(described),
    ...(unreached.length === 0
      ? []
      : ['', 'Not reached:', ...unreached.map((one) => `  ${forTerminal(one)}`)]),
  ].join('\n')
}

function headline({ id, cause, meaning, evidence, class: kind, certainty, by }: Conclusion): string[] {
  return [
    `${id} ${cause}: ${meaning}`,
    '',
    ...(evidence === null
      ? []
      : [`  ${forTerminal(evidence.from)}`, `  ${linesForTerminal(evidence.text)}`, '']),
    `Class:     ${kind} (${RERUN[kind]})`,
    `Certainty: ${certainty}, ${by === 'words' ? 'it was said' : 'by figures'}`,
  ]
}

function described({ severity, sentence, evidence, link }: Finding): string[] {
  return [
    `  ${severity.padEnd(8)} ${linesForTerminal(sentence)}`,
    ...evidence.flatMap(({ text, from, link: figures }) => [
      `           ${forTerminal(from)}: ${linesForTerminal(text)}`,
      // Where the figures can be checked; the page for people comes last, once.
      ...(figures === null || figures === link ? [] : [`             ${forTerminal(figures)}`]),
    ]),
    ...(link === null || severity === 'none' ? [] : [`           ${forTerminal(link)}`]),
  ]
}
