// Why this runbook: the matchers that held, and who came second. What `arrestor runbook match` tells, for people. Pure.
import type { CardView } from '../../flow/card.ts'
import { code, inline } from './text.ts'

/** Matchers that the card tells; a runbook with more says enough by the first. */
const MATCHERS = 4
/** Runners-up that the card tells; the whole list stands beside the runbook itself. */
const RUNNERS_UP = 2
/** Slack takes 3,000 characters in one text. */
const WHOLE = 2_800

/** Lines for the card's small print. */
export function whyRunbook(view: CardView): string[] {
  return [...unknownName(view), ...[chosen(view)].filter((line) => line !== null)]
}

/** The whole answer, a line each: every matcher of the winner's entry with what it was held against, every runner-up. */
export function whyRunbookWhole(view: CardView): string[] {
  const { match, runbook } = view
  if (runbook === null || match.reason !== 'matched') return whyRunbook(view)
  const matchers = (match.explanation[0]?.matchers ?? []).map(
    ({ text, actual }) => `• ${code(text, 200)} held: it is ${inline(actual ?? '', 100)}`,
  )
  const runnersUp = match.runnersUp.map(({ id, why }) => `• next was ${inline(id, 80)}: ${inline(why, 160)}`)
  return [
    ...unknownName(view),
    fitting([`Runbook *${inline(runbook.id, 80)}*, because`, ...matchers, ...runnersUp]),
  ]
}

/** As many lines as one text of Slack takes, and how many more there are. */
function fitting(lines: readonly string[]): string {
  let length = 0
  const fit = lines.filter((line) => (length += line.length + 1) <= WHOLE)
  const more = lines.length - fit.length
  return [...fit, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

function unknownName({ match }: CardView): string[] {
  const name = match.unknownName ?? null
  return name === null ? [] : [`The alert names ${inline(name, 80)}, which is no runbook here.`]
}

function chosen(view: CardView): string | null {
  const { match, runbook } = view
  if (runbook === null) return 'No runbook covers this alert.'
  const name = `Runbook *${inline(runbook.id, 80)}*`
  switch (match.reason) {
    case 'named':
      return `${name}: the alert names it.`
    case 'catch_all':
      return `${name}: no runbook covers this alert; this is the one for all others.`
    case 'none':
      return null
    case 'matched': {
      const matchers = match.explanation[0]?.matchers ?? []
      const more = matchers.length > MATCHERS ? ` and ${matchers.length - MATCHERS} more` : ''
      const held = `${matchers
        .slice(0, MATCHERS)
        .map((matcher) => code(matcher.text, 100))
        .join(', ')}${more}`
      return `${name}: ${held} held.${runnersUp(match.runnersUp)}`
    }
  }
}

function runnersUp(all: CardView['match']['runnersUp']): string {
  if (all.length === 0) return ''
  const told = all.slice(0, RUNNERS_UP).map(({ id, why }) => `${inline(id, 60)} (${inline(why, 120)})`)
  const more = all.length > RUNNERS_UP ? ` and ${all.length - RUNNERS_UP} more` : ''
  return ` Next ${told.length === 1 ? 'was' : 'were'} ${told.join(', ')}${more}.`
}
