// Deploy markers in the database. Every function takes the transaction first.
import { type Selectable, sql } from 'kysely'
import type { DeployKind, DeployMarker } from '../alerts/deploy-marker.ts'
import { type Tx, json } from '../store/store.ts'
import type { DeploymentsTable } from '../store/tables.ts'

/** A marker that is kept, of one team. */
export interface Deployment extends Omit<DeployMarker, 'id' | 'at' | 'team'> {
  /** The credential that brought it. */
  readonly sender: string
  /** The sender's id, and a hash of what it speaks of: one build may deploy and roll back several jobs. */
  readonly externalId: string
  readonly team: string
  readonly at: Date
  readonly receivedAt: Date
}

/** Stores those that are new and answers them; the others were stored before. */
export async function storeDeployments(
  tx: Tx,
  deployments: readonly Deployment[],
): Promise<readonly Deployment[]> {
  if (deployments.length === 0) return []
  const unique = new Map(deployments.map((one) => [keyOf(one.sender, one.externalId, one.team), one]))
  const inserted = await tx
    .insertInto('deployments')
    .values(
      // In order of their keys, so that two replicas that take the same markers cannot wait for one another.
      [...unique.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, one]) => ({
          sender: one.sender,
          external_id: one.externalId,
          team: one.team,
          platform: one.platform,
          job_names: json(one.jobNames),
          what: one.what,
          commit: one.commit,
          image: one.image,
          version: one.version,
          summary: one.summary,
          by: one.by,
          url: one.url,
          at: one.at,
          received_at: one.receivedAt,
        })),
    )
    .onConflict((conflict) => conflict.columns(['sender', 'external_id', 'team']).doNothing())
    .returning(['sender', 'external_id', 'team'])
    .execute()
  return inserted.flatMap((row) => unique.get(keyOf(row.sender, row.external_id, row.team)) ?? [])
}

export interface DeploymentFilter {
  /** Null: of all teams. */
  readonly teams: readonly string[] | null
  readonly since: Date
  readonly limit: number
  /** Only those that speak of this job, as `speaksOf` says; null or absent where no job is known: of all. */
  readonly jobName?: string | null
  /** Of those that speak of the job, only those that name it, or that speak of all jobs. */
  readonly reach?: 'job' | 'all'
  /** The same of the platform. */
  readonly platform?: string | null
}

/** The newest deployments that pass the filter, newest first. */
export async function listDeployments(tx: Tx, filter: DeploymentFilter): Promise<readonly Deployment[]> {
  const { jobName = null, platform = null, reach } = filter
  let query = tx
    .selectFrom('deployments')
    .selectAll()
    .where('at', '>=', filter.since)
    .orderBy('at', 'desc')
    .orderBy('external_id')
    .limit(filter.limit)
  if (filter.teams !== null) query = query.where('team', 'in', [...filter.teams])
  if (platform !== null)
    query = query.where((of) => of.or([of('platform', 'is', null), of('platform', '=', platform)]))
  // Here and not after the limit: a busy team's other jobs would fill the list.
  const isOfAll = sql<boolean>`job_names = '[]'::jsonb`
  const isOfJob = sql<boolean>`job_names @> ${json([jobName])}::jsonb`
  if (jobName !== null && reach === undefined) query = query.where((of) => of.or([isOfAll, isOfJob]))
  if (jobName !== null && reach !== undefined) query = query.where(reach === 'job' ? isOfJob : isOfAll)
  return (await query.execute()).map(toDeployment)
}

/** A job is deployed a few times a day at most, and its last good run is seldom older than so many deployments. */
const MARKERS_READ = 200

/**
 * What speaks of a job, newest first: so many that name it, and so many that speak of all jobs, however many there are of the
 * other kind. Without a job: so many of any.
 */
export async function deploymentsAbout(
  tx: Tx,
  about: { readonly team: string; readonly platform: string | null; readonly jobName: string | null },
  since: Date,
): Promise<readonly Deployment[]> {
  const { team, platform, jobName } = about
  const of = { teams: [team], platform, jobName, since, limit: MARKERS_READ }
  if (jobName === null) return await listDeployments(tx, of)
  const own = await listDeployments(tx, { ...of, reach: 'job' })
  const forAll = await listDeployments(tx, { ...of, reach: 'all' })
  return [...own, ...forAll].toSorted((a, b) => b.at.getTime() - a.at.getTime())
}

/** Whether a deployment speaks of this job on this platform; one that names no job or platform speaks of all. */
export function speaksOf(
  { jobNames, platform }: Pick<Deployment, 'jobNames' | 'platform'>,
  jobName: string | null,
  of: string | null,
): boolean {
  if (platform !== null && of !== null && platform !== of) return false
  return jobNames.length === 0 || (jobName !== null && jobNames.includes(jobName))
}

function toDeployment(row: Selectable<DeploymentsTable>): Deployment {
  return {
    sender: row.sender,
    externalId: row.external_id,
    team: row.team,
    platform: row.platform,
    jobNames: row.job_names,
    what: row.what as DeployKind,
    commit: row.commit,
    image: row.image,
    version: row.version,
    summary: row.summary,
    by: row.by,
    url: row.url,
    at: row.at,
    receivedAt: row.received_at,
  }
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts)
