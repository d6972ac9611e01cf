// POST /webhooks/deploy: deploy markers in our own schema, one or many, and as GitHub sends them.
import {
  CUT,
  type DeployMarker,
  MAX_MARKER_TEXT,
  type MarkerContext,
  type MarkerDefaults,
  type Markers,
  type ReadMarkers,
} from '../../alerts/deploy-marker.ts'
import type { Rejected } from '../../alerts/model.ts'
import { redact, redactCredentials } from '../../alerts/redact.ts'
import { safeReference } from '../../alerts/reference.ts'
import { DeploymentStatusSchema, type GivenMarker, MarkerSchema, WorkflowRunSchema } from './schema.ts'

/** The path segment under /webhooks/, and the name of its senders in arrestor.yml. */
export const DEPLOY = 'deploy'

/** A pipeline that deploys more at once sends several bodies. */
const MAX_MARKERS = 1_000
/** A job's name stands in the keys of incidents. */
const MAX_NAME = 250
const MAX_URL = 2_000

type Read = { readonly given: GivenMarker } | { readonly ignored: string } | { readonly rejected: string }

/** Reads a body. GitHub's events are known by their own fields, whatever header came with them. */
export const readMarkers: ReadMarkers = (body, context) => {
  const list = elementsOf(body)
  if (list === null)
    return { kind: 'refused', reason: 'the body is neither a marker, a list of them, nor an event of GitHub' }
  if (list.length > MAX_MARKERS) return { kind: 'refused', reason: `more than ${MAX_MARKERS} markers` }
  const elements: { pointer: string; marker: DeployMarker }[] = []
  const ignored: { pointer: string; reason: string }[] = []
  const rejected: Rejected[] = []
  for (const { pointer, raw } of list) {
    const read = understand(raw)
    if ('ignored' in read) ignored.push({ pointer, reason: read.ignored })
    else if ('rejected' in read) rejected.push({ pointer, reason: read.rejected, raw })
    else elements.push({ pointer, marker: toMarker(read.given, context) })
  }
  return { kind: 'markers', elements, ignored, rejected } satisfies Markers
}

function elementsOf(body: unknown): { pointer: string; raw: unknown }[] | null {
  if (typeof body !== 'object' || body === null) return null
  const inside = 'deployments' in body ? body.deployments : 'markers' in body ? body.markers : body
  if (!Array.isArray(inside)) return inside === body ? [{ pointer: '', raw: body }] : null
  const prefix = inside === body ? '' : 'deployments' in body ? '/deployments' : '/markers'
  return inside.map((raw: unknown, index) => ({ pointer: `${prefix}/${index}`, raw }))
}

function understand(raw: unknown): Read {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { rejected: 'not an object' }
  if ('deployment_status' in raw) return ofDeploymentStatus(raw)
  if ('workflow_run' in raw && 'action' in raw) return ofWorkflowRun(raw)
  if ('zen' in raw && 'hook_id' in raw) return { ignored: 'a ping' }
  return ofMarker(raw)
}

function ofMarker(raw: unknown): Read {
  const parsed = MarkerSchema.safeParse(raw)
  if (!parsed.success) return { rejected: whyOf(parsed.error) }
  const { commit, image, version, summary } = parsed.data
  if (commit === null && image === null && version === null && summary === null)
    return { rejected: 'names neither commit, image, version nor summary: nothing to tell' }
  return { given: parsed.data }
}

/** Only what has come to a good end was deployed. */
function ofDeploymentStatus(raw: unknown): Read {
  const parsed = DeploymentStatusSchema.safeParse(raw)
  if (!parsed.success) return { rejected: whyOf(parsed.error) }
  const { deployment, deployment_status: status, repository } = parsed.data
  if (status.state !== 'success')
    return { ignored: `a deployment whose state is ${status.state.slice(0, 40)}` }
  // What the creator put into the deployment's payload says which jobs are meant.
  const payload = typeof deployment.payload === 'object' && deployment.payload !== null ? deployment.payload : {} // prettier-ignore
  const environment = status.environment ?? deployment.environment
  const from = [repository.full_name, ...(deployment.ref === deployment.sha ? [] : [deployment.ref])].join(
    ', ',
  )
  const summary = `${from}${environment == null ? '' : ` to ${environment}`}`
  return ofMarker({
    what: deployment.task.startsWith('rollback') ? 'rollback' : 'deploy',
    version: versionIn(deployment.ref),
    by: status.creator?.login ?? deployment.creator?.login,
    url: status.log_url || status.target_url,
    ...payload,
    summary,
    id: `github-deployment-${deployment.id}`,
    commit: deployment.sha,
    at: status.created_at,
  })
}

function ofWorkflowRun(raw: unknown): Read {
  const parsed = WorkflowRunSchema.safeParse(raw)
  if (!parsed.success) return { rejected: whyOf(parsed.error) }
  const { action, workflow_run: run, repository } = parsed.data
  if (action !== 'completed' || run.conclusion !== 'success')
    return { ignored: `a workflow that is ${(run.conclusion ?? action).slice(0, 40)}` }
  return ofMarker({
    what: 'deploy',
    id: `github-workflow-${run.id}-${run.run_attempt}`,
    commit: run.head_sha,
    version: versionIn(run.head_branch ?? ''),
    summary: [repository.full_name, run.name, run.head_branch].filter(Boolean).join(', '),
    by: run.actor?.login,
    url: run.html_url,
    at: run.updated_at,
  })
}

/** A tag such as `v1.5.0`. A branch is no version: each deployment of it would have the same, so that none could be told from another. */
function versionIn(ref: string): string | undefined {
  return /^v?\d+(?:\.\d+)+(?:[-+.][\w.+-]+)?$/.test(ref) ? ref : undefined
}

function toMarker(given: GivenMarker, { defaults, normaliseJobName }: MarkerContext): DeployMarker {
  const named = given.job_names.length > 0 ? given.job_names : defaults.jobNames
  const jobNames = named.map((name) => normaliseJobName(clean(name, MAX_NAME)))
  return {
    id: given.id === null ? null : clean(given.id, 200),
    what: given.what ?? 'deploy',
    jobNames: [...new Set(jobNames)],
    team: textOf(given.team ?? defaults.team),
    platform: textOf(given.platform ?? defaults.platform),
    commit: nameIn(given.commit),
    image: nameIn(given.image),
    version: nameIn(given.version),
    summary: textOf(given.summary),
    by: textOf(given.by),
    url: webUrl(given.url),
    at: given.at,
  }
}

function textOf(text: string | null): string | null {
  return text === null ? null : clean(redact(text.slice(0, 4 * MAX_MARKER_TEXT)), MAX_MARKER_TEXT)
}

/** What something is called by is that, or nothing: one that is too long ends in a sign, and names nothing. */
function nameIn(text: string | null): string | null {
  if (text === null) return null
  const name = safeReference(text.slice(0, 4 * MAX_MARKER_TEXT), redactCredentials)
  return name.length <= MAX_MARKER_TEXT
    ? clean(name, MAX_MARKER_TEXT)
    : `${clean(name, MAX_MARKER_TEXT - 1)}${CUT}`
}

/** NUL is refused by PostgreSQL, lone surrogates by jsonb. */
function clean(text: string, max: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, max).toWellFormed()
}

/** Without the user and password that an address may carry. */
function webUrl(text: string | null): string | null {
  const url = text === null || text.length > MAX_URL ? null : URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  url.username = ''
  url.password = ''
  return redact(url.href)
}

function whyOf(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const [issue] = error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
  return `${where}${issue?.message ?? 'not a marker'}`
}

/** `?job_name=...&team=...&platform=...` of the webhook's address. */
export function defaultsIn(query: Readonly<Record<string, unknown>>): MarkerDefaults {
  const one = (name: string): string | null => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const given = query['job_name']
  const jobs = (Array.isArray(given) ? given : [given]).filter((name) => typeof name === 'string')
  return {
    jobNames: jobs.flatMap((name) => name.split(',')).flatMap((name) => name.trim() || []).slice(0, 100), // prettier-ignore
    team: one('team'),
    platform: one('platform'),
  }
}
