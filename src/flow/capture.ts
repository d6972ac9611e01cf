// Evidence before it dies, taken when an alert arrives and before what destroys it; read outside any transaction.
import { type Capture, takeCapture } from '../diagnosis/capture.ts'
import { discreetCapture, storeCapture } from '../diagnosis/captures.ts'
import { discreetReader } from '../diagnosis/discreet.ts'
import { reasonOf } from '../errors.ts'
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { lockIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import type { PlatformReader } from '../ports.ts'
import type { ActionRun } from '../remediation/action-runs.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { discretionOf } from './settings.ts'
import { tellThread } from './thread.ts'

/** Beside the probes; the verdict never waits for it. */
const AT_ALERT_MS = 15_000
/** A person has pressed and waits; with the execution's own limit it stays within the action's lease. */
const BEFORE_ACTION_MS = 5_000

/**
 * What is there to be captured; null where the team keeps raw evidence out, or no platform can be asked. `given` is the
 * team's own discreet reader, where one is there that remembers what others have read already.
 */
export async function captureOf(
  deps: FlowDeps,
  incident: Incident,
  limitMs: number,
  given?: PlatformReader | null,
): Promise<Capture | null> {
  const discretion = discretionOf(deps.settings, incident.team)
  const bare = incident.platform === null ? undefined : deps.readers.get(incident.platform)
  const reader = given ?? (bare === undefined ? undefined : discreetReader(bare, discretion))
  if (!discretion.quotes || reader === undefined) return null
  const seen = await takeCapture(reader, incident.run, AbortSignal.timeout(limitMs))
  return discreetCapture(discretion, seen)
}

/** As `captureOf`, for a diagnosis, whose reader it shares; null as well where it fails, which the log says. */
export async function captureAtAlert(
  deps: FlowDeps,
  incident: Incident,
  reader: PlatformReader | null,
): Promise<Capture | null> {
  try {
    return await captureOf(deps, incident, AT_ALERT_MS, reader)
  } catch (error) {
    deps.logger.error({ incident: incident.id, reason: reasonOf(error) }, 'evidence could not be captured')
    return null
  }
}

/**
 * Keeps what a diagnosis captured, and tells it, in a transaction after the verdict's. Does nothing where a later
 * diagnosis has taken over, which captures for itself; twice for one generation keeps the first.
 */
export async function keepCapture(
  tx: Tx,
  begun: Incident,
  capture: Capture | null,
  now: Date,
): Promise<void> {
  if (capture === null || (capture.files.length === 0 && capture.missing.length === 0)) return
  const incident = await lockIncident(tx, begun.id)
  if (incident === null || incident.diagnosisGeneration !== begun.diagnosisGeneration) return
  await keep(tx, incident, `diagnosis/${incident.diagnosisGeneration}`, null, capture, now)
}

/**
 * Captures once more before an action ends what could be looked at. Bounded to a few seconds, and nothing that fails
 * here holds the action up: what could not be had is told. Once for each run of an action.
 */
export async function captureBefore(deps: FlowDeps, incident: Incident, run: ActionRun): Promise<void> {
  const late = Promise.withResolvers<void>()
  // The store may hang as well as the platform: the person's press counts.
  const timer = setTimeout(late.resolve, BEFORE_ACTION_MS + 2_000)
  const work = (async (): Promise<void> => {
    const target = { ...incident, run: { ...incident.run, runId: run.target } }
    const capture = await captureOf(deps, target, BEFORE_ACTION_MS)
    if (capture === null) return
    await deps.store.transaction(async (tx) => {
      const locked = await lockIncident(tx, incident.id)
      if (locked !== null) await keep(tx, locked, `action/${run.id}`, run.action, capture, deps.clock.now())
    })
  })().catch((error: unknown) =>
    deps.logger.error({ incident: incident.id, reason: reasonOf(error) }, 'evidence could not be captured'),
  )
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}

async function keep(
  tx: Tx,
  incident: Incident,
  occasion: string,
  before: string | null,
  capture: Capture,
  now: Date,
): Promise<void> {
  if (!(await storeCapture(tx, incident.id, { ...capture, occasion, at: now }))) return
  const names = capture.files.map(({ name }) => name)
  await record(
    tx,
    incident.id,
    {
      kind: 'evidence_captured',
      actor: SYSTEM,
      reason: names.length === 0 ? 'nothing could be seen' : names.join(', '),
      data: { occasion, missing: capture.missing.length },
    },
    now,
  )
  await tellThread(
    tx,
    incident.id,
    {
      type: 'capture',
      occasion,
      before,
      number: incident.number,
      captured: capture.files.map(({ title }) => title),
      telling: capture.files.flatMap(({ telling }) => telling.slice(0, 2)).slice(0, 4),
      missing: capture.missing.slice(0, 4),
    },
    now,
  )
}
