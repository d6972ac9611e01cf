// The names that templates know: the alert's labels, what is known of its run, the incident and the team, and probe outputs.
import { factsOf, textOf, type AlertFacts } from './facts.ts'
import type { ProbeOutputs, Scalar } from './model.ts'

/**
 * Names that every template knows beside the alert's labels and `<probe id>.<output>`, with what they say. The value may
 * still be missing: an alert need not speak of a job, and without `service.url` there is no `incident_url`.
 */
export const TEMPLATE_NAMES: ReadonlyMap<string, string> = new Map([
  ['alertname', "the alert's name"],
  ['severity', 'critical, high, medium or low, whatever the label says'],
  ['platform', "the platform's name in arrestor.yml"],
  ['platform_kind', 'its kind, for example spark-standalone'],
  ['job_name', 'the label, or where there is none what the alert says of its run'],
  ['app_id', 'the label, or where there is none what the alert says of its run'],
  ['attempt', 'which attempt of the run it is'],
  ['cluster', 'the cluster, workspace or namespace of the run'],
  ['team', "the incident's team"],
  ['incident_number', 'the short number that people say and type'],
  ['incident_url', 'where the incident is looked at; needs service.url'],
])

/** Everything a template of one incident may speak of. */
export interface TemplateContext {
  readonly alert: AlertFacts
  readonly platformKind?: string
  readonly team: string
  readonly incidentNumber: number
  readonly incidentUrl: string | null
  /** By step id, as far as probes have answered. */
  readonly outputs: ProbeOutputs
}

/**
 * Answers a name's value, undefined where it has none. A name with a dot is a probe's output and never a label, so that
 * no label can pretend to be one. `own` are the outputs of the probe whose `says` it is, known by their bare names,
 * before everything else.
 */
export function lookupIn(
  context: TemplateContext,
  own: Readonly<Record<string, Scalar>> = {},
): (name: string) => string | undefined {
  const { alert, team, incidentNumber, incidentUrl, outputs } = context
  const facts = new Map(factsOf(alert, {}, context.platformKind))
  const { attempt, cluster } = alert.run
  if (attempt !== null && !facts.has('attempt')) facts.set('attempt', String(attempt))
  if (cluster !== null && !facts.has('cluster')) facts.set('cluster', cluster)
  facts.set('team', team)
  facts.set('incident_number', String(incidentNumber))
  facts.delete('incident_url')
  if (incidentUrl !== null) facts.set('incident_url', incidentUrl)
  const found = outputNames(outputs, own)
  return (name) => (name.includes('.') || Object.hasOwn(own, name) ? found(name) : facts.get(name))
}

/** Names of probe outputs alone: `<probe id>.<output>`, and bare those of `own`. */
export function outputNames(
  outputs: ProbeOutputs,
  own: Readonly<Record<string, Scalar>> = {},
): (name: string) => string | undefined {
  const valueIn = (values: Readonly<Record<string, Scalar>>, name: string): string | undefined =>
    Object.hasOwn(values, name) ? (textOf(values[name] ?? null) ?? undefined) : undefined
  return (name) => {
    const dot = name.indexOf('.')
    if (dot < 0) return valueIn(own, name)
    const step = name.slice(0, dot)
    return Object.hasOwn(outputs, step) ? valueIn(outputs[step] ?? {}, name.slice(dot + 1)) : undefined
  }
}
