// A ResourceManager that is down, slow or lies: an error that says so, in time, and never a wrong "not there".
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, type Reply, deadUrl, platformOf, runOf } from '../support.ts'
import { IDS, closeAll, healthy, recording, serve } from './server.ts'

afterEach(closeAll)

const app = recording('failed-app.json')

describe('each trouble', () => {
  it.each<[string, Reply, RegExp]>([
    ['HTML with 200', { type: 'text/html', body: '<html>Login</html>' }, /ARR-502.*text\/html in place of JSON/],
    ['half a body', { body: app.slice(0, app.length / 2) }, /ARR-502.*JSON is broken/],
    ['401', { status: 401, type: 'text/html', body: 'Authentication required' }, /ARR-506.*401 to a request without a credential; it says "Authentication required"/],
    ['403', { status: 403, body: '{"RemoteException":{}}' }, /ARR-506.*403/],
    ['somebody else’s 404', { status: 404, type: 'text/html', body: 'nothing here' }, /ARR-502.*404/],
    ['a redirect to a login page', { status: 302, location: 'https://sso.example.com/login' }, /ARR-502.*sso\.example\.com/],
    ['another shape', { body: '{"app":{"name":"x"}}' }, /ARR-502/],
    ['500', { status: 500, type: 'text/html', body: 'oops' }, /ARR-501.*500/],
    ['a connection that ends', 'destroy', /ARR-501/],
  ])('%s', async (_what, reply, said) => {
    const { url } = await serve(() => reply)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    await expect(reader.run(runOf({ runId: IDS.failed }), NEVER)).rejects.toThrow(said)
    await expect(reader.locate(runOf({ runId: IDS.failed }), NEVER)).rejects.toThrow(said)
    await expect(reader.check(NEVER)).rejects.toThrow(/ARR-50[126]/)
  }) // prettier-ignore

  it('nobody there', async () => {
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [await deadUrl()] })
    await expect(reader.cluster(NEVER)).rejects.toThrow(/ARR-501.*ECONNREFUSED/)
    await expect(reader.runs('orders-daily', 5, NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
  })

  it('one that never answers is given up in time', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [`http://127.0.0.1:${port}`], timeout_ms: 100 })
    await expect(reader.run(runOf({ runId: IDS.failed }), NEVER)).rejects.toThrow(/ARR-501.*in time/)
    server.closeAllConnections()
    server.close()
  })

  it('a hundred megabytes are not read', async () => {
    const { url } = await serve(() => ({ body: `{"app":"${'x'.repeat(100 * 1024 * 1024)}"}` }))
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    await expect(reader.run(runOf({ runId: IDS.failed }), NEVER)).rejects.toThrow(/ARR-502.*larger than/)
  })

  it('numbers beyond 2^53, which YARN sends, disturb nothing', async () => {
    expect(recording('nodes.json')).toContain('9223372036854775807')
    const { url } = await serve(healthy)
    const { workers } = await platformOf({ kind: 'yarn', rm_urls: [url] }).reader.cluster(NEVER)
    expect(workers[0]?.memoryMb).toBe(3072)
  })
})

describe('a ResourceManager that is down, and a History Server that is not', () => {
  it('the application is found, its state is what its last job tells, and what was not reached is said', async () => {
    const history = await serve((_method, url) => {
      const attempts = [
        { attemptId: '2', startTime: '2026-11-22T18:41:20.525GMT', endTime: '2026-11-22T18:41:46.521GMT', completed: true, sparkUser: 'root', appSparkVersion: '4.3.0' },
        { attemptId: '1', startTime: '2026-11-22T18:40:35.621GMT', endTime: '2026-11-22T18:41:12.465GMT', completed: true },
      ] // prettier-ignore
      if (url.pathname === `/api/v1/applications/${IDS.failed}`)
        return { body: JSON.stringify({ id: IDS.failed, name: 'refunds-hourly', attempts }) }
      if (url.pathname === `/api/v1/applications/${IDS.failed}/2/jobs`)
        return { body: '[{"jobId":0,"status":"FAILED"}]' }
      return { status: 404, type: 'text/plain', body: 'unknown app' }
    })
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [await deadUrl()], history_url: history.url })
    expect(await reader.locate(runOf({ runId: IDS.failed }), NEVER)).toMatchObject({
      foundAt: 'history',
      state: 'failed',
      attemptId: '2',
      sparkVersion: '4.3.0',
      unreached: [expect.stringMatching(/^ResourceManager: ARR-501/)],
    })
    // Nobody who knows says that this one is not there.
    await expect(reader.locate(runOf({ runId: IDS.killed }), NEVER)).rejects.toMatchObject({
      code: 'ARR-501',
    })
  })
})
