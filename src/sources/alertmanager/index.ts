// Alertmanager: its webhook bodies become alerts, one bad element at a time.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { type Alert, type Link, type Rejected, severityOf } from '../../alerts/model.ts'
import { runFromLabels } from '../../alerts/run.ts'
import type { Element, Normalised, Source, SourceContext } from '../../alerts/source.ts'
import { AlertSchema, EnvelopeSchema } from './schema.ts'

/** Longer labels and annotations are cut: PostgreSQL would take them, a card and a person would not. */
const MAX_TEXT = 10_000
/** A link that is cut leads nowhere; a longer one is left out. Slack takes 3,000 characters. */
const MAX_URL = 2_000
/** Alertmanager writes year 1 for "has not ended". */
const NOT_ENDED_BEFORE = Date.UTC(1970, 0, 1)

export const alertmanager: Source = { name: 'alertmanager', normalise }

function normalise(body: unknown, context: SourceContext): Normalised {
  const envelope = EnvelopeSchema.safeParse(body)
  if (!envelope.success) return { kind: 'refused', reason: whyRefused(body) }
  const elements: Element[] = []
  const rejected: Rejected[] = []
  for (const [index, raw] of envelope.data.alerts.entries()) {
    const pointer = `/alerts/${index}`
    const element = AlertSchema.safeParse(raw)
    if (element.success)
      elements.push({ pointer, alert: toAlert(element.data, envelope.data.externalURL, context) })
    else {
      const issue = element.error.issues[0]
      const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
      rejected.push({ pointer, reason: `${where}${issue?.message ?? 'not an alert'}`, raw })
    }
  }
  return { kind: 'alerts', elements, rejected }
}

function toAlert(element: z.infer<typeof AlertSchema>, externalUrl: unknown, context: SourceContext): Alert {
  const labels = cleanRecord(element.labels)
  const annotations = cleanRecord(element.annotations ?? {})
  const endsAt = element.endsAt == null ? null : new Date(element.endsAt)
  return {
    source: 'alertmanager',
    fingerprint: clean(element.fingerprint || fingerprintOf(labels)),
    status: element.status,
    name: labels['alertname'] ?? 'unnamed alert',
    severity: severityOf(labels['severity']),
    labels,
    annotations,
    startsAt: new Date(element.startsAt),
    endsAt: endsAt === null || endsAt.getTime() < NOT_ENDED_BEFORE ? null : endsAt,
    links: linksOf(element.generatorURL, annotations, externalUrl),
    run: runFromLabels(labels, context.normaliseJobName),
  }
}

function linksOf(
  generator: unknown,
  annotations: Readonly<Record<string, string>>,
  external: unknown,
): Link[] {
  const candidates: (readonly [string, unknown])[] = [
    ['Expression', generator],
    ['Dashboard', annotations['dashboard_url'] ?? annotations['dashboard']],
    ['Alertmanager', external],
  ]
  return candidates.flatMap(([title, text]) => {
    const url = webUrl(text)
    return url === null ? [] : [{ title, url }]
  })
}

/** The address as a browser would write it: percent-encoded, so that no NUL or lone surrogate is left in it. */
function webUrl(text: unknown): string | null {
  const url = typeof text === 'string' && text.length <= MAX_URL ? URL.parse(text) : null
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

function whyRefused(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body is not a JSON object'
  const version = 'version' in body ? body.version : undefined
  if (version === '1' || 'orgId' in body) return 'this is a Grafana body; send it to /webhooks/grafana'
  if (version === undefined) return 'the field "version" is missing; Alertmanager sends "4"'
  if (version !== '4')
    return `version ${JSON.stringify(version).slice(0, 40)} is not known; Alertmanager sends "4"`
  return 'the field "alerts" is not a list'
}

function cleanRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [clean(name), clean(value)]))
}

/** NUL is refused by PostgreSQL's text and jsonb, and lone surrogates by jsonb: both become U+FFFD, and the alert goes on. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed().slice(0, MAX_TEXT).toWellFormed()
}

function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}
