// Alertmanager's webhook body, version 4: what its webhook receiver posts for one group of alerts.
import { fingerprint } from './fingerprint.ts'

export type Labels = Record<string, string>

/** An alert as Prometheus hands it over. Times are ISO 8601. */
export type FiredAlert = {
  labels: Labels
  annotations: Labels
  startsAt: string
  generatorURL: string
}

/** One group of alerts, which share the labels that the route groups by. */
export type AlertGroup = { groupLabels: Labels; alerts: FiredAlert[] }

export type WebhookBody = {
  receiver: string
  status: 'firing' | 'resolved'
  alerts: (FiredAlert & { status: 'firing' | 'resolved'; endsAt: string; fingerprint: string })[]
  groupLabels: Labels
  commonLabels: Labels
  commonAnnotations: Labels
  externalURL: string
  version: '4'
  groupKey: string
  truncatedAlerts: number
}

/** Go's zero time: how Alertmanager writes the end of an alert that has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z'

/** The body that Alertmanager posts for this group; `endsAt` set means resolved, at that time. */
export function webhookBody(group: AlertGroup, endsAt?: string): WebhookBody {
  const status = endsAt === undefined ? 'firing' : 'resolved'
  return {
    receiver: 'arrestor',
    status,
    alerts: group.alerts.map(({ labels, annotations, startsAt, generatorURL }) => ({
      status,
      labels,
      annotations,
      startsAt,
      endsAt: endsAt ?? NOT_ENDED,
      generatorURL,
      fingerprint: fingerprint(labels),
    })),
    groupLabels: group.groupLabels,
    commonLabels: common(group.alerts.map((alert) => alert.labels)),
    commonAnnotations: common(group.alerts.map((alert) => alert.annotations)),
    externalURL: 'http://alertmanager.sandbox.example:9093',
    version: '4',
    groupKey: `{}:${labelSet(group.groupLabels)}`,
    truncatedAlerts: 0,
  }
}

/** A moment (milliseconds since the epoch) as Go writes it: RFC 3339, without a fraction's trailing zeros. */
export function goTime(at: number): string {
  return new Date(at).toISOString().replace(/\.?0+Z$/, 'Z')
}

/** Groups alerts by labels, as a route's `group_by` does. An absent label groups as if it were not named. */
export function groupBy(alerts: readonly FiredAlert[], names: readonly string[]): AlertGroup[] {
  const groups = new Map<string, AlertGroup>()
  for (const alert of alerts) {
    const entries = names.flatMap((name) =>
      alert.labels[name] === undefined ? [] : [[name, alert.labels[name]]],
    )
    const groupLabels = Object.fromEntries(entries) as Labels
    const key = labelSet(groupLabels)
    const group = groups.get(key) ?? { groupLabels, alerts: [] }
    group.alerts.push(alert)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** `{a="1", b="2"}`, names sorted: Go's %q and JSON agree on how such values are quoted. */
function labelSet(labels: Labels): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
  return `{${pairs.join(', ')}}`
}

function common(sets: readonly Labels[]): Labels {
  const [first = {}, ...rest] = sets
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((set) => set[name] === value)),
  )
}
