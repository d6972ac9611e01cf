// Cancels and repairs runs of a Databricks workspace, once per call and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import type { PlatformDeps } from '../platform.ts'
import { createDatabricksClient } from './client.ts'
import type { Config } from './config.ts'
import { isId } from './find.ts'
import { type RunInfo, refusalSchema, runSchema } from './schema.ts'
import { repairsOf, stateOf, stateText } from './status.ts'
import { createTokens } from './token.ts'
import { jsonPost } from '../http/json-post.ts'
import { type Against, refused } from '../refused.ts'

/** What is sent, and how it is spoken of. */
interface Wish {
  readonly path: '/api/2.2/jobs/runs/cancel' | '/api/2.2/jobs/runs/repair'
  /** As text: a number of JavaScript's would round an id of 64 bits. */
  readonly body: string
  /** Said after "the": `cancelling of run 7`. */
  readonly what: string
}

/**
 * A writer that can cancel runs and repair them. Databricks takes the cancelling of a run that has ended with the same
 * 200, so the run is looked at first; that it took the request says nothing of the end, which is for the reader to see.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const tokens = createTokens(platform, config, deps)
  const client = createDatabricksClient(platform, config, tokens, deps)

  /** Looks at the run, and sends what `wishFor` makes of it; or says why nothing is sent. */
  async function afterLooking(
    runId: string,
    signal: AbortSignal,
    wishFor: (run: RunInfo) => Wish | Against,
  ): Promise<WriteOutcome> {
    if (!isId(runId)) return refused(`${runId} is no run of Databricks: its ids are numbers.`, 'never')
    let token: string
    let wish: Wish | Against
    try {
      const query = { run_id: runId, include_history: 'true' }
      const run = await client.get('/api/2.2/jobs/runs/get', query, runSchema, signal)
      if (run === null)
        return refused(`${platform} knows no run ${runId}, so nothing was asked of it.`, 'never')
      wish = wishFor(run)
      if ('says' in wish) return refused(wish.says, wish.next)
      token = await tokens.get(signal)
    } catch (error) {
      return refused(`${platform} cannot be asked, so nothing was asked of it (${reasonOf(error)}).`)
    }
    const { path, body, what } = wish
    return await writeOnce(
      jsonPost({ url: `${client.host}${path}`, body, token, timeoutMs: config.timeout_ms }, deps),
      {
        outcome: (reply) => outcomeOf(reply, what),
        neverSent: `${platform} went away before the ${what} was sent`,
        lost: `The reply to the ${what} was lost`,
      },
      signal,
    )
  }

  return {
    platform,
    capabilities: new Set(config.actions),
    kill: (runId, signal) =>
      afterLooking(runId, signal, (run) =>
        hasEnded(run)
          ? { says: `Run ${runId} has ended already (${stateText(run)}).` }
          : {
              path: '/api/2.2/jobs/runs/cancel',
              body: `{"run_id":${BigInt(runId)}}`,
              what: `cancelling of run ${runId}`,
            },
      ),
    /**
     * A repair runs again what failed and what was skipped for it, under the run's own id and parameters; a new run
     * would do over what succeeded and take the job's defaults for its parameters. It knows no idempotency key: the id
     * of the latest repair does the same, for one that has another latest repair, or goes on, is refused.
     */
    rerun: (runId, _key, signal) =>
      afterLooking(runId, signal, (run) => {
        if (run.job_run_id !== undefined && run.job_run_id !== run.run_id)
          return {
            says: `${runId} is one task of run ${run.job_run_id}, and Databricks repairs whole runs alone.`,
            next: 'never',
          }
        if (!hasEnded(run))
          return {
            says: `Run ${runId} is under way (${stateText(run)}), so nothing was asked of it.`,
            next: 'look',
          }
        if (stateOf(run) === 'succeeded')
          return { says: `Nothing of run ${runId} has failed (${stateText(run)}).`, next: 'never' }
        if (run.job_id === undefined)
          return {
            says: `Run ${runId} was submitted without a job, and Databricks repairs runs of jobs alone.`,
            next: 'never',
          }
        const latest = repairsOf(run).at(-1)?.id ?? null
        const fence = latest === null ? '' : `,"latest_repair_id":${BigInt(latest)}`
        return {
          path: '/api/2.2/jobs/runs/repair',
          body: `{"run_id":${BigInt(run.run_id)},"rerun_all_failed_tasks":true${fence}}`,
          what: `repair of run ${run.run_id}`,
        }
      }),
  }
}

function hasEnded(run: RunInfo): boolean {
  const state = stateOf(run)
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

function outcomeOf(reply: Reply, what: string): WriteOutcome {
  const json = String(reply.headers['content-type'] ?? '').includes('json')
  if (reply.status === 200 && json) return { kind: 'accepted', detail: `Databricks took the ${what}.` }
  if (json && reply.status >= 400 && reply.status < 500)
    return {
      kind: 'refused',
      detail: `Databricks refused the ${what}: ${reply.status} ${saidIn(reply.data)}`.trim(),
    }
  return {
    kind: 'unknown',
    detail: `It answered ${reply.status} to the ${what}, which is not how Databricks says yes.`,
  }
}

function saidIn(text: string): string {
  try {
    const parsed = refusalSchema.safeParse(JSON.parse(text))
    const { error_code: code, message } = parsed.data ?? {}
    return [code, message].filter(Boolean).join(': ').slice(0, 300)
  } catch {
    return ''
  }
}
