// The part of arrestor.yml that says whose an alert is, and how job names are normalised.
import * as z from 'zod'

export const RouteSchema = z.strictObject({
  team: z.string().min(1).describe('the team that owns what matches'),
  match: z.array(z.string().min(1)).min(1).describe("matchers in Alertmanager's syntax; all must hold"),
})

export const RoutingSchema = z.strictObject({
  label: z
    .string()
    .min(1)
    .default('team')
    .describe("an alert whose label of this name carries a known team's name is that team's"),
  routes: z
    .array(RouteSchema)
    .default([])
    .describe('asked in order when the label does not say; the first wins'),
  default_team: z.string().min(1).describe('the team of what no label and no route gives to another'),
})
export type RoutingConfig = z.infer<typeof RoutingSchema>

export const JobNamesSchema = z.strictObject({
  strip: z
    .array(z.string().min(1))
    .default([])
    .describe('regular expressions whose matches are removed from job names, beside dates and run ids'),
})
