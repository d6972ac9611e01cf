// The answer of `/spark doctor`: what is wrong first, a line each, within what one message holds.
import type { KnownBlock } from '@slack/types'
import type { Check } from '../../flow/check.ts'
import { MESSAGE_BUDGET, inline } from './text.ts'

const ORDER: readonly Check['state'][] = ['failed', 'warning', 'ok']
const MARK: Readonly<Record<Check['state'], string>> = {
  failed: ':x:',
  warning: ':warning:',
  ok: ':white_check_mark:',
}
/** Slack's limit for the text of one section, with room for a last word. */
const SECTION = 2_900
const WHAT = 150
const SAYS = 600

/** Pure. */
export function doctorMessage(checks: readonly Check[]): { text: string; blocks: KnownBlock[] } {
  const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length
  const head =
    count('failed') + count('warning') === 0
      ? 'All is well.'
      : `${count('failed')} failed, ${count('warning')} to look at, ${count('ok')} well.`
  const sections: string[] = []
  let section = `*${head}*`
  let left = MESSAGE_BUDGET - section.length
  const sorted = checks.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  for (const [i, { what, state, says }] of sorted.entries()) {
    let line = `${MARK[state]} *${inline(what, WHAT)}*: ${inline(says, SAYS)}`
    left -= line.length + 1
    const isLast = left < 0
    if (isLast) line = `… and ${sorted.length - i} more: \`arrestor doctor\` tells all.`
    if (section.length + 1 + line.length > SECTION) {
      sections.push(section)
      section = line
    } else section += `\n${line}`
    if (isLast) break
  }
  sections.push(section)
  return {
    text: head,
    blocks: sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
  }
}
