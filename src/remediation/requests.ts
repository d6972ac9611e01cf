// What actions ask for by webhook, versioned. A version, once published, only ever gains optional fields.
import * as z from 'zod'
import { CHANGES } from '../alerts/deploy-marker.ts'

const Marker = z
  .object({
    what: z.enum(CHANGES),
    version: z.string().nullable(),
    image: z.string().nullable(),
    commit: z.string().nullable(),
    summary: z.string().nullable(),
    by: z.string().nullable(),
    url: z.string().nullable().describe('a page for people'),
    at: z.iso.datetime(),
  })
  .nullable()

export const REQUESTS = {
  'rollback.requested.v1': z.object({
    incident: z.object({
      id: z.string(),
      number: z.int(),
      team: z.string(),
      title: z.string(),
      severity: z.string(),
      link: z.string().nullable(),
    }),
    run: z.object({
      platform: z.string().nullable(),
      cluster: z.string().nullable(),
      job_name: z.string().describe('the job to take back'),
      run_id: z.string().nullable(),
      attempt: z.int().nullable(),
    }),
    from: z.string().nullable().describe('what is deployed: version, else image, else commit'),
    to: z.string().nullable().describe('what to go back to; null: the pipeline knows'),
    reason: z.string().nullable(),
    deployed: Marker.describe('the deploy marker of what is deployed'),
    previous: Marker.describe('the deploy marker of what was before it'),
    requested_by: z.object({ kind: z.string(), id: z.string().optional(), name: z.string() }),
    requested_at: z.iso.datetime(),
  }),
} as const

export type RequestType = keyof typeof REQUESTS

/** The schema of a whole body, as receivers see it: `docs/schema/<type>.json`. */
export function requestSchema(type: RequestType): z.ZodType {
  return z.object({
    id: z.string().describe('of this one request; the same as X-Arrestor-Delivery'),
    type: z.literal(type),
    at: z.iso.datetime().describe('when it was sent'),
    data: REQUESTS[type],
  })
}
