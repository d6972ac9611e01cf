// Opening, ticking and judging a runbook: who may is decided here, each leaves its mark, a press that does nothing says why (P8).
import type { Incident } from '../incidents/model.ts'
import { lockIncident, updateIncident } from '../incidents/repository.ts'
import { noteOpened, setTick, setVote } from '../incidents/runbook-record.ts'
import { record, recordAgain } from '../incidents/timeline.ts'
import type { Runbook, Section } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { type Person, type Pressed, pressing } from './press.ts'
import { pinnedRunbook } from './runbook-text.ts'

/** To whoever marks something on a text that is not the incident's any more. */
export const REPLACED =
  'The runbook was replaced while this was open. Nothing was done; below is the one that counts now.'

/** Notes that somebody has the runbook of an incident before them; everybody who sees the card may. */
export async function openRunbook(
  deps: FlowDeps,
  opened: { incidentId: string; runbookId: string; steps: number },
  person: Person,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, opened.incidentId)
    if (incident === null) return
    const entry = { kind: 'runbook_opened', actor: person, reason: opened.runbookId } as const
    const first = await noteOpened(tx, { ...opened, person: person.id }, now)
    // How often somebody looked is a count, not copies (P11).
    if (first || !(await recordAgain(tx, incident.id, entry, now))) await record(tx, incident.id, entry, now)
  })
  deps.metrics.presses.inc({ press: 'view_runbook', outcome: 'done' })
}

/** Which text a mark was made on, and where. */
export interface Marked {
  readonly incidentId: string
  /** Of the text that was before the person. */
  readonly hash: string
}

/** Marks the section at this place of the text as done, or as not done after all. A resolved incident's too. */
export async function tickStep(
  deps: FlowDeps,
  marked: Marked & { section: number; done: boolean },
  person: Person,
): Promise<Pressed> {
  return await mark(deps, marked, person, 'tick', 'Ticking steps', async (tx, incident, runbook, now) => {
    const section = runbook.sections[marked.section]
    if (section === undefined) return null
    const key = { incidentId: incident.id, runbookId: runbook.id, section: section.id, done: marked.done }
    if (!(await setTick(tx, key, person, now)))
      return { kind: 'already', sentence: marked.done ? 'It is done already.' : 'It is not done.' }
    const kind = marked.done ? 'runbook_ticked' : 'runbook_unticked'
    const data = { runbook: runbook.id, section: section.id }
    await record(tx, incident.id, { kind, actor: person, reason: heading(section), data }, now)
    const changed = await updateIncident(tx, incident, {})
    // Somebody who works down the list must not cost a call a tick (P14).
    await requestCards(tx, [changed], now, { mayWait: true })
    return {
      kind: 'done',
      sentence: `${marked.done ? 'Done' : 'Not done'}: ${section.heading}`,
      incident: changed,
    }
  })
}

/** Keeps whether the runbook was useful to this person; the last word counts. A resolved incident's too. */
export async function voteUseful(
  deps: FlowDeps,
  marked: Marked & { useful: boolean },
  person: Person,
): Promise<Pressed> {
  return await mark(deps, marked, person, 'vote', 'Judging a runbook', async (tx, incident, runbook, now) => {
    const { useful } = marked
    const key = { incidentId: incident.id, runbookId: runbook.id, person: person.id, useful }
    if (!(await setVote(tx, key, now)))
      return { kind: 'already', sentence: `You have said ${useful ? 'yes' : 'no'} already.` }
    const reason = useful ? 'useful' : 'not useful'
    const entry = { kind: 'runbook_judged', actor: person, reason, data: { runbook: runbook.id } } as const
    await record(tx, incident.id, entry, now)
    return { kind: 'done', sentence: 'Thank you: it stands in the record.', incident }
  })
}

/** A heading as a reason: bounded, since headings are anybody's. */
function heading(section: Section): string {
  return section.heading.slice(0, 200).toWellFormed()
}

type Work = (tx: Tx, incident: Incident, runbook: Runbook, now: Date) => Promise<Pressed | null>

/** What ticking and judging share: the text must still be the one that was before the person. */
async function mark(
  deps: FlowDeps,
  { incidentId, hash }: Marked,
  person: Person,
  name: string,
  label: string,
  work: Work,
): Promise<Pressed> {
  return await pressing(deps, incidentId, person, { name, label }, async ({ tx, incident, now, no }) => {
    const runbook = incident.runbookHash === hash ? await pinnedRunbook(tx, hash) : null
    const done = runbook === null ? null : await work(tx, incident, runbook, now)
    return done ?? (await no(REPLACED))
  })
}
