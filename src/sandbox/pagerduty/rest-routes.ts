// The table of REST endpoints.
import type { Account } from './account.ts'
import type { Reply } from './http.ts'
import { listAbilities, listOncalls, listServices, listUsers } from './rest-directory.ts'
import {
  changeIncident,
  createNote,
  listAlerts,
  listIncidents,
  listLogEntries,
  listNotes,
  readIncident,
} from './rest-incidents.ts'
import type { PdUser } from './types.ts'

export type RestRequest = {
  account: Account
  /** What stood for `{id}` in the path. */
  id: string
  query: URLSearchParams
  body: unknown
  /** The account's user behind the `From` header; throws the API's refusal. */
  requester: () => PdUser
}

export type RestRoute = {
  method: string
  pattern: string
  path: RegExp
  answer: (request: RestRequest) => Reply
}

/** In this order; `{id}` is one path segment. */
export const ROUTES: readonly RestRoute[] = [
  route('GET', '/incidents', (request) => listIncidents(request, request.account.now())),
  route('GET', '/incidents/{id}', readIncident),
  route('PUT', '/incidents/{id}', changeIncident),
  route('GET', '/incidents/{id}/alerts', listAlerts),
  route('GET', '/incidents/{id}/notes', listNotes),
  route('POST', '/incidents/{id}/notes', createNote),
  route('GET', '/incidents/{id}/log_entries', listLogEntries),
  route('GET', '/users', listUsers),
  route('GET', '/oncalls', listOncalls),
  route('GET', '/services', listServices),
  route('GET', '/abilities', listAbilities),
]

function route(method: string, pattern: string, answer: RestRoute['answer']): RestRoute {
  return { method, pattern, path: new RegExp(`^${pattern.replace('{id}', '([^/]+)')}$`), answer }
}
