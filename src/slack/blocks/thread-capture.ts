// The thread's entry on captured evidence: what was captured, its most telling lines, what could not be had. Pure.
import type { KnownBlock } from '@slack/types'
import type { CaptureEntry } from '../../flow/thread.ts'
import { inline, leaf, mrkdwn } from './text.ts'

export function captureMessage(entry: CaptureEntry): { text: string; blocks: KnownBlock[] } {
  const what = entry.captured.map((title) => inline(title, 150)).join('; ')
  const when = entry.before === null ? 'while it was there' : `before ${inline(entry.before, 60)}`
  const text =
    entry.captured.length === 0
      ? `*Nothing could be captured* ${when}.`
      : `*Evidence captured* ${when}: ${what}.`
  const blocks: KnownBlock[] = [{ type: 'section', text: mrkdwn(text) }]
  if (entry.telling.length > 0)
    blocks.push({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_preformatted',
          elements: [{ type: 'text', text: entry.telling.map((line) => leaf(line, 400)).join('\n') }],
        },
      ],
    })
  if (entry.missing.length > 0)
    blocks.push({
      type: 'context',
      elements: [
        mrkdwn(`Could not be captured: ${entry.missing.map((one) => inline(one, 200)).join(' · ')}`),
      ],
    })
  if (entry.notUploaded !== undefined)
    blocks.push({
      type: 'context',
      elements: [
        mrkdwn(
          `The files are not here: ${inline(entry.notUploaded, 300)} All of it is kept: \`arrestor incident evidence ${entry.number}\`, or \`GET /api/v1/incidents/${entry.number}/evidence\`.`,
        ),
      ],
    })
  return { text: text.replaceAll('*', ''), blocks }
}
