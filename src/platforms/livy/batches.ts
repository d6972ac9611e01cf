// Livy's batches and sessions: which one a run means, and what its states mean. The pages of the list are walked.
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, PlatformRun, RunState } from '../../ports.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type LivySession, sessionSchema, sessionsSchema } from './schema.ts'

export type Kind = 'batches' | 'sessions'

export interface Found {
  readonly kind: Kind
  readonly session: LivySession
}

/** One page; Livy's default is 100. */
const PAGE = 100
/** So many of the newest are looked through. Livy forgets those that ended after a day, unless told otherwise. */
const LISTED = 500

const STATES: Readonly<Record<string, ApplicationState>> = {
  not_started: 'waiting',
  starting: 'waiting',
  recovering: 'running',
  idle: 'running',
  running: 'running',
  busy: 'running',
  shutting_down: 'running',
  error: 'failed',
  dead: 'failed',
  killed: 'killed',
  success: 'finished',
}

const RUN_STATES: Readonly<Record<ApplicationState, RunState>> = {
  waiting: 'queued',
  running: 'running',
  finished: 'succeeded',
  failed: 'failed',
  killed: 'cancelled',
  unknown: 'unknown',
}

/** Livy's word for a state, as ours. */
export function stateOf(word: string): ApplicationState {
  return STATES[word.toLowerCase()] ?? 'unknown'
}

/** `batch-17`, `session-3` or a bare number, which is a batch: how Livy's ids are written as run ids. */
export function livyId(id: string): { kind: Kind; id: string } | null {
  const parts = /^(?:(batch|session)-)?(\d{1,9})$/.exec(id)
  return parts === null
    ? null
    : { kind: parts[1] === 'session' ? 'sessions' : 'batches', id: String(Number(parts[2])) }
}

/** As a run id: unlike Livy's own number it says which list it is of. */
export function runIdOf({ kind, session }: Found): string {
  return `${kind === 'sessions' ? 'session' : 'batch'}-${session.id}`
}

/** By Livy's id, by Spark's application id, else the newest of the job's name, a live one first. */
export async function findBatch(
  livy: ReadClient,
  run: Run,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<Found | null> {
  const own = run.runId === null ? null : livyId(run.runId)
  if (own !== null) {
    const session = await livy.json(`/${own.kind}/${own.id}`, sessionSchema, signal)
    return session === null ? null : { kind: own.kind, session }
  }
  if (run.runId !== null && looksLikeApplication(run.runId)) {
    const appId = run.runId
    return (await allOf(livy, signal)).find(({ session }) => session.appId === appId) ?? null
  }
  return run.jobName === null ? null : ((await namesakes(livy, run.jobName, normalise, signal))[0] ?? null)
}

/** Batches and sessions of a (normalised) name: live ones first, then by number, newest first. */
export async function namesakes(
  livy: ReadClient,
  jobName: string,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const wanted = normalise(jobName)
  const live = ({ session }: Found): number =>
    ['waiting', 'running'].includes(stateOf(session.state)) ? 1 : 0
  return (await allOf(livy, signal))
    .filter(({ session }) => session.name !== '' && normalise(session.name) === wanted)
    .sort((a, b) => live(b) - live(a) || b.session.id - a.session.id)
}

/** Batches before sessions: jobs that somebody is paged for are batches. */
async function allOf(livy: ReadClient, signal: AbortSignal): Promise<readonly Found[]> {
  const [batches, sessions] = await Promise.all([
    listOf(livy, 'batches', signal),
    listOf(livy, 'sessions', signal),
  ])
  return [...batches, ...sessions]
}

/** The newest ones: Livy lists the oldest first, so that the last pages are asked for. */
async function listOf(livy: ReadClient, kind: Kind, signal: AbortSignal): Promise<readonly Found[]> {
  const page = async (from: number): Promise<{ total: number; found: Found[] }> => {
    const query = { from: String(from), size: String(PAGE) }
    const answer = await livy.json(`/${kind}`, sessionsSchema, signal, query)
    return {
      total: answer?.total ?? 0,
      found: (answer?.sessions ?? []).map((session) => ({ kind, session })),
    }
  }
  const first = await page(0)
  if (first.total <= PAGE) return first.found
  const start = Math.max(PAGE, first.total - LISTED)
  const pages = await Promise.all(
    Array.from({ length: Math.ceil((first.total - start) / PAGE) }, (_, index) => page(start + index * PAGE)),
  )
  return [...(start === PAGE ? first.found : []), ...pages.flatMap(({ found }) => found)]
}

/** Lines of a failure's log that are kept as its words. */
const WORDS = 40

/** A batch or session as a run. Livy keeps no times, never tries again by itself, and tells no queue. */
export function runOfLivy(found: Found, normalise: (name: string) => string, link: string): PlatformRun {
  const { session } = found
  const state = stateOf(session.state)
  return {
    id: runIdOf(found),
    jobName: session.name === '' ? null : normalise(session.name),
    state: RUN_STATES[state],
    stateText: session.state,
    attempt: null,
    maxAttempts: null,
    submittedAt: null,
    startedAt: null,
    endedAt: null,
    applicationId: session.appId || null,
    queue: null,
    user: session.proxyUser || session.owner || null,
    words:
      state === 'failed' && session.log.length > 0
        ? [{ text: session.log.slice(-WORDS).join('\n'), from: `log of ${runIdOf(found)}`, place: 'driver' }]
        : [],
    link,
  }
}
