// Cancels runs of a Databricks workspace, once per call and never again by itself.
import axios, { type AxiosResponse, isAxiosError } from 'axios'
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import type { PlatformDeps } from '../platform.ts'
import { createDatabricksClient } from './client.ts'
import type { Config } from './config.ts'
import { isId } from './find.ts'
import { refusalSchema, runSchema } from './schema.ts'
import { stateOf, stateText } from './status.ts'
import { createTokens } from './token.ts'

const MAX_BYTES = 256 * 1024
/** Errors of a connection that was never made: the request cannot have arrived. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

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
      try {
        // As text: a number of JavaScript's would round an id of 64 bits.
        const reply = await axios.post<string>(`${client.host}/api/2.2/jobs/runs/cancel`, `{"run_id":${BigInt(runId)}}`, {
          headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
          maxRedirects: 0,
          responseType: 'text',
          transformResponse: (text: string) => text,
          validateStatus: () => true,
          timeout: config.timeout_ms,
          maxContentLength: MAX_BYTES,
          signal,
          ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
          ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
        }) // prettier-ignore
        return outcomeOf(reply, runId)
      } catch (error) {
        if (isAxiosError(error) && NEVER_SENT.has(error.code ?? ''))
          return refused(`${platform} went away before the cancelling was sent (${reasonOf(error)}).`)
        return {
          kind: 'unknown',
          detail: `The reply to cancelling run ${runId} was lost (${reasonOf(error)}).`,
        }
      }
    },
  }
}

function outcomeOf(reply: AxiosResponse<string>, runId: string): WriteOutcome {
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
