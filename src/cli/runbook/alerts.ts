// Alerts from a file, for the verbs that try runbooks on them.
import { readFileSync } from 'node:fs'
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import type { Alert } from '../../alerts/model.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { SOURCES } from '../../sources/registry.ts'

/** What a body is taken for that names no source. */
const USUAL = 'alertmanager'

/**
 * Reads the alerts of a file; `-` is standard input. With `source` it is a body as that source posts it. Without: a
 * body of Alertmanager, or one alert as `{labels, annotations}`, or a list of such. Throws ARR-705.
 */
export function readAlerts(file: string, source?: string): readonly Alert[] {
  let body: unknown
  try {
    body = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new ArrestorError('ARR-705', { file, why: reasonOf(error) })
  }
  const alerts = alertsOf(source === undefined ? envelopeOf(body) : body, source ?? USUAL, file)
  if (alerts.length === 0) throw new ArrestorError('ARR-705', { file, why: 'it holds no alert' })
  return alerts
}

/** The alerts of a body as a source posts it. Throws ARR-705 for what cannot be read, ARR-707 for a source that is none. */
function alertsOf(body: unknown, name: string, file: string): readonly Alert[] {
  const source = SOURCES.get(name)
  if (source === undefined)
    throw new ArrestorError('ARR-707', {
      option: '--source',
      value: name,
      known: [...SOURCES.keys()].join(', '),
    })
  const read = source.normalise(body, { now: new Date(), normaliseJobName: createNormaliseJobName([]) })
  if (read.kind === 'refused') throw new ArrestorError('ARR-705', { file, why: read.reason })
  const [wrong] = read.rejected
  if (wrong !== undefined)
    throw new ArrestorError('ARR-705', { file, why: `${wrong.pointer}: ${wrong.reason}` })
  return read.elements.map(({ alert }) => alert)
}

/** `{labels, annotations}` is enough to match; the rest of the envelope is filled in. */
function envelopeOf(body: unknown): unknown {
  if (typeof body === 'object' && body !== null && 'alerts' in body) return body
  const alerts = (Array.isArray(body) ? body : [body]).map((alert: unknown) => ({
    status: 'firing',
    startsAt: new Date(0).toISOString(),
    ...(typeof alert === 'object' ? alert : {}),
  }))
  return { version: '4', alerts }
}
