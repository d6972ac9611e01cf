// The card as data: everything Slack shows of one incident, read in one transaction, a pure function of its rows.
import type { Link } from '../alerts/model.ts'
import type { Finding } from '../diagnosis/model.ts'
import type { Incident } from '../incidents/model.ts'
import { findIncident, readPinned } from '../incidents/repository.ts'
import { readTicks } from '../incidents/runbook-record.ts'
import { type ActionRun, listRuns } from '../remediation/action-runs.ts'
import { type Offer, offersInVain, standingOffers } from '../remediation/offers.ts'
import { consequenceOf, warningOf } from '../remediation/action.ts'
import { onPlatform } from '../remediation/on-platform.ts'
import { withheldIn } from '../remediation/prepare.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { EntryExplanation, MatchReason, RunnerUp } from '../runbooks/match.ts'
import type { Tx } from '../store/store.ts'
import { pinnedPolicy } from './escalate.ts'
import type { FlowDeps } from './deps.ts'
import { DUE } from './destinations.ts'
import { factsWith, firstAlert, namesFor, namesOf, readFindings, sectionsOf } from './diagnosis-view.ts'
import { type Progress, progressOf } from './runbook-progress.ts'
import { pinnedRunbook } from './runbook-text.ts'

export interface AlertLine {
  readonly name: string
  readonly summary: string | null
  readonly startsAt: Date
}

export interface OfferView extends Offer {
  readonly consequence: string
  /** The end of the consequence, which must not be cut off; null where nothing is known against it. */
  readonly warning: string | null
  readonly danger: boolean
}

/** What the ladder does next, if anything. */
export interface NextStep {
  readonly dueAt: Date
  readonly page: boolean
  readonly mention: readonly string[]
}

export interface PageView {
  readonly state: 'pending' | 'sent' | 'undelivered' | 'withdrawn' | 'acknowledged' | 'resolved'
  readonly sentAt: Date | null
  readonly lastError: string | null
  readonly secondRouteAt: Date | null
}

export interface CardView {
  readonly incident: Incident
  readonly channel: string
  readonly runbook: { readonly id: string; readonly title: string } | null
  readonly match: {
    readonly reason: MatchReason
    readonly explanation: readonly EntryExplanation[]
    readonly runnersUp: readonly RunnerUp[]
    /** What the alert called its runbook, when that is none of ours; absent in rows of an earlier version. */
    readonly unknownName?: string | null
  }
  readonly alerts: readonly AlertLine[]
  readonly links: readonly Link[]
  /** Worst first. */
  readonly findings: readonly Finding[]
  /** The team keeps raw evidence out. */
  readonly keptOut?: boolean
  readonly page: PageView | null
  readonly canPage: boolean
  readonly next: NextStep | null
  readonly offers: readonly OfferView[]
  readonly withheld: readonly { readonly title: string; readonly says: string }[]
  readonly runs: readonly ActionRun[]
  /** Steps of the runbook that people have ticked; null while nobody has. */
  readonly progress: Progress | null
}

const ALERTS_SHOWN = 3

/** Reads the card of an incident, or null when the incident does not exist. */
export async function readCard(tx: Tx, deps: FlowDeps, incidentId: string): Promise<CardView | null> {
  const incident = await findIncident(tx, incidentId)
  const team = incident === null ? undefined : deps.settings.teams.get(incident.team)
  if (incident === null || team === undefined) return null
  const runbook = await pinnedRunbook(tx, incident.runbookHash)
  const { outputs, findings } = await readFindings(tx, incident)
  const alerts = await tx
    .selectFrom('alert_instances')
    .select(['name', 'annotations', 'starts_at', 'links'])
    .where('incident_id', '=', incident.id)
    .orderBy('first_seen_at')
    .orderBy('fingerprint')
    .limit(ALERTS_SHOWN)
    .execute()
  const page = await tx
    .selectFrom('pages')
    .selectAll()
    .where('incident_id', '=', incident.id)
    .executeTakeFirst()
  const first = await firstAlert(tx, incident)
  const lookup = namesFor(deps, incident, first, outputs)
  // Buttons that stand while all is looked at anew say what they were made from.
  const offered = incident.diagnosis === 'done' ? lookup : await namesOf(tx, deps, incident)
  const ticks =
    runbook === null
      ? new Map<string, never>()
      : await readTicks(tx, { incidentId: incident.id, runbookId: runbook.id })
  const views =
    runbook === null || (incident.diagnosis !== 'done' && ticks.size === 0)
      ? []
      : sectionsOf(deps, incident, runbook, factsWith(deps, incident, first, outputs))
  const offers = await standingOffers(tx, incident.id)
  const withheld = incident.diagnosis === 'done' ? withheldIn(views, lookup) : []
  return {
    incident,
    channel: team.channel,
    runbook: runbook === null ? null : { id: runbook.id, title: runbook.title },
    match: (await readPinned(tx, incident.id)).match as CardView['match'],
    alerts: alerts.map((row) => ({
      name: row.name,
      summary: row.annotations['summary'] ?? null,
      startsAt: row.starts_at,
    })),
    links: [
      ...new Map(alerts.flatMap((row) => row.links as Link[]).map((link) => [link.url, link])).values(),
    ].slice(0, 3),
    findings,
    keptOut: !team.discretion.quotes,
    page:
      page === undefined
        ? null
        : {
            state: page.state,
            sentAt: page.sent_at,
            lastError: page.last_error,
            secondRouteAt: page.second_route_at,
          },
    canPage: team.pages,
    next: await nextStep(tx, incident),
    offers: offers.flatMap((offer) => {
      const action = ACTIONS.get(offer.action)
      return action === undefined
        ? []
        : [
            {
              ...offer,
              consequence: consequenceOf(onPlatform(action, offered), offer, offered),
              warning: warningOf(action, offered),
              danger: action.danger,
            },
          ]
    }),
    withheld: [
      ...withheld,
      ...(await refusedForGood(tx, incident, offers)).filter(
        ({ title }) => !withheld.some((one) => one.title === title),
      ),
    ],
    runs: await listRuns(tx, incident.id),
    progress: ticks.size === 0 ? null : progressOf(views, ticks),
  }
}

/** What was refused so that no press changes it, where nothing else of the action is offered: one line for each. */
async function refusedForGood(
  tx: Tx,
  { id }: Incident,
  standing: readonly Offer[],
): Promise<CardView['withheld']> {
  const refused = (await offersInVain(tx, id)).filter(
    ({ offer }) => !standing.some(({ action }) => action === offer.action),
  )
  const newest = new Map(refused.toReversed().map(({ offer: { title }, says }) => [title, says]))
  return [...newest].map(([title, says]) => ({ title, says }))
}

async function nextStep(tx: Tx, incident: Incident): Promise<NextStep | null> {
  if (incident.state === 'resolved') return null
  const due = await tx
    .selectFrom('due')
    .select(['due_at', 'data'])
    .where('kind', '=', DUE.escalation)
    .where('subject', '=', incident.id)
    .executeTakeFirst()
  const step =
    due === undefined ? undefined : (await pinnedPolicy(tx, incident.id)).steps[Number(due.data['step'])]
  if (due === undefined || step === undefined) return null
  if (incident.state === 'acknowledged' && step.while === 'unacknowledged') return null
  return { dueAt: due.due_at, page: step.page, mention: step.mention }
}
