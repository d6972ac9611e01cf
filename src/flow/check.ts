// One thing that was looked at, and how its answer reads.
import { reasonOf } from '../errors.ts'

export interface Check {
  readonly what: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly says: string
}

/** A sentence without line breaks from whatever was thrown or said. */
export function oneLine(said: unknown): string {
  const text = typeof said === 'string' ? said : said instanceof Error ? said.message : reasonOf(said)
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** `3 min ago`: enough to tell an outage of today from one of last week. */
export function ago(date: Date, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - date.getTime()) / 60_000))
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1_440)} days ago`
}
