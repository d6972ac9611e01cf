// Why this runbook: the matchers that held, and who came second. Pure.
import type { CardView } from '../../flow/card.ts'
import { inline } from './text.ts'

/** Matchers that are told; a runbook with more says enough by the first. */
const MATCHERS = 4

/** Lines for the card's small print. */
export function whyRunbook(view: CardView): string[] {
  const name = view.match.unknownName ?? null
  const unknown = name === null ? [] : [`The alert names ${inline(name, 80)}, which is no runbook here.`]
  return [...unknown, ...[chosen(view)].filter((line) => line !== null)]
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
        .map((matcher) => inline(matcher.text, 100))
        .join(', ')}${more}`
      const second = match.runnersUp[0]
      return `${name}: ${held} held.${second === undefined ? '' : ` Next was ${inline(second.id, 60)} (${inline(second.why, 120)}).`}`
    }
  }
}
