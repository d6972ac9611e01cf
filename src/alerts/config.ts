// The part of arrestor.yml that says whose an alert is, and how job names are normalised.
import * as z from 'zod'

export const RouteSchema = z.strictObject({
  team: z.string().min(1).describe('the team that owns what matches'),
  match: z.array(z.string().min(1)).min(1).describe("matchers in Alertmanager's syntax; all must hold"),
})

export const RoutingSchema = z.strictObject({
  /** An alert whose label of this name carries a known team's name is that team's. */
  label: z.string().min(1).default('team'),
  routes: z.array(RouteSchema).default([]),
  default_team: z.string().min(1),
})
export type RoutingConfig = z.infer<typeof RoutingSchema>

export const JobNamesSchema = z.strictObject({
  /** Regular expressions whose matches are removed from job names, beside the built-in ones (dates, run ids). */
  strip: z.array(z.string().min(1)).default([]),
})
