// Alertmanager's webhook body, version 4, as its template.Data documents it; only what we use is strict.
import * as z from 'zod'

const Labels = z.record(z.string(), z.string())

export const EnvelopeSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(z.unknown()),
  externalURL: z.string().optional(),
  groupKey: z.string().optional(),
  receiver: z.string().optional(),
  truncatedAlerts: z.number().optional(),
})

export const AlertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  generatorURL: z.string().optional(),
  fingerprint: z.string().min(1).max(200).optional(),
})
