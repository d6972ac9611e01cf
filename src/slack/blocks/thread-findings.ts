// Findings in a card's thread: what each says, what it quotes and where that stands, what could not be seen. Pure.
import type { KnownBlock, RichTextLink, RichTextText } from '@slack/types'
import type { Finding } from '../../diagnosis/model.ts'
import { KEPT_OUT } from './card-evidence.ts'
import { inline, leaf, mrkdwn, webAddress } from './text.ts'
import type { ThreadMessage } from './thread-message.ts'

/** Slack refuses messages of somewhat above 13,000 characters of blocks; this leaves room. */
const BUDGET = 9_000
const MAX_FINDINGS = 12

/** Several probes that say the same say it once, with what each of them has to show for it. */
function folded(findings: readonly Finding[]): readonly Finding[] {
  const told = new Map<string, Finding>()
  for (const finding of findings) {
    const key = JSON.stringify([finding.severity, finding.sentence])
    const before = told.get(key)
    const evidence = [...(before?.evidence ?? []), ...finding.evidence]
    told.set(key, {
      ...(before ?? finding),
      link: before?.link ?? finding.link,
      evidence: evidence.filter(
        ({ text, from }, at) =>
          evidence.findIndex((other) => other.text === text && other.from === from) === at,
      ),
      unreached: [...new Set([...(before?.unreached ?? []), ...finding.unreached])],
    })
  }
  return [...told.values()]
}

/** Findings with their evidence, as many as Slack takes in one message; the figures carry the links to check them by. */
export function findingsMessage(all: readonly Finding[], keptOut: boolean): ThreadMessage {
  const findings = folded(all)
  const blocks: KnownBlock[] = []
  let budget = BUDGET
  for (const finding of findings.slice(0, MAX_FINDINGS)) {
    const quotes = finding.evidence.slice(0, 3).map(({ text, from, link: at }) => ({
      text: leaf(text, 1_500),
      from: leaf(from, 300),
      href: at === null ? null : webAddress(at, 3_000),
    }))
    const sentence = leaf(finding.sentence, 800)
    const href = finding.link === null ? null : webAddress(finding.link, 3_000)
    const size =
      sentence.length +
      quotes.reduce(
        (sum, quote) => sum + quote.text.length + quote.from.length + (quote.href?.length ?? 0),
        0,
      )
    if (size > budget) break
    budget -= size
    blocks.push({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            // What is worth no alarm has no word in front: "none:" would read as if nothing was found.
            ...(finding.severity === 'none'
              ? []
              : [
                  {
                    type: 'text' as const,
                    text: `${leaf(finding.severity, 20)}: `,
                    style: { bold: true },
                  },
                ]),
            { type: 'text', text: sentence },
            ...(href === null
              ? []
              : [
                  { type: 'text' as const, text: ' ' },
                  { type: 'link' as const, url: href, text: URL.parse(href)?.host ?? 'link' },
                ]),
          ],
        },
        ...quotes.flatMap((quote) => [
          {
            type: 'rich_text_section' as const,
            elements: [source(quote.from, quote.href)],
          },
          {
            type: 'rich_text_preformatted' as const,
            elements: [{ type: 'text' as const, text: quote.text }],
          },
        ]),
      ],
    })
    if (finding.unreached.length > 0)
      blocks.push({
        type: 'context',
        elements: [
          mrkdwn(
            `Could not be seen: ${finding.unreached
              .slice(0, 4)
              .map((text) => inline(text, 200))
              .join(' · ')}`,
          ),
        ],
      })
  }
  const left = findings.length - blocks.filter((block) => block.type === 'rich_text').length
  if (left > 0)
    blocks.push({
      type: 'context',
      elements: [
        mrkdwn(
          `${left} more ${left === 1 ? 'finding' : 'findings'} did not fit; \`arrestor incident show\` has all.`,
        ),
      ],
    })
  if (keptOut) blocks.push({ type: 'context', elements: [mrkdwn(KEPT_OUT)] })
  const worst = findings[0]
  return {
    text: worst === undefined ? 'Diagnosis' : `Diagnosis: ${inline(worst.sentence, 200)}`,
    blocks: blocks.slice(0, 50),
  }
}

/** Who says so: as a link where the figures can be read. */
function source(from: string, href: string | null): RichTextText | RichTextLink {
  const text = `${from}:`
  const style = { italic: true }
  return href === null ? { type: 'text', text, style } : { type: 'link', url: href, text, style }
}
