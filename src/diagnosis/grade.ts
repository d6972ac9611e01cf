// What a runbook makes of a measured value: its severity by thresholds, its sentence by template, its course as a line. Pure.
import type { Grade, Scalar } from '../runbooks/model.ts'
import { parseTemplate, renderTemplate } from '../runbooks/template.ts'
import type { Finding, FindingSeverity, Outputs, Probe, ProbeResult } from './model.ts'
import { valuesChart } from './chart/values.ts'
import { evidence, line, unseen } from './probes/support.ts'
import { sparkline, spoken } from './sparkline.ts'

const WORDS = ['low', 'medium', 'high', 'critical'] as const
const MAX_SENTENCE = 600

/** What a step says about the value of its probe. */
export interface Wording {
  readonly heading: string
  readonly grade?: Grade | null
  readonly says?: string | null
  readonly chart?: boolean
}

/** Answers names for `says`, the probe's own outputs among them. */
export type LookupWith = (own: Readonly<Record<string, Scalar>>) => (name: string) => string | undefined

/**
 * The severity of a value: that of the gravest threshold it has reached. Thresholds that fall from low to critical mean
 * that less is worse; a single one is a least value.
 */
export function severityByGrade(value: number, grade: Grade): FindingSeverity {
  const set = WORDS.flatMap((word) => (grade[word] === undefined ? [] : [{ word, at: grade[word] }]))
  const falls = (set[0]?.at ?? 0) > (set.at(-1)?.at ?? 0)
  return set.findLast(({ at }) => (falls ? value <= at : value >= at))?.word ?? 'none'
}

/** The result as the runbook words it: the first finding graded and said anew, the course of the value beside it. */
export function worded(
  step: Wording,
  probe: Pick<Probe, 'id' | 'outputs'>,
  result: ProbeResult,
  lookupWith: LookupWith,
): ProbeResult {
  const { grade = null, says = null, heading } = step
  const charted = step.chart === true ? withChart(result) : result
  if (grade === null && says === null) return pictured(step, charted)
  const [first, ...others] = charted.findings
  if (!Object.hasOwn(probe.outputs, 'value')) {
    const which = [grade === null ? '' : 'grade', says === null ? '' : 'says']
      .filter((word) => word !== '')
      .join(' and ')
    const sentence = `${heading}: ${which} cannot be used, since ${probe.id} has no output named value.`
    return { ...charted, findings: [...charted.findings, unseen(probe.id, sentence, [])] }
  }
  const { value } = charted.outputs
  if (typeof value !== 'number') {
    // Why it is not known is what the probe itself says.
    const why = first === undefined ? '' : ` ${first.sentence}`
    const sentence = why.includes('not seen') ? why.trim() : `${heading}: its value was not determined.${why}`
    return {
      ...charted,
      findings: [{ ...unseen(probe.id, sentence, first?.unreached ?? []), link: first?.link ?? null }],
    }
  }
  const main: Finding = first ?? {
    ...unseen(probe.id, `${heading}: ${spoken(value)}.`, []),
    confidence: 'high',
  }
  const graded = grade === null ? main : { ...main, severity: severityByGrade(value, grade) }
  const said = says === null ? null : sentenceOf(says, charted.outputs, lookupWith)
  return pictured(step, {
    ...charted,
    findings: [said === null ? graded : { ...graded, sentence: said }, ...others],
  })
}

/** `says` filled in: one line, redacted, bounded, with a full stop. Names without a value stand visibly. */
function sentenceOf(says: string, outputs: Outputs, lookupWith: LookupWith): string | null {
  const template = parseTemplate(says)
  if (!template.ok) return null
  const own = Object.entries(outputs).map(([name, value]) => [
    name,
    typeof value === 'number' ? spoken(value) : value,
  ])
  const { text } = renderTemplate(template, lookupWith(Object.fromEntries(own)), 'plain')
  const short = line(text, MAX_SENTENCE)
  return /[.!?…]$/.test(short) ? short : `${short}.`
}

/** The chart as the first evidence of the first finding. */
function withChart(result: ProbeResult): ProbeResult {
  const drawn = sparkline(result.history ?? [])
  const [first, ...others] = result.findings
  if (drawn === null || first === undefined) return result
  return {
    ...result,
    findings: [{ ...first, evidence: [evidence(drawn, 'chart'), ...first.evidence] }, ...others],
  }
}

/** The same as a picture of the first finding, with what it concludes as a text. */
function pictured(step: Wording, result: ProbeResult): ProbeResult {
  const { history, courses = [{ name: 'value', points: history ?? [] }], unit = 'number' } = result
  const [first, ...others] = result.findings
  if (step.chart !== true || first === undefined || first.chart !== undefined) return result
  const chart = valuesChart({
    title: step.heading,
    conclusion: first.sentence,
    unit,
    courses,
    grade: step.grade ?? null,
  })
  return chart === null ? result : { ...result, findings: [{ ...first, chart }, ...others] }
}
