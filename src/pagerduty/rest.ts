// PagerDuty's REST API as far as we use it: one request at a time for each token, no hidden repeats.
import * as z from 'zod'
import { createPacer } from './pacer.ts'
import { ALREADY_ACKNOWLEDGED, ALREADY_RESOLVED, readResult, type RestResult } from './rest-result.ts'
import {
  restIncidentSchema,
  restNoteSchema,
  restUserSchema,
  type RestIncident,
  type RestNote,
  type RestUser,
} from './schema.ts'
import { callRest, type Connection, type RestCall } from './transport.ts'

export type RestConfig = {
  connection: Connection
  /** `https://api.pagerduty.com`, or what stands in for it. */
  apiUrl: string
  token: string
}

/** What a wanted change came to. `already`: it had happened, which is as good as done. */
export type ChangeResult = RestResult<{ change: 'done' | 'already'; status: RestIncident['status'] }>

export type PagerDutyRest = {
  /** The newest incident that holds our alert, of any status; null when PagerDuty has none (yet). */
  findByDedupKey: (dedupKey: string) => Promise<RestResult<RestIncident | null>>
  /** By PagerDuty's id or number; null when there is none. */
  getIncident: (id: string) => Promise<RestResult<RestIncident | null>>
  /** Everything not resolved on these services, oldest first: for reconciliation. */
  openIncidents: (serviceIds: readonly string[]) => Promise<RestResult<RestIncident[]>>
  /** As the person with this e-mail address: PagerDuty assigns the incident to whoever acknowledges. */
  acknowledge: (id: string, from: string) => Promise<ChangeResult>
  resolve: (id: string, from: string) => Promise<ChangeResult>
  /** Looks before it writes when `marker` is given: a note that contains it is not written twice. */
  addNote: (id: string, from: string, content: string, marker?: string) => Promise<RestResult<RestNote>>
  listNotes: (id: string) => Promise<RestResult<RestNote[]>>
  /** The user with exactly this address (in any case); null when the account has none. */
  findUser: (email: string) => Promise<RestResult<RestUser | null>>
}

const PAGE = 100
/** PagerDuty refuses offset + limit above this. */
const MAX_DEPTH = 10_000

/** A client for one token. Requests queue behind each other, as PagerDuty asks for. */
export function createRest(config: RestConfig): PagerDutyRest {
  const base = config.apiUrl.replace(/\/+$/, '')
  const pacer = createPacer()

  async function call<T>(
    path: string,
    schema: z.ZodType<T>,
    options: Partial<Pick<RestCall, 'method' | 'from' | 'query' | 'data'>> = {},
  ): Promise<RestResult<T>> {
    const attempt = await pacer(async () => {
      return await callRest(config.connection, {
        method: 'GET',
        ...options,
        url: `${base}${path}`,
        token: config.token,
      })
    })
    return readResult(attempt, schema, config.token)
  }

  /** All pages of a list, in order; the first failure is the result. Stops where PagerDuty would refuse. */
  async function all<K extends string, T>(
    path: string,
    key: K,
    item: z.ZodType<T>,
    query: Record<string, string | string[]>,
  ): Promise<RestResult<T[]>> {
    // A computed key is lost on zod's types.
    const schema = z.object({ more: z.boolean().optional(), [key]: z.array(item) }) as unknown as z.ZodType<
      { more?: boolean } & Record<K, T[]>
    >
    const items: T[] = []
    for (let offset = 0; offset + PAGE <= MAX_DEPTH; offset += PAGE) {
      const page = await call(path, schema, {
        query: { ...query, limit: String(PAGE), offset: String(offset) },
      })
      if (page.kind === 'failed') return page
      items.push(...page.value[key])
      if (page.value.more !== true) break
    }
    return { kind: 'ok', value: items }
  }

  async function getIncident(id: string): Promise<RestResult<RestIncident | null>> {
    const found = await call(`/incidents/${segment(id)}`, z.object({ incident: restIncidentSchema }))
    return orNull(found, (value) => value.incident)
  }

  async function change(
    id: string,
    from: string,
    status: 'acknowledged' | 'resolved',
  ): Promise<ChangeResult> {
    const current = await getIncident(id)
    if (current.kind === 'failed') return current
    if (current.value === null) return missing(`PagerDuty has no incident ${id}`)
    const now = current.value.status
    // Acknowledging a resolved incident would reopen it: what is over stays over.
    if (now === status || now === 'resolved') return { kind: 'ok', value: { change: 'already', status: now } }
    const changed = await call(`/incidents/${segment(id)}`, z.object({ incident: restIncidentSchema }), {
      method: 'PUT',
      from,
      data: { incident: { type: 'incident_reference', status } },
    })
    if (changed.kind === 'ok')
      return { kind: 'ok', value: { change: 'done', status: changed.value.incident.status } }
    if (changed.code === ALREADY_RESOLVED)
      return { kind: 'ok', value: { change: 'already', status: 'resolved' } }
    if (changed.code === ALREADY_ACKNOWLEDGED)
      return { kind: 'ok', value: { change: 'already', status: 'acknowledged' } }
    return changed
  }

  async function listNotes(id: string): Promise<RestResult<RestNote[]>> {
    const found = await call(`/incidents/${segment(id)}/notes`, z.object({ notes: z.array(restNoteSchema) }))
    return found.kind === 'ok' ? { kind: 'ok', value: found.value.notes } : found
  }

  return {
    getIncident,
    listNotes,
    acknowledge: async (id, from) => await change(id, from, 'acknowledged'),
    resolve: async (id, from) => await change(id, from, 'resolved'),

    async findByDedupKey(dedupKey) {
      // With an empty key PagerDuty answers every open incident of the account.
      if (dedupKey.trim() === '') throw new Error('findByDedupKey() needs a key')
      const found = await all('/incidents', 'incidents', restIncidentSchema, {
        incident_key: dedupKey,
        date_range: 'all',
      })
      if (found.kind === 'failed') return found
      const newestFirst = found.value.toSorted((a, b) => b.created_at.localeCompare(a.created_at))
      const open = newestFirst.find(({ status }) => status !== 'resolved')
      return { kind: 'ok', value: open ?? newestFirst[0] ?? null }
    },

    async openIncidents(serviceIds) {
      return await all('/incidents', 'incidents', restIncidentSchema, {
        'statuses[]': ['triggered', 'acknowledged'],
        ...(serviceIds.length === 0 ? {} : { 'service_ids[]': [...serviceIds] }),
        date_range: 'all',
        sort_by: 'created_at:asc',
      })
    },

    async addNote(id, from, content, marker) {
      if (marker !== undefined && marker !== '') {
        const notes = await listNotes(id)
        if (notes.kind === 'failed') return notes
        const written = notes.value.find((note) => note.content.includes(marker))
        if (written !== undefined) return { kind: 'ok', value: written }
      }
      const made = await call(`/incidents/${segment(id)}/notes`, z.object({ note: restNoteSchema }), {
        method: 'POST',
        from,
        data: { note: { content } },
      })
      return made.kind === 'ok' ? { kind: 'ok', value: made.value.note } : made
    },

    async findUser(email) {
      if (email.trim() === '') throw new Error('findUser() needs an e-mail address')
      const same = (user: RestUser): boolean => user.email.toLowerCase() === email.toLowerCase()
      const asked = await all('/users', 'users', restUserSchema, { query: email })
      if (asked.kind === 'failed') return asked
      const hit = asked.value.find(same)
      if (hit !== undefined) return { kind: 'ok', value: hit }
      // PagerDuty promises only that the query matches names, so the whole list is looked through.
      const everybody = await all('/users', 'users', restUserSchema, {})
      if (everybody.kind === 'failed') return everybody
      return { kind: 'ok', value: everybody.value.find(same) ?? null }
    },
  }
}

function segment(id: string): string {
  return encodeURIComponent(id)
}

function orNull<T, U>(result: RestResult<T>, pick: (value: T) => U): RestResult<U | null> {
  if (result.kind === 'ok') return { kind: 'ok', value: pick(result.value) }
  return result.reason === 'missing' ? { kind: 'ok', value: null } : result
}

function missing(detail: string): ChangeResult {
  return { kind: 'failed', reason: 'missing', retryable: false, status: 404, detail }
}
