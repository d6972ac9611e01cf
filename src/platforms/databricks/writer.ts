// Cancels runs of a Databricks workspace, once per call and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { type Reply, writeOnce } from '../http/write.ts'
import type { PlatformDeps } from '../platform.ts'
import { createDatabricksClient } from './client.ts'
import type { Config } from './config.ts'
import { isId } from './find.ts'
import { refusalSchema, runSchema } from './schema.ts'
import { stateOf, stateText } from './status.ts'
import { createTokens } from './token.ts'

/**
 * A writer that can cancel runs. Databricks takes the cancelling of a run that has ended with the same 200, so the
 * run is looked at first; that it took the request says nothing of the end, which is for the reader to see.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const tokens = createTokens(platform, config, deps)
  const client = createDatabricksClient(platform, config, tokens, deps)
  const refused = (detail: string): WriteOutcome => ({ kind: 'refused', detail })

  return {
    platform,
    capabilities: new Set(config.actions),
    async kill(runId, signal) {
      if (!isId(runId)) return refused(`${runId} is no run of Databricks: its ids are numbers.`)
      let token: string
      try {
        const run = await client.get('/api/2.2/jobs/runs/get', { run_id: runId }, runSchema, signal)
        if (run === null) return refused(`${platform} knows no run ${runId}, so nothing was asked of it.`)
        const state = stateOf(run)
        if (state === 'succeeded' || state === 'failed' || state === 'cancelled')
          return refused(`Run ${runId} has ended already (${stateText(run)}).`)
        token = await tokens.get(signal)
      } catch (error) {
        return refused(`${platform} cannot be asked, so nothing was asked of it (${reasonOf(error)}).`)
      }
      return await writeOnce(
        {
          method: 'POST',
          url: `${client.host}/api/2.2/jobs/runs/cancel`,
          // As text: a number of JavaScript's would round an id of 64 bits.
          body: `{"run_id":${BigInt(runId)}}`,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            authorization: `Bearer ${token}`,
          },
          timeoutMs: config.timeout_ms,
          httpAgent: deps.httpAgent,
          httpsAgent: deps.httpsAgent,
        },
        {
          outcome: (reply) => outcomeOf(reply, runId),
          neverSent: `${platform} went away before the cancelling was sent`,
          lost: `The reply to cancelling run ${runId} was lost`,
        },
        signal,
      )
    },
  }
}

function outcomeOf(reply: Reply, runId: string): WriteOutcome {
  const json = String(reply.headers['content-type'] ?? '').includes('json')
  if (reply.status === 200 && json)
    return { kind: 'accepted', detail: `Databricks took the cancelling of run ${runId}.` }
  if (json && reply.status >= 400 && reply.status < 500)
    return {
      kind: 'refused',
      detail: `Databricks refused to cancel run ${runId}: ${reply.status} ${saidIn(reply.data)}`.trim(),
    }
  return {
    kind: 'unknown',
    detail: `It answered ${reply.status} to the cancelling of run ${runId}, which is not how Databricks says yes.`,
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
