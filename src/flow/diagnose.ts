// Diagnosis: probes run outside any transaction under a deadline; what they found is stored, told, and turned into offers.
import type { Discretion } from '../alerts/discretion.ts'
import { discreetCapture } from '../diagnosis/captures.ts'
import { discreetResult } from '../diagnosis/discreet.ts'
import type { StepResult } from '../diagnosis/run-probes.ts'
import type { Deployment } from '../incidents/deployments.ts'
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { replaceOffers } from '../remediation/offers.ts'
import type { AlertFacts } from '../runbooks/facts.ts'
import { type Runbook, probesOf } from '../runbooks/model.ts'
import { onPlatform } from '../runbooks/on-platform.ts'
import { type Tx, json } from '../store/store.ts'
import { withoutCharts } from './charts.ts'
import { captureAtAlert, keepCapture } from './capture.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { offersFor } from './diagnosis-offers.ts'
import { firstAlert, platformView } from './diagnosis-view.ts'
import { DEADLINE_MS, probe, readerOf } from './probe.ts'
import { pinnedRunbook } from './runbook-text.ts'
import { secondMatch } from './second-match.ts'
import { discretionOf } from './settings.ts'
import { cautionsOf, markersFor, withStanding } from './standing-probes.ts'
import { tellThread } from './thread.ts'
import { type WhoseRun, discretionFor, foreignStep, whoseRun } from './whose-run.ts'

/**
 * Handler of the `diagnose` job. Coming twice repeats reads only: the later generation replaces the earlier. A job
 * (`jobId`) that comes again after its verdict is stored has only its capture left to do.
 */
export async function diagnose(
  deps: FlowDeps,
  incidentId: string,
  jobId: string | null = null,
): Promise<void> {
  const begun = await begin(deps, incidentId, jobId)
  if (begun === null) return
  const { incident, runbook, alert, deployments } = begun
  const platform = platformView(deps, incident)
  const discretion = discretionOf(deps.settings, incident.team)
  const reader = readerOf(deps, incident, discretion)
  const own = probesOf(runbook).map((step) => ({ ...step, ...onPlatform(step, platform) }))
  const steps = withStanding(own, cautionsOf(platform), incident, reader)
  const captured = captureAtAlert(deps, incident, reader)
  const labels = alert?.labels ?? {}
  const identity = whoseRun(deps, incident, labels, reader, AbortSignal.timeout(DEADLINE_MS))
  if (!begun.told) {
    const looked = await probe(deps, { incident, alert, deployments, reader, steps })
    const whose = await identity
    const gate = discretionFor(deps, incident, whose.foreign)
    const said = whose.foreign === null ? [] : [foreignStep(incident, whose.foreign)]
    const results = [...said.map((one) => ({ use: '', one })), ...looked].map(({ use, one }) =>
      discreetResult(gate, use, one),
    )
    await deps.store.transaction((tx) => finish(tx, deps, incident, { results, whose, gate, jobId }))
  }
  // The verdict is told: what takes longer comes after it, and goes with the job should the process stop.
  const capture = await captured
  const gate = discretionFor(deps, incident, (await identity).foreign)
  if (capture === null || !gate.quotes) return
  const kept = gate === discretion ? capture : discreetCapture(gate, capture)
  await deps.store.transaction((tx) => keepCapture(tx, incident, kept, deps.clock.now()))
}

interface Begun {
  readonly incident: Incident
  readonly runbook: Runbook
  readonly alert: AlertFacts | null
  readonly deployments: readonly Deployment[]
  /** The job's verdict is stored already: it died, or failed, while it captured. */
  readonly told: boolean
}

async function begin(deps: FlowDeps, id: string, jobId: string | null): Promise<Begun | null> {
  return await deps.store.transaction(async (tx) => {
    const incident = await lockIncident(tx, id)
    if (incident === null) return null
    const runbook = await pinnedRunbook(tx, incident.runbookHash)
    if (runbook === null) {
      // A text that this version cannot read: the card must not say "looking" for ever.
      const given = await updateIncident(tx, incident, { diagnosis: 'none' })
      await requestCards(tx, [given], deps.clock.now())
      return null
    }
    const alert = await firstAlert(tx, incident)
    if (jobId !== null && (await isTold(tx, incident, jobId)))
      return { incident, runbook, alert, deployments: [], told: true }
    const changed = await updateIncident(tx, incident, {
      diagnosis: 'running',
      diagnosis_generation: incident.diagnosisGeneration + 1,
    })
    await requestCards(tx, [changed], deps.clock.now(), { mayWait: true })
    const deployments = await markersFor(tx, incident, deps.clock.now())
    return { incident: changed, runbook, alert, deployments, told: false }
  })
}

/** Whether the incident's newest diagnosis is what this very job concluded. */
async function isTold(tx: Tx, incident: Incident, jobId: string): Promise<boolean> {
  const rows = await tx
    .selectFrom('timeline')
    .select('data')
    .where('incident_id', '=', incident.id)
    .where('kind', '=', 'diagnosed')
    .execute()
  return rows.some(({ data }) => data['job'] === jobId && data['generation'] === incident.diagnosisGeneration)
}

interface Verdict {
  readonly results: readonly StepResult[]
  readonly whose: WhoseRun
  readonly gate: Discretion
  readonly jobId: string | null
}

async function finish(
  tx: Tx,
  deps: FlowDeps,
  begun: Incident,
  { results, whose, gate, jobId }: Verdict,
): Promise<void> {
  const now = deps.clock.now()
  const incident = await lockIncident(tx, begun.id)
  // A later diagnosis has taken over: its findings stand.
  if (incident === null || incident.diagnosisGeneration !== begun.diagnosisGeneration) return
  if (results.length > 0)
    await tx
      .insertInto('findings')
      .values(
        results.map((result, position) => ({
          incident_id: incident.id,
          generation: incident.diagnosisGeneration,
          step: result.step,
          position,
          outputs: json(result.outputs),
          findings: json(result.findings),
          at: now,
        })),
      )
      .execute()
  const outputs = Object.fromEntries(results.map((result) => [result.step, result.outputs]))
  const runbook = await secondMatch(tx, deps, incident, outputs, now)
  const offers =
    runbook === null || incident.state === 'resolved'
      ? []
      : await offersFor(tx, deps, incident, { runbook, outputs, whose }, now)
  await replaceOffers(tx, incident.id, offers, now)
  const findings = results.flatMap((result) => result.findings)
  await record(
    tx,
    incident.id,
    {
      kind: 'diagnosed',
      actor: SYSTEM,
      reason: `${findings.length} findings`,
      data: {
        probes: results.length,
        offers: offers.length,
        generation: incident.diagnosisGeneration,
        // The text whose probes ran, whatever this diagnosis switched to.
        runbook_hash: begun.runbookHash,
        ...(jobId === null ? {} : { job: jobId }),
      },
    },
    now,
  )
  if (findings.length > 0)
    await tellThread(
      tx,
      incident.id,
      {
        type: 'findings',
        findings: withoutCharts(findings),
        ...(findings.some(({ chart }) => chart !== undefined)
          ? { charts: incident.diagnosisGeneration }
          : {}),
        ...(gate.quotes ? {} : { keptOut: true }),
      },
      now,
    )
  await requestCards(tx, [await updateIncident(tx, incident, { diagnosis: 'done' })], now)
}
