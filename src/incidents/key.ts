// The key that decides which alerts join one incident: the platform and the job, or without a job the failing resource.
import { createHash } from 'node:crypto'
import type { Alert } from '../alerts/model.ts'

/** Raised when the rules below change, so that open incidents keep the key they were opened with. */
export const KEY_VERSION = 1

/** PostgreSQL's btree takes about 2,700 bytes a row; team and key share it. */
const MAX_KEY = 400

/** Labels that name what fails, the most telling first. `instance` is last: it is often only the exporter. */
const RESOURCES = [
  'app_id',
  'worker',
  'node',
  'host',
  'queue',
  'topic',
  'query',
  'namespace',
  'instance',
] as const

/**
 * The key of the incident an alert belongs to, within its team. A runbook may refine it by more labels
 * (`refine`), never widen it. Pure; the same alert always gives the same key.
 */
export function keyOf(
  alert: Pick<Alert, 'name' | 'labels' | 'run'>,
  platform: string | null,
  refine: readonly string[],
): string {
  const parts = [platform ?? 'any', identityOf(alert)]
  for (const label of refine) parts.push(`${label}=${alert.labels[label] ?? ''}`)
  const key = parts.join('/')
  if (key.length <= MAX_KEY) return key
  return `${key.slice(0, MAX_KEY - 17).toWellFormed()}#${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
}

function identityOf(alert: Pick<Alert, 'name' | 'labels' | 'run'>): string {
  if (alert.run.jobName !== null) return `job=${alert.run.jobName}`
  for (const label of RESOURCES) {
    const value = alert.labels[label]
    if (value !== undefined && value !== '') return `${label}=${value}`
  }
  return `alert=${alert.name}`
}
