// SQL queries of an application with their plans and what each operator measured, in a bounded number of requests.
import * as z from 'zod'
import type { SparkPlanMetric, SparkQuery } from '../../ports.ts'
import type { Place } from './application.ts'
import { metricOf } from './metric-text.ts'
import { type QueryNode, querySchema } from './schema.ts'

/** As many as Spark keeps by default (`spark.sql.ui.retainedExecutions`); who keeps more is asked for more pages. */
const PAGE = 1000
const MAX_PAGES = 5

/**
 * SQL queries with their plans: the list without plans, which are long, and then each that is asked for. Unfinished
 * ones first, then the newest.
 */
export async function readQueries(place: Place, limit: number, signal: AbortSignal): Promise<SparkQuery[]> {
  const { client, path, pages } = place
  const wanted = (await listed(place, signal))
    .sort((a, b) => Number(a.status === 'COMPLETED') - Number(b.status === 'COMPLETED') || b.id - a.id)
    .slice(0, limit)
  const read = await Promise.all(
    wanted.map(({ id }) =>
      client.json(`${path}/sql/${id}`, querySchema, signal, { details: 'true', planDescription: 'true' }),
    ),
  )
  return read.flatMap((one) =>
    one === null
      ? []
      : [
          {
            id: one.id,
            status: one.status,
            description: one.description,
            plan: one.planDescription,
            error: one.errorMessage || null,
            durationMs: one.duration,
            nodes: one.nodes.map((node) => ({
              id: node.nodeId,
              name: node.nodeName,
              metrics: metricsOf(node),
            })),
            link: `${pages}/SQL/execution/?id=${one.id}`,
          },
        ],
  )
}

/** All that Spark keeps, oldest first as it gives them, without plans and operators. */
async function listed({ client, path }: Place, signal: AbortSignal): Promise<z.output<typeof querySchema>[]> {
  const all: z.output<typeof querySchema>[] = []
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      details: 'false',
      planDescription: 'false',
      offset: String(page * PAGE),
      length: String(PAGE),
    }
    const some = (await client.json(`${path}/sql`, z.array(querySchema), signal, query)) ?? []
    all.push(...some)
    if (some.length < PAGE) break
  }
  return all
}

/** What is no number (an average, a text) is left out. */
function metricsOf({ metrics }: QueryNode): SparkPlanMetric[] {
  return metrics.flatMap(({ name, value }) => {
    const read = metricOf(value)
    return read === null ? [] : [{ name, ...read }]
  })
}
