// One read route: its query tied to its schema.
import * as z from 'zod'
import type { ApiCall, ApiRoute } from './index.ts'

/** The query of a route that takes none. */
export const None = z.object({})

/** Ties a handler's query to its schema. */
export function route<Q extends z.ZodType>(
  definition: Omit<ApiRoute, 'handle' | 'query'> & {
    query: Q
    handle: (call: Omit<ApiCall, 'query'> & { query: z.infer<Q> }) => Promise<unknown>
  },
): ApiRoute {
  return definition
}
