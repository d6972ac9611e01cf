// What the ResourceManager knows: applications, their attempts, nodes. The words of its states, as ours.
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, RunState } from '../../ports.ts'
import { choose, looksLikeApplication } from '../spark-rest/choose.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type Clients, isYarnId } from './clients.ts'
import type { Config } from './config.ts'
import {
  type YarnApp,
  type YarnAttempt,
  appAnswerSchema,
  appsSchema,
  attemptDetailSchema,
  attemptsSchema,
} from './schema.ts'

export const ACTIVE_STATES = 'NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING'
export const ENDED_STATES = 'FINISHED,FAILED,KILLED'
/** What makes a list long and is not read (understood from 3.1 on, ignored before). */
const SHORT = 'resourceRequests,timeouts,appNodeLabelExpression,amNodeLabelExpression,resourceInfo'

/** An application as the ResourceManager records it, and at which of several that was. */
export interface Recorded {
  readonly app: YarnApp
  readonly rmUrl: string
}

/** One application by its id; null where the ResourceManager does not know it (any more). */
export function appOf(clients: Clients, id: string, signal: AbortSignal): Promise<Recorded | null> {
  if (!isYarnId(id)) return Promise.resolve(null)
  return clients.rm(async (rm) => {
    const answer = await rm.json(`/ws/v1/cluster/apps/${id}`, appAnswerSchema, signal, clients.asUser())
    return answer === null ? null : { app: answer.app, rmUrl: rm.baseUrl }
  }, signal)
}

/** Spark applications in these states. The ResourceManager keeps the last 1,000 that ended, unless told otherwise. */
export function appsIn(
  clients: Clients,
  config: Config,
  states: string,
  signal: AbortSignal,
): Promise<readonly Recorded[]> {
  const query = clients.asUser({
    states,
    applicationTypes: 'SPARK',
    deSelects: SHORT,
    ...(config.queue === undefined ? {} : { queue: config.queue }),
  })
  return clients.rm(async (rm) => {
    const answer = await rm.json('/ws/v1/cluster/apps', appsSchema, signal, query)
    return (answer?.apps?.app ?? []).map((app) => ({ app, rmUrl: rm.baseUrl }))
  }, signal)
}

/** The application that a run means: by its id, else by its job name, the live ones first. */
export async function findApp(
  clients: Clients,
  config: Config,
  run: Run,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<Recorded | null> {
  if (run.runId !== null && looksLikeApplication(run.runId)) return appOf(clients, run.runId, signal)
  if (run.jobName === null) return null
  for (const states of [ACTIVE_STATES, ENDED_STATES]) {
    const candidates = (await appsIn(clients, config, states, signal)).map((recorded) => ({
      recorded,
      id: recorded.app.id,
      name: recorded.app.name,
      active: states === ACTIVE_STATES,
      startedAt: recorded.app.startedTime,
    }))
    const chosen = choose(candidates, run, normalise)
    if (chosen !== null) return chosen.recorded
  }
  return null
}

/** Attempts of an application, the first one first. */
export async function attemptsOf(
  clients: Clients,
  id: string,
  signal: AbortSignal,
): Promise<readonly YarnAttempt[]> {
  const answer = await clients.rm(
    (rm) => rm.json(`/ws/v1/cluster/apps/${id}/appattempts`, attemptsSchema, signal, clients.asUser()),
    signal,
  )
  return [...(answer?.appAttempts?.appAttempt ?? [])].sort((a, b) => a.id - b.id)
}

/** Why an attempt ended, in YARN's words; empty where it does not say. */
export async function diagnosticsOf(
  rm: ReadClient,
  clients: Clients,
  appId: string,
  attempt: YarnAttempt,
  signal: AbortSignal,
): Promise<string> {
  if (!/^appattempt_\d+_\d+_\d+$/.test(attempt.appAttemptId)) return ''
  const path = `/ws/v1/cluster/apps/${appId}/appattempts/${attempt.appAttemptId}`
  return (await rm.json(path, attemptDetailSchema, signal, clients.asUser()))?.diagnosticsInfo ?? ''
}

/** Whether it has ended, for YARN. */
export function hasEnded({ state }: YarnApp): boolean {
  return ENDED_STATES.split(',').includes(state)
}

/** YARN's state and final status as an application's state: FINISHED alone says nothing of success. */
export function applicationStateOf({ state, finalStatus }: YarnApp): ApplicationState {
  if (state === 'FAILED') return 'failed'
  if (state === 'KILLED') return 'killed'
  if (state === 'FINISHED')
    return finalStatus === 'SUCCEEDED'
      ? 'finished'
      : finalStatus === 'FAILED'
        ? 'failed'
        : finalStatus === 'KILLED'
          ? 'killed'
          : 'unknown'
  if (state === 'RUNNING' || state === 'FINISHING' || state === 'KILLING') return 'running'
  return ACTIVE_STATES.split(',').includes(state) ? 'waiting' : 'unknown'
}

const RUN_STATES: Readonly<Record<ApplicationState, RunState>> = {
  waiting: 'queued',
  running: 'running',
  finished: 'succeeded',
  failed: 'failed',
  killed: 'cancelled',
  unknown: 'unknown',
}

/**
 * The same as a run's state. A live application of which an attempt has failed is `retrying`, whether its next
 * attempt waits or runs already: until that one has ended nobody knows whether the run is well again.
 */
export function runStateOf(app: YarnApp, attempts: readonly YarnAttempt[]): RunState {
  const state = RUN_STATES[applicationStateOf(app)]
  const tried = attempts.some(({ appAttemptState }) => appAttemptState === 'FAILED')
  return tried && (state === 'queued' || state === 'running') ? 'retrying' : state
}
