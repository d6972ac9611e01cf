// Talking to Slack's Web API: two clients, no retries of their own, and what a failure means for us.
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api'
import { LogLevel } from '@slack/bolt'
import { ArrestorError, reasonOf } from '../errors.ts'

export interface SlackTokens {
  readonly botToken: string
  readonly appToken: string
  /** Base of the Web API with a trailing slash, `https://slack.com/api/` in the real world. */
  readonly apiUrl: string
}

/** A call that hangs longer than this is given up; for a post that means: it may have happened. */
const TIMEOUT_MS = 10_000

/**
 * Clients never retry: posts must be looked for before they are repeated (P3), and one 429 would pause a whole client's
 * queue, modals included. So presses and deliveries have a client each.
 */
export function createClient(tokens: SlackTokens): WebClient {
  return new WebClient(tokens.botToken, {
    slackApiUrl: tokens.apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  })
}

/** What a failed call means. `unknown`: the reply was lost, the effect may be there. */
export type SlackFailure =
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'rate_limited'; readonly afterMs: number }
  | { readonly kind: 'unknown'; readonly reason: string }

export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'rate_limited', afterMs: error.retryAfter * 1_000 }
  if (error instanceof WebAPIPlatformError)
    // The client takes a page of a proxy for an error of that name: it says nothing of ours, and may quote our token.
    return /^\w{1,80}$/.test(error.data.error)
      ? { kind: 'refused', error: describe(error) }
      : { kind: 'unknown', reason: 'something in front of Slack answered in its place' }
  if (error instanceof WebAPIHTTPError)
    return { kind: 'unknown', reason: `Slack answered HTTP ${error.statusCode}` }
  if (error instanceof WebAPIRequestError)
    return { kind: 'unknown', reason: `Slack did not answer: ${reasonOf(error.original)}` }
  return { kind: 'unknown', reason: reasonOf(error) }
}

/** Slack's error word, with what it says about our blocks when it refuses them. */
function describe(error: WebAPIPlatformError): string {
  const data = error.data as { error?: string; response_metadata?: { messages?: string[] } }
  const messages = data.response_metadata?.messages ?? []
  return [data.error ?? 'unknown error', ...messages.slice(0, 2)].join(' ')
}

/** Words that mean our token is wrong: nothing will work until somebody mends it. */
const TOKEN_ERRORS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
])
/** Words that mean the channel is wrong. */
const CHANNEL_ERRORS = new Set(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action'])

/** The catalogue's sentence for a refusal, or null when it is nothing an operator can mend. */
export function operatorError(error: string, channel: string, team: string): ArrestorError | null {
  const word = error.split(' ')[0] ?? ''
  if (TOKEN_ERRORS.has(word)) return new ArrestorError('ARR-302', { error })
  if (CHANNEL_ERRORS.has(word)) return new ArrestorError('ARR-303', { channel, error, team })
  return null
}
