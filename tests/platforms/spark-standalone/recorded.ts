// A standalone cluster that answers as a real one did at one moment: master, workers, application pages, History Server.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { type Reply, type Stage, stage } from '../support.ts'

type Json = Record<string, unknown>
type Rows = readonly Json[]

export interface Moment {
  /** When it was recorded, in milliseconds since the epoch. */
  readonly at: number
  readonly master: { readonly workers: Rows; readonly activeapps: Rows; readonly completedapps: Rows; readonly activedrivers: Rows; readonly completeddrivers: Rows }
  readonly workers: Readonly<Record<string, { readonly direct: Json | null; readonly proxied: Json | null }>>
  readonly pages: Readonly<Record<string, string | null>>
} // prettier-ignore
export type MomentName = 'waiting' | 'failed once' | 'executor lost' | 'worker lost'
export type Recording = Readonly<Record<MomentName, Moment>> & {
  readonly environment: readonly [readonly [string, string][], readonly [string, string][]]
}

const FOLDER = path.join(import.meta.dirname, 'recordings')

/** By Spark line; `scripts/spark/record-standalone.ts` makes them. */
export const RECORDINGS: readonly (readonly [string, Recording])[] = readdirSync(FOLDER).map((file) => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording,
])

export interface Recorded {
  readonly cluster: Stage
  /** Of the first application of the supervised driver. */
  readonly first: string
  config(more?: Record<string, unknown>): Record<string, unknown>
}

const notFound: Reply = { status: 404, type: 'text/plain', body: 'not here' }
const json = (body: unknown): Reply => ({ body: JSON.stringify(body) })

/** What a worker answers of a log, asked itself (`direct`) or behind the master (`proxy`). */
export type Log = (way: string, worker: string, query: URLSearchParams) => Reply

export interface Staging {
  /** False: pages are of a master without a reverse proxy, and workers are at their own addresses. */
  readonly proxied?: boolean
  /** Where workers say that they are. */
  readonly home?: string
  /** Answered in place of the master's home page. */
  readonly front?: Reply
  /** Answered in place of the application's environment. */
  readonly environment?: Reply
  readonly log?: Log
  /** Whether the History Server has the application already. */
  readonly keeps?: () => boolean
}

export async function recorded(
  recording: Recording,
  name: MomentName,
  { proxied = true, home, front, environment, log = () => notFound, keeps = () => true }: Staging = {},
): Promise<Recorded> {
  const moment = recording[name]
  const first = new Map(recording.environment[0]).get('spark.app.id') ?? ''
  const master = {
    status: 'ALIVE',
    ...moment.master,
    workers: moment.master.workers.map((one) => ({ ...one, webuiaddress: `$HOME/direct/${String(one['id'])}` })),
  }
  const cluster: Stage = await stage((_method, { pathname, searchParams }) => {
    if (pathname === '/json/') return { body: JSON.stringify(master).replaceAll('$HOME', home ?? cluster.url) }
    if (pathname === '/' && front !== undefined) return front
    if (environment !== undefined && pathname.endsWith('/environment')) return environment
    if (pathname === '/') return { type: 'text/html', body: homePage(master.workers, proxied) }
    if (pathname === '/app/') {
      const page = moment.pages[searchParams.get('appId') ?? '']
      if (page == null) return notFound
      return { type: 'text/html', body: proxied ? page : page.replaceAll('/proxy/', '/') }
    }
    const [, way, id = ''] = /^\/(proxy|direct)\/(worker-[^/]+)\/json\/$/.exec(pathname) ?? []
    if (way !== undefined) {
      const told = moment.workers[id]?.[way === 'proxy' ? 'proxied' : 'direct'] ?? null
      return told === null || (way === 'proxy') !== proxied ? { status: 502, type: 'text/html' } : json(told)
    }
    const [, to, worker = ''] = /^\/(proxy|direct)\/(worker-[^/]+)\/log\/$/.exec(pathname) ?? []
    if (to !== undefined) return log(to, worker, searchParams)
    return keeps() ? kept(recording, moment, first, pathname) : notFound
  })
  const config = (more = {}): Record<string, unknown> => ({ master_url: cluster.url, history_url: `${cluster.url}/history-server`, ...more })
  return { cluster, first, config }
} // prettier-ignore

/** As the home pages of masters of 3.5.9 and 4.3.0 link their workers alive. */
function homePage(workers: Rows, proxied: boolean): string {
  const rows = workers
    .filter(({ state }) => state === 'ALIVE')
    .map(({ id, webuiaddress }) => `<tr><td>\n<a href="${proxied ? `/proxy/${String(id)}` : String(webuiaddress)}">\n${String(id)}\n</a></td></tr>`) // prettier-ignore
  return `<!DOCTYPE html><html><body><table>${rows.join('')}</table></body></html>`
}

/** The History Server keeps the first application and its environment; its last job had succeeded before it failed. */
function kept(
  { environment }: Recording,
  { master, at: then }: Moment,
  first: string,
  pathname: string,
): Reply {
  const base = `/history-server/api/v1/applications/${first}`
  if (!pathname.startsWith(base)) return notFound
  const record = [...master.activeapps, ...master.completedapps].find(({ id }) => id === first)
  const completed = master.completedapps.some(({ id }) => id === first)
  const at = (ms: number): string => new Date(ms).toISOString().replace('Z', 'GMT')
  const start = Number(record?.['starttime'] ?? then)
  const times = { startTime: at(start), endTime: at(completed ? start + Number(record?.['duration']) : -1) }
  switch (pathname.slice(base.length)) {
    case '':
      return json({
        id: first,
        name: record?.['name'] ?? 'of a master that was',
        attempts: [{ ...times, completed, sparkUser: 'spark' }],
      })
    case '/environment':
      return json({ sparkProperties: environment[0], systemProperties: environment[1] })
    case '/jobs':
      return json([{ jobId: 0, status: 'SUCCEEDED' }])
    case '/sql':
      return json([])
    default:
      return notFound
  }
}
