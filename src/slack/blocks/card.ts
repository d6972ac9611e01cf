// The card: an incident on one phone screen. What broke, the evidence, what is safe, who is next. Pure.
import type { KnownBlock } from '@slack/types'
import type { CardView } from '../../flow/card.ts'
import { buttons } from './card-buttons.ts'
import { actionLines } from './card-actions.ts'
import { evidence } from './card-evidence.ts'
import { nextLine, pageLine } from './card-page.ts'
import { whyRunbook } from './why-runbook.ts'
import { MESSAGE_BUDGET, actorName, inline, link, mrkdwn, plain, textLength, when } from './text.ts'

export interface CardMessage {
  /** What a notification and a screen reader say. */
  readonly text: string
  readonly blocks: KnownBlock[]
}

const STATE = { triggered: 'Triggered', acknowledged: 'Acknowledged', resolved: 'Resolved' } as const

/** The whole message for an incident as it stands at `version`. */
export function cardMessage(view: CardView): CardMessage {
  const { incident } = view
  const blocks: KnownBlock[] = [
    { type: 'header', text: plain(`#${incident.number} ${incident.title}`, 150) },
    { type: 'section', text: mrkdwn([stateLine(view), alertsLine(view)].join('\n')) },
    ...evidence(view),
  ]
  const facts = [pageLine(view), nextLine(view), ...actionLines(view)].filter((line) => line !== null)
  if (facts.length > 0) blocks.push({ type: 'section', text: mrkdwn(facts.join('\n')) })
  blocks.push(...buttons(view))
  // Last and least: what of the small print still fits.
  let left = MESSAGE_BUDGET - textLength(blocks)
  const small = [...withheldLines(view), progressLine(view), ...whyRunbook(view), linksLine(view)].flatMap(
    (line) => {
      if (line === null || line.length > left) return []
      left -= line.length
      return [mrkdwn(line)]
    },
  )
  if (small.length > 0) blocks.push({ type: 'context', elements: small.slice(0, 10) })
  return { text: fallback(view), blocks }
}

function stateLine(view: CardView): string {
  const { incident } = view
  const who =
    incident.state === 'resolved' && incident.resolvedBy !== null && incident.resolvedAt !== null
      ? ` by ${resolvedBy(view)} at ${when(incident.resolvedAt)}`
      : incident.state === 'acknowledged' &&
          incident.acknowledgedBy !== null &&
          incident.acknowledgedAt !== null
        ? ` by ${actorName(incident.acknowledgedBy)} at ${when(incident.acknowledgedAt)}`
        : ''
  const where = [
    incident.severity,
    `team ${inline(incident.team, 60)}`,
    incident.platform === null ? null : `platform ${inline(incident.platform, 60)}`,
  ]
  return `*${STATE[incident.state]}*${who} · ${where.filter((part) => part !== null).join(' · ')} · since ${when(incident.openedAt, 'day')}`
}

function resolvedBy(view: CardView): string {
  const { incident } = view
  if (incident.resolution === 'source')
    return `its source (${inline(incident.source, 40)}): nothing fires any more`
  if (incident.resolution === 'successful_run' && incident.resolvedBy !== null)
    return `a success: ${actorName(incident.resolvedBy)}`
  return incident.resolvedBy === null ? 'somebody' : actorName(incident.resolvedBy)
}

function alertsLine(view: CardView): string {
  const { incident } = view
  const first = view.alerts[0]
  const what =
    first === undefined
      ? ''
      : ` · ${inline(first.name, 80)}${first.summary === null ? '' : `: ${inline(first.summary, 200)}`}`
  const total = incident.alertsTotal === 1 ? '1 alert' : `${incident.alertsTotal} alerts`
  const firing =
    incident.alertsFiring === incident.alertsTotal ? 'firing' : `${incident.alertsFiring} still firing`
  return `${total}, ${firing}${what}`
}

/** At most three: the rest is in the runbook. */
function withheldLines(view: CardView): string[] {
  if (view.incident.state === 'resolved') return []
  return view.withheld
    .slice(0, 3)
    .map((withheld) => `${inline(withheld.title, 60)} is not offered: ${inline(withheld.says, 200)}`)
}

function progressLine({ progress }: CardView): string | null {
  if (progress === null) return null
  return `Runbook: ${progress.done} of ${progress.steps} ${progress.steps === 1 ? 'step' : 'steps'} done`
}

function linksLine(view: CardView): string | null {
  const shown = view.links.map((one) => link(one.title, one.url)).filter((text) => text !== '')
  return shown.length === 0 ? null : shown.join(' · ')
}

function fallback(view: CardView): string {
  const { incident } = view
  const worst = view.findings.find((finding) => finding.severity !== 'none')
  const finding = worst === undefined ? '' : ` – ${worst.sentence}`
  // Slack parses the fallback as mrkdwn too.
  return inline(
    `#${incident.number} ${STATE[incident.state]}: ${incident.title} (${incident.severity})${finding}`,
    300,
  )
}
