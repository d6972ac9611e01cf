// A runbook as people meet it during an incident: each section with what is known of it, what was done, by whom.
import type { Finding } from '../diagnosis/model.ts'
import type { Actor, Incident } from '../incidents/model.ts'
import { type Tick, type Votes, readEarlierTicks, readTicks, readVotes } from '../incidents/runbook-record.ts'
import { type ActionRun, listRuns } from '../remediation/action-runs.ts'
import type { Lookup } from '../remediation/caution.ts'
import { prepare } from '../remediation/prepare.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { ActionStep, ProbeStep, Runbook, Section } from '../runbooks/model.ts'
import type { SectionState, SectionView } from '../runbooks/sections.ts'
import type { Tx } from '../store/store.ts'
import { type CardView, readCard } from './card.ts'
import type { FlowDeps } from './deps.ts'
import { factsWith, firstAlert, namesFor, readFindings, sectionsOf } from './diagnosis-view.ts'
import { newerText } from './runbook-newer.ts'
import { progressOf, stepsOf } from './runbook-progress.ts'
import { pinnedRunbook } from './runbook-text.ts'

export interface ProbeView {
  readonly step: ProbeStep
  /** Null while it has not looked. */
  readonly findings: readonly Finding[] | null
}

export type ActionStanding =
  | { readonly kind: 'offered' }
  | { readonly kind: 'run'; readonly run: ActionRun }
  | { readonly kind: 'withheld'; readonly says: string }
  /** The diagnosis has not come to it. */
  | { readonly kind: 'waiting' }

export interface ActionView {
  readonly step: ActionStep
  /** The action that stands for it on this platform, as far as one does. */
  readonly use: string
  readonly standing: ActionStanding
}

export interface RunbookSection {
  readonly section: Section
  readonly state: SectionState
  /** Why it does not apply, or may not. */
  readonly says: string | null
  /** Whether there is something to do in it, so that it can be ticked. */
  readonly isStep: boolean
  readonly tick: Tick | null
  readonly probes: readonly ProbeView[]
  readonly actions: readonly ActionView[]
}

export interface RunbookView {
  readonly card: CardView
  readonly runbook: Runbook
  readonly sections: readonly RunbookSection[]
  readonly progress: { readonly done: number; readonly steps: number }
  /** What was ticked in the runbooks that the incident had before this one. */
  readonly earlier: readonly { readonly runbookId: string; readonly done: number }[]
  readonly votes: Votes
  /** Whether another text of this runbook is loaded that an open incident could go over to. */
  readonly newer: boolean
  /** Who went over to this text after the incident had opened, and when; null while it is the first one. */
  readonly updated: { readonly by: Actor; readonly at: Date } | null
  /** When the incident went over to this runbook from another; null when this text is not one of a switch. */
  readonly switched: Date | null
}

/** Reads the runbook of an incident as it stands for this person, or null when it has none that can be read. */
export async function readRunbookView(
  tx: Tx,
  deps: FlowDeps,
  incidentId: string,
  personId: string,
): Promise<RunbookView | null> {
  const card = await readCard(tx, deps, incidentId)
  const runbook = card === null ? null : await pinnedRunbook(tx, card.incident.runbookHash)
  if (card === null || runbook === null) return null
  const { incident } = card
  const key = { incidentId, runbookId: runbook.id }
  const [ticks, votes] = [await readTicks(tx, key), await readVotes(tx, key, personId)]
  const { outputs, byStep } = await readFindings(tx, incident)
  const alert = await firstAlert(tx, incident)
  const views = sectionsOf(deps, incident, runbook, factsWith(deps, incident, alert, outputs))
  const standing = await standingOf(tx, card, namesFor(deps, incident, alert, outputs))
  return {
    card,
    runbook,
    sections: views.map((view) => ({
      section: view.section,
      state: view.state,
      says: view.says,
      isStep: stepsOf([view]).length > 0,
      tick: ticks.get(view.section.id) ?? null,
      probes: view.section.probes.map((step) => ({ step, findings: byStep.get(step.id) ?? null })),
      actions: view.section.actions.map((step) => ({
        step,
        use: view.offered.find((one) => one.step.id === step.id)?.use ?? step.use,
        standing: standing(step, view),
      })),
    })),
    progress: progressOf(views, ticks),
    earlier: await readEarlierTicks(tx, key),
    votes,
    newer: newerText(deps, incident) !== null,
    ...(await pinnedBy(tx, incident)),
  }
}

/** What pinned the text last, after the incident had opened with one. */
async function pinnedBy(tx: Tx, incident: Incident): Promise<Pick<RunbookView, 'updated' | 'switched'>> {
  const row = await tx
    .selectFrom('timeline')
    .select(['kind', 'actor', 'at'])
    .where('incident_id', '=', incident.id)
    .where('kind', 'in', ['runbook_updated', 'runbook_switched'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    updated: row?.kind === 'runbook_updated' ? { by: row.actor as Actor, at: row.at } : null,
    switched: row?.kind === 'runbook_switched' ? row.at : null,
  }
}

/** How each action stands: what was made of its newest offer, else whether it is offered or why not. */
async function standingOf(
  tx: Tx,
  card: CardView,
  lookup: Lookup,
): Promise<(step: ActionStep, view: SectionView) => ActionStanding> {
  const runs = await listRuns(tx, card.incident.id)
  const made =
    runs.length === 0
      ? []
      : await tx
          .selectFrom('offers')
          .select(['id', 'step'])
          .where('incident_id', '=', card.incident.id)
          .execute()
  const stepOf = new Map(made.map((offer) => [offer.id, offer.step]))
  return (step, view) => {
    const open = card.incident.state !== 'resolved'
    if (open && card.offers.some((offer) => offer.step === step.id)) return { kind: 'offered' }
    const run = runs.findLast((one) => stepOf.get(one.offerId) === step.id)
    if (run !== undefined) return { kind: 'run', run }
    const withheld = view.withheld.find((one) => one.step.id === step.id)
    if (withheld !== undefined) return { kind: 'withheld', says: withheld.says }
    const offered = view.offered.find((one) => one.step.id === step.id)
    const action = offered === undefined ? undefined : ACTIONS.get(offered.use)
    const prepared = offered === undefined || action === undefined ? null : prepare(action, offered, lookup)
    if (open && card.incident.diagnosis === 'done' && prepared?.ok === false)
      return { kind: 'withheld', says: prepared.says }
    if (!open) return { kind: 'withheld', says: 'The incident is resolved.' }
    return card.incident.diagnosis === 'done'
      ? { kind: 'withheld', says: 'Nothing is known that it could be done to.' }
      : { kind: 'waiting' }
  }
}
