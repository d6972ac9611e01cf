// Resolved by the next successful run: while an incident about a run is open, its platform is asked for a later success.
import { type DataDates, datesOfNames } from '../alerts/data-dates.ts'
import {
  type Look,
  type PassedOver,
  type Told,
  type Watched,
  lookForRecovery,
} from '../diagnosis/recovery.ts'
import { beginningOf } from '../diagnosis/changes/last-good.ts'
import { discreetReader } from '../diagnosis/discreet.ts'
import { reasonOf } from '../errors.ts'
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { findIncident, lockIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import type { PlatformReader } from '../ports.ts'
import { type Due, type DueKind, schedule, scheduleEarliest } from '../store/due.ts'
import { enqueue } from '../store/jobs.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { DUE, JOBS, PRIORITY } from './destinations.ts'
import { discreetLook } from './discreet-look.ts'
import { pinnedRunbook } from './runbook-text.ts'
import { discretionOf } from './settings.ts'
import { resolveLocked } from './settle.ts'
import { tellThread } from './thread.ts'

const ASK_MS = 15_000
const LOST_JOB_MS = 120_000
/** The first look comes soon: an alert may arrive after the run that made it good. */
const FIRST_MS = 10_000
/** A weekly job and a day; after that people end it. */
const LAST_MS = 8 * 86_400_000

/** A quarter of the incident's age, once resolved of the time since: soon while it is young, and a bounded number of looks in all (about 1,200). */
export function pauseMs(incident: Incident, now: Date): number {
  return Math.min(
    600_000,
    Math.max(30_000, (now.getTime() - (incident.resolvedAt ?? incident.openedAt).getTime()) / 4),
  )
}

/** The reader of the incident's platform, if it tells of runs and the team wants its incidents ended so. */
export function readerFor(deps: FlowDeps, incident: Incident): PlatformReader | null {
  const { platform, run, team } = incident
  if (platform === null || (run.jobName === null && run.runId === null)) return null
  if (deps.settings.teams.get(team)?.resolveByNextRun !== true) return null
  const reader = deps.readers.get(platform)
  return reader?.capabilities.has('run') === true && reader.capabilities.has('runs') ? reader : null
}

/** The first look at each of these new incidents that is about a run. */
export function recoveryDues(deps: FlowDeps, incidents: readonly Incident[], now: Date): Due[] {
  return incidents
    .filter((incident) => readerFor(deps, incident) !== null)
    .map(({ id }) => ({
      kind: DUE.recovery,
      subject: id,
      dueAt: new Date(now.getTime() + FIRST_MS),
      data: {},
    }))
}

/** A look is due: it asks the platform, so it becomes a job. */
export function recoveryDue(deps: FlowDeps): DueKind {
  return {
    kind: DUE.recovery,
    async handle(tx, row, now) {
      const incident = await findIncident(tx, row.subject)
      if (incident === null || readerFor(deps, incident) === null) return
      if (incident.state === 'resolved') return await afterRecovery(tx, incident, now)
      if (now.getTime() - incident.openedAt.getTime() > LAST_MS) {
        const locked = await lockIncident(tx, incident.id)
        if (locked !== null && locked.state !== 'resolved')
          await stopWatching(tx, incident, 'no later run has succeeded within eight days', now)
        return
      }
      const again = (afterMs: number): Promise<void> =>
        schedule(tx, {
          kind: DUE.recovery,
          subject: incident.id,
          dueAt: new Date(now.getTime() + afterMs),
          data: row.data,
        })
      // Another runbook may take its place yet, so this stays a question of each look.
      if ((await pinnedRunbook(tx, incident.runbookHash))?.autoResolve === false)
        return await again(pauseMs(incident, now))
      // Should the job fail for good, the look is due again; one that works sets its own time.
      await again(LOST_JOB_MS)
      await enqueue(tx, JOBS.recover, { incidentId: incident.id, ...row.data })
    },
  }
}

/**
 * While alerts of an incident still fire that a successful run has resolved, nobody would hear of the next failure: the
 * source has nothing new to say. After eight days only a repeat of the alert brings a look.
 */
async function afterRecovery(tx: Tx, incident: Incident, now: Date): Promise<void> {
  if (incident.resolution !== 'successful_run' || incident.alertsFiring === 0) return
  if (now.getTime() - (incident.resolvedAt ?? now).getTime() <= LAST_MS) await watchOn(tx, incident, now)
  await enqueue(tx, JOBS.relapse, { incidentId: incident.id })
}

async function watchOn(tx: Tx, incident: Incident, now: Date): Promise<void> {
  const dueAt = new Date(now.getTime() + pauseMs(incident, now))
  await schedule(tx, { kind: DUE.recovery, subject: incident.id, dueAt, data: {} })
}

/**
 * A look soon at those of these incidents that a successful run has resolved; answers their ids. However many repeats
 * come, there is one look in ten seconds at most.
 */
export async function recheckRecovered(
  tx: Tx,
  incidentIds: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  if (incidentIds.length === 0) return new Set()
  const rows = await tx
    .selectFrom('incidents')
    .select('id')
    .where('id', 'in', [...incidentIds])
    .where('resolution', '=', 'successful_run')
    .orderBy('id')
    .execute()
  const dueAt = new Date(now.getTime() + FIRST_MS)
  for (const { id } of rows) await scheduleEarliest(tx, { kind: DUE.recovery, subject: id, dueAt, data: {} })
  return new Set(rows.map(({ id }) => id))
}

export interface RecoverJob {
  readonly incidentId: string
  /** What the first look chose to watch. */
  readonly watched?: {
    readonly id: string | null
    readonly since: string
    readonly failed: boolean
    readonly dates?: DataDates
  }
  /** The newest run of other data that the timeline tells of. */
  readonly passedOver?: string
}

/** Handler of the `recover` job: one look at the platform, then resolved, looked at again later, or given up. */
export async function recoverIncident(deps: FlowDeps, job: RecoverJob): Promise<void> {
  const found = await deps.store.transaction(async (tx) => {
    const incident = await findIncident(tx, job.incidentId)
    return incident === null ? null : { incident, told: await firstTold(tx, incident) }
  })
  if (found === null || found.incident.state === 'resolved') return
  const reader = readerFor(deps, found.incident)
  if (reader === null) return
  const before: Watched | null =
    job.watched === undefined ? null : { dates: {}, ...job.watched, since: new Date(job.watched.since) }
  const discretion = discretionOf(deps.settings, found.incident.team)
  let look: Look | null
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    look = discreetLook(
      discretion,
      await lookForRecovery(
        discreetReader(reader, discretion),
        found.incident.run,
        before,
        found.told,
        signal,
      ),
    )
  } catch (error) {
    // The diagnosis says on the card what cannot be reached; here there is always another look.
    deps.logger.debug({ incident: job.incidentId, reason: reasonOf(error) }, 'later runs could not be seen')
    look = null
  }
  await deps.store.transaction((tx) => recordLook(tx, deps, job, reader.platform, look))
}

async function recordLook(
  tx: Tx,
  deps: FlowDeps,
  job: RecoverJob,
  platform: string,
  look: Look | null,
): Promise<void> {
  const now = deps.clock.now()
  const incident = await lockIncident(tx, job.incidentId)
  if (incident === null || incident.state === 'resolved') return
  if (look?.kind === 'pointless') {
    await tx.deleteFrom('due').where('kind', '=', DUE.recovery).where('subject', '=', incident.id).execute()
    return await stopWatching(tx, incident, look.because, now)
  }
  const pinned = await pinnedRunbook(tx, incident.runbookHash)
  if (look?.kind === 'recovered' && pinned?.autoResolve !== false)
    return await resolveByRun(tx, deps, incident, platform, look, now)
  const watched = look?.kind === 'waiting' ? look.watched : job.watched
  const passedOver = look?.kind === 'waiting' ? look.passedOver : null
  if (passedOver !== null && passedOver.id !== job.passedOver)
    await tellPassedOver(tx, incident, passedOver, now)
  const told = passedOver?.id ?? job.passedOver
  await schedule(tx, {
    kind: DUE.recovery,
    subject: incident.id,
    dueAt: new Date(now.getTime() + pauseMs(incident, now)),
    data: {
      ...(watched === undefined ? {} : { watched }),
      ...(told === undefined ? {} : { passedOver: told }),
    },
  })
}

async function resolveByRun(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  platform: string,
  { run, own, judgedBy }: Extract<Look, { kind: 'recovered' }>,
  now: Date,
): Promise<void> {
  const actor = { kind: 'system', name: `run ${run.id} on ${platform}` } as const
  await tellThread(
    tx,
    incident.id,
    {
      type: 'recovered',
      job: run.jobName ?? incident.run.jobName,
      run: run.id,
      own,
      judgedBy,
      endedAt: run.endedAt?.toISOString() ?? null,
      link: run.link,
      heldBy: incident.state === 'acknowledged' ? incident.acknowledgedBy : null,
    },
    now,
    PRIORITY.press,
  )
  const resolved = await resolveLocked(tx, deps, incident, actor, 'successful_run', now, {
    run: run.id,
    job: run.jobName,
    began_at: beginningOf(run)?.toISOString() ?? null,
    link: run.link,
    own,
    judged_by: judgedBy ?? 'nobody tells of which data both runs are, so the later one counts',
    ended_at: run.endedAt?.toISOString() ?? null,
    held_by: incident.state === 'acknowledged' ? (incident.acknowledgedBy?.name ?? null) : null,
  })
  if (resolved.alertsFiring > 0) await watchOn(tx, resolved, now)
}

async function stopWatching(tx: Tx, incident: Incident, reason: string, now: Date): Promise<void> {
  await record(tx, incident.id, { kind: 'recovery_stopped', actor: SYSTEM, reason }, now)
}

/** A success that counts for other data alone is told once, and the look goes on. */
async function tellPassedOver(
  tx: Tx,
  incident: Incident,
  { id, because }: PassedOver,
  now: Date,
): Promise<void> {
  await record(
    tx,
    incident.id,
    { kind: 'run_passed_over', actor: SYSTEM, reason: because, data: { run: id } },
    now,
  )
}

/** When what the incident is about was first seen, and of which data: its earliest alert, which may be older than itself. */
async function firstTold(tx: Tx, incident: Incident): Promise<Told> {
  const row = await tx
    .selectFrom('alert_instances')
    .select(['starts_at', 'labels', 'annotations'])
    .where('incident_id', '=', incident.id)
    .orderBy('starts_at')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return { at: incident.openedAt, dates: {} }
  return { at: row.starts_at, dates: { ...datesOfNames(row.annotations), ...datesOfNames(row.labels) } }
}
