// The way in of deploy markers: each goes to a team that its sender may speak for, and is told where its job burns now.
import { createHash } from 'node:crypto'
import { type Discretion, discreetId } from '../alerts/discretion.ts'
import type { DeployMarker, Markers } from '../alerts/deploy-marker.ts'
import type { Rejected } from '../alerts/model.ts'
import { safeReference } from '../alerts/reference.ts'
import { routeAlert } from '../alerts/routing.ts'
import { ArrestorError, reasonOf } from '../errors.ts'
import { type Deployment, storeDeployments } from '../incidents/deployments.ts'
import type { Store, Tx } from '../store/store.ts'
import { quarantine, spoiledOf } from './quarantine.ts'
import { type Sender, mayNotSpeak } from './receive.ts'
import { type Settings, discretionOf } from './settings.ts'
import { tellDeployments } from './tell-deploys.ts'
import { verifyLate } from './verify-late.ts'

/** Clocks differ a little; what claims to come from the future happened now. */
const EARLIEST_DAYS = 90
const HOUR_MS = 3_600_000
/** SQLSTATE classes that say something of a value and nothing of the database: data exception, program limit. */
const BAD_VALUE = /^(?:22|54)/

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
  const done = markers.elements.map(({ marker: { at } }) => (at === null || at > now ? now : at))
  const inOrder = oneAfterAnother(done)
  for (const [index, { pointer, marker }] of markers.elements.entries()) {
    const at = done[index] ?? now
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
      const discretion = discretionOf(settings, team)
      const kept = discreetMarker(discretion, { ...said, jobNames })
      const id = marker.id === null ? contentOf(marker, at) : discreetId(discretion, marker.id)
      const externalId = `${id} ${aboutOf(kept)}`
      deployments.push({
        ...kept,
        sender: sender.name,
        externalId,
        team,
        at: inOrder[index] ?? at,
        receivedAt: now,
      })
    }
  }
  return { deployments, ...spoiledOf(rejected, rawBody, settings.discretion) }
}

/**
 * What a body tells of one instant, or of no time, was done in the order in which it stands there: each a millisecond before
 * the next, since a history is read by time alone.
 */
function oneAfterAnother(instants: readonly Date[]): readonly Date[] {
  const after = new Map<number, number>()
  return instants
    .toReversed()
    .map((at) => {
      const count = after.get(at.getTime()) ?? 0
      after.set(at.getTime(), count + 1)
      return new Date(at.getTime() - count)
    })
    .toReversed()
}

/** A marker as its team keeps it. Jobs as alerts keep theirs: they must meet. The platform is one of the configuration. */
function discreetMarker<T extends Omit<DeployMarker, 'id' | 'team'>>(discretion: Discretion, marker: T): T {
  const name = (value: string | null): string | null =>
    value === null ? null : safeReference(value, discretion.name)
  return {
    ...marker,
    jobNames: [...new Set(marker.jobNames.map((one) => discretion.name(one)))],
    commit: name(marker.commit),
    image: name(marker.image),
    version: name(marker.version),
    by: name(marker.by),
    summary: marker.summary === null ? null : discretion.text(marker.summary),
    url: marker.url === null ? null : discretion.link(marker.url),
  }
}

export interface StoredMarkers {
  readonly stored: number
  /** With those that the database did not take. */
  readonly rejected: readonly Rejected[]
}

/**
 * Stores what was prepared in one transaction. Where that fails they are stored one by one, so that one that cannot be
 * stored does not sink its neighbours; one whose values the database does not take is set aside. Throws what else
 * failed, after the others were stored: a sender that sends again finds those known.
 */
export async function takeMarkers(
  store: Store,
  discretion: Discretion,
  prepared: PreparedMarkers,
  now: Date,
): Promise<StoredMarkers> {
  const take = (part: PreparedMarkers): Promise<{ stored: number }> =>
    store.transaction((tx) => storeMarkers(tx, part, now))
  try {
    return { ...(await take(prepared)), rejected: prepared.rejected }
  } catch (error) {
    if (error instanceof ArrestorError && error.code === 'ARR-201') throw error
    if (prepared.deployments.length < 2 && !isBadValue(error)) throw error
  }
  const rejected = [...prepared.rejected]
  const failures: unknown[] = []
  let stored = 0
  for (const deployment of prepared.deployments)
    try {
      stored += (await take({ ...prepared, deployments: [deployment], rejected: [] })).stored
    } catch (error) {
      if (error instanceof ArrestorError && error.code === 'ARR-201') throw error
      if (isBadValue(error))
        rejected.push({ pointer: '', reason: `the database does not take it: ${reasonOf(error)}`, raw: null })
      else failures.push(error)
    }
  const spoiled = spoiledOf(rejected, prepared.rawBody, discretion)
  await take({ ...prepared, ...spoiled, deployments: [] })
  if (failures.length > 0) throw failures[0]
  return { stored, rejected: spoiled.rejected }
}

function isBadValue(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && BAD_VALUE.test(code)
}

/** Stores what was prepared; what is new is told in the threads of open incidents of its jobs. */
export async function storeMarkers(
  tx: Tx,
  prepared: PreparedMarkers,
  now: Date,
): Promise<{ readonly stored: number; readonly told: number }> {
  const fresh = await storeDeployments(tx, prepared.deployments)
  const told = await tellDeployments(tx, fresh, now)
  await verifyLate(tx, fresh, now)
  await quarantine(tx, [{ ...prepared, source: 'deploy' }], 'marker_rejected', now)
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

/** One build may deploy one job and roll back another, under one id. */
function aboutOf({ what, platform, jobNames }: Pick<Deployment, 'what' | 'platform' | 'jobNames'>): string {
  return hashOf([what, platform, jobNames.toSorted()], 16)
}

/** The same marker sent again within the hour, where nothing but its content tells that it is the same. */
function contentOf(marker: DeployMarker, at: Date): string {
  const when = marker.at === null ? Math.floor(at.getTime() / HOUR_MS) : at.getTime()
  return `content-${hashOf([marker, when], 32)}`
}

function hashOf(value: unknown, digits: number): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, digits)
}
