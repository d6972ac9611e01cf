// A YARN that answers what a real one (Hadoop 3.4.2) answered: recordings by path, and every trouble on demand.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Reply, type Stage, stage } from '../support.ts'

export const IDS = {
  killed: 'application_1795372654672_0001',
  failed: 'application_1795372654672_0002',
  waiting: 'application_1795372654672_0003',
  crash: 'application_1795372654672_0004',
} as const

export function recording(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'recordings', name), 'utf8')
}

/** Recorded answers by path; what the ResourceManager does not know is its own 404. */
const PATHS: Readonly<Record<string, string>> = {
  '/ws/v1/cluster/info': 'info.json',
  '/ws/v1/cluster/metrics': 'metrics.json',
  '/ws/v1/cluster/nodes': 'nodes.json',
  '/ws/v1/cluster/scheduler': 'scheduler.json',
  [`/ws/v1/cluster/apps/${IDS.killed}`]: 'killed-app.json',
  [`/ws/v1/cluster/apps/${IDS.killed}/appattempts`]: 'killed-attempts.json',
  [`/ws/v1/cluster/apps/${IDS.failed}`]: 'failed-app.json',
  [`/ws/v1/cluster/apps/${IDS.failed}/appattempts`]: 'failed-attempts.json',
  [`/ws/v1/cluster/apps/${IDS.waiting}`]: 'waiting-app.json',
  [`/ws/v1/cluster/apps/${IDS.waiting}/appattempts`]: 'waiting-attempts.json',
  [`/ws/v1/cluster/apps/${IDS.crash}`]: 'crash-retrying-app.json',
  [`/ws/v1/cluster/apps/${IDS.crash}/appattempts`]: 'crash-retrying-attempts.json',
  [`/ws/v1/cluster/apps/${IDS.crash}/appattempts/appattempt_1795372654672_0004_000001`]:
    'crash-attempt-1.json',
}

const CONTAINER = 'container_1795372654672_0002_02_000001'

export function notFound(what: string): Reply {
  return {
    status: 404,
    type: 'application/json;charset=utf-8',
    body: `{"RemoteException":{"exception":"NotFoundException","message":"java.lang.Exception: ${what} not found","javaClassName":"org.apache.hadoop.yarn.webapp.NotFoundException"}}`,
  }
}

/** The applications that a list's `states` and `queue` choose, as the ResourceManager chooses them. */
function listed(url: URL): Reply {
  const states = url.searchParams.get('states')?.split(',') ?? []
  const queue = url.searchParams.get('queue')
  const { apps } = JSON.parse(recording('apps.json')) as { apps: { app: { state: string; queue: string }[] } }
  const app = apps.app.filter(
    (one) => states.includes(one.state) && (queue === null || one.queue.endsWith(queue)),
  )
  return { body: JSON.stringify({ apps: app.length === 0 ? {} : { app } }) }
}

/** What a healthy ResourceManager and JobHistoryServer answer. */
export function healthy(method: string, url: URL): Reply {
  const file = PATHS[url.pathname]
  if (method === 'GET' && file !== undefined)
    return { type: 'application/json;charset=utf-8', body: recording(file) }
  if (url.pathname === '/ws/v1/cluster/apps') return listed(url)
  if (url.pathname === '/conf')
    return {
      body: '{"property":{"key":"yarn.resourcemanager.am.max-attempts","value":"2","isFinal":false,"resource":"yarn-site.xml"}}',
    }
  if (url.pathname === '/ws/v1/history/info')
    return { type: 'application/json;charset=utf-8', body: recording('job-history-info.json') }
  const log = /^\/ws\/v1\/history\/containerlogs\/(\w+)\/(stderr|stdout)$/.exec(url.pathname)
  if (log !== null)
    return {
      type: 'text/plain',
      body:
        log[1] === CONTAINER
          ? recording(`failed-${log[2]}.txt`)
          : `Can not find logs for container:${log[1]}`,
    }
  return notFound(`app with id: ${url.pathname.split('/').at(-1)}`)
}

/** A standby of two, as seen: `info` answers, everything else is sent on to the active one. */
export function standby(active: string): (method: string, url: URL) => Reply {
  return (_method, url) =>
    url.pathname === '/ws/v1/cluster/info'
      ? { body: recording('info.json').replace('"ACTIVE"', '"STANDBY"') }
      : {
          status: 307,
          type: 'text/plain;charset=utf-8',
          location: `${active}${url.pathname}`,
          body: `This is standby RM. The redirect url is: ${url.pathname}\n`,
        }
}

/** As before a failover has ended: a redirect to nowhere. */
export function noActive(_method: string, url: URL): Reply {
  return url.pathname === '/ws/v1/cluster/info'
    ? { body: recording('info.json').replace('"ACTIVE"', '"STANDBY"') }
    : {
        status: 307,
        type: 'text/plain;charset=utf-8',
        body: 'Can not find any active RM. Will retry in next 5 seconds.\n',
      }
}

const open: Stage[] = []

/** A server that is closed by `closeAll`. */
export async function serve(reply: (method: string, url: URL, body: string) => Reply): Promise<Stage> {
  const served = await stage(reply)
  open.push(served)
  return served
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()))
}
