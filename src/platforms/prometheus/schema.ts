// What Prometheus answers on /api/v1/query, query_range and status/buildinfo: lenient in what we ignore.
import * as z from 'zod'

/** Seconds with fractions, and the value as text: "1.5", "NaN", "+Inf". */
const sample = z.tuple([z.number(), z.string()])
const metric = z.record(z.string(), z.string()).default({})

/** A series without `value` or `values` holds native histograms. */
const vector = z.object({ metric, value: sample.optional() })
const matrix = z.object({ metric, values: z.array(sample).optional() })

const data = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(vector) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(matrix) }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
])
export type QueryData = z.output<typeof data>

const notes = z.array(z.string()).optional()

export const querySchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data, warnings: notes }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
])
export type QueryAnswer = z.output<typeof querySchema>

export const buildSchema = z.object({
  status: z.literal('success'),
  data: z.object({ version: z.string().default('unknown') }),
})
