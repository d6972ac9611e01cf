// Cancels jobs and batches of Dataproc and submits jobs once more, once per call and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import { type Aim, createJobRunWriter } from '../job-runs/writer.ts'
import { createGoogleTokens } from '../google/token.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { addressOf, createDataproc } from './service.ts'
import { createSource } from './source.ts'
import { madeAgain } from './made-again.ts'
import { jsonPost } from '../http/json-post.ts'
import { refused } from '../refused.ts'

interface Wish {
  readonly path: string
  readonly body: string
}

/**
 * Of a job `:cancel` is asked, of a batch the cancelling of the operation that made it: Google refuses to delete a batch
 * that goes on. Both take the request and end the run later; the reader sees the end. Jobs alone are submitted once more:
 * of a batch Google tells its settings as it has worked them out, which are not those that it takes.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const tokens = createGoogleTokens(platform, config, deps)
  const dataproc = createDataproc(platform, config, tokens, deps)
  const source = createSource(config, dataproc, deps.normaliseJobName)
  const jobs = `v1/projects/${config.project}/regions/${config.region}/jobs`

  async function cancelling({ home, id }: Aim, signal: AbortSignal): Promise<Wish | string> {
    if (home === 'jobs') return { path: `${jobs}/${id}:cancel`, body: '{}' }
    const operation = (await dataproc.batch(id, signal))?.operation
    // Another form would be another path.
    const known = /^projects\/[^/?#%]+\/(?:regions|locations)\/[^/?#%]+\/operations\/[A-Za-z0-9._-]+$/
    return operation && known.test(operation)
      ? { path: `v1/${operation}:cancel`, body: '{}' }
      : `Dataproc names no operation that would end ${id}.`
  }

  async function submitting({ home, id }: Aim, key: string, signal: AbortSignal): Promise<Wish | string> {
    if (home !== 'jobs') return `${id} is a batch: of it Dataproc does not tell what it was submitted with.`
    const made = await dataproc.jobAsMade(id, signal)
    if (made === null) return `Dataproc knows no job ${id} any more.`
    const job = madeAgain(made, key, deps.normaliseJobName)
    return { path: `${jobs}:submit`, body: JSON.stringify({ job, requestId: key }) }
  }

  /** Sends what `wishFor` answers; a text is why nothing is sent. */
  async function send(
    { what }: Aim,
    wishFor: () => Promise<Wish | string>,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    let token: string
    let wish: Wish | string
    try {
      token = await tokens.get(signal)
      wish = await wishFor()
    } catch (error) {
      return refused(`The ${what} was not sent (${reasonOf(error)}).`)
    }
    // What says no is what the thing is, and stays so.
    if (typeof wish === 'string') return refused(wish, 'never')
    return await writeOnce(
      jsonPost(
        { url: `${addressOf(config)}/${wish.path}`, body: wish.body, token, timeoutMs: config.timeout_ms },
        deps,
      ),
      {
        outcome: (reply) => outcomeOf(reply, what),
        neverSent: `The ${what} was not sent`,
        lost: `The reply to the ${what} was lost`,
      },
      signal,
    )
  }

  return createJobRunWriter(platform, config.actions, source, 'Dataproc', deps.normaliseJobName, {
    cancel: (aim, signal) => send(aim, () => cancelling(aim, signal), signal),
    startAgain: (aim, key, signal) => send(aim, () => submitting(aim, key, signal), signal),
  })
}

function outcomeOf({ status, headers, data }: Reply, what: string): WriteOutcome {
  const json = String(headers['content-type'] ?? '').includes('json')
  if (status === 200 && json)
    return { kind: 'accepted', detail: `Dataproc took the ${what}.`, ...madeIn(data) }
  if (json && status >= 400 && status < 500 && status !== 408)
    return { kind: 'refused', detail: `Dataproc refused the ${what}: ${status} ${saidIn(data)}`.trim() }
  return {
    kind: 'unknown',
    detail: `It answered ${status} to the ${what}, which is not how Dataproc says yes.`,
  }
}

/** The id of the job that an answer speaks of. */
function madeIn(text: string): { made?: string } {
  try {
    const { reference } = JSON.parse(text) as { reference?: { jobId?: unknown } }
    return typeof reference?.jobId === 'string' ? { made: reference.jobId } : {}
  } catch {
    return {}
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
