// The key under which PagerDuty knows an incident of ours: one per incident, the same for trigger, acknowledge and resolve.
import { createHash } from 'node:crypto'

/**
 * `arrestor:` and 64 hex digits of team and incident id (PagerDuty takes 255 characters).
 * Throws when either is empty: a constant key would melt unrelated incidents into one.
 */
export function dedupKeyOf(team: string, incidentId: string): string {
  if (team === '' || incidentId === '') throw new Error('a dedup key needs a team and an incident id')
  // A separator that neither may contain: "a" + "bc" and "ab" + "c" must differ.
  return `arrestor:${createHash('sha256').update(`${team}\0${incidentId}`).digest('hex')}`
}
