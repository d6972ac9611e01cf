// Makes an event fit PagerDuty's limit: what is least needed goes first, the page itself never.
import type { PagerDutyEvent } from './event-model.ts'

/** Bytes of the encoded event. PagerDuty says "512 KB"; other senders cut at this number, so do we. */
export const MAX_EVENT_BYTES = 512_000

const REMOVED = 'Removed because the event exceeded 512,000 bytes; the incident in Slack has all of it.'

/** An event as it may be sent, and which parts were taken out for it. */
export type FittedEvent = { event: PagerDutyEvent; shortened: Part[] }
export type Part = 'custom_details' | 'links' | 'images'

const PARTS: readonly Part[] = ['custom_details', 'links', 'images']

/** The event within the limit, or undefined when even the bare event is too large. */
export function fitEvent(event: PagerDutyEvent): FittedEvent | undefined {
  let fitted: FittedEvent = { event, shortened: [] }
  for (const part of PARTS) {
    if (fits(fitted.event)) return fitted
    fitted = without(fitted, part)
  }
  return fits(fitted.event) ? fitted : undefined
}

/** The event without anything that it can do without. */
export function bareEvent(event: PagerDutyEvent): FittedEvent {
  return PARTS.reduce(without, { event, shortened: [] })
}

function without(fitted: FittedEvent, part: Part): FittedEvent {
  const { event, shortened } = fitted
  if (event.event_action !== 'trigger') return fitted
  if (part === 'custom_details') {
    if (event.payload.custom_details === undefined) return fitted
    const payload = { ...event.payload, custom_details: { error: REMOVED } }
    return { event: { ...event, payload }, shortened: [...shortened, part] }
  }
  const { [part]: removed, ...kept } = event
  return removed === undefined ? fitted : { event: kept, shortened: [...shortened, part] }
}

function fits(event: PagerDutyEvent): boolean {
  return Buffer.byteLength(JSON.stringify(event)) <= MAX_EVENT_BYTES
}
