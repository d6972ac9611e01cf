// A note: what somebody found out or did by hand, in their own words, on the incident's timeline and in its thread.
import { DISCREET, type Discretion } from '../alerts/discretion.ts'
import { record } from '../incidents/timeline.ts'
import type { FlowDeps } from './deps.ts'
import { type Person, type Pressed, pressing } from './press.ts'
import { discretionOf } from './settings.ts'
import { tellThread } from './thread.ts'

/** Longest note, in characters; what is longer belongs into a document, with its link in the note. */
export const NOTE_LIMIT = 2_000

/** Control characters but newline, and those that turn the direction of text: they hide what a line says. */
// oxlint-disable-next-line no-control-regex -- these are the characters it is about
const HIDDEN = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** A note as it is kept: readable characters, no credentials or addresses, at most `NOTE_LIMIT` long. */
export function noteText(typed: string, discretion: Discretion = DISCREET): string {
  const clean = typed
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(HIDDEN, ' ')
    .toWellFormed()
    .replaceAll(/\n{3,}/g, '\n\n')
  // Cut before the redaction too, or a long text would cost time; and after it, since its words may be longer.
  const safe = discretion.text(clean.slice(0, 4 * NOTE_LIMIT)).trim()
  if (safe.length <= NOTE_LIMIT) return safe
  const head = safe.slice(0, NOTE_LIMIT - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

/**
 * Keeps a note of a responder or commander, on a resolved incident too: what was learned is often written afterwards.
 * The same words again by the same person, with nothing in between, are counted and not posted twice.
 */
export async function note(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  typed: string,
): Promise<Pressed> {
  const press = { name: 'note', label: 'A note' }
  return await pressing(deps, incidentId, person, press, async ({ tx, incident, now }) => {
    const text = noteText(typed, discretionOf(deps.settings, incident.team))
    if (text === '') return { kind: 'refused', sentence: 'The note is empty. Nothing was kept.' }
    const last = await tx
      .selectFrom('timeline')
      .select(['kind', 'reason', 'actor'])
      .where('incident_id', '=', incident.id)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    const again =
      last?.kind === 'noted' && last.reason === text && (last.actor as Partial<Person>).id === person.id
    await record(tx, incident.id, { kind: 'noted', actor: person, reason: text }, now)
    if (again)
      return { kind: 'already', sentence: `That note stands on the timeline of #${incident.number} already.` }
    await tellThread(tx, incident.id, { type: 'note', text, by: person }, now)
    return { kind: 'done', sentence: `Noted on #${incident.number}: ${incident.title}`, incident }
  })
}
