// Everything that can be in the place of Databricks, and who we are to it: said in words, in time, and without secrets.
import { afterEach, describe, expect, it } from 'vitest'
import { reasonOf } from '../../../src/errors.ts'
import { createDatabricksClient, volumePath } from '../../../src/platforms/databricks/client.ts'
import { configSchema } from '../../../src/platforms/databricks/config.ts'
import { runSchema } from '../../../src/platforms/databricks/schema.ts'
import { createTokens } from '../../../src/platforms/databricks/token.ts'
import { DEPS, NEVER, deadUrl, runOf, stage } from '../support.ts'
import { type Bench, CLUSTER, RUN, bench, delivered } from './bench.ts'
import type { Fault } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
async function workspaceWith(...args: Parameters<typeof bench>): Promise<Bench> {
  open = await bench(...args)
  return open
}
const THE_RUN = runOf({ runId: String(RUN) })
const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', reasonOf)

describe('a bad answer', () => {
  it.each<[string, Fault, RegExp]>([
    ['a page of HTML with 200', { kind: 'html' }, /^ARR-502.*text\/html in place of JSON/],
    ['half a body', { kind: 'half' }, /^ARR-501/],
    ['no body', { kind: 'empty' }, /^ARR-502.*JSON is broken/],
    ['another shape', { kind: 'wrong' }, /^ARR-502.*run_id/],
    ['a connection that ends', { kind: 'destroy' }, /^ARR-501/],
    ['no answer', { kind: 'hang' }, /^ARR-501.*did not answer in time/],
    [
      'a redirect to a login page',
      { kind: 'login' },
      /^ARR-502.*redirects to http:\/\/127[^ ]*\/login\.html: a login page/,
    ],
    ['100 MB', { kind: 'huge' }, /^ARR-502.*larger than 16777216 bytes/],
    ['a 404 that is not of Databricks', { kind: 'html-404' }, /^ARR-502.*no Databricks at this address/],
    ['a 500', { kind: 'status', status: 500 }, /^ARR-501.*answers 500/],
    [
      'a 403',
      {
        kind: 'status',
        status: 403,
        body: { error_code: 'PERMISSION_DENIED', message: 'no View permissions' },
      },
      /^ARR-506.*PERMISSION_DENIED: no View permissions/,
    ],
    [
      'an endpoint that is not there',
      { kind: 'status', status: 400, body: { error_code: 'FEATURE_DISABLED', message: 'not enabled' } },
      /^ARR-502.*FEATURE_DISABLED: not enabled/,
    ],
    [
      '429 with a long wait',
      { kind: 'status', status: 429, retryAfter: '120' },
      /^ARR-501.*429 and asks to wait 120 s/,
    ],
    ['429 for ever', { kind: 'status', status: 429, retryAfter: '0' }, /^ARR-501.*answers 429/],
  ])('%s is told', async (_name, fault, words) => {
    const of = await workspaceWith({}, { timeout_ms: 500 })
    of.databricks.fault(/runs\/get$/, fault)
    const why = await said(of.platform.reader.run(THE_RUN, NEVER))
    expect(why).toMatch(words)
    expect(why).not.toMatch(/hush|secret|eyJ/)
  })

  it('is bounded by the signal, whatever it waits for', async () => {
    for (const fault of [{ kind: 'hang' }, { kind: 'status', status: 429, retryAfter: '2' }] as const) {
      const of = await workspaceWith()
      of.databricks.fault(/runs\/get$/, fault)
      const signal = AbortSignal.timeout(100)
      await expect(of.platform.reader.run(THE_RUN, signal)).rejects.toThrow(/ARR-501/)
      await of.close()
    }
  })

  it('is waited for where Databricks says how long', async () => {
    const of = await workspaceWith()
    of.databricks.fault(/runs\/get$/, { kind: 'status', status: 429, retryAfter: '0' }, 2)
    expect((await of.platform.reader.run(THE_RUN, NEVER))?.id).toBe(String(RUN))
  })
})

describe('who we are', () => {
  it('is asked for once, however many ask at once', async () => {
    const of = await workspaceWith()
    await Promise.all(Array.from({ length: 5 }, () => of.platform.reader.check(NEVER)))
    expect(of.databricks.tokensGiven).toHaveLength(1)
    expect(await of.platform.reader.check(NEVER)).toContain(of.databricks.workspace.clientId)
    expect(of.databricks.tokensGiven).toHaveLength(1)
  })

  it('is asked for anew before a token ends', async () => {
    const of = await workspaceWith({ tokenLifeS: 59 })
    await of.platform.reader.run(THE_RUN, NEVER)
    expect(of.databricks.tokensGiven.length).toBeGreaterThan(1)
  })

  it('is asked for anew, once, when a token was revoked', async () => {
    const of = await workspaceWith()
    await of.platform.reader.check(NEVER)
    of.databricks.revoke()
    expect(await of.platform.reader.check(NEVER)).toContain('knows us as')
    expect(of.databricks.tokensGiven).toHaveLength(2)
    of.databricks.fault(/scim/, {
      kind: 'status',
      status: 401,
      body: { error_code: 'UNAUTHENTICATED', message: 'no' },
    })
    expect(await said(of.platform.reader.check(NEVER))).toMatch(/^ARR-506.*401 UNAUTHENTICATED/)
    expect(of.databricks.tokensGiven).toHaveLength(3)
  })

  it('P12: is refused without a word of the secret', async () => {
    const of = await workspaceWith()
    const auth = { type: 'oauth', client_id: 'somebody', client_secret: 'wrong-and-secret' }
    const error = await of
      .platformWith({ auth })
      .reader.check(NEVER)
      .catch((thrown: unknown) => thrown)
    expect(reasonOf(error)).toMatch(/^ARR-506.*401 invalid_client/)
    expect(JSON.stringify([error, String((error as Error).stack), (error as Error).cause])).not.toMatch(
      /wrong-and-secret|c29tZWJvZHk/,
    )
  })

  it('can be a personal token, which is not asked for again', async () => {
    const of = await workspaceWith()
    const as = (token: string) => of.platformWith({ auth: { type: 'token', token } }).reader
    expect(await as('dapi-reader').check(NEVER)).toContain('knows us as reader@example.com')
    expect(await said(as('dapi-gone').check(NEVER))).toMatch(/^ARR-506.*401/)
    expect(await said(as('dapi-nobody').run(THE_RUN, NEVER))).toMatch(/^ARR-506.*PERMISSION_DENIED/)
    expect(of.databricks.tokensGiven).toEqual([])
    expect(of.databricks.asked.filter((line) => line.includes('Me'))).toHaveLength(2)
  })

  it('can be a principal of Entra ID, whose token is for Azure Databricks', async () => {
    const of = await workspaceWith()
    let form = new URLSearchParams()
    const entra = await stage((_method, url, body) => {
      form = new URLSearchParams(body)
      return url.pathname === '/my-tenant/oauth2/v2.0/token'
        ? { body: JSON.stringify({ access_token: 'dapi-manager', expires_in: 3599, token_type: 'Bearer' }) }
        : { status: 404 }
    })
    const auth = {
      type: 'entra',
      tenant_id: 'my-tenant',
      client_id: 'me',
      client_secret: 's',
      login_url: entra.url,
    }
    expect(await of.platformWith({ auth }).reader.check(NEVER)).toContain('manager@example.com')
    expect(form.get('scope')).toBe('2ff814a6-3304-4ab8-86cb-cd0e6f879c1d/.default')
    await entra.close()
    expect(await said(of.platformWith({ auth }).reader.check(NEVER))).toMatch(/^ARR-501/)
  })

  it.each<[string, Fault, RegExp]>([
    ['a login page', { kind: 'html' }, /^ARR-502.*gives no token/],
    ['a redirect', { kind: 'login' }, /^ARR-502.*answers 302/],
    ['another shape', { kind: 'wrong' }, /^ARR-502.*gives no token/],
    ['nothing', { kind: 'destroy' }, /^ARR-501/],
    ['a 503', { kind: 'status', status: 503 }, /^ARR-501.*503/],
  ])(
    'is not known where the token endpoint answers %s, and is asked again the next time',
    async (_name, fault, words) => {
      const of = await workspaceWith()
      of.databricks.fault(/oidc/, fault, 1)
      expect(await said(of.platform.reader.check(NEVER))).toMatch(words)
      expect(await of.platform.reader.check(NEVER)).toContain('knows us as')
    },
  )
})

describe('P10: reading', () => {
  it('asks by GET, and by POST for the events of clusters alone', async () => {
    const of = await workspaceWith()
    const { reader } = of.platform
    const app = await reader.locate(THE_RUN, NEVER)
    await Promise.all([
      reader.run(THE_RUN, NEVER),
      reader.runs('orders-daily', 30, NEVER),
      reader.log(THE_RUN, 20_000, NEVER),
      reader.executors(app!, NEVER),
      reader.check(NEVER),
    ])
    const writes = of.databricks.asked.filter((line) => !line.startsWith('GET '))
    expect(new Set(writes)).toEqual(new Set(['POST /oidc/v1/token', 'POST /api/2.1/clusters/events']))
    expect(of.databricks.cancelled).toEqual([])
  })

  it('leaves volumes by no path', () => {
    expect(volumePath('/Volumes/main/ops/my logs/ä?#')).toBe('/Volumes/main/ops/my%20logs/%C3%A4%3F%23')
    expect(volumePath('dbfs:/Volumes/main/ops/logs/')).toBe('/Volumes/main/ops/logs')
    for (const path of ['/Workspace/x', '/Volumes/../jobs', '/Volumes/a/./b', '', '/', '/Volumes/a\0b'])
      expect(() => volumePath(path), path).toThrow(/ARR-503/)
  })
})

describe('files of volumes', () => {
  it('are listed page by page and read in parts, also where the range is not heeded', async () => {
    const root = '/Volumes/main/ops/logs'
    const of = await workspaceWith({
      clusters: [{ cluster_id: CLUSTER, cluster_log_conf: { dbfs: { destination: `dbfs:${root}` } } }],
      files: delivered(root),
    })
    const tail = await of.platform.reader.log(THE_RUN, 16 * 1024, NEVER)
    expect(tail?.text).toContain('Traceback')
    // Four files of the driver, three a page.
    expect(
      of.databricks.asked.filter((line) => line.includes('/directories/') && line.includes('/driver')),
    ).toHaveLength(2)

    const whole = await stage(() => ({ type: 'application/octet-stream', body: '0123456789' }))
    const config = configSchema.parse({
      kind: 'databricks',
      host: whole.url,
      auth: { type: 'token', token: 't' },
    })
    const client = createDatabricksClient('lake', config, createTokens('lake', config, DEPS), DEPS)
    expect((await client.file('/Volumes/a/b/c/f', 4, 3, NEVER))?.toString()).toBe('456')
    expect((await client.file('/Volumes/a/b/c/f', 40, 3, NEVER))?.length).toBe(0)
    await whole.close()
    expect(await said(client.get('/api/2.2/jobs/runs/get', { run_id: '1' }, runSchema, NEVER))).toMatch(
      /^ARR-501/,
    )
  })

  it('are told as a login page where they are one', async () => {
    const page = await stage(() => ({ type: 'text/html', body: '<html>' }))
    const config = configSchema.parse({
      kind: 'databricks',
      host: page.url,
      auth: { type: 'token', token: 't' },
    })
    const client = createDatabricksClient('lake', config, createTokens('lake', config, DEPS), DEPS)
    expect(await said(client.file('/Volumes/a/b/c/f', 0, 10, NEVER))).toMatch(/^ARR-502.*text\/html/)
    await page.close()
  })
})

describe('the configuration', () => {
  const valid = {
    kind: 'databricks',
    host: 'https://dbc-1.cloud.databricks.com',
    auth: { type: 'token', token: 't' },
  }

  it('reads delivered logs and does nothing, unless it is told otherwise', () => {
    expect(configSchema.parse(valid)).toMatchObject({ logs: 'delivered', actions: [], timeout_ms: 10_000 })
  })

  it.each([
    [{ host: 'https://user:pw@dbc-1.cloud.databricks.com' }],
    [{ host: 'https://dbc-1.cloud.databricks.com/?o=1' }],
    [{ host: 'https://dbc-1.cloud.databricks.com/api' }],
    [{ host: 'dbc-1.cloud.databricks.com' }],
    [{ auth: { type: 'oauth', client_id: 'x' } }],
    [{ auth: { type: 'token', token: '' } }],
    [{ auth: { type: 'entra', tenant_id: '../x', client_id: 'a', client_secret: 'b' } }],
    [{ auth: { type: 'basic', user: 'x' } }],
    [{ actions: ['run.repair'] }],
    [{ token: 'at the wrong place' }],
  ])('refuses %j', (change) => {
    expect(configSchema.safeParse({ ...valid, ...change }).success).toBe(false)
  })

  it('keeps nobody waiting for a workspace that is not there', async () => {
    const of = await workspaceWith()
    const gone = of.platformWith({ host: await deadUrl(), auth: { type: 'token', token: 't' } })
    expect(await said(gone.reader.check(NEVER))).toMatch(/^ARR-501.*ECONNREFUSED/)
  })
})
