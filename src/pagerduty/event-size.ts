// Makes an event fit PagerDuty's limit: what is least needed goes first, the page itself never.
import type { PagerDutyEvent } from './event-model.ts'

/** Bytes of the encoded event. PagerDuty says "512 KB"; other senders cut at this number, so do we. */
export const MAX_EVENT_BYTES = 512_000

const REMOVED = 'Removed because the event exceeded 512,000 bytes; the incident in Slack has all of it.'

/**
 * The event as it may be sent, and which parts were taken out for it; undefined when even the bare event
 * is too large.
 */
export function fitEvent(event: PagerDutyEvent): { event: PagerDutyEvent; shortened: string[] } | undefined {
  let rest = event
  const shortened: string[] = []
  if (fits(rest)) return { event: rest, shortened }
  if (rest.event_action !== 'trigger') return undefined
  const { custom_details: details, ...payload } = rest.payload
  if (details !== undefined) {
    rest = { ...rest, payload: { ...payload, custom_details: { error: REMOVED } } }
    shortened.push('custom_details')
    if (fits(rest)) return { event: rest, shortened }
  }
  for (const part of ['links', 'images'] as const) {
    if (rest[part] === undefined) continue
    const { [part]: _, ...kept } = rest
    rest = kept
    shortened.push(part)
    if (fits(rest)) return { event: rest, shortened }
  }
  return undefined
}

function fits(event: PagerDutyEvent): boolean {
  return Buffer.byteLength(JSON.stringify(event)) <= MAX_EVENT_BYTES
}
