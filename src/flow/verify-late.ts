// A deploy marker may show what nobody waits for any more: runs of its job that were not confirmed in time are looked at once more.
import { type Deployment, speaksOf } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { scheduleAll } from '../store/due.ts'
import type { Tx } from '../store/store.ts'
import { DUE } from './destinations.ts'

/** What was accepted is given so long: a version that comes much later has been asked for by somebody else. */
const ACCEPTED_MS = 24 * 3_600_000
/** Runs that one body's markers are held against; of one target it is the newest alone. */
const MAX_RUNS = 200

/**
 * Schedules one more look at each run that a marker of these may show, however its incident stands. What ended without
 * an answer is held until somebody or something settles it, so it has all the time there is.
 */
export async function verifyLate(tx: Tx, fresh: readonly Deployment[], now: Date): Promise<void> {
  const markers = fresh.filter(({ what }) => what !== 'config')
  const actions = [...ACTIONS.values()].filter(({ needs }) => needs === null).map(({ id }) => id)
  if (markers.length === 0 || actions.length === 0) return
  const runs = await tx
    .selectFrom('action_runs as run')
    .innerJoin('incidents', 'incidents.id', 'run.incident_id')
    .select(['run.id', 'incidents.team', 'incidents.platform', 'incidents.run as about'])
    .where('run.action', 'in', actions)
    .where('run.verified', '=', 'not_verified')
    .where('incidents.team', 'in', [...new Set(markers.map(({ team }) => team))])
    .where((of) =>
      of.or([
        of('run.state', '=', 'unknown'),
        of.and([
          of('run.state', '=', 'succeeded'),
          of('run.requested_at', '>', new Date(now.getTime() - ACCEPTED_MS)),
        ]),
      ]),
    )
    .where((of) =>
      of.not(
        of.exists(
          of
            .selectFrom('action_runs as later')
            .select('later.id')
            .whereRef('later.target', '=', 'run.target')
            .whereRef('later.requested_at', '>', 'run.requested_at')
            .where('later.state', '<>', 'failed'),
        ),
      ),
    )
    .orderBy('run.requested_at', 'desc')
    .limit(MAX_RUNS)
    .execute()
  const shown = runs.filter(({ team, platform, about }) =>
    markers.some((one) => one.team === team && speaksOf(one, (about as Incident['run']).jobName, platform)),
  )
  await scheduleAll(
    tx,
    shown.map(({ id }) => ({
      kind: DUE.actionVerify,
      subject: id,
      dueAt: now,
      data: { until: now.toISOString(), tries: 0, late: true },
    })),
  )
}
