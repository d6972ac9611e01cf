// Charts as Slack is told of them: files with titles and alternative texts, or the same in words where no file can go. Pure.
import type { KnownBlock } from '@slack/types'
import type { Chart } from '../../diagnosis/chart/model.ts'
import { cut, inline, mrkdwn } from './text.ts'
import type { ThreadMessage } from './thread-message.ts'

/** The names of the files of one row; by them they are found again when a reply was lost. */
export function chartName(row: number, index: number): string {
  return `chart-${row}-${index + 1}.png`
}

/** What stands with the pictures, and in notifications: mrkdwn. */
export function chartsComment(charts: readonly Chart[]): string {
  return charts.map(({ title }) => inline(title, 120)).join(' · ')
}

export function chartFile(chart: Chart): { title: string; alt: string } {
  return { title: cut(chart.title, 200) || 'Chart', alt: cut(chart.alt, 1_000) }
}

/** The same in words; `why` there are no pictures is said where it was not said before. */
export function chartsInWords(charts: readonly Chart[], why: string | null): ThreadMessage {
  const blocks: KnownBlock[] = charts.map(({ title, alt }) => ({
    type: 'section',
    text: mrkdwn(`*${inline(title, 200)}*\n${inline(alt, 1_500)}`),
  }))
  if (why !== null)
    blocks.push({
      type: 'context',
      elements: [mrkdwn(`In words, since there is no picture: ${inline(why, 400)}`)],
    })
  return { text: chartsComment(charts), blocks }
}
