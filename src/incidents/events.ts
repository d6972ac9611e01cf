// Versioned events that others may subscribe to. A version, once published, only ever gains optional fields.
import * as z from 'zod'

const Person = z.object({ kind: z.string(), name: z.string() })
const IncidentRef = z.object({
  id: z.string(),
  number: z.number().int(),
  team: z.string(),
  title: z.string(),
  severity: z.string(),
})

export const EVENTS = {
  'incident.opened.v1': z.object({
    incident: IncidentRef,
    platform: z.string().nullable(),
    job_name: z.string().nullable(),
    runbook: z.string().nullable(),
    opened_at: z.iso.datetime(),
  }),
  'incident.acknowledged.v1': z.object({ incident: IncidentRef, by: Person, at: z.iso.datetime() }),
  'incident.resolved.v1': z.object({
    incident: IncidentRef,
    by: Person,
    how: z.string(),
    at: z.iso.datetime(),
  }),
  'page.undelivered.v1': z.object({
    incident: IncidentRef,
    route: z.string(),
    why: z.string(),
    at: z.iso.datetime(),
  }),
  'action.ended.v1': z.object({
    incident: IncidentRef,
    action: z.string(),
    target: z.string(),
    state: z.string(),
    verified: z.string(),
    at: z.iso.datetime(),
  }),
} as const

export type EventType = keyof typeof EVENTS
export type EventOf<T extends EventType> = z.infer<(typeof EVENTS)[T]>
