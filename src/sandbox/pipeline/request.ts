// What a pipeline needs of a signed request to roll back; the rest is for its log.
import * as z from 'zod'

export const requestSchema = z.object({
  id: z.string().min(1),
  type: z.literal('rollback.requested.v1'),
  at: z.iso.datetime(),
  data: z.object({
    run: z.object({ job_name: z.string().min(1), platform: z.string().nullable() }),
    from: z.string().nullable(),
    to: z.string().nullable(),
    incident: z.object({ team: z.string() }),
    requested_by: z.object({ name: z.string() }),
  }),
})
export type RollbackRequest = z.output<typeof requestSchema>
