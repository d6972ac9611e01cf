// What every diagnosis of a run looks at, whatever its runbook says: what changed since the last good run, and what its actions are judged by.
import { type Deployment, deploymentsAbout } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { PROBES } from '../diagnosis/registry.ts'
import { runChanges } from '../diagnosis/probes/run-changes.ts'
import type { ProbeStep } from '../diagnosis/run-probes.ts'
import type { PlatformReader } from '../ports.ts'
import type { Caution } from '../remediation/caution.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { PlatformView } from '../runbooks/sections.ts'
import type { Tx } from '../store/store.ts'

/** Its outputs are known by this name where a runbook does not run the probe under a name of its own. */
const STEP = 'changes'
const LOOK_BACK_MS = 90 * 86_400_000

/**
 * The steps of a runbook, and those that nobody has to write: what changed, where the platform tells of runs and nothing
 * else looks at it, and what actions are judged by.
 */
export function withStanding(
  steps: readonly ProbeStep[],
  cautions: readonly Caution[],
  { run }: Incident,
  reader: PlatformReader | null,
): readonly ProbeStep[] {
  if (run.runId === null && run.jobName === null) return steps
  const standing = [
    ...cautions.map(({ step, probe }) => ({ id: step, use: probe })),
    ...(steps.some(({ use }) => use === runChanges.id) ? [] : [{ id: STEP, use: runChanges.id }]),
  ].flatMap(({ id, use }) => {
    const probe = PROBES.get(use)
    const can = probe?.needs.every((need) => reader?.capabilities.has(need) === true) === true
    return can ? [{ id, use, heading: probe.title, params: {} }] : []
  })
  return [...steps, ...standing.filter(({ id }) => !steps.some((step) => step.id === id))]
}

/**
 * What actions are judged by that this platform's writer can do; of any runbook, since the second match may choose
 * another than the one whose probes run.
 */
export function cautionsOf(platform: PlatformView | null): readonly Caution[] {
  const possible = [...ACTIONS.values()].filter(
    ({ needs }) => needs !== null && platform?.capabilities.has(needs) === true,
  )
  return possible.flatMap(({ caution }) => caution ?? [])
}

/** The deploy markers that a diagnosis may need. */
export async function markersFor(
  tx: Tx,
  { team, platform, run }: Incident,
  now: Date,
): Promise<readonly Deployment[]> {
  const since = new Date(now.getTime() - LOOK_BACK_MS)
  return await deploymentsAbout(tx, { team, platform, jobName: run.jobName }, since)
}
