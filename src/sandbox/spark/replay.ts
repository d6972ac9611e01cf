// A Spark on one port that answers from recordings of a real one: master, driver UIs, History Server; kill kills.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { type Faults, createFaults, loseReply, meetFaults, refuseConnections } from '../faults.ts'
import {
  type Addresses,
  type ReplayedApplication,
  answerOf,
  masterEntry,
  masterPage,
  metricsOf,
  momentOf,
  stateOf,
} from './application.ts'
import { csrfTokenOf, errorPage, homePage, replayPage, rowOf } from './pages.ts'
import { type Recording, driverMetrics, listRecordings, loadRecording } from './recording.ts'
import { listedBy, readUntil } from './listing.ts'
import { readKept, writeKept } from './state-file.ts'

export interface SparkReplayOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly now?: () => number
  /** Line whose recordings are replayed: `4` (default) or `3.5`. */
  readonly line?: string
  /** When the History Server last read the logs; what runs is as of then in its list. It keeps up unless told otherwise. */
  readonly readAt?: () => number
  /** Keeps the applications across restarts. */
  readonly stateFile?: string
}

export interface ReplayedState {
  readonly appId: string
  readonly name: string
  readonly recording: string
  readonly state: 'RUNNING' | 'KILLED' | 'FINISHED'
  readonly startedAt: number
  readonly endedAt: number | null
}

export interface SparkReplay {
  readonly masterUrl: string
  readonly historyUrl: string
  uiUrl(appId: string): string
  recordings(): { id: string; title: string }[]
  applications(): ReplayedState[]
  /**
   * Begins an application that shows what the recording shows, one that is shipped or one's own; under this id
   * where it is one that Spark could have given.
   */
  start(recording: string | Recording, appId?: string): ReplayedState
  /** All workers are lost to the master, or back again. */
  setWorkersAlive(alive: boolean): void
  /** Names to match: `master`, `driver`, `history`, `kill`, or a path. */
  readonly faults: Faults
  /** Requests by the same names, those that met a fault included. */
  calls(): Readonly<Record<string, number>>
  subscribe(listener: () => void): () => void
  reset(): void
  close(): Promise<void>
}

type Body = Record<string, unknown>
const DRIVER = '/proxy/'
const HISTORY = '/history-server'
const JSON_TYPE = 'application/json'
const HTML_TYPE = 'text/html;charset=utf-8'

/** Starts the replay on 127.0.0.1; nothing runs in it before `start` but what its state file remembers. */
export async function createSparkReplay(options: SparkReplayOptions): Promise<SparkReplay> {
  const now = options.now ?? Date.now
  const readAt = options.readAt ?? now
  const line = options.line ?? '4'
  const faults = createFaults()
  const listeners = new Set<() => void>()
  const kept = options.stateFile === undefined ? null : readKept(options.stateFile, line)
  const applications: ReplayedApplication[] = [...(kept?.applications ?? [])]
  const calls: Record<string, number> = {}
  let workersAlive = kept?.workersAlive ?? true
  let serial = kept?.serial ?? 0
  const tell = (): void => {
    if (options.stateFile !== undefined) writeKept(options.stateFile, { serial, workersAlive, applications })
    listeners.forEach((listener) => listener())
  }
  const quiet = loadRecording('healthy', line)

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': HTML_TYPE })
      response.end(errorPage(500, String(error)))
    })
  })
  refuseConnections(server, faults)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const masterUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : options.port}`
  const at: Addresses = { master: masterUrl, driver: (appId) => `${masterUrl}${DRIVER}${appId}` }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', masterUrl)
    const form = new URLSearchParams(await bodyOf(request))
    const page = {
      rateLimited: errorPage(429, 'Too Many Requests'),
      serverError: errorPage(500, 'Request failed.'),
    }
    const part = partOf(url.pathname)
    calls[part] = (calls[part] ?? 0) + 1
    const met = await meetFaults(faults, [part, url.pathname], request, response, page)
    if (met === 'answered') return
    const reply = route(request.method ?? 'GET', url, form)
    if (met === 'withhold_reply') return
    if (met === 'lose_reply' || reply === null) return loseReply(response)
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body, null, 2)
    response.writeHead(reply.status, { 'content-type': reply.type, ...reply.headers }).end(text)
  }

  function route(method: string, url: URL, form: URLSearchParams): Reply | null {
    const { pathname } = url
    if (pathname.startsWith(DRIVER)) return driver(pathname.slice(DRIVER.length), url)
    if (pathname.startsWith(`${HISTORY}/`)) return history(pathname.slice(HISTORY.length), url)
    if (pathname === '/json' || pathname === '/app') return { status: 302, type: HTML_TYPE, body: '', headers: { location: `${masterUrl}${pathname}/` } }
    if (pathname.startsWith('/json/')) return { status: 200, type: 'text/json;charset=utf-8', body: masterJson() }
    if (pathname === '/app/kill/') return method === 'POST' ? kill(form) : html(405, errorPage(405, 'Method Not Allowed'))
    if (pathname === '/app/') {
      const app = find(url.searchParams.get('appId'))
      return html(200, app === undefined ? 'No running application with that id' : masterPage(app, '/app/', now(), at))
    }
    return html(200, home())
  } // prettier-ignore

  /** A driver UI ends with its application: then nothing listens at its address any more. */
  function driver(rest: string, url: URL): Reply | null {
    const [appId = '', ...words] = rest.split('/')
    const app = find(appId)
    if (app === undefined || app.endedAt !== null) return null
    if (words.join('/') === 'metrics/json/')
      return metricsOf(app, now(), at) ?? { status: 200, type: 'text/json;charset=utf-8', body: driverMetrics(app.recording.line, appId) }
    return rest.includes('/api/v1/')
      ? api(`/${words.join('/')}`, url, [app], app.recording)
      : html(200, replayPage(app.recording.title, appId, [`${at.driver(appId)}/api/v1/applications/${appId}/allexecutors`]))
  } // prettier-ignore

  function history(path: string, url: URL): Reply {
    if (path.startsWith('/api/v1/'))
      return api(path, url, applications, applications[0]?.recording ?? quiet, false)
    const appId = path.split('/')[2] ?? ''
    return html(200, replayPage('History Server', appId, [`${masterUrl}${HISTORY}/api/v1/applications`]))
  }

  function api(path: string, url: URL, among: readonly ReplayedApplication[], recording: Recording, live = true): Reply {
    const words = path.split('/').filter((word) => word !== '').slice(2)
    if (words[0] === 'version') return { status: 200, type: JSON_TYPE, body: recording.live.version.body }
    if (words[0] !== 'applications') return html(404, errorPage(404, 'Not Found'))
    const ask = (app: ReplayedApplication, relative: string): Reply | null => answerOf(app, relative, url.searchParams, now(), { ...at, live })
    const [, appId, ...relative] = words
    if (appId === undefined) {
      const listed = listedBy(among, url.searchParams.get('status'))
      const body = listed.map((app) => (live ? ask(app, '')?.body : readUntil(ask(app, '')?.body, readAt())))
      return { status: 200, type: JSON_TYPE, body }
    }
    const app = among.find((one) => one.appId === appId)
    if (app === undefined) return { status: 404, type: 'text/plain', body: `unknown app: ${appId}` }
    return ask(app, relative.join('/')) ?? { status: 404, type: 'text/plain', body: `unknown stage: ${relative[1] ?? ''}` }
  } // prettier-ignore

  function masterJson(): Body {
    const base = momentOf(applications.at(-1) ?? { recording: quiet, endedAt: null } as ReplayedApplication).master['/json/'].body as Body & { workers: Body[] }
    const entries = (alive: boolean): Body[] => applications.filter(({ endedAt }) => (endedAt === null) === alive).map((app) => masterEntry(app, now(), at))
    return {
      ...base,
      workers: base.workers.map((worker) => ({ ...worker, lastheartbeat: now() - (workersAlive ? 2000 : 90_000), state: workersAlive ? 'ALIVE' : 'DEAD' })),
      aliveworkers: workersAlive ? base.workers.length : 0,
      activeapps: entries(true),
      completedapps: entries(false),
    }
  } // prettier-ignore

  function home(): string {
    const running = applications.filter(({ endedAt }) => endedAt === null)
    const rows = running.flatMap((app) => rowOf(masterPage(app, '/', now(), at), app.appId) ?? [])
    const { live } = running.at(-1)?.recording ?? quiet
    const page = String(live.master['/'].body)
    return homePage(page, rowOf(page, live.appId), rows)
  }

  /** As the real ones: 4.x wants its page's token, and every line answers the same redirect whatever came of it. */
  function kill(form: URLSearchParams): Reply {
    const token = csrfTokenOf(String(quiet.live.master['/'].body))
    if (token !== null && form.get('csrfToken') !== token)
      return html(403, errorPage(403, 'Missing or invalid CSRF token on a state-changing endpoint.'))
    const app = find(form.get('id'))
    if (app !== undefined && app.endedAt === null && form.get('terminate') === 'true') {
      app.endedAt = now()
      tell()
    }
    return { status: 302, type: HTML_TYPE, body: '', headers: { location: `${masterUrl}/` } }
  }

  function find(appId: string | null): ReplayedApplication | undefined {
    return applications.find((app) => app.appId === appId)
  }

  return {
    masterUrl,
    historyUrl: `${masterUrl}${HISTORY}`,
    uiUrl: (appId) => at.driver(appId),
    recordings: () => listRecordings().map(({ id }) => ({ id, title: loadRecording(id, line).title })),
    applications: () => applications.map(publicState),
    start(which, wishedId) {
      const recording = typeof which === 'string' ? loadRecording(which, line) : which
      // What is over when it is found began as long ago as it took.
      const { live, ended } = recording
      const endedAt = live.over === true ? now() : null
      const startedAt = now() - (endedAt === null ? 0 : ended.at - live.at)
      const stamp = new Date(startedAt).toISOString().replaceAll(/\D/g, '').slice(0, 14)
      const app: ReplayedApplication = {
        appId:
          wishedId !== undefined && /^app-\d{14}-\d{4,9}$/.test(wishedId)
            ? wishedId
            : `app-${stamp}-${String(serial).padStart(4, '0')}`,
        recording,
        startedAt,
        name: (recording.live.app['']?.body as { name: string } | undefined)?.name ?? recording.id,
        endedAt,
      }
      serial += 1
      applications.push(app)
      tell()
      return publicState(app)
    },
    setWorkersAlive(alive) {
      workersAlive = alive
      tell()
    },
    faults,
    calls: () => ({ ...calls }),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    reset() {
      applications.length = 0
      for (const name of Object.keys(calls)) delete calls[name]
      workersAlive = true
      faults.clear()
      tell()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

function html(status: number, body: string): Reply {
  return { status, type: HTML_TYPE, body }
}

function publicState(app: ReplayedApplication): ReplayedState {
  const { appId, name, recording, startedAt, endedAt } = app
  return { appId, name, recording: recording.id, state: stateOf(app), startedAt, endedAt }
}

function partOf(pathname: string): string {
  if (pathname.startsWith(DRIVER)) return 'driver'
  if (pathname.startsWith(HISTORY)) return 'history'
  return pathname === '/app/kill/' ? 'kill' : 'master'
}

/** A form of a few fields; more is nobody's kill button. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 10_000) break
  }
  return text
}
