// P12: a server that repeats our credential in its refusal gets it neither into an error nor into a writer's detail.
import { afterEach, describe, expect, it } from 'vitest'
import { reasonOf } from '../../src/errors.ts'
import { NEVER, type Reply, type Stage, platformOf, stage } from './support.ts'

const SECRET = 'hush-hush-123'
const APP = 'app-20261122144719-0000'
const PAGE = `<form action="app/kill/" method="POST"><input type="hidden" name="id" value="${APP}"/><input type="hidden" name="terminate" value="true"/></form>`
let end: Stage | null = null
afterEach(async () => {
  await end?.close()
  end = null
})

/** Refuses with what `words` makes of the credential that it was sent; what `more` answers is answered. */
async function echoing(
  words: (credential: string) => Reply,
  more: (method: string, path: string) => Reply | null = () => null,
): Promise<Stage> {
  const served = await stage((method, { pathname }) => {
    const headers = served.headers.at(-1) ?? {}
    return more(method, pathname) ?? words(headers.authorization ?? String(headers['x-api-key']))
  })
  end = served
  return served
}
const json = (body: object): Reply => ({ status: 403, body: JSON.stringify(body) })
const bearer = { auth: { type: 'bearer', token: SECRET } }
const KINDS: readonly [string, (url: string) => Record<string, unknown>, (credential: string) => Reply][] = [
  ['spark-standalone', (url) => ({ master_url: url, ...bearer }), (said) => ({ status: 401, type: 'text/plain', body: `bad ${said}` })],
  ['spark-standalone', (url) => ({ master_url: url, auth: { type: 'header', name: 'X-Api-Key', value: SECRET } }), (said) => json({ message: `bad ${said}` })],
  ['livy', (url) => ({ livy_url: url, ...bearer }), (said) => ({ status: 403, type: 'text/html', body: `<title>bad ${said}</title>` })],
  ['yarn', (url) => ({ rm_urls: [url], ...bearer }), (said) => ({ status: 403, type: 'text/plain', body: `bad ${said}` })],
  ['databricks', (url) => ({ host: url, auth: { type: 'token', token: SECRET } }), (said) => json({ error_code: 'PERMISSION_DENIED', message: `bad ${said}` })],
  ['kubernetes', (url) => ({ auth: { type: 'token', server: url, token: SECRET }, namespaces: ['spark'] }), (said) => json({ kind: 'Status', message: `bad ${said}`, reason: 'Forbidden', code: 403 })],
] // prettier-ignore

describe('a refusal that repeats the credential', () => {
  it.each(KINDS)('of %s is told without it', async (kind, config, words) => {
    const { url } = await echoing(words)
    const { reader } = platformOf({ kind, ...config(url) })
    const why = await reader.check(NEVER).then(String, (error: Error) => error.message)
    expect(why).toContain('ARR-506')
    expect(why).toMatch(/bad (?:Bearer )?\[redacted\]/)
    expect(why).not.toContain(SECRET)
  })

  it('cut in the middle by its length keeps no half of it', async () => {
    const { url } = await echoing((said) => ({
      status: 401,
      type: 'text/plain',
      body: `${'x'.repeat(185)} ${said}`,
    }))
    const { reader } = platformOf({ master_url: url, ...bearer })
    const why = await reader.check(NEVER).then(String, reasonOf)
    expect(why).toContain('xxx')
    expect(why).not.toContain('hush')
  })

  it('of a kill is in its outcome without it, at a master and at Databricks', async () => {
    const master = await echoing(
      (said) => ({ status: 403, type: 'text/plain', body: `bad ${said}` }),
      (method) => (method === 'GET' ? { type: 'text/html', body: PAGE } : null),
    )
    const spark = platformOf({ master_url: master.url, actions: ['application.kill'], ...bearer }).writer!
    const killed = await spark.kill(APP, NEVER)
    expect(master.asked.at(-1)).toMatch(/^POST /)
    expect(JSON.stringify(killed)).not.toContain(SECRET)
    await master.close()

    const run = { job_id: 1, run_id: 7, start_time: 1, state: { life_cycle_state: 'RUNNING' }, tasks: [] }
    const { url, asked } = await echoing(
      (said) => json({ error_code: 'PERMISSION_DENIED', message: `bad ${said}` }),
      (method) => (method === 'GET' ? { body: JSON.stringify(run) } : null),
    )
    const auth = { type: 'token', token: SECRET }
    const databricks = platformOf({ kind: 'databricks', host: url, auth, actions: ['application.kill'] })
    const { detail } = await databricks.writer!.kill('7', NEVER)
    expect(asked.at(-1)).toMatch(/^POST /)
    expect(detail).toContain('bad [redacted]')
    expect(detail).not.toContain(SECRET)
  })
})
