// Answers a query over recorded tasks and stages as Spark does: by status, order and page. Pure.
import type { Answer } from './recording.ts'

type Row = Record<string, unknown>

const STATUSES: ReadonlySet<string> = new Set(['RUNNING', 'KILLED', 'FAILED', 'SUCCESS', 'UNKNOWN'])
/** Spark's own page of 404 and 500 is HTML; only what it looks up and does not find is told in plain text. */
const page = (status: number, message: string): Answer => ({
  status,
  type: 'text/html;charset=iso-8859-1',
  body: `<html><head><title>Error ${status} ${message}</title></head><body><h2>HTTP ERROR ${status} ${message}</h2></body></html>\n`,
})

/** `taskList?status=&sortBy=&offset=&length=`; an unknown status or order is 404, a length below one 500. */
export function taskList(recorded: Answer, query: URLSearchParams): Answer {
  const statuses = query.getAll('status').map((status) => status.toUpperCase())
  const sortBy = (query.get('sortBy') ?? 'ID').toLowerCase()
  const length = Number(query.get('length') ?? 20)
  if (statuses.some((status) => !STATUSES.has(status))) return page(404, 'Not Found')
  if (!['id', 'runtime', '-runtime'].includes(sortBy)) return page(404, 'Not Found')
  if (!(length >= 1)) return page(500, 'Request failed.')
  const offset = Math.max(0, Number(query.get('offset') ?? 0))
  const rows = (recorded.body as Row[])
    .filter((row) => statuses.length === 0 || statuses.includes(String(row['status'])))
    .sort((a, b) => order(a, sortBy) - order(b, sortBy))
  return { ...recorded, body: rows.slice(offset, offset + length) }
}

/** `taskSummary?quantiles=`: those asked for, out of those recorded; 404 in plain text while no task succeeded. */
export function taskSummary(recorded: Answer, query: URLSearchParams): Answer {
  if (recorded.status !== 200) return recorded
  const body = recorded.body as { quantiles: number[] }
  const wanted = (query.get('quantiles') ?? '0.05,0.25,0.5,0.75,0.95').split(',').map(Number)
  const places = wanted.map((quantile) => nearest(body.quantiles, quantile))
  const pick = (value: unknown): unknown => {
    if (Array.isArray(value)) return places.map((place) => (value as unknown[])[place])
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pick(inner)]))
  }
  return { ...recorded, body: { ...(pick(body) as object), quantiles: wanted } }
}

/** `stages?status=`, repeatable. */
export function stages(recorded: Answer, query: URLSearchParams): Answer {
  const statuses = query.getAll('status').map((status) => status.toUpperCase())
  const rows = (recorded.body as Row[]).filter(
    (row) => statuses.length === 0 || statuses.includes(String(row['status'])),
  )
  return { ...recorded, body: rows }
}

/** Spark keeps the metrics of tasks that did not succeed negated, so that its order by runtime is turned around for them. */
function order(row: Row, sortBy: string): number {
  if (sortBy === 'id') return Number(row['taskId'])
  const metrics = row['taskMetrics'] as Row | undefined
  const run = metrics === undefined ? 0 : Number(metrics['executorRunTime'])
  const kept = row['status'] === 'SUCCESS' ? run : -run - 1
  return sortBy === 'runtime' ? kept : -kept
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce(
    (best, value, index) =>
      Math.abs(value - wanted) < Math.abs((values[best] ?? 0) - wanted) ? index : best,
    0,
  )
}
