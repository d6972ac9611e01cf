// Deploy markers as they come: our own schema with the names that pipelines use, and GitHub's two events.
import * as z from 'zod'

/** An address longer than this leads nowhere once it is cut. */
const text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .nullish()
  .transform((value) => (value === undefined || value === null || value === '' ? null : value))
const names = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.split(',') : (value ?? [])))
  .transform((list) => list.map((name) => name.trim()).filter((name) => name !== ''))
  .pipe(z.array(z.string()).max(100, 'more than 100 jobs'))
/** Before and after it nobody deployed: such a time was written in another unit, or is none. */
const FIRST_MS = Date.UTC(2000)
const LAST_MS = Date.UTC(2100)
/** ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970: their sizes tell them apart. */
const instant = z
  .union([z.iso.datetime({ offset: true }), z.number(), z.string().regex(/^\d{9,19}$/)], {
    error:
      'not a time in ISO 8601 with its zone, nor seconds, milliseconds, microseconds or nanoseconds since 1970',
  })
  .transform((value) => {
    const number = Number(value)
    return new Date(Number.isNaN(number) ? String(value) : millisecondsOf(number))
  })
  .refine(
    (at) => at.getTime() >= FIRST_MS && at.getTime() < LAST_MS,
    'not a time between the years 2000 and 2100',
  )
  .nullish()
  .transform((at) => at ?? null)

/** Until the year 5138 a time has less than 1e11 seconds, 1e14 milliseconds and 1e17 microseconds. */
function millisecondsOf(number: number): number {
  if (number < 1e11) return number * 1e3
  if (number < 1e14) return number
  return number < 1e17 ? number / 1e3 : number / 1e6
}

/** Other names of the same things, the first one that is there counts. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  what: ['what', 'kind', 'type', 'action'],
  job_names: ['job_names', 'job_name', 'jobs', 'services', 'service', 'application', 'app'],
  commit: ['commit', 'sha', 'git_commit', 'revision'],
  image: ['image', 'docker_image'],
  version: ['version', 'release', 'tag'],
  summary: ['summary', 'message', 'description', 'title'],
  by: ['by', 'deployed_by', 'author', 'actor', 'user'],
  at: ['at', 'deployed_at', 'finished_at', 'timestamp', 'time'],
  url: ['url', 'link'],
}

const marker = z.object({
  id: text,
  what: z.enum(['deploy', 'rollback', 'config'], 'what is deploy, rollback or config').nullish(),
  job_names: names,
  team: text,
  platform: text,
  commit: text,
  image: text,
  version: text,
  summary: text,
  by: text,
  url: text,
  at: instant,
})

/** One marker of our own schema, its fields under any of their names. */
export const MarkerSchema = z.record(z.string(), z.unknown()).transform((given, context) => {
  const named: Record<string, unknown> = { ...given }
  for (const [name, others] of Object.entries(ALIASES)) {
    const found = others.find((other) => given[other] !== undefined && given[other] !== null)
    named[name] = found === undefined ? undefined : given[found]
  }
  const result = marker.safeParse(named)
  if (result.success) return result.data
  for (const issue of result.error.issues)
    context.addIssue({ code: 'custom', message: issue.message, path: issue.path })
  return z.NEVER
})
export type GivenMarker = z.output<typeof marker>

const login = z.object({ login: z.string() }).nullish()
const repository = z.object({ full_name: z.string() })

/** GitHub's `deployment_status`: of a deployment, which carries the payload that its creator gave it. */
export const DeploymentStatusSchema = z.object({
  deployment_status: z.object({
    id: z.number(),
    state: z.string(),
    created_at: z.iso.datetime({ offset: true }),
    environment: z.string().nullish(),
    description: z.string().nullish(),
    log_url: z.string().nullish(),
    target_url: z.string().nullish(),
    creator: login,
  }),
  deployment: z.object({
    id: z.number(),
    sha: z.string(),
    ref: z.string(),
    task: z.string().default('deploy'),
    environment: z.string().nullish(),
    description: z.string().nullish(),
    /** Text where the creator sent text. */
    payload: z.union([z.record(z.string(), z.unknown()), z.string(), z.null()]).optional(),
    creator: login,
  }),
  repository,
})

/** GitHub's `workflow_run`. */
export const WorkflowRunSchema = z.object({
  action: z.string(),
  workflow_run: z.object({
    id: z.number(),
    run_attempt: z.number().default(1),
    name: z.string().nullish(),
    head_sha: z.string(),
    head_branch: z.string().nullish(),
    conclusion: z.string().nullish(),
    html_url: z.string(),
    updated_at: z.iso.datetime({ offset: true }),
    actor: login,
  }),
  repository,
})
