// Probes asked about an incident's run, each with the names and limits that its team has.
import type { Discretion } from '../alerts/discretion.ts'
import { discreetReader } from '../diagnosis/discreet.ts'
import { remembering } from '../diagnosis/remembering.ts'
import { type ProbeStep, type StepResult, runProbes } from '../diagnosis/run-probes.ts'
import { reasonOf } from '../errors.ts'
import type { Deployment } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import type { PlatformReader } from '../ports.ts'
import type { AlertFacts } from '../runbooks/facts.ts'
import type { FlowDeps } from './deps.ts'
import { namesFor } from './diagnosis-view.ts'

/** A person waits for this at 03:00: what has not answered by then is said to be missing. */
export const DEADLINE_MS = 20_000
const CONCURRENCY = 4

export interface Asked {
  readonly incident: Incident
  readonly alert: AlertFacts | null
  readonly deployments: readonly Deployment[]
  readonly reader: PlatformReader | null
  readonly steps: readonly ProbeStep[]
}

/** An incident's platform as its probes read it: discreetly for its team, and each thing once. Null where there is none to ask. */
export function readerOf(
  deps: Pick<FlowDeps, 'readers'>,
  { platform }: Pick<Incident, 'platform'>,
  discretion: Discretion,
): PlatformReader | null {
  const bare = platform === null ? undefined : deps.readers.get(platform)
  return bare === undefined ? null : remembering(discreetReader(bare, discretion))
}

/** What each step concluded, with the probe it used, in their order. Does not throw: where the fault is ours, nothing. */
export async function probe(
  deps: FlowDeps,
  { incident, alert, deployments, reader, steps }: Asked,
): Promise<readonly { readonly use: string; readonly one: StepResult }[]> {
  try {
    const found = await runProbes(
      steps,
      {
        run: incident.run,
        labels: alert?.labels ?? {},
        reader,
        signal: AbortSignal.timeout(DEADLINE_MS + 2_000),
        now: deps.clock.now(),
        ...(deps.settings.limits === undefined ? {} : { limits: deps.settings.limits }),
        deployments,
        names: (outputs, own) => namesFor(deps, incident, alert, outputs, own),
      },
      { deadlineMs: DEADLINE_MS, concurrency: CONCURRENCY },
    )
    return found.map((one, at) => ({ use: steps[at]?.use ?? '', one }))
  } catch (error) {
    // Probes answer for themselves; this is a fault of ours, and the card must not say "running" for ever.
    deps.logger.error({ incident: incident.id, reason: reasonOf(error) }, 'the diagnosis failed')
    return []
  }
}
