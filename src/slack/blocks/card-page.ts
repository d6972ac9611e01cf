// Who is next: what became of the page, and what the ladder does if nobody acts. Pure.
import type { CardView } from '../../flow/card.ts'
import { inline, when } from './text.ts'

/** One line about the page, or null when none was asked for. */
export function pageLine(view: CardView): string | null {
  const { page } = view
  if (page === null) return null
  switch (page.state) {
    case 'pending':
      return page.lastError === null
        ? 'Paging through PagerDuty…'
        : `*PagerDuty does not have the page yet* (${inline(page.lastError, 160)}); it is tried again.`
    case 'sent':
      return `*Paged* through PagerDuty${page.sentAt === null ? '' : ` at ${when(page.sentAt)}`}.`
    case 'undelivered': {
      const second =
        page.secondRouteAt === null ? '' : ` The second route was used at ${when(page.secondRouteAt)}.`
      return `*The page was not delivered*: ${inline(page.lastError ?? 'PagerDuty did not answer', 200)}. It is tried again.${second}`
    }
    case 'withdrawn':
      return 'The page was withdrawn before it went out.'
    case 'acknowledged':
      return 'PagerDuty knows that this is acknowledged.'
    case 'resolved':
      return 'PagerDuty knows that this is resolved.'
  }
}

/** One line about the next step of the ladder, or null when there is none. */
export function nextLine(view: CardView): string | null {
  const { next, incident } = view
  if (incident.state === 'resolved') return null
  if (next === null)
    return incident.state === 'triggered'
      ? 'Nobody else will be called: the escalation policy has no further step.'
      : null
  const unless = incident.state === 'triggered' ? 'unless somebody acknowledges' : 'unless it is resolved'
  const what = [
    next.page
      ? view.canPage
        ? 'PagerDuty pages the on-call'
        : 'the on-call would be paged, but this team has no PagerDuty routing key'
      : null,
    next.mention.length > 0 ? mentioned(next.mention.length) : null,
  ].filter((part) => part !== null)
  return what.length === 0 ? null : `Next at ${when(next.dueAt)}: ${what.join(' and ')}, ${unless}.`
}

/** A number, not their names: a name on a card that is being posted would call them now. */
function mentioned(count: number): string {
  return count === 1
    ? '1 person or group is called in the thread'
    : `${count} people and groups are called in the thread`
}
