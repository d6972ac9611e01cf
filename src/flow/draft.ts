// A runbook drafted from an incident: its rows read in one transaction, the draft made, and its telling recorded.
import type { Finding } from '../diagnosis/model.ts'
import type { Incident, TimelineEntry } from '../incidents/model.ts'
import { findIncident } from '../incidents/repository.ts'
import { record, readTimeline } from '../incidents/timeline.ts'
import { listRuns } from '../remediation/action-runs.ts'
import { findOffer } from '../remediation/offers.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { mayDo } from '../remediation/roles.ts'
import {
  type Draft,
  type DraftAction,
  type DraftProbe,
  type DraftSource,
  draftRunbook,
} from '../runbooks/draft.ts'
import { type Runbook, type Scalar, actionsOf, probesOf } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'
import { cardPlace } from './card-place.ts'
import type { FlowDeps } from './deps.ts'
import { firstAlert, platformView } from './diagnosis-view.ts'
import { GONE, type Person, refuse, roleFor, unknownThing } from './press.ts'
import { pinnedRunbook } from './runbook-text.ts'

/** Entries that a draft looks at; the newest of a longer timeline. */
const TIMELINE_READ = 2_000

export type Drafted =
  | {
      readonly kind: 'draft'
      readonly draft: Draft
      readonly incident: Incident
      /** `channel/ts` of the card, null while it is not posted. */
      readonly place: string | null
    }
  | { readonly kind: 'refused'; readonly sentence: string }

/** A draft for a person: responders and commanders of the incident's team alone. */
export async function draftFor(deps: FlowDeps, incidentId: string, person: Person): Promise<Drafted> {
  const role = await roleFor(deps, incidentId, person)
  const refused = (sentence: string): Drafted => ({ kind: 'refused', sentence })
  if (role === null) return refused((await unknownThing(deps, incidentId, person, GONE)).sentence)
  return await deps.store.transaction(async (tx) => {
    const incident = await findIncident(tx, incidentId)
    if (incident === null) return refused(GONE)
    const permission = mayDo(role, 'responder', 'A draft', incident.team)
    if (!permission.may) {
      const said = await refuse(tx, incident, person, 'runbook_draft', permission.sentence, deps.clock.now())
      return refused(said.sentence)
    }
    const draft = await readDraft(tx, deps, incident)
    return { kind: 'draft', draft, incident, place: await cardPlace(tx, incident.id) }
  })
}

/** Puts on the timeline that a draft was handed over, and to which runbook id. */
export async function draftDelivered(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  draft: Pick<Draft, 'id'>,
): Promise<void> {
  await deps.store.transaction((tx) =>
    record(tx, incidentId, { kind: 'runbook_drafted', actor: person, reason: draft.id }, deps.clock.now()),
  )
}

/** The draft of an incident as its rows stand. */
export async function readDraft(tx: Tx, deps: FlowDeps, incident: Incident): Promise<Draft> {
  const timeline = await readTimeline(tx, incident.id, TIMELINE_READ)
  const runbooks = await runbooksOf(tx, incident, timeline)
  const alert = await firstAlert(tx, incident)
  const source: DraftSource = {
    number: incident.number,
    team: incident.team,
    severity: incident.severity,
    alert: alert ?? {
      name: incident.title,
      severity: incident.severity,
      labels: {},
      annotations: {},
      run: incident.run,
    },
    served: runbooks[0] ?? null,
    platform: platformView(deps, incident),
    openedAt: incident.openedAt,
    acknowledgedAt: incident.acknowledgedAt,
    resolvedAt: incident.resolvedAt,
    resolution: incident.resolution,
    probes: await probesRun(tx, incident, timeline, runbooks),
    actions: await actionsPressed(tx, incident),
    ticked: await tickedSections(tx, incident, runbooks),
    notes: timeline
      .filter(({ kind }) => kind === 'noted')
      .map(({ reason, at }) => ({ text: reason, afterMs: since(incident, at) })),
    escalations: timeline
      .filter(({ kind }) => kind === 'escalated')
      .map(({ data, at }) => ({
        afterMs: since(incident, at),
        page: data['page'] === true,
        mentions: Array.isArray(data['mention']) ? data['mention'].length : 0,
      })),
    people: timeline.flatMap(({ actor }) => (actor.kind === 'person' ? [actor.name, actor.id] : [])),
    now: deps.clock.now(),
  }
  const library = deps.runbooks(incident.team).runbooks
  return draftRunbook(source, { library, actions: ACTIONS })
}

function since(incident: Incident, at: Date): number {
  return at.getTime() - incident.openedAt.getTime()
}

/** The texts that served this incident, the present one first, then from the newest to the oldest; no others. */
async function runbooksOf(
  tx: Tx,
  incident: Incident,
  timeline: readonly TimelineEntry[],
): Promise<readonly Runbook[]> {
  // By hash: other teams have runbooks of the same id, and texts of this one may never have served here.
  const earlier = timeline.flatMap(({ kind, data }) => {
    const key = EARLIER[kind]
    return key === undefined ? [] : [data[key]]
  })
  const hashes = new Set([incident.runbookHash, ...earlier.toReversed()])
  const found: Runbook[] = []
  for (const hash of hashes) {
    const runbook = typeof hash === 'string' ? await pinnedRunbook(tx, hash) : null
    if (runbook !== null) found.push(runbook)
  }
  return found
}

/** Where entries of the timeline name the text that served until then. */
const EARLIER: Readonly<Partial<Record<TimelineEntry['kind'], string>>> = {
  runbook_switched: 'from_hash',
  runbook_updated: 'from',
  diagnosed: 'runbook_hash',
}

/** What the last diagnosis found that ran any probe: a newer text without probes does not undo what was seen. */
async function probesRun(
  tx: Tx,
  incident: Incident,
  timeline: readonly TimelineEntry[],
  runbooks: readonly Runbook[],
): Promise<readonly DraftProbe[]> {
  const rows = await tx
    .selectFrom('findings')
    .selectAll()
    .where('incident_id', '=', incident.id)
    .where('generation', '=', (of) =>
      of
        .selectFrom('findings')
        .where('incident_id', '=', incident.id)
        .select((one) => one.fn.max('generation').as('newest')),
    )
    .orderBy('position')
    .execute()
  const diagnosed = timeline.findLast(
    ({ kind, data }) => kind === 'diagnosed' && data['generation'] === rows[0]?.generation,
  )
  const ran = runbooks.filter(({ hash }) => hash === diagnosed?.data['runbook_hash'])
  // An entry that does not say it leaves the steps of the newest text that has them.
  const steps = (diagnosed === undefined ? runbooks : ran).flatMap(probesOf)
  return rows.flatMap((row) => {
    const step = steps.find(({ id }) => id === row.step)
    const outputs = row.outputs as Record<string, Scalar>
    return step === undefined ? [] : [{ step, outputs, findings: row.findings as Finding[] }]
  })
}

/** What was pressed, a line per step, however often. */
async function actionsPressed(tx: Tx, incident: Incident): Promise<readonly DraftAction[]> {
  const actions = new Map<string, DraftAction>()
  for (const run of await listRuns(tx, incident.id)) {
    const offer = await findOffer(tx, run.offerId)
    if (offer === null) continue
    const runbook = await pinnedRunbook(tx, offer.runbookHash)
    const step = runbook === null ? undefined : actionsOf(runbook).find(({ id }) => id === offer.step)
    const { state, verified, detail, requestedAt } = run
    const one = { state, verified, detail, afterMs: since(incident, requestedAt) }
    const known = actions.get(offer.step)
    actions.set(offer.step, {
      step: step ?? null,
      id: offer.step,
      use: offer.action,
      title: offer.title,
      requires: offer.requires === 'commander' ? 'commander' : 'responder',
      verifyMs: offer.verifyMs,
      runs: [...(known?.runs ?? []), one],
    })
  }
  return [...actions.values()]
}

async function tickedSections(
  tx: Tx,
  incident: Incident,
  runbooks: readonly Runbook[],
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('runbook_ticks')
    .select(['runbook_id', 'section'])
    .where('incident_id', '=', incident.id)
    .where('done', '=', true)
    .execute()
  const ticked = new Set(rows.map((row) => `${row.runbook_id}/${row.section}`))
  const headings = runbooks.flatMap((runbook) =>
    runbook.sections.filter(({ id }) => ticked.has(`${runbook.id}/${id}`)).map(({ heading }) => heading),
  )
  return [...new Set(headings)]
}
