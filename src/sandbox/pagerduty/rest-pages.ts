// Classic pagination: limit, offset, more, and a total only when asked for.
import { failure } from './rest-error.ts'

const DEFAULT_LIMIT = 25
const MAX_LIMIT = 100
/** offset + limit may not pass this. */
const MAX_DEPTH = 10_000

export type Page<T> = { items: T[]; limit: number; offset: number; more: boolean; total: number | null }

/** Cuts one page; throws the API's 400 for a page that is not allowed. */
export function pageOf<T>(all: T[], query: URLSearchParams): Page<T> {
  const limit = Math.min(Number(query.get('limit') ?? DEFAULT_LIMIT), MAX_LIMIT)
  const offset = Number(query.get('offset') ?? 0)
  if (!Number.isInteger(limit) || !Number.isInteger(offset) || limit < 1 || offset < 0)
    throw failure(400, 2001, 'Invalid Input Provided', ['Limit and offset must be whole numbers'])
  if (offset + limit > MAX_DEPTH)
    throw failure(400, 2001, 'Invalid Input Provided', [`Offset plus limit must not exceed ${MAX_DEPTH}`])
  return {
    items: all.slice(offset, offset + limit),
    limit,
    offset,
    more: offset + limit < all.length,
    total: query.get('total') === 'true' ? all.length : null,
  }
}
