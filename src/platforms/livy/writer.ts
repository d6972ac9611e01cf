// Ends batches and sessions by deleting them at Livy, which kills their application.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import { cannotRerun } from '../cannot-rerun.ts'
import type { PlatformDeps } from '../platform.ts'
import { createReadClient } from '../spark-rest/client.ts'
import { type Found, findBatch, stateOf } from './batches.ts'
import type { Config } from './config.ts'
import { refused } from '../refused.ts'

/**
 * A writer that can kill, once per call and never again by itself. It takes Livy's id or Spark's application id, looks
 * for what it means, and deletes that: DELETE is Livy's only way to end a batch, and it also forgets it, so that only
 * the History Server tells of it afterwards. What has ended is not deleted: that would be forgetting alone.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const headers = authHeaders(config)
  const send = createSend(platform, config, deps.kerberos)
  const agents = {
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
  }
  const livy = createReadClient({
    platform,
    baseUrl: config.livy_url,
    timeoutMs: config.timeout_ms,
    headers,
    send,
    ...agents,
    ...(deps.gate === undefined ? {} : { gate: deps.gate }),
  })

  return {
    platform,
    capabilities: new Set(config.actions),
    rerun: cannotRerun(platform),
    async kill(appId, signal) {
      let found: Found | null
      try {
        const run = { platform, cluster: null, jobName: null, runId: appId, attempt: null, retriesLeft: null }
        found = await findBatch(livy, run, deps.normaliseJobName, signal)
      } catch (error) {
        if (!(error instanceof ArrestorError)) throw error
        return refused(`Livy cannot be asked for ${appId}, so nothing was asked of it (${reasonOf(error)}).`)
      }
      if (found === null) return refused(`Livy knows no batch or session of ${appId}.`)
      const { kind, session } = found
      if (!['waiting', 'running'].includes(stateOf(session.state)))
        return refused(`${appId} has ended already: it is ${session.state}.`)
      return await writeOnce(
        {
          method: 'DELETE',
          url: `${livy.baseUrl}/${kind}/${session.id}`,
          headers: { ...headers(), 'x-requested-by': config.requested_by },
          send,
          timeoutMs: config.timeout_ms,
          ...agents,
        },
        {
          outcome: (reply) => outcomeOf(reply, appId),
          neverSent: 'Livy went away before the kill was sent',
          lost: `The reply to the kill of ${appId} was lost`,
        },
        signal,
      )
    },
  }
}

function outcomeOf(reply: Reply, appId: string): WriteOutcome {
  // {"msg":"deleted"}
  if (reply.status === 200 && /^\s*\{\s*"msg"\s*:\s*"deleted"/.test(reply.data))
    return { kind: 'accepted', detail: `Livy deleted ${appId}, which kills it.` }
  if (reply.status === 404) return { kind: 'refused', detail: `${appId} was gone before the kill arrived.` }
  if (reply.status >= 400 && reply.status < 500)
    return {
      kind: 'refused',
      detail: `Livy refused the kill of ${appId}: ${reply.status} ${reply.data.slice(0, 200) || 'without a reason'}`,
    }
  return {
    kind: 'unknown',
    detail: `Livy answered ${reply.status} to the kill of ${appId}, which is not how it says yes.`,
  }
}
