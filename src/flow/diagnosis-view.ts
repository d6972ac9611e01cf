// What a diagnosis means for an incident: its facts, the sections that apply, the actions that may be offered. Pure but for reads.
import type { Finding } from '../diagnosis/model.ts'
import type { Incident } from '../incidents/model.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { type AlertFacts, type Facts, factsOf } from '../runbooks/facts.ts'
import type { ProbeOutputs, Runbook, Scalar } from '../runbooks/model.ts'
import { lookupIn } from '../runbooks/template-names.ts'
import { type PlatformView, type SectionView, viewSections } from '../runbooks/sections.ts'
import type { Severity } from '../alerts/model.ts'
import type { Tx } from '../store/store.ts'
import { webhooksFor } from './act-with.ts'
import type { FlowDeps } from './deps.ts'

export interface StoredFindings {
  readonly outputs: ProbeOutputs
  /** Worst first. */
  readonly findings: readonly Finding[]
  /** By the probe step that concluded them, in its own order. */
  readonly byStep: ReadonlyMap<string, readonly Finding[]>
}

const ORDER = ['critical', 'high', 'medium', 'low', 'none']

/** The findings of the incident's newest diagnosis. */
export async function readFindings(tx: Tx, incident: Incident): Promise<StoredFindings> {
  const rows = await tx
    .selectFrom('findings')
    .selectAll()
    .where('incident_id', '=', incident.id)
    .where('generation', '=', incident.diagnosisGeneration)
    .orderBy('position')
    .execute()
  const outputs = Object.fromEntries(rows.map((row) => [row.step, row.outputs as Record<string, Scalar>]))
  const byStep = new Map(rows.map((row) => [row.step, row.findings as Finding[]]))
  const findings = [...byStep.values()].flat()
  return {
    outputs,
    byStep,
    findings: findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
  }
}

/** The alert that matching looks at again: the incident's first. */
export async function firstAlert(tx: Tx, incident: Incident): Promise<AlertFacts | null> {
  const row = await tx
    .selectFrom('alert_instances')
    .select(['name', 'severity', 'labels', 'annotations'])
    .where('incident_id', '=', incident.id)
    .orderBy('first_seen_at')
    .orderBy('fingerprint')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    name: row.name,
    severity: row.severity as Severity,
    labels: row.labels,
    annotations: row.annotations,
    run: incident.run,
  }
}

/** The incident's platform as far as buttons need it: what is configured, and what its writer is allowed to do. */
export function platformView(
  deps: Pick<FlowDeps, 'settings' | 'writers'>,
  incident: Incident,
): PlatformView | null {
  const platform = incident.platform === null ? undefined : deps.settings.platforms.get(incident.platform)
  if (platform === undefined) return null
  return {
    name: platform.name,
    kind: platform.kind,
    capabilities: deps.writers.get(platform.name)?.capabilities ?? new Set(),
  }
}

/** Everything matchers are held against once probes have answered. */
export function factsWith(
  deps: Pick<FlowDeps, 'settings'>,
  incident: Incident,
  alert: AlertFacts | null,
  outputs: ProbeOutputs,
): Facts {
  const kind = incident.platform === null ? undefined : deps.settings.platforms.get(incident.platform)?.kind
  return factsOf(alertOr(alert, incident), outputs, kind)
}

/** The names of templates for this incident; `own` are the outputs of the probe whose sentence it is. */
export function namesFor(
  deps: Pick<FlowDeps, 'settings'>,
  incident: Incident,
  alert: AlertFacts | null,
  outputs: ProbeOutputs,
  own?: Readonly<Record<string, Scalar>>,
): (name: string) => string | undefined {
  const { platforms, publicUrl } = deps.settings
  const kind = incident.platform === null ? undefined : platforms.get(incident.platform)?.kind
  return lookupIn(
    {
      alert: alertOr(alert, incident),
      ...(kind === undefined ? {} : { platformKind: kind }),
      team: incident.team,
      incidentNumber: incident.number,
      incidentUrl: publicUrl === null ? null : `${publicUrl}/incidents/${incident.id}`,
      outputs,
    },
    own,
  )
}

/** The names as the incident's last diagnosis that has concluded gives them: what its standing offers were made from. */
export async function namesOf(
  tx: Tx,
  deps: Pick<FlowDeps, 'settings'>,
  incident: Incident,
): Promise<(name: string) => string | undefined> {
  const diagnosisGeneration = await concluded(tx, incident)
  const { outputs } = await readFindings(tx, { ...incident, diagnosisGeneration })
  return namesFor(deps, incident, await firstAlert(tx, incident), outputs)
}

/** The generation of the last diagnosis that has concluded. */
async function concluded(tx: Tx, { id, diagnosis, diagnosisGeneration }: Incident): Promise<number> {
  if (diagnosis === 'done') return diagnosisGeneration
  const row = await tx
    .selectFrom('timeline')
    .select('data')
    .where('incident_id', '=', id)
    .where('kind', '=', 'diagnosed')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.data['generation'] ?? diagnosisGeneration)
}

/** What is left to say where no alert of an incident is kept. */
function alertOr(alert: AlertFacts | null, incident: Incident): AlertFacts {
  return alert ?? { name: '', severity: incident.severity, labels: {}, annotations: {}, run: incident.run }
}

export function sectionsOf(
  deps: Pick<FlowDeps, 'settings' | 'writers' | 'webhooks'>,
  incident: Incident,
  runbook: Runbook,
  facts: Facts,
): readonly SectionView[] {
  const webhooks = new Set(webhooksFor(deps, incident.team))
  return viewSections(runbook, facts, platformView(deps, incident), ACTIONS, webhooks)
}
