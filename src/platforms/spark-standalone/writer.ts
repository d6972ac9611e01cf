// Ends applications of a standalone cluster by pressing the kill button of the master's page, as a person would.
import type { AxiosResponse } from 'axios'
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { authHeaders } from '../http/auth.ts'
import { createSend } from '../http/send.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import { cannotRerun } from '../cannot-rerun.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { killFormOf } from './master-page.ts'
import { refused } from '../refused.ts'

/** The master's page lists its active and its last 200 ended applications: well under this. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024

/**
 * A writer that can kill applications, once per call and never again by itself.
 *
 * Spark 4.3 answers 403 to a kill without the CSRF token of its page, and 3.5 answers the same redirect whether it
 * killed, did not know the id, or has kills switched off. So the button is looked for first: where the page
 * offers none, nothing is sent and the outcome is `refused`; where it does, all its fields are sent. The redirect
 * means that the master took the request; whether the application ended is for the reader to see.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const base = config.master_url.replace(/\/+$/, '')
  const headers = authHeaders(config)
  const send = createSend(platform, config, deps.kerberos)
  const common = {
    maxRedirects: 0 as const,
    responseType: 'text' as const,
    transformResponse: (text: string): string => text,
    validateStatus: () => true,
    timeout: config.timeout_ms,
    maxContentLength: MAX_PAGE_BYTES,
    ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
    ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
  }

  return {
    platform,
    capabilities: new Set(config.actions),
    rerun: cannotRerun(platform),
    async kill(appId, signal) {
      let page: AxiosResponse<string>
      try {
        page = await send<string>({ ...common, url: `${base}/`, headers: headers(), signal })
      } catch (error) {
        return refused(
          `The master of ${platform} cannot be reached, so nothing was asked of it (${reasonOf(error)}).`,
        )
      }
      if (page.status !== 200)
        return refused(
          `The master of ${platform} answers ${page.status} for its page, so nothing was asked of it.`,
        )
      const form = killFormOf(page.data, appId)
      if (form === null)
        return refused(
          `The master's page offers no kill button for ${appId}: it is not active, or spark.ui.killEnabled is false.`,
        )
      return await writeOnce(
        {
          method: 'POST',
          url: `${base}/app/kill/`,
          body: new URLSearchParams([...form]),
          headers: headers(),
          send,
          timeoutMs: config.timeout_ms,
          maxBytes: MAX_PAGE_BYTES,
          httpAgent: deps.httpAgent,
          httpsAgent: deps.httpsAgent,
        },
        {
          outcome: (reply) => outcomeOf(reply, base, appId),
          neverSent: `The master of ${platform} went away before the kill was sent`,
          lost: `The reply to the kill of ${appId} was lost`,
        },
        signal,
      )
    },
  }
}

function outcomeOf(reply: Reply, base: string, appId: string): WriteOutcome {
  if (reply.status === 302 && isHome(String(reply.headers['location'] ?? ''), base))
    return { kind: 'accepted', detail: `The master took the kill of ${appId}.` }
  if (reply.status >= 400 && reply.status < 500) {
    const why = /<title>Error \d+ ([^<]*)<\/title>/.exec(reply.data)?.[1] ?? 'no reason given'
    return { kind: 'refused', detail: `The master refused the kill of ${appId}: ${reply.status} ${why}` }
  }
  return {
    kind: 'unknown',
    detail: `The master answered ${reply.status} to the kill of ${appId}, which is not how it says yes.`,
  }
}

/** Whether a redirect leads back to the master's own page, as after a kill, and not to somebody's login page. */
function isHome(location: string, base: string): boolean {
  if (!URL.canParse(location, `${base}/`)) return false
  const [target, home] = [new URL(location, `${base}/`), new URL(`${base}/`)]
  return target.hostname === home.hostname && (target.pathname === home.pathname || target.pathname === '/')
}
