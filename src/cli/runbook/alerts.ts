// Alerts from a file, for the verbs that try runbooks on them.
import { readFileSync } from 'node:fs'
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import type { Alert } from '../../alerts/model.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { alertmanager } from '../../sources/alertmanager/index.ts'

/** Reads an Alertmanager body, or one alert as `{labels, annotations}`; `-` is standard input. Throws ARR-705. */
export function readAlerts(file: string): readonly Alert[] {
  let body: unknown
  try {
    body = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new ArrestorError('ARR-705', { file, why: reasonOf(error) })
  }
  const isEnvelope = typeof body === 'object' && body !== null && 'alerts' in body
  return alertsOf(isEnvelope ? body : envelopeOf(body))
}

/** The alerts of a body as Alertmanager posts it. Throws ARR-705 for what cannot be read. */
export function alertsOf(body: unknown): readonly Alert[] {
  const read = alertmanager.normalise(body, { now: new Date(), normaliseJobName: createNormaliseJobName([]) })
  if (read.kind === 'refused') throw new ArrestorError('ARR-705', { file: 'the alert', why: read.reason })
  const [wrong] = read.rejected
  if (wrong !== undefined)
    throw new ArrestorError('ARR-705', { file: `the alert at ${wrong.pointer}`, why: wrong.reason })
  return read.elements.map(({ alert }) => alert)
}

/** `{labels, annotations}` is enough to match; the rest of the envelope is filled in. */
function envelopeOf(alert: unknown): unknown {
  const fields = typeof alert === 'object' && alert !== null ? alert : {}
  return { version: '4', alerts: [{ status: 'firing', startsAt: new Date(0).toISOString(), ...fields }] }
}
