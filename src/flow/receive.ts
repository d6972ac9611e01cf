// The way in: a body becomes alerts, each is routed to a team its sender may speak for, and all are stored before the answer.
import { discreetAlert } from '../alerts/discretion.ts'
import type { OwnedAlert } from '../alerts/fold.ts'
import type { Alert, Rejected } from '../alerts/model.ts'
import { routeAlert } from '../alerts/routing.ts'
import type { Source } from '../alerts/source.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { quarantine, spoiledOf } from './quarantine.ts'
import { type Settings, discretionOf } from './settings.ts'
import { storeAlerts } from './store-alerts.ts'

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
    // Routes and the platform are decided by what was sent; from here on it is what the team keeps.
    const kept = discreetAlert(discretionOf(deps.settings, team), alert)
    if (refusal === null) alerts.push({ team, platform, alert: kept, routed: reason })
    else
      rejected.push({
        pointer,
        reason: refusal,
        raw: { name: alert.name, labels: alert.labels },
      })
  }
  return {
    kind: 'prepared',
    prepared: { source: source.name, alerts, ...spoiledOf(rejected, rawBody, deps.settings.discretion) },
  }
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
  await quarantine(tx, bodies, 'alert_rejected', now)
}

/** The platform an alert names if the team has it, else the team's only one, else null: never a guess between two. */
function platformOf(settings: Settings, teamName: string, alert: Alert): string | null {
  const team = settings.teams.get(teamName)
  if (team === undefined) return null
  const named = alert.run.platform
  if (named !== null) return team.platforms.includes(named) ? named : null
  return team.platforms.length === 1 ? (team.platforms[0] ?? null) : null
}

/** Why a sender may not speak for this team and platform; null where it may. */
export function mayNotSpeak(sender: Sender, team: string, platform: string | null): string | null {
  if (sender.teams !== null && !sender.teams.has(team))
    return `credential ${sender.name} may not speak for team ${team}`
  if (sender.platforms !== null && platform !== null && !sender.platforms.has(platform))
    return `credential ${sender.name} may not speak for platform ${platform}`
  return null
}
