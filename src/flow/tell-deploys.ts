// Deploy markers told where their job burns: one message an incident in some minutes, and a decision for the rest (P14).
import { sql } from 'kysely'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import { type Deployment, speaksOf } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { lockIncident } from '../incidents/repository.ts'
import { recordAll } from '../incidents/timeline.ts'
import { type Tx, json } from '../store/store.ts'
import { changesAgain } from './changes-again.ts'
import { DESTINATIONS } from './destinations.ts'
import { tellThread } from './thread.ts'

/**
 * Threads that one body's markers are told in: each is a message in Slack, and people who have read twenty know (P14). What
 * the cards offer is renewed in all of them.
 */
const MAX_TOLD = 20
/** A thread hears of deployments no more often. */
const QUIET_MINUTES = 10

/**
 * Tells new deployments in the threads of open incidents of their jobs, and lets the offers of all of them be made anew;
 * answers in how many timelines they stand.
 */
export async function tellDeployments(tx: Tx, fresh: readonly Deployment[], now: Date): Promise<number> {
  const decisions: Decision[] = []
  const renewed: string[] = []
  let told = 0
  for (const { incidentId, team, deployments } of await burning(tx, fresh)) {
    if (told === MAX_TOLD) {
      renewed.push(incidentId)
      decisions.push(untold(incidentId, team, `more than ${MAX_TOLD} open incidents of the jobs that were deployed: told in the first`, {})) // prettier-ignore
      continue
    }
    const incident = await lockIncident(tx, incidentId)
    if (incident === null || incident.state === 'resolved') continue
    renewed.push(incidentId)
    const decision = await tell(tx, incident, deployments, now)
    if (decision !== null) decisions.push(decision)
    told += 1
  }
  await changesAgain(tx, renewed, now)
  await decideAll(tx, decisions, now)
  return told
}

interface Burning {
  readonly incidentId: string
  readonly team: string
  /** Newest first, at least one. */
  readonly deployments: readonly [Deployment, ...Deployment[]]
}

/** Open incidents of the jobs that these deployments name, in order of their ids, so that locks are taken in order. */
async function burning(tx: Tx, deployments: readonly Deployment[]): Promise<readonly Burning[]> {
  const named = deployments
    .filter(({ jobNames }) => jobNames.length > 0)
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
  if (named.length === 0) return []
  const open = await tx
    .selectFrom('incidents')
    .select(['id', 'team', 'platform', 'run'])
    .where('state', '!=', 'resolved')
    .where('team', 'in', [...new Set(named.map(({ team }) => team))])
    .orderBy('id')
    .execute()
  return open.flatMap(({ id, team, platform, run }): Burning[] => {
    const [newest, ...others] = named.filter(
      (one) => one.team === team && speaksOf(one, (run as Incident['run']).jobName, platform),
    )
    return newest === undefined ? [] : [{ incidentId: id, team, deployments: [newest, ...others] }]
  })
}

/** All of them on the timeline as one entry, and at most one message; answers a decision where there is none. */
async function tell(
  tx: Tx,
  incident: Incident,
  deployments: Burning['deployments'],
  now: Date,
): Promise<Decision | null> {
  const [{ what, commit, image, version, summary, by, url, sender, at }] = deployments
  const said = { what, commit, image, version, summary, by, url, at: at.toISOString() }
  const actor = { kind: 'source', name: sender } as const
  const count = deployments.length
  await recordAll(tx, [{ incidentId: incident.id, entry: { kind: 'deployed', actor, reason: what, data: said, count } }], now) // prettier-ignore
  const last = await tx
    .selectFrom('outbox')
    .select(['id', 'state', 'payload', 'created_at'])
    .where('destination', '=', DESTINATIONS.thread)
    .where('subject', '=', incident.id)
    .where(sql<boolean>`payload ->> 'type' = 'deployed'`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.state === 'waiting') {
    const before = last.payload as { at: string; count?: number }
    const newest = before.at > said.at ? last.payload : { type: 'deployed', ...said }
    const changed = await tx
      .updateTable('outbox')
      .set({ payload: json({ ...newest, count: (before.count ?? 1) + count }) })
      .where('id', '=', last.id)
      // Claimed meanwhile: it goes out as it was.
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    if (changed.numUpdatedRows > 0n) return null
  }
  if (last !== undefined && now.getTime() - last.created_at.getTime() < QUIET_MINUTES * 60_000)
    return untold(
      incident.id,
      incident.team,
      `its thread was told of a deployment in the last ${QUIET_MINUTES} minutes`,
      { ...said, count },
    )
  await tellThread(tx, incident.id, { type: 'deployed', ...said, count }, now)
  return null
}

function untold(subject: string, team: string, reason: string, data: Record<string, unknown>): Decision {
  return { kind: 'deploy_untold', subject, reason, team, data }
}
