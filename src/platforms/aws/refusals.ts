// What went wrong at AWS, in our words: not there, not reachable, not AWS, or it refuses us.
import { ArrestorError, reasonOf } from '../../errors.ts'

interface Asked {
  readonly platform: string
  /** For people: which service, or which object. */
  readonly url: string
}

/** The SDK's errors: `name` is AWS's code, `$metadata` tells the status; errors of the network have neither. */
interface SdkError {
  readonly name: string
  readonly message: string
  readonly code: string | null
  readonly status: number | null
}

const ABSENT: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'NoSuchKey',
  'NoSuchBucket',
  'NotFound',
])
const REFUSED =
  /^(?:AccessDenied|ExpiredToken|TokenRefreshRequired|InvalidToken|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|InvalidAccessKeyId|InvalidClientTokenId|IncompleteSignature|MissingAuthenticationToken|AuthFailure|NotAuthorized|RequestTimeTooSkewed|RequestExpired|CredentialsProviderError|TokenProviderError|OptInRequired)/
const LATER = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|RequestTimeout$/

/** What the SDK adds to errors that come while it reads an answer. */
const HINT = /\s*Deserialization error: to see[\s\S]*$/

/** Whether AWS says that there is no such thing. EMR on EC2 calls it an invalid request. */
export function isAbsence(error: unknown): boolean {
  const { name, message } = sdkError(error)
  return (
    ABSENT.has(name) ||
    (name === 'InvalidRequestException' && /is not valid|not found|does not exist/i.test(message))
  )
}

/**
 * ARR-501 (not reachable, asks to slow down, 5xx), ARR-502 (something else than AWS answers), ARR-506 (it refuses us).
 * The cause is left out: it may hold the signed request.
 */
export function refusalOf(asked: Asked, error: unknown, signal: AbortSignal): ArrestorError {
  // Anew: the SDK writes a hint for its own users behind the message of whatever is thrown while it reads.
  if (error instanceof ArrestorError) return new ArrestorError(error.code, error.details)
  const { platform, url } = asked
  const { name, message, code, status } = sdkError(error)
  const told = `${status === null ? '' : `${status} `}${name}${message === '' || message === name ? '' : `: ${message}`}`
  const broken = error instanceof SyntaxError || error instanceof TypeError
  const unreachable = (why: string): ArrestorError => new ArrestorError('ARR-501', { platform, url, why })
  const unexpected = (why: string): ArrestorError => new ArrestorError('ARR-502', { platform, url, why })
  const refused = (why: string): ArrestorError => new ArrestorError('ARR-506', { platform, url, why })
  if (signal.aborted) return unreachable('there was no time left')
  if (REFUSED.test(name)) return refused(told)
  if (LATER.test(name)) return unreachable(told)
  if (name === 'TimeoutError' || name === 'AbortError') return unreachable('it did not answer in time')
  if (name === 'PermanentRedirect' || status === 301)
    return unexpected(`${status ?? 301}: a login page, or a bucket of another region`)
  if (status !== null && status >= 300 && status < 400)
    return unexpected(`it redirects (${status}): a login page, or another address`)
  if (status === 401 || status === 403) return refused(broken ? `it answers ${status}` : told)
  if (status !== null && status >= 500) return unreachable(broken ? `it answers ${status}` : told)
  if (status === 404) return unexpected('there is no AWS at this address (404)')
  if (broken) return unexpected('its answer is broken')
  if (status !== null && status >= 400) return unexpected(told)
  return unreachable(
    code === null ? reasonOf(error).slice(0, 300) : `${code}${message === '' ? '' : ` (${message})`}`,
  )
}

function sdkError(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null)
    return { name: 'Error', message: String(error).slice(0, 300), code: null, status: null }
  const of = error as Record<string, unknown>
  const metadata = of['$metadata'] as { httpStatusCode?: unknown } | undefined
  const response = of['$response'] as { statusCode?: unknown } | undefined
  const status = metadata?.httpStatusCode ?? response?.statusCode
  return {
    name: typeof of['name'] === 'string' ? of['name'] : 'Error',
    message: typeof of['message'] === 'string' ? of['message'].replace(HINT, '').trim().slice(0, 300) : '',
    code: typeof of['code'] === 'string' ? of['code'] : null,
    status: typeof status === 'number' ? status : null,
  }
}
