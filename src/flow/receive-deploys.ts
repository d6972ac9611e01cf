// The way in of deploy markers: each goes to a team that its sender may speak for, and is told where its job burns now.
import { createHash } from 'node:crypto'
import type { Discretion } from '../alerts/discretion.ts'
import type { DeployMarker, Markers } from '../alerts/deploy-marker.ts'
import type { Rejected } from '../alerts/model.ts'
import { routeAlert } from '../alerts/routing.ts'
import { type Deployment, speaksOf, storeDeployments } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { lockIncident } from '../incidents/repository.ts'
import { recordAll } from '../incidents/timeline.ts'
import { append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'
import { quarantine, spoiledOf } from './quarantine.ts'
import { type Sender, mayNotSpeak } from './receive.ts'
import { type Settings, discretionOf } from './settings.ts'

/** Clocks differ a little; what claims to come from the future happened now. */
const EARLIEST_DAYS = 90
const HOUR_MS = 3_600_000
/** Incidents that one body's markers are told in; a storm of a job's incidents needs it once. */
const MAX_TOLD = 20

export interface PreparedMarkers {
  readonly deployments: readonly Deployment[]
  readonly rejected: readonly Rejected[]
  readonly rawBody: Uint8Array
}

/** Who each marker is for. Pure. */
export function prepareMarkers(
  settings: Settings,
  sender: Sender,
  markers: Extract<Markers, { kind: 'markers' }>,
  rawBody: Uint8Array,
  now: Date,
): PreparedMarkers {
  const deployments: Deployment[] = []
  const rejected = [...markers.rejected]
  for (const { pointer, marker } of markers.elements) {
    const at = marker.at === null || marker.at > now ? now : marker.at
    if (now.getTime() - at.getTime() > EARLIEST_DAYS * 24 * HOUR_MS) {
      rejected.push({ pointer, reason: `older than ${EARLIEST_DAYS} days`, raw: marker })
      continue
    }
    for (const [team, jobNames] of teamsOf(settings, sender, marker)) {
      const refusal = refusalOf(settings, sender, team, marker.platform)
      if (refusal !== null) {
        rejected.push({ pointer, reason: refusal, raw: marker })
        continue
      }
      const { id: _id, team: _team, ...said } = marker
      const externalId = marker.id ?? contentOf(marker, at)
      const kept = discreetMarker(discretionOf(settings, team), said)
      deployments.push({ ...kept, sender: sender.name, externalId, team, jobNames, at, receivedAt: now })
    }
  }
  return { deployments, ...spoiledOf(rejected, rawBody, settings.discretion) }
}

/** A marker as its team keeps it; jobs and platform stay what incidents are compared with. */
function discreetMarker<T extends Omit<DeployMarker, 'id' | 'team'>>(discretion: Discretion, marker: T): T {
  const name = (value: string | null): string | null => (value === null ? null : discretion.name(value))
  return {
    ...marker,
    commit: name(marker.commit),
    image: name(marker.image),
    version: name(marker.version),
    by: name(marker.by),
    summary: marker.summary === null ? null : discretion.text(marker.summary),
    url: marker.url === null ? null : discretion.link(marker.url),
  }
}

/** Stores what was prepared; what is new is told in the threads of open incidents of its jobs. */
export async function storeMarkers(
  tx: Tx,
  prepared: PreparedMarkers,
  now: Date,
): Promise<{ readonly stored: number; readonly told: number }> {
  const fresh = await storeDeployments(tx, prepared.deployments)
  await quarantine(tx, [{ ...prepared, source: 'deploy' }], 'marker_rejected', now)
  let told = 0
  for (const { deployment, incidentId } of await burning(tx, fresh)) {
    const incident = await lockIncident(tx, incidentId)
    if (incident === null || incident.state === 'resolved') continue
    await tell(tx, incident, deployment, now)
    told += 1
  }
  return { stored: fresh.length, told }
}

/** The team that the marker names; else its jobs' teams, as their alerts are routed; else the sender's only team. */
function teamsOf(
  settings: Settings,
  sender: Sender,
  marker: DeployMarker,
): ReadonlyMap<string, readonly string[]> {
  const { team, platform, jobNames } = marker
  if (team !== null) return new Map([[team, jobNames]])
  const [only, ...others] = sender.teams ?? []
  if (only !== undefined && others.length === 0) return new Map([[only, jobNames]])
  const labels = platform === null ? {} : { platform }
  const teams = new Map<string, string[]>()
  for (const jobName of jobNames) {
    const owner = routeAlert(settings.routing, { ...labels, job_name: jobName }).team
    teams.set(owner, [...(teams.get(owner) ?? []), jobName])
  }
  return jobNames.length > 0 ? teams : new Map([[routeAlert(settings.routing, labels).team, []]])
}

function refusalOf(settings: Settings, sender: Sender, name: string, platform: string | null): string | null {
  const team = settings.teams.get(name)
  if (team === undefined) return `there is no team ${name}`
  if (platform !== null && !team.platforms.includes(platform))
    return `team ${name} has no platform ${platform}`
  // Without a platform it speaks of all that the team has: its sender must be allowed to.
  const spoken = platform === null ? team.platforms : [platform]
  return [null, ...spoken].reduce<string | null>(
    (refusal, one) => refusal ?? mayNotSpeak(sender, name, one),
    null,
  )
}

/** The same marker sent again within the hour, where nothing but its content tells that it is the same. */
function contentOf(marker: DeployMarker, at: Date): string {
  const when = marker.at === null ? Math.floor(at.getTime() / HOUR_MS) : at.getTime()
  return `content-${createHash('sha256')
    .update(JSON.stringify([marker, when]))
    .digest('hex')
    .slice(0, 32)}`
}

/** Open incidents of the jobs that these deployments name, in order of their ids, so that locks are taken in order. */
async function burning(
  tx: Tx,
  deployments: readonly Deployment[],
): Promise<readonly { deployment: Deployment; incidentId: string }[]> {
  const named = deployments.filter(({ jobNames }) => jobNames.length > 0)
  if (named.length === 0) return []
  const open = await tx
    .selectFrom('incidents')
    .select(['id', 'team', 'platform', 'run'])
    .where('state', '!=', 'resolved')
    .where('team', 'in', [...new Set(named.map(({ team }) => team))])
    .orderBy('id')
    .execute()
  return open
    .flatMap(({ id, team, platform, run }) =>
      named
        .filter((one) => one.team === team && speaksOf(one, (run as Incident['run']).jobName, platform))
        .map((deployment) => ({ deployment, incidentId: id })),
    )
    .slice(0, MAX_TOLD)
}

async function tell(tx: Tx, incident: Incident, deployment: Deployment, now: Date): Promise<void> {
  const { what, commit, image, version, summary, by, url, sender } = deployment
  const said = { what, commit, image, version, summary, by, url, at: deployment.at.toISOString() }
  const actor = { kind: 'source', name: sender } as const
  await recordAll(tx, [{ incidentId: incident.id, entry: { kind: 'deployed', actor, reason: what, data: said } }], now) // prettier-ignore
  await append(tx, {
    destination: DESTINATIONS.thread,
    subject: incident.id,
    priority: PRIORITY.thread,
    payload: { type: 'deployed', ...said },
    now,
  })
}
