// The REST API v2 of the sandbox: who may ask, what is answered, and the error codes of the real one.
import type { IncomingMessage } from 'node:http'
import type { Account } from './account.ts'
import { parseJson, readBody, type Reply } from './http.ts'
import type { RateWindow } from './rate-window.ts'
import { ROUTES, type RestRequest } from './rest-routes.ts'
import { failure, restError } from './rest-error.ts'
import type { PdUser } from './types.ts'

/** Requests a minute and token. */
export const REST_PER_MINUTE = 960
const MAX_BODY_BYTES = 1024 * 1024
const MEDIA_TYPES = ['application/vnd.pagerduty+json;version=2', 'application/json', '*/*']

/** The route of a request, with its name as `GET /incidents/{id}`; undefined when there is none. */
export function findRoute(
  method: string,
  path: string,
): { name: string; pattern: string; id: string } | undefined {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null
    if (match !== null)
      return {
        name: `${method} ${route.pattern}`,
        pattern: route.pattern,
        id: decodeURIComponent(match[1] ?? ''),
      }
  }
  return undefined
}

/** Answers one REST request. `rate` is undefined unless the limit is to be enforced. */
export async function answerRest(
  request: IncomingMessage,
  url: URL,
  account: Account,
  apiToken: string,
  rate: RateWindow | undefined,
): Promise<Reply> {
  const raw = await readBody(request, MAX_BODY_BYTES)
  const method = request.method ?? 'GET'
  const refusal = checkHeaders(request, apiToken)
  if (refusal !== undefined) return refusal
  const wait = rate?.take(apiToken) ?? 0
  const rateHeaders = {
    'ratelimit-limit': String(REST_PER_MINUTE),
    'ratelimit-remaining': String(rate?.remaining(apiToken) ?? REST_PER_MINUTE),
    'ratelimit-reset': String(Math.ceil(wait / 1000)),
  }
  if (wait > 0) return { ...failure(429, 2020, 'Rate Limit Exceeded'), headers: rateHeaders }
  try {
    const found = findRoute(method, url.pathname)
    const route = ROUTES.find((known) => found?.name === `${known.method} ${known.pattern}`)
    if (found === undefined || route === undefined) return failure(404, 2100, 'Not Found')
    if (raw === undefined) return failure(413, 2001, 'Invalid Input Provided', ['Request body is too large'])
    const asked: RestRequest = {
      account,
      id: found.id,
      query: url.searchParams,
      body: raw.length === 0 ? undefined : parseJson(raw),
      requester: () => requesterOf(request, account),
    }
    return { ...route.answer(asked), headers: rateHeaders }
  } catch (error) {
    const told = restError(error)
    if (told === undefined) throw error
    return { ...told, headers: rateHeaders }
  }
}

function checkHeaders(request: IncomingMessage, apiToken: string): Reply | undefined {
  const given = request.headers.authorization
  if (given !== `Token token=${apiToken}` && given !== `Bearer ${apiToken}`)
    return failure(401, 2006, 'Unauthorized: the API token is missing or not known')
  const accepted = (request.headers.accept ?? '*/*').split(',').map((type) => type.replaceAll(' ', ''))
  if (!accepted.some((type) => MEDIA_TYPES.some((known) => type.startsWith(known))))
    return failure(406, 2001, 'Invalid Input Provided', ['Accept must name version 2 of the API'])
  return undefined
}

/** The user of the `From` header, which every change of an incident requires. */
function requesterOf(request: IncomingMessage, account: Account): PdUser {
  const from = request.headers['from']
  if (from === undefined || from === '')
    throw failure(
      400,
      2016,
      'You must specify a user\'s email address in the "From" header to perform this action',
    )
  if (!from.includes('@')) throw failure(400, 1028, 'Malformed "From" header')
  const user = account.users.find((candidate) => candidate.email.toLowerCase() === from.toLowerCase())
  if (user === undefined) throw failure(400, 1008, 'Requester User Not Found')
  return user
}
