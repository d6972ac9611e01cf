// Routes compiled from Alertmanager's matcher syntax: all matchers of a route must hold; an absent label is empty.
import type { z } from 'zod'
import type { RouteSchema } from '../alerts/config.ts'
import type { Route } from '../alerts/routing.ts'
import { parseMatchers } from '../runbooks/matchers.ts'

/** Compiles one route. Throws an Error that names the matcher and what is wrong with it. */
export function compileRoute(route: z.infer<typeof RouteSchema>): Route {
  const matchers = route.match.flatMap((text) => {
    const parsed = parseMatchers(text)
    if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`)
    return parsed.value
  })
  return {
    team: route.team,
    matches: (labels) => matchers.every((matcher) => matcher.holds(labels[matcher.name] ?? '')),
  }
}
