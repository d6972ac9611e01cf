// Cancels jobs and batches of Dataproc, once per call and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { type Reply, writeOnce } from '../http/write.ts'
import { createJobRunWriter } from '../job-runs/writer.ts'
import { createGoogleTokens } from '../google/token.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { addressOf, createDataproc } from './service.ts'
import { createSource } from './source.ts'

/**
 * Of a job `:cancel` is asked, of a batch the cancelling of the operation that made it: Google refuses to delete a batch
 * that goes on. Both take the request and end the run later; the reader sees the end.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const tokens = createGoogleTokens(platform, config, deps)
  const dataproc = createDataproc(platform, config, tokens, deps)
  const source = createSource(config, dataproc, deps.normaliseJobName)

  async function pathOf(home: string, id: string, signal: AbortSignal): Promise<string | null> {
    if (home === 'jobs') return `v1/projects/${config.project}/regions/${config.region}/jobs/${id}:cancel`
    const operation = (await dataproc.batch(id, signal))?.operation
    // Another form would be another path.
    const known = /^projects\/[^/?#%]+\/(?:regions|locations)\/[^/?#%]+\/operations\/[A-Za-z0-9._-]+$/
    return operation && known.test(operation) ? `v1/${operation}:cancel` : null
  }

  return createJobRunWriter(
    platform,
    config.actions,
    source,
    'Dataproc',
    deps.normaliseJobName,
    async ({ home, id, what }, signal): Promise<WriteOutcome> => {
      let token: string
      let path: string | null
      try {
        token = await tokens.get(signal)
        path = await pathOf(home, id, signal)
      } catch (error) {
        return { kind: 'refused', detail: `The ${what} was not sent (${reasonOf(error)}).` }
      }
      if (path === null)
        return { kind: 'refused', detail: `Dataproc names no operation that would end ${id}.` }
      return await writeOnce(
        {
          method: 'POST',
          url: `${addressOf(config)}/${path}`,
          body: '{}',
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
          outcome: (reply) => outcomeOf(reply, what),
          neverSent: `The ${what} was not sent`,
          lost: `The reply to the ${what} was lost`,
        },
        signal,
      )
    },
  )
}

function outcomeOf({ status, headers, data }: Reply, what: string): WriteOutcome {
  const json = String(headers['content-type'] ?? '').includes('json')
  if (status === 200 && json) return { kind: 'accepted', detail: `Dataproc took the ${what}.` }
  if (json && status >= 400 && status < 500 && status !== 408)
    return { kind: 'refused', detail: `Dataproc refused the ${what}: ${status} ${saidIn(data)}`.trim() }
  return {
    kind: 'unknown',
    detail: `It answered ${status} to the ${what}, which is not how Dataproc says yes.`,
  }
}

function saidIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { status?: string; message?: string } }
    return [error?.status, error?.message].filter(Boolean).join(': ').slice(0, 300)
  } catch {
    return ''
  }
}
