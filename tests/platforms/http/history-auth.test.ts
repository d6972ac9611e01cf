// Who we are to the History Server of each kind of platform, by each scheme; `doctor` fails where it is refused or gone.
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { PlatformDeps } from '../../../src/platforms/platform.ts'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { AUTH as AWS, REGION } from '../aws/support.ts'
import { CLUSTER, bench as emrBench } from '../emr/bench.ts'
import { NS, bench as kubernetesBench } from '../kubernetes/bench.ts'
import { TOKEN } from '../kubernetes/stand-in.ts'
import { createLivy } from '../livy/server.ts'
import { DEPS, NEVER, type Stage, deadUrl, platformOf, stage } from '../support.ts'
import { healthy } from '../yarn/server.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.close()))))
function opened<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one)
  return one
}

const KEY = Buffer.from('a key of thirty-two bytes, not less').toString('base64url')
const TICKET = Buffer.from('a ticket of the test').toString('base64')

/** As Spark's JWSFilter looks: the signature by the shared key, and that it has not ended. */
function isSigned(authorization: string | undefined): boolean {
  const [head = '', claims = '', signature] = (authorization ?? '').replace(/^Bearer /, '').split('.')
  const own = createHmac('sha256', Buffer.from(KEY, 'base64url')).update(`${head}.${claims}`).digest('base64url')
  if (signature !== own) return false
  const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }
  return exp > Date.now() / 1000
} // prettier-ignore

interface Scheme {
  readonly auth: Record<string, string>
  readonly takes: (headers: IncomingHttpHeaders) => boolean
  /** How the server refuses who is not known to it, and what we say then. */
  readonly refusal: { readonly status: number; readonly type: string; readonly asks?: string; readonly body?: string }
  readonly said: RegExp
} // prettier-ignore

const SCHEMES: Readonly<Record<string, Scheme>> = {
  basic: {
    auth: { type: 'basic', username: 'arrestor', password: 's3cret' },
    takes: ({ authorization }) => authorization === `Basic ${Buffer.from('arrestor:s3cret').toString('base64')}`,
    refusal: { status: 401, type: 'text/html', asks: 'Basic realm="history"' },
    said: /it asks for a name and password \(`history_auth: \{ type: basic, \.\.\. \}`\)/,
  },
  bearer: {
    auth: { type: 'bearer', token: 's3cret' },
    takes: ({ authorization }) => authorization === 'Bearer s3cret',
    refusal: { status: 401, type: 'text/html', asks: 'Bearer' },
    said: /it asks for a token/,
  },
  jws: {
    auth: { type: 'jws', secret_key: KEY },
    takes: ({ authorization }) => isSigned(authorization),
    refusal: { status: 403, type: 'text/html', body: '<title>Error 403 JWT Validate Fail</title>' },
    said: /it answers 403 .*it says "JWT Validate Fail"/,
  },
  header: {
    auth: { type: 'header', name: 'X-Api-Key', value: 's3cret' },
    takes: (headers) => headers['x-api-key'] === 's3cret',
    refusal: { status: 403, type: 'text/plain', body: 'no key' },
    said: /it answers 403 .*it says "no key"/,
  },
  kerberos: {
    auth: { type: 'kerberos', principal: 'arrestor@EXAMPLE.COM', keytab: '/k/arrestor.keytab' },
    takes: ({ authorization }) => authorization === `Negotiate ${TICKET}`,
    refusal: { status: 401, type: 'text/html', asks: 'Negotiate' },
    said: /it asks for Kerberos/,
  },
} // prettier-ignore

const KERBEROS: PlatformDeps = { ...DEPS, kerberos: () => Promise.resolve({ token: TICKET }) }

/** A History Server that answers whom its scheme knows, and nobody else. */
async function historyOf({ takes, refusal }: Scheme): Promise<Stage> {
  return opened(
    await stage((_method, url, _body, headers) => {
      if (!takes(headers)) return refusal
      return url.pathname === '/api/v1/version' ? { body: '{"spark":"4.3.0"}' } : { status: 404, type: 'text/plain' }
    }),
  )
} // prettier-ignore

/** Each kind as it is configured without its History Server, with everything else well. */
const KINDS: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  'spark-standalone': async () => ({ kind: 'spark-standalone', master_url: (await masterOf()).url }),
  yarn: async () => ({ kind: 'yarn', rm_urls: [opened(await stage(healthy)).url] }),
  livy: async () => ({ kind: 'livy', livy_url: opened(await createLivy()).url }),
  async kubernetes() {
    const { cluster } = await kubernetesBench()
    opened(cluster)
    const auth = { type: 'token', server: cluster.url, token: TOKEN }
    return { kind: 'kubernetes', auth, namespaces: [NS] }
  },
  emr: () => emrOf({}),
  'emr with its yarn': async () => emrOf({ yarn: { rm_urls: [opened(await stage(healthy)).url] } }),
}

async function masterOf(): Promise<Stage> {
  const master = { status: 'ALIVE', workers: [], activeapps: [], completedapps: [] }
  return opened(await stage(() => ({ body: JSON.stringify(master) })))
}

async function emrOf(more: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { aws } = opened(await emrBench())
  const clusters = { by: 'ids', ids: [CLUSTER] }
  return { kind: 'emr', region: REGION, auth: AWS, endpoint: aws.url, s3_endpoint: aws.url, clusters, ...more }
} // prettier-ignore

const TABLE = Object.keys(KINDS).flatMap((kind) => Object.keys(SCHEMES).map((scheme) => [kind, scheme] as const)) // prettier-ignore
/** Kinds whose own credential is also the one for their History Server. */
const ONE_FOR_ALL = ['spark-standalone', 'yarn', 'livy'] as const

describe('a History Server that asks who we are', () => {
  it.each(TABLE)('of %s, by %s: is told by `history_auth`, and refuses without', async (kind, name) => {
    const scheme = SCHEMES[name]!
    const history = await historyOf(scheme)
    const config = { ...(await KINDS[kind]!()), history_url: history.url }
    const known = platformOf({ ...config, history_auth: scheme.auth }, KERBEROS)
    expect(await known.reader.check(NEVER)).toContain(`the History Server ${history.url} runs Spark 4.3.0`)
    const refused = platformOf(config).reader.check(NEVER)
    await expect(refused).rejects.toMatchObject({ code: 'ARR-506' })
    await expect(refused).rejects.toThrow(scheme.said)
    await expect(refused).rejects.toThrow(`at ${history.url}/api/v1/version`)
  })

  it.each(ONE_FOR_ALL.flatMap((kind) => Object.keys(SCHEMES).map((scheme) => [kind, scheme] as const)))(
    'of %s, by %s: is told by `auth` where there is no other',
    async (kind, name) => {
      const scheme = SCHEMES[name]!
      const history = await historyOf(scheme)
      const config = { ...(await KINDS[kind]!()), history_url: history.url, auth: scheme.auth }
      expect(await platformOf(config, KERBEROS).reader.check(NEVER)).toContain('runs Spark 4.3.0')
    },
  )

  it('of kubernetes still takes `history_authorization`, and `history_auth` before it', async () => {
    const history = await historyOf(SCHEMES['bearer']!)
    const config = { ...(await KINDS['kubernetes']!()), history_url: history.url }
    const old = { ...config, history_authorization: 'Bearer s3cret' }
    expect(await platformOf(old).reader.check(NEVER)).toContain('runs Spark 4.3.0')
    const both = { ...config, history_authorization: 'Bearer old', history_auth: SCHEMES['bearer']!.auth }
    expect(await platformOf(both).reader.check(NEVER)).toContain('runs Spark 4.3.0')
  })

  it('gets its own credential and no other server does', async () => {
    const history = await historyOf(SCHEMES['header']!)
    const master = await masterOf()
    const config = { master_url: master.url, history_url: history.url, authorization: 'Bearer m4ster' }
    await platformOf({ ...config, history_auth: SCHEMES['header']!.auth }).reader.check(NEVER)
    expect(master.headers[0]).toMatchObject({ authorization: 'Bearer m4ster' })
    expect(master.headers[0]?.['x-api-key']).toBeUndefined()
    expect(history.headers[0]?.authorization).toBeUndefined()
  })
})

describe.each(Object.keys(KINDS))('the check of %s', (kind) => {
  it('fails where its History Server is not there, answers another thing, or says it has none', async () => {
    const config = await KINDS[kind]!()
    const gone = await deadUrl()
    const check = (url: string): Promise<string> => platformOf({ ...config, history_url: url }).reader.check(NEVER) // prettier-ignore
    await expect(check(gone)).rejects.toMatchObject({ code: 'ARR-501' })
    await expect(check(gone)).rejects.toThrow(gone)
    const page = opened(await stage(() => ({ type: 'text/html', body: '<h1>Log in</h1>' })))
    await expect(check(page.url)).rejects.toMatchObject({ code: 'ARR-502' })
    const polite = opened(await stage(() => ({ status: 404, type: 'text/plain', body: 'not here' })))
    await expect(check(polite.url)).rejects.toMatchObject({ code: 'ARR-502' })
  })

  it('P12: its History Server’s secret is known as one', async () => {
    const config = { ...(await KINDS[kind]!()), history_url: 'http://history:18080', history_auth: SCHEMES['basic']!.auth } // prettier-ignore
    expect(platformSecrets(platformConfigSchema.parse(config))).toContain('s3cret')
  })
})
