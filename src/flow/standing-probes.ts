// What every diagnosis of a run looks at, whatever its runbook says: what changed since the last good run.
import { listDeployments, type Deployment } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { runChanges } from '../diagnosis/probes/run-changes.ts'
import type { ProbeStep } from '../diagnosis/run-probes.ts'
import type { PlatformReader } from '../ports.ts'
import type { Tx } from '../store/store.ts'

/** Its outputs are known by this name where a runbook does not run the probe under a name of its own. */
const STEP = 'changes'
const LOOK_BACK_MS = 90 * 86_400_000
/** The newest of a job; its last good run is seldom older than so many deployments. */
const MARKERS_READ = 500

/** The steps of a runbook, and the standing one where the platform tells of runs and nothing else looks at it. */
export function withStanding(
  steps: readonly ProbeStep[],
  { run }: Incident,
  reader: PlatformReader | null,
): readonly ProbeStep[] {
  const about = run.runId !== null || run.jobName !== null
  const can = runChanges.needs.every((need) => reader?.capabilities.has(need) === true)
  if (!about || !can || steps.some(({ id, use }) => id === STEP || use === runChanges.id)) return steps
  return [...steps, { id: STEP, use: runChanges.id, heading: runChanges.title, params: {} }]
}

/** The deploy markers that a diagnosis may need. */
export async function markersFor(
  tx: Tx,
  { team, platform, run }: Incident,
  now: Date,
): Promise<readonly Deployment[]> {
  const since = new Date(now.getTime() - LOOK_BACK_MS)
  const of = { teams: [team], platform, jobName: run.jobName }
  return await listDeployments(tx, { ...of, since, limit: MARKERS_READ })
}
