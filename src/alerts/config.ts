// The parts of arrestor.yml that say whose an alert is, how job names are normalised, and what a team keeps out of evidence.
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

/** A team's own part of redaction: what it takes out besides, and whether raw evidence is kept at all. */
export const DISCRETION = {
  redact: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens')
          .describe('stands in its place: `[redacted:<name>]`'),
        pattern: z.string().min(1).max(1_000).describe("a regular expression in RE2's syntax"),
      }),
    )
    .max(100)
    .default([])
    .describe('patterns of its own that are taken out of its evidence before it is kept or sent'),
  evidence: z
    .enum(['quoted', 'none'])
    .default('quoted')
    .describe('`none`: lines of logs and errors, thread dumps and plans are neither kept nor sent'),
}
