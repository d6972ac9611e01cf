// Alertmanager's webhook body, version 4, as its template.Data documents it; only what we use is strict.
import * as z from 'zod'

const Labels = z.record(z.string(), z.string())

/** PostgreSQL knows no year 0, and JavaScript writes years after 9999 in a way that PostgreSQL does not read. */
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59Z')

const Instant = z.iso
  .datetime({ offset: true })
  .refine(
    (text) => Date.parse(text) >= FIRST && Date.parse(text) <= LAST,
    'not a time of the years 1 to 9999',
  )

export const EnvelopeSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(z.unknown()),
  externalURL: z.unknown().optional(),
})

export const AlertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.nullish(),
  startsAt: Instant,
  endsAt: Instant.nullish(),
  generatorURL: z.unknown().optional(),
  /** Empty or absent in other senders of the same format: then it follows from the labels. */
  fingerprint: z.string().max(200).nullish(),
})
