// What PagerDuty sends us, as far as we use it: lenient in everything else.
import * as z from 'zod'

/** The body of an Events API reply, of any status. */
export const eventReplySchema = z.object({
  status: z.string().optional(),
  message: z.string().optional(),
  dedup_key: z.string().optional(),
  errors: z.array(z.string()).optional().catch(undefined),
})

const referenceSchema = z.object({
  id: z.string(),
  type: z.string().optional(),
  summary: z.string().nullish(),
  html_url: z.string().nullish(),
})

export const incidentStatusSchema = z.enum(['triggered', 'acknowledged', 'resolved'])

export const restIncidentSchema = z.object({
  id: z.string(),
  incident_number: z.number().nullish(),
  title: z.string().nullish(),
  status: incidentStatusSchema,
  html_url: z.string().nullish(),
  created_at: z.string(),
  service: referenceSchema.nullish(),
  assignments: z.array(z.object({ assignee: referenceSchema })).nullish(),
})
export type RestIncident = z.infer<typeof restIncidentSchema>

export const restUserSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  email: z.string(),
})
export type RestUser = z.infer<typeof restUserSchema>

export const restNoteSchema = z.object({
  id: z.string(),
  content: z.string(),
  created_at: z.string().nullish(),
  user: referenceSchema.nullish(),
})
export type RestNote = z.infer<typeof restNoteSchema>

export const restErrorSchema = z.object({
  error: z.object({
    message: z.string().optional(),
    code: z.number().optional(),
    errors: z.array(z.string()).optional().catch(undefined),
  }),
})

/** The incident of a webhook: whole in events about it, a reference in those about its notes. */
export const webhookIncidentSchema = z.object({
  id: z.string(),
  number: z.number().nullish(),
  title: z.string().nullish(),
  status: incidentStatusSchema.nullish().catch(undefined),
  html_url: z.string().nullish(),
  service: referenceSchema.nullish(),
  assignees: z.array(referenceSchema).nullish(),
  resolve_reason: z.object({ incident: referenceSchema.nullish() }).nullish().catch(undefined),
})

/** The envelope of a webhook v3, and of its `data` what says what it is about. */
export const webhookSchema = z.object({
  event: z.object({
    id: z.string(),
    event_type: z.string(),
    resource_type: z.string().nullish(),
    occurred_at: z.string(),
    agent: referenceSchema.nullish(),
    client: z.object({ name: z.string().nullish(), url: z.string().nullish() }).nullish(),
    data: z.looseObject({
      type: z.string().nullish(),
      content: z.string().nullish(),
      message: z.string().nullish(),
    }),
  }),
})
