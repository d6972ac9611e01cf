// What a REST call came to: the value, or a failure that says what to do about it.
import type * as z from 'zod'
import { redactKeys } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'
import { restErrorSchema } from './schema.ts'
import { isSuccess, type Attempt } from './transport.ts'

/**
 * Why a call did not do what it was asked. `unauthorised`: the token is refused. `unknown_requester`: the
 * person's e-mail address is no user of the account. `missing`: no such thing. `unexpected`: an answer that we cannot read.
 */
export type RestFailureReason =
  | 'timeout'
  | 'network'
  | 'rate_limited'
  | 'server'
  | 'unauthorised'
  | 'unknown_requester'
  | 'missing'
  | 'refused'
  | 'unexpected'

export type RestFailure = {
  kind: 'failed'
  reason: RestFailureReason
  /** Whether the same call may succeed later without anybody changing anything. */
  retryable: boolean
  status?: number
  /** PagerDuty's own code: 1001 already resolved, 1002 already acknowledged, 1008 unknown requester, ... */
  code?: number
  retryAfterMs?: number
  /** One sentence without credentials. */
  detail: string
}

export type RestResult<T> = { kind: 'ok'; value: T } | RestFailure

/** PagerDuty's codes for a change that had happened already. */
export const ALREADY_RESOLVED = 1001
export const ALREADY_ACKNOWLEDGED = 1002
const UNKNOWN_REQUESTER = new Set([1008, 1028, 2016])

/** Reads one attempt by its schema; never throws. */
export function readResult<T>(attempt: Attempt, schema: z.ZodType<T>, token: string): RestResult<T> {
  if (attempt.kind === 'failed') {
    const detail = redactKeys(attempt.detail, [token])
    return { kind: 'failed', reason: attempt.reason, retryable: true, detail }
  }
  const { status, headers, body } = attempt
  if (isSuccess(status)) {
    const parsed = schema.safeParse(body)
    if (parsed.success) return { kind: 'ok', value: parsed.data }
    // Only paths: values of a foreign answer have no place in a log.
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ')
    const detail = `PagerDuty answered ${status} with something unexpected at ${where}`
    return { kind: 'failed', reason: 'unexpected', retryable: false, status, detail }
  }
  const error = restErrorSchema.safeParse(body).data?.error
  const reason = reasonFor(status, error?.code)
  const wait = retryAfterMs(headers)
  const said = [error?.message, ...(error?.errors ?? [])].filter((text) => text !== undefined && text !== '')
  const words = redactKeys(said.join(': '), [token])
  return {
    kind: 'failed',
    reason,
    retryable: reason === 'rate_limited' || reason === 'server',
    status,
    ...(error?.code === undefined ? {} : { code: error.code }),
    ...(wait === undefined || reason !== 'rate_limited' ? {} : { retryAfterMs: wait }),
    detail: `PagerDuty answered ${status}${words === '' ? '' : `: ${words}`}`,
  }
}

function reasonFor(status: number, code: number | undefined): RestFailureReason {
  if (status === 429) return 'rate_limited'
  if (status >= 500 || status === 408) return 'server'
  if (code !== undefined && UNKNOWN_REQUESTER.has(code)) return 'unknown_requester'
  if (status === 401 || status === 403) return 'unauthorised'
  if (status === 404) return 'missing'
  return 'refused'
}
