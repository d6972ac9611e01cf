// What an answer of AWS to a write means; when in doubt it may have happened.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { WriteOutcome } from '../../ports.ts'
import { wasNeverSent } from '../../write-once.ts'

/** What came of a write: `send` answers null where the thing is not there, and throws what the SDK throws. */
export async function outcomeOf(
  service: string,
  what: string,
  send: () => Promise<unknown>,
): Promise<WriteOutcome> {
  try {
    return (await send()) === null
      ? { kind: 'refused', detail: `${service} knew no such thing any more at the ${what}.` }
      : { kind: 'accepted', detail: `${service} took the ${what}.` }
  } catch (error) {
    return outcomeOfFailure(what, error)
  }
}

/** `what` is said after "the": "cancelling of job run 00f". */
export function outcomeOfFailure(what: string, error: unknown): WriteOutcome {
  const { name, message, code, $metadata } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: string
    message?: string
    code?: string
    $metadata?: { httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode ?? null
  const told = [status, name, message].filter(Boolean).join(' ').slice(0, 300)
  // Another answer than AWS's, with 200.
  if (error instanceof ArrestorError && error.code === 'ARR-502')
    return {
      kind: 'unknown',
      detail: `The answer to the ${what} is not how AWS says yes: ${error.details['why'] ?? ''}.`,
    }
  // Without credentials nothing is sent, and nothing that is not on our list.
  if (
    wasNeverSent(code) ||
    /CredentialsProviderError|TokenProviderError/.test(name ?? '') ||
    error instanceof ArrestorError
  )
    // prettier-ignore
    return { kind: 'refused', detail: `The ${what} was not sent (${reasonOf(error).slice(0, 300)}).` }
  // AWS's refusals are exceptions with a name of their own; a proxy's 4xx is none, but neither went through.
  if (status !== null && status >= 400 && status < 500 && status !== 408)
    return { kind: 'refused', detail: `AWS refused the ${what}: ${told}.` }
  if (status !== null)
    return { kind: 'unknown', detail: `The answer to the ${what} is not how AWS says yes: ${told}.` }
  return { kind: 'unknown', detail: `The reply to the ${what} was lost (${reasonOf(error).slice(0, 300)}).` }
}
