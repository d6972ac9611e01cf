// A live driver behind the ResourceManager's proxy: read there and nowhere else, and left in time when it has gone.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, type Reply, type Stage, platformOf, runOf } from '../support.ts'
import { IDS, closeAll, healthy, recording, serve } from './server.ts'

afterEach(closeAll)

const ID = IDS.waiting
const DRIVER = `/proxy/${ID}/api/v1/applications/${ID}`
const EXECUTORS = [
  { id: 'driver', hostPort: '10.0.0.7:33437', isActive: true },
  { id: '1', hostPort: 'localhost:1', isActive: false, removeReason: 'Container from a bad node: c on host: localhost. Exit status: 143.' },
] // prettier-ignore

/** What a live driver of Spark 4.3 answers through the proxy: one attempt without a number. */
function info(attempt: Record<string, unknown>): string {
  const times = { startTime: '2026-11-22T18:38:47.534GMT', endTime: '1969-12-31T23:59:59.999GMT' }
  return JSON.stringify({
    id: ID,
    name: 'waits-nightly',
    attempts: [{ ...times, sparkUser: 'root', completed: false, appSparkVersion: '4.3.0', ...attempt }],
  })
}

/** A ResourceManager with the application running, whose proxy answers with `driver`. */
function manager(driver: (path: string) => Reply): Promise<Stage> {
  return serve((method, url) => {
    if (url.pathname.startsWith('/proxy/')) return driver(url.pathname)
    if (url.pathname === `/ws/v1/cluster/apps/${ID}`)
      return { body: recording('waiting-app.json').replace('"ACCEPTED"', '"RUNNING"') }
    return healthy(method, url)
  })
}

function live(path: string): Reply {
  if (path === DRIVER) return { body: info({}) }
  if (path === `${DRIVER}/allexecutors`) return { body: JSON.stringify(EXECUTORS) }
  return { status: 404, type: 'text/plain', body: `unknown app ${ID}, attempt 1` }
}

/** As the proxy answers once the application has ended. */
function gone(path: string): Reply {
  return { status: 302, type: 'text/html', location: path.replace('/proxy/', '/cluster/app/') }
}

describe('a live driver', () => {
  it('is read through the proxy, without an attempt where it names none', async () => {
    const { url, asked, headers } = await manager(live)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], delegation_token: 't0ken' })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(app).toMatchObject({
      foundAt: 'driver',
      state: 'running',
      attemptId: null,
      sparkVersion: '4.3.0',
      endedAt: null,
      apiUrl: `${url}${DRIVER}`,
      link: `${url}/proxy/${ID}/`,
    })
    const dead = (await reader.executors(app!, NEVER)).find(({ active }) => !active)
    expect(dead?.removeReason).toContain('Exit status: 143')
    const proxied = asked.flatMap((one, at) => (one.startsWith('GET /proxy/') ? [at] : []))
    expect(proxied).toHaveLength(2)
    // The proxy would hand the token on to whoever wrote the program.
    expect(proxied.every((at) => headers[at]?.['x-hadoop-delegation-token'] === undefined)).toBe(true)
  })

  it('tells its threads through the proxy alone', async () => {
    const dump = [
      {
        threadId: 1,
        threadName: 'Driver',
        threadState: 'BLOCKED',
        stackTrace: { elems: ['app//com.acme.Job.main(Job.java:3)\n\t-  blocked on x.Y@1\n'] },
        blockedByThreadId: 2,
        blockedByLock: 'Lock(x.Y@1)',
      },
    ]
    const { url } = await manager((path) =>
      path.endsWith('/executors/driver/threads') ? { body: JSON.stringify(dump) } : live(path),
    )
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], proxy: 'rm' })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(await reader.threads(app!, 'driver', NEVER)).toEqual([
      {
        id: 1,
        name: 'Driver',
        state: 'BLOCKED',
        stack: ['com.acme.Job.main(Job.java:3)', '- blocked on x.Y@1'],
        blockedBy: 2,
        lock: 'Lock(x.Y@1)',
      },
    ])
    expect(await reader.threads(app!, '7', NEVER)).toBeNull()
  })

  it('that numbers its attempts is read by number', async () => {
    const { url, asked } = await manager((path) =>
      path === DRIVER ? { body: info({ attemptId: '2' }) } : live(path.replace(`${ID}/2/`, `${ID}/`)),
    )
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(app?.attemptId).toBe('2')
    expect(await reader.executors(app!, NEVER)).toHaveLength(2)
    expect(asked.at(-1)).toBe(`GET ${DRIVER}/2/allexecutors`)
  })

  it('is not asked where the configuration says that it cannot be reached, or before it has registered', async () => {
    const { url, asked } = await manager(live)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], proxy: 'none' })
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({ foundAt: 'resource-manager' })
    const other = platformOf({ kind: 'yarn', rm_urls: [url] }).reader
    expect(await other.locate(runOf({ runId: IDS.crash }), NEVER)).toMatchObject({ state: 'waiting' })
    expect(asked.some((one) => one.includes('/proxy/'))).toBe(false)
  })
})

describe('a driver that has gone meanwhile', () => {
  it('is told as not reached, and the record stays', async () => {
    const { url, asked } = await manager(gone)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({
      foundAt: 'resource-manager',
      state: 'running',
      unreached: [expect.stringMatching(/^driver UI: ARR-502/)],
    })
    expect(asked.some((one) => one.includes('/cluster/app/'))).toBe(false)
  })

  it('is read from the History Server from then on, its newest attempt', async () => {
    let over = false
    const { url } = await manager((path) => (over ? gone(path) : live(path)))
    const history = await serve((_method, asked) => {
      if (asked.pathname === `/api/v1/applications/${ID}`) return { body: info({ attemptId: '1' }) }
      if (asked.pathname === `/api/v1/applications/${ID}/1/allexecutors`)
        return { body: JSON.stringify(EXECUTORS.slice(1)) }
      return { status: 404, type: 'text/plain', body: 'unknown app' }
    })
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], history_url: history.url })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(app?.foundAt).toBe('driver')
    over = true
    expect(await reader.executors(app!, NEVER)).toHaveLength(1)
  })
})
