// Why this runbook: the matchers that held, and who came second. Pure.
import type { CardView } from '../../flow/card.ts'
import { inline } from './text.ts'

/** One line for the card's small print, or null when nothing was matched. */
export function whyRunbook(view: CardView): string | null {
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
      const held = match.explanation[0]?.matchers.map((matcher) => inline(matcher.text, 100)).join(', ') ?? ''
      const second = match.runnersUp[0]
      return `${name}: ${held} held.${second === undefined ? '' : ` Next was ${inline(second.id, 60)} (${inline(second.why, 120)}).`}`
    }
  }
}
