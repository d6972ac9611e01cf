// Ends applications on YARN: one PUT of the state KILLED to the ResourceManager that is active.
import type { AxiosResponse } from 'axios'
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { createSend } from '../http/send.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import { cannotRerun } from '../cannot-rerun.ts'
import type { PlatformDeps } from '../platform.ts'
import { isYarnId, rmHeadersOf } from './clients.ts'
import type { Config } from './config.ts'
import { remoteExceptionSchema, stateSchema } from './schema.ts'
import { refused } from '../refused.ts'

const MAX_BYTES = 1024 * 1024
const ENDED: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED'])

/**
 * A writer that can kill applications, once per call and never again by itself. The state is read first: YARN answers
 * 200 to a kill of what has ended, whether it was ended by it or not. `accepted` is YARN's 202: it has begun; whether
 * the application ended is for the reader to see. Of several ResourceManagers a standby does nothing and says so.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const query = config.user_name === undefined ? '' : `?user.name=${encodeURIComponent(config.user_name)}`
  const rmHeaders = rmHeadersOf(config)
  const send = createSend(platform, config, deps.kerberos)
  // The last is for clusters with protection against forged requests, whose default header it is.
  const headers = (): Record<string, string> => ({
    ...rmHeaders(),
    accept: 'application/json',
    'x-xsrf-header': 'arrestor',
  })
  const common = {
    maxRedirects: 0 as const,
    responseType: 'text' as const,
    transformResponse: (text: string): string => text,
    validateStatus: () => true,
    timeout: config.timeout_ms,
    maxContentLength: MAX_BYTES,
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
  }

  /** What to do at one ResourceManager; a string says why it was no use and nothing was asked of it. */
  async function killAt(rmUrl: string, appId: string, signal: AbortSignal): Promise<WriteOutcome | string> {
    const url = `${rmUrl.replace(/\/+$/, '')}/ws/v1/cluster/apps/${appId}/state${query}`
    let state: AxiosResponse<string>
    try {
      state = await send<string>({ ...common, url, headers: headers(), signal })
    } catch (error) {
      return `${rmUrl} cannot be reached (${reasonOf(error)})`
    }
    const before = stateIn(state.data)
    if (state.status === 404 && saidBy(state.data) !== null)
      return refused(`YARN does not know ${appId}: ${saidBy(state.data)}.`)
    if (state.status !== 200 || before === null)
      return `${rmUrl} answers ${state.status} when asked for the state${saidBy(state.data) === null ? '' : ` (${saidBy(state.data)})`}`
    if (ENDED.has(before)) return refused(`${appId} has ended already: it is ${before}.`)
    return await writeOnce(
      {
        method: 'PUT',
        url,
        body: '{"state":"KILLED"}',
        headers: { ...headers(), 'content-type': 'application/json' },
        send,
        timeoutMs: config.timeout_ms,
        httpAgent: deps.httpAgent,
        httpsAgent: deps.httpsAgent,
      },
      {
        outcome: (reply) => outcomeOf(reply, appId),
        neverSent: 'The ResourceManager went away before the kill was sent',
        lost: `The reply to the kill of ${appId} was lost`,
      },
      signal,
    )
  }

  return {
    platform,
    capabilities: new Set(config.actions),
    rerun: cannotRerun(platform),
    async kill(appId, signal) {
      if (!isYarnId(appId)) return refused(`${appId} is not an application of YARN.`)
      const why: string[] = []
      for (const rmUrl of config.rm_urls) {
        const outcome = await killAt(rmUrl, appId, signal)
        if (typeof outcome !== 'string') return outcome
        why.push(outcome)
      }
      return refused(`No ResourceManager of ${platform} took it, so nothing was asked: ${why.join('; ')}.`)
    },
  }
}

function outcomeOf(reply: Reply, appId: string): WriteOutcome {
  const state = stateIn(reply.data)
  if (reply.status === 202 && state !== null)
    return { kind: 'accepted', detail: `YARN took the kill of ${appId}; it is ${state}.` }
  if (reply.status === 200 && state === 'KILLED')
    return { kind: 'accepted', detail: `YARN has killed ${appId}.` }
  if (reply.status === 200 && state !== null && ENDED.has(state))
    return { kind: 'refused', detail: `${appId} ended before the kill arrived: it is ${state}.` }
  if (reply.status === 307)
    return { kind: 'refused', detail: 'The ResourceManager has become a standby, which kills nothing.' }
  if (reply.status >= 400 && reply.status < 500)
    return {
      kind: 'refused',
      detail: `YARN refused the kill of ${appId}: ${reply.status} ${saidBy(reply.data) ?? 'without a reason'}.`,
    }
  return {
    kind: 'unknown',
    detail: `The ResourceManager answered ${reply.status} to the kill of ${appId}, which is not how it says yes.`,
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function stateIn(body: string): string | null {
  return stateSchema.safeParse(parsed(body)).data?.state ?? null
}

/** Hadoop's own words for a refusal, without the name of the Java class. */
function saidBy(body: string): string | null {
  const message = remoteExceptionSchema.safeParse(parsed(body)).data?.RemoteException.message
  return message === undefined ? null : message.replace(/^(java|org)\.[\w.]+:\s*/, '').slice(0, 300)
}
