// The way in: a body becomes alerts, each is routed to a team its sender may speak for, and all are stored before the answer.
import { createHash } from 'node:crypto'
import type { OwnedAlert } from '../alerts/fold.ts'
import type { Alert, Rejected } from '../alerts/model.ts'
import { routeAlert } from '../alerts/routing.ts'
import type { Source } from '../alerts/source.ts'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import { type Tx, json } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import type { Settings } from './settings.ts'
import { storeAlerts } from './store-alerts.ts'

/** Reasons quote what strangers wrote: each is cut, and no more than so many are kept of one body. */
const MAX_REASON = 300
const MAX_TOLD = 1_000

/** Who a webhook's credential speaks for; null is everybody. */
export interface Sender {
  readonly name: string
  readonly teams: ReadonlySet<string> | null
  readonly platforms: ReadonlySet<string> | null
}

export interface Prepared {
  readonly source: string
  readonly alerts: readonly (OwnedAlert & { routed: string })[]
  readonly rejected: readonly Rejected[]
  readonly rawBody: Uint8Array
}

export type Understood =
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  | { readonly kind: 'refused'; readonly reason: string }

/** Reads a body without touching the database: parse, normalise, route, check what the sender may speak for. */
export function understand(deps: FlowDeps, source: Source, sender: Sender, rawBody: Uint8Array): Understood {
  let body: unknown
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody))
  } catch {
    return { kind: 'refused', reason: 'the body is not JSON in UTF-8' }
  }
  const normalised = source.normalise(body, {
    now: deps.clock.now(),
    normaliseJobName: deps.settings.normaliseJobName,
  })
  if (normalised.kind === 'refused') return normalised
  const alerts: (OwnedAlert & { routed: string })[] = []
  const rejected = [...normalised.rejected]
  for (const { pointer, alert } of normalised.elements) {
    const { team, reason } = routeAlert(deps.settings.routing, alert.labels)
    const platform = platformOf(deps.settings, team, alert)
    const refusal = mayNotSpeak(sender, team, platform)
    if (refusal === null) alerts.push({ team, platform, alert, routed: reason })
    else
      rejected.push({
        pointer,
        reason: refusal,
        raw: { name: alert.name, labels: alert.labels },
      })
  }
  return {
    kind: 'prepared',
    prepared: { source: source.name, alerts, rejected: rejected.map(presentable), rawBody },
  }
}

/** A label's name may stand in the reason, with a NUL or half a surrogate pair in it, which no column takes. */
function presentable(rejected: Rejected): Rejected {
  const reason = rejected.reason.replaceAll('\u0000', '\uFFFD').slice(0, MAX_REASON).toWellFormed()
  return { ...rejected, reason }
}

/** Stores prepared bodies in one transaction. */
export async function storePrepared(
  tx: Tx,
  deps: FlowDeps,
  bodies: readonly Prepared[],
  now: Date,
): Promise<void> {
  const alerts = bodies.flatMap((body) => body.alerts)
  if (alerts.length > 0) await storeAlerts(tx, deps, alerts, now)
  const spoiled = bodies.filter((body) => body.rejected.length > 0)
  if (spoiled.length === 0) return
  const quarantined = new Map(spoiled.map((body) => [idOf(body), body]))
  await tx
    .insertInto('raw_bodies')
    .values(
      [...quarantined].map(([id, body]) => ({
        id,
        source: body.source,
        received_at: now,
        body: body.rawBody,
        rejected: json(body.rejected.slice(0, MAX_TOLD).map(({ pointer, reason }) => ({ pointer, reason }))),
      })),
    )
    // A sender repeats what it was not thanked for, and then every few hours: one copy is enough.
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await decideAll(tx, spoiled.flatMap(rejections), now)
}

/** The same body of the same source has the same id. */
function idOf(body: Prepared): string {
  return `raw_${createHash('sha256').update(`${body.source}\0`).update(body.rawBody).digest('hex').slice(0, 32)}`
}

/** One decision for each rejected element; beyond `MAX_TOLD` of a body, one for all the rest. */
function rejections(body: Prepared): Decision[] {
  const decision = (reason: string, pointer: string): Decision => ({
    kind: 'alert_rejected',
    subject: body.source,
    reason,
    team: null,
    data: { pointer },
  })
  const told = body.rejected.slice(0, MAX_TOLD).map(({ reason, pointer }) => decision(reason, pointer))
  const rest = body.rejected.length - told.length
  return rest === 0 ? told : [...told, decision('one of many in its body', `/alerts (${rest} of them)`)]
}

/** The platform an alert names if the team has it, else the team's only one, else null: never a guess between two. */
function platformOf(settings: Settings, teamName: string, alert: Alert): string | null {
  const team = settings.teams.get(teamName)
  if (team === undefined) return null
  const named = alert.run.platform
  if (named !== null) return team.platforms.includes(named) ? named : null
  return team.platforms.length === 1 ? (team.platforms[0] ?? null) : null
}

function mayNotSpeak(sender: Sender, team: string, platform: string | null): string | null {
  if (sender.teams !== null && !sender.teams.has(team))
    return `credential ${sender.name} may not speak for team ${team}`
  if (sender.platforms !== null && platform !== null && !sender.platforms.has(platform))
    return `credential ${sender.name} may not speak for platform ${platform}`
  return null
}
