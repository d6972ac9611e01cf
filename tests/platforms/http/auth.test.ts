// Who we are: each scheme as the other end takes it, on every request, to the configured servers alone, and in no log.
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { authHeaders, authSchema, authSecrets, jwsOf } from '../../../src/platforms/http/auth.ts'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { NEVER, type Stage, platformOf, runOf, stage } from '../support.ts'

const KEY = Buffer.from('a key of thirty-two bytes, not less').toString('base64url')

/** As Spark's filter does: the key's bytes, the two parts as they came. */
function verified(token: string): Record<string, unknown> {
  const [head = '', claims = '', signature] = token.split('.')
  const key = Buffer.from(KEY, 'base64url')
  expect(createHmac('sha256', key).update(`${head}.${claims}`).digest('base64url')).toBe(signature)
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' })
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
}

describe('a scheme becomes a header', () => {
  it.each([
    [
      { type: 'basic', username: 'arrestor', password: 'p:ß' },
      { authorization: 'Basic YXJyZXN0b3I6cDrDnw==' },
    ],
    [{ type: 'bearer', token: 'abc' }, { authorization: 'Bearer abc' }],
    [{ type: 'header', name: 'X-Api-Key', value: 'abc' }, { 'x-api-key': 'abc' }],
  ])('%j', (auth, headers) => {
    expect(authHeaders({ auth: authSchema.parse(auth) })()).toEqual(headers)
  })

  it('or none; `authorization` goes as it stands, and `auth` before it', () => {
    expect(authHeaders({})()).toEqual({})
    expect(authHeaders({ authorization: 'Custom x' })()).toEqual({ authorization: 'Custom x' })
    const auth = { type: 'bearer', token: 'abc' } as const
    expect(authHeaders({ authorization: 'Custom x', auth })()).toEqual({ authorization: 'Bearer abc' })
  })
})

describe('a JWS of our own', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('is signed by the shared key and good for minutes', () => {
    expect(verified(jwsOf(KEY, 1_800_000_000))).toEqual({
      sub: 'arrestor',
      iat: 1_799_999_940,
      exp: 1_800_000_600,
    })
  })

  it('is the same for half of its life, so that answers can be shared, and then another', () => {
    const headers = authHeaders({ auth: { type: 'jws', secret_key: KEY } })
    const first = headers()
    vi.setSystemTime(1_800_000_299_000)
    expect(headers()).toBe(first)
    vi.setSystemTime(1_800_000_300_000)
    const second = headers()
    expect(second).not.toEqual(first)
    expect(verified(second['authorization']!.slice('Bearer '.length))['exp']).toBe(1_800_000_900)
  })
})

describe('what is refused at the start', () => {
  it.each([
    ['a key that is too short for HS256', { type: 'jws', secret_key: 'c2hvcnQ' }],
    ['a key that is no base64url', { type: 'jws', secret_key: `${'a'.repeat(42)}+/` }],
    ['a header that is ours', { type: 'header', name: 'Host', value: 'x' }],
    [
      'a header that makes another method of a read',
      { type: 'header', name: 'X-HTTP-Method-Override', value: 'x' },
    ],
    ['a header that is no name', { type: 'header', name: 'a b', value: 'x' }],
    ['an unknown scheme', { type: 'ntlm' }],
    ['Kerberos without a principal', { type: 'kerberos', keytab: '/k' }],
    ['a principal without its realm', { type: 'kerberos', principal: 'arrestor' }],
    [
      'a service without a host',
      { type: 'kerberos', principal: 'a@R', services: { 'rm.example.com': 'HTTP' } },
    ],
    ['a password that is empty', { type: 'basic', username: 'a', password: '' }],
  ])('%s', (_what, auth) => {
    expect(authSchema.safeParse(auth).success).toBe(false)
  })
})

describe('every kind of web interface takes it', () => {
  const open: Stage[] = []
  afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.close()))))

  it.each([
    ['spark-standalone', (url: string) => ({ master_url: url, history_url: url })],
    ['yarn', (url: string) => ({ rm_urls: [url], history_url: url })],
    ['livy', (url: string) => ({ livy_url: url, history_url: url })],
  ])('%s, for reads and for writes', async (kind, addresses) => {
    const served = await stage(() => ({
      status: 403,
      type: 'text/html',
      body: '<title>Error 403 JWT Validate Fail</title>',
    }))
    open.push(served)
    const auth = { type: 'header', name: 'X-Api-Key', value: 's3cret' }
    const config = { kind, ...addresses(served.url), auth, actions: ['application.kill'] }
    const { reader, writer } = platformOf(config)
    const appId = kind === 'yarn' ? 'application_1795372654672_0001' : 'app-20261122100000-0001'
    await expect(reader.locate(runOf({ runId: appId }), NEVER)).rejects.toThrow(
      /^ARR-506.*it answers 403 to our header x-api-key; it says "JWT Validate Fail"\.\n.*Check the credential of platforms\.batch/s,
    )
    await writer?.kill(appId, NEVER)
    expect(served.headers.length).toBeGreaterThan(2)
    for (const headers of served.headers) expect(headers['x-api-key']).toBe('s3cret')
    expect(platformSecrets(platformConfigSchema.parse(config))).toContain('s3cret')
  })

  it('P12: all that is secret is known, as it stands and as it is sent', () => {
    expect(authSecrets({ auth: { type: 'basic', username: 'u', password: 'p' } })).toEqual(['p', 'dTpw'])
    expect(authSecrets({ auth: { type: 'jws', secret_key: KEY } })).toEqual([KEY])
    expect(authSecrets({ authorization: 'a', auth: { type: 'bearer', token: 't' } })).toEqual(['a', 't'])
    expect(authSecrets({})).toEqual([])
    const kerberos = authSchema.parse({ type: 'kerberos', principal: 'a@R', keytab: '/k' })
    expect(authSecrets({ authorization: 'a', auth: kerberos })).toEqual(['a'])
  })
})
