// A live driver's own metrics at this instant, out of the JSON page that every Spark serves unless it is told not to.
import * as z from 'zod'
import { roundedNumber } from '../safe-json.ts'
import type { Place } from './application.ts'

/** Dropwizard's page; what is no number (texts, lists) is left out. */
const metricsSchema = z.object({
  gauges: z.record(z.string(), z.object({ value: z.unknown().optional() })).default({}),
  counters: z.record(z.string(), z.object({ count: z.unknown().optional() })).default({}),
})

/**
 * Gauges and counters by name without namespace and instance (`DAGScheduler.job.activeJobs`); null at a History
 * Server, whose own page would speak of itself. Throws ARR-502 where the page is switched off.
 */
export async function readGauges(
  place: Place,
  appId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | null> {
  if (place.kept === true) return null
  const page = await place.client.json('/metrics/json/', metricsSchema, signal)
  if (page === null) return null
  const values = [
    ...Object.entries(page.gauges).map(([name, { value }]) => [name, value] as const),
    ...Object.entries(page.counters).map(([name, { count }]) => [name, count] as const),
  ]
  return new Map(
    values.flatMap(([name, value]) => {
      const read = roundedNumber.safeParse(value)
      return read.success && Number.isFinite(read.data) ? [[bare(name, appId), read.data] as const] : []
    }),
  )
}

/** `<namespace>.driver.` before it is cut off; the namespace is the application's id unless `spark.metrics.namespace` says. */
function bare(name: string, appId: string): string {
  const own = `${appId}.driver.`
  if (name.startsWith(own)) return name.slice(own.length)
  const at = name.indexOf('.driver.')
  return at < 0 ? name : name.slice(at + '.driver.'.length)
}
