// Cursor paging: an opaque cursor names the first item of the next page, so that newcomers shift nothing.
import { Refusal } from './refusal.ts'

export interface PageRequest<T> {
  readonly cursor: string | undefined
  readonly limit: number
  readonly key: (item: T) => string
  /** Whether the item is where the cursor points, or past it (the item itself may be gone by then). */
  readonly reached?: (item: T, key: string) => boolean
}

/** One page of a list; `next_cursor` is empty on the last one. Refuses `invalid_cursor` and `invalid_limit`. */
export function page<T>(all: readonly T[], request: PageRequest<T>): { items: T[]; next_cursor: string } {
  const { cursor, limit, key } = request
  const reached = request.reached ?? ((item: T, at: string) => key(item) === at)
  if (limit < 1 || limit > 1000) throw new Refusal('invalid_limit')
  let start = 0
  if (cursor !== undefined && cursor !== '') {
    const match = /^next:(.+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'))
    const at = match?.[1]
    if (at === undefined) throw new Refusal('invalid_cursor')
    start = all.findIndex((item) => reached(item, at))
    if (start < 0) start = all.length
  }
  const next = all[start + limit]
  const next_cursor = next === undefined ? '' : Buffer.from(`next:${key(next)}`).toString('base64')
  return { items: all.slice(start, start + limit), next_cursor }
}
