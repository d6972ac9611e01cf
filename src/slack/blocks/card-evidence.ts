// What we know: the worst findings with the line Spark itself wrote, and honestly what could not be seen. Pure.
import type { KnownBlock, RichTextBlockElement } from '@slack/types'
import type { Finding } from '../../diagnosis/model.ts'
import type { CardView } from '../../flow/card.ts'
import { inline, leaf, mrkdwn } from './text.ts'

/** Else a card without a quotation would look as if Spark had said nothing. */
export const KEPT_OUT =
  'This team keeps raw evidence out of Slack and of our store: follow the links for what was said.'

const SHOWN = 3
const QUOTE = 400
const CHANGES = 'run.changes'
const VERDICT = 'run.rerun'
/** Their sentences have lines of their own. */
const APART: ReadonlySet<string> = new Set([CHANGES, VERDICT])

/** The evidence blocks of a card; what diagnosis is doing when there are none yet. */
export function evidence(view: CardView): KnownBlock[] {
  const { diagnosis } = view.incident
  if (diagnosis === 'pending' || diagnosis === 'running')
    return [{ type: 'context', elements: [mrkdwn('Looking into Spark…')] }]
  const worst = quotedOnce(view.findings.filter((finding) => finding.severity !== 'none').slice(0, SHOWN))
  const blocks: KnownBlock[] = []
  if (worst.length > 0) blocks.push({ type: 'rich_text', elements: worst.flatMap(findingElements) })
  else if (diagnosis === 'done')
    blocks.push({ type: 'context', elements: [mrkdwn(nothingFound(view.findings))] })
  if (view.keptOut === true && view.findings.length > 0)
    blocks.push({ type: 'context', elements: [mrkdwn(KEPT_OUT)] })
  const verdict = view.findings.find(({ probe }) => probe === VERDICT)
  if (verdict !== undefined)
    blocks.push({ type: 'context', elements: [mrkdwn(inline(verdict.sentence, 300))] })
  // What could not be compared at all is told in the thread alone.
  const changes = view.findings.find(({ probe, confidence }) => probe === CHANGES && confidence !== 'low')
  if (changes !== undefined)
    blocks.push({ type: 'context', elements: [mrkdwn(inline(changes.sentence, 400))] })
  const unseen = [...new Set(view.findings.flatMap((finding) => finding.unreached))]
  if (unseen.length > 0)
    blocks.push({
      type: 'context',
      elements: [
        mrkdwn(
          `Could not be seen: ${unseen
            .slice(0, 4)
            .map((text) => inline(text, 160))
            .join(' · ')}`,
        ),
      ],
    })
  return blocks
}

/** Several probes find the same line; the card quotes it once, the thread each time. */
function quotedOnce(findings: readonly Finding[]): Finding[] {
  const quoted = new Set<string>()
  return findings.map((finding) => {
    const line = finding.evidence[0]?.text
    if (line === undefined || !quoted.has(line)) {
      if (line !== undefined) quoted.add(line)
      return finding
    }
    return { ...finding, evidence: [] }
  })
}

/** Never "nothing abnormal" where nothing was looked at: the probes say themselves what they found in order or missing. */
function nothingFound(findings: readonly Finding[]): string {
  const others = findings.filter(({ probe }) => !APART.has(probe))
  if (others.length === 0) return 'The diagnosis found nothing to look at.'
  const said = (of: readonly Finding[]): string =>
    [...new Set(of.map((finding) => inline(finding.sentence, 160)))].slice(0, 3).join(' · ')
  const blind = others.filter((finding) => finding.blind === true)
  if (blind.length === 0) return `Nothing abnormal in what could be seen: ${said(others)}`
  const seen = others.filter((finding) => finding.blind !== true)
  return `The run could not be seen: ${said(blind)}${seen.length === 0 ? '' : ` Besides: ${said(seen)}`}`
}

/** One finding as rich text, whose leaves are inert. */
export function findingElements(finding: Finding): RichTextBlockElement[] {
  const elements: RichTextBlockElement[] = [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text: `${leaf(finding.severity, 20)}: `, style: { bold: true } },
        { type: 'text', text: leaf(finding.sentence, 500) },
        ...(finding.confidence === 'high'
          ? []
          : [
              { type: 'text' as const, text: ` (${finding.confidence} confidence)`, style: { italic: true } },
            ]),
      ],
    },
  ]
  const quoted = finding.evidence[0]
  if (quoted !== undefined && quoted.text.trim() !== '')
    elements.push({
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: leaf(quoted.text, QUOTE) }],
    })
  return elements
}
