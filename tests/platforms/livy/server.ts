// A Livy made from its documented REST API, strict about paths, parameters and methods that the API does not have.
import { type Reply, type Stage, stage } from '../support.ts'

export interface Batch {
  id: number
  name?: string | null
  appId?: string | null
  state: string
  log?: string[]
  appInfo?: { driverLogUrl: string | null; sparkUiUrl: string | null }
  proxyUser?: string
}

export interface Livy extends Stage {
  readonly batches: Batch[]
  readonly sessions: Batch[]
}

const refusal = (status: number, msg: string): Reply => ({ status, body: JSON.stringify({ msg }) })

/** With `csrf` it asks writes for X-Requested-By, as a Livy with `livy.server.csrf_protection.enabled` does. */
export async function createLivy(options: { csrf?: boolean } = {}): Promise<Livy> {
  const lists: Record<'batches' | 'sessions', Batch[]> = { batches: [], sessions: [] }
  const served: Stage = await stage((method, url) => {
    const match = /^\/(batches|sessions)(?:\/(\d+)(?:\/(log|state))?)?$/.exec(url.pathname)
    if (match === null) return { status: 404, type: 'text/html', body: '<h2>HTTP ERROR 404</h2>' }
    const [, list, id, part] = match as unknown as [string, 'batches' | 'sessions', string?, string?]
    const paged = id === undefined || part === 'log'
    for (const name of url.searchParams.keys())
      if (!paged || !['from', 'size'].includes(name)) return refusal(400, `no such parameter: ${name}`)
    const all = lists[list]
    if (id === undefined) {
      if (method !== 'GET') return refusal(405, 'not here')
      const from = Number(url.searchParams.get('from') ?? 0)
      const size = Number(url.searchParams.get('size') ?? 100)
      return {
        body: JSON.stringify({ from, total: all.length, sessions: all.slice(from, from + size).map(full) }),
      }
    }
    const one = all.find((batch) => batch.id === Number(id))
    if (one === undefined) return refusal(404, `Session '${id}' not found.`)
    if (method === 'DELETE' && part === undefined) {
      if (options.csrf === true && served.headers.at(-1)?.['x-requested-by'] === undefined)
        return refusal(400, 'Missing Required Header for CSRF protection.')
      all.splice(all.indexOf(one), 1)
      return { body: '{"msg":"deleted"}' }
    }
    if (method !== 'GET') return refusal(405, 'not here')
    if (part === 'state') return { body: JSON.stringify({ id: one.id, state: one.state }) }
    if (part === undefined) return { body: JSON.stringify(full(one)) }
    const lines = one.log ?? []
    const size = Number(url.searchParams.get('size') ?? 100)
    const asked = Number(url.searchParams.get('from') ?? -1)
    const from = asked < 0 ? Math.max(0, lines.length - size) : asked
    return {
      body: JSON.stringify({ id: one.id, from, total: lines.length, log: lines.slice(from, from + size) }),
    }
  })
  return { ...served, ...lists }
}

function full(batch: Batch): Record<string, unknown> {
  return {
    name: null,
    owner: null,
    proxyUser: null,
    appId: null,
    appInfo: { driverLogUrl: null, sparkUiUrl: null },
    ...batch,
    log: (batch.log ?? []).slice(-10),
  }
}
