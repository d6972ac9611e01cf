// Who we are to an API server: tokens, files that rotate, kubeconfigs with contexts, certificates and plugins, TLS.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import selfsigned from 'selfsigned'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/platforms/kubernetes/config.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { NEVER, platformOf } from '../support.ts'
import { NS } from './bench.ts'
import { type StandIn, TOKEN, createStandIn } from './stand-in.ts'

let folder: string
let tls: { private: string; cert: string }
let cluster: StandIn
const opened: StandIn[] = []

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'k8s-connection-'))
  tls = await selfsigned.generate([{ name: 'commonName', value: 'api.internal' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'api.internal' }] }],
  })
  writeFileSync(path.join(folder, 'ca.crt'), tls.cert)
  cluster = await createStandIn({ tls: { key: tls.private, cert: tls.cert } })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

function file(name: string, text: string): string {
  const at = path.join(folder, name)
  writeFileSync(at, text)
  return at
}

function platformAs(auth: Record<string, unknown>): Platform {
  return platformOf({ kind: 'kubernetes', auth, namespaces: [NS], operator: 'none', timeout_ms: 2000 })
}

const check = (auth: Record<string, unknown>): Promise<string> => platformAs(auth).reader.check(NEVER)

function kubeconfig(user: object, more: object = {}, server = cluster.url): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'c',
        cluster: { server, 'certificate-authority': 'ca.crt', 'tls-server-name': 'api.internal' },
      },
      { name: 'gone', cluster: { server: 'https://127.0.0.1:1' } },
    ],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'prod', context: { cluster: 'c', user: 'u' } },
      { name: 'old', context: { cluster: 'gone', user: 'u' } },
    ],
    'current-context': 'prod',
    ...more,
  })
}

describe('TLS', () => {
  const server = (): Record<string, unknown> => ({ type: 'token', server: cluster.url, token: TOKEN })

  it('trusts the authority that is named, under the name that is named', async () => {
    const auth = { ...server(), ca_file: path.join(folder, 'ca.crt'), tls_server_name: 'api.internal' }
    expect(await check(auth)).toContain('Kubernetes v1.34.1 lets us read etl')
  })

  it('trusts nobody else, and says so', async () => {
    await expect(check(server())).rejects.toMatchObject({
      code: 'ARR-501',
      message: /self-signed|certificate/,
    })
    await expect(check({ ...server(), ca_file: path.join(folder, 'ca.crt') })).rejects.toMatchObject({
      code: 'ARR-501',
      message: /altnames|Hostname/,
    })
  })
})

describe('a token', () => {
  it('that is not known is refused in Kubernetes’ words, and is in no message', async () => {
    const error = await check({
      type: 'token',
      server: cluster.url,
      token: 'another-secret-token',
      ca_file: path.join(folder, 'ca.crt'),
      tls_server_name: 'api.internal',
    }).catch((failure: unknown) => failure as Error)
    expect(error).toMatchObject({ code: 'ARR-506', message: /401: Unauthorized/ })
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(
      'another-secret',
    )
  })

  it('in a file is read again as soon as the old one is refused', async () => {
    const plain = await createStandIn()
    opened.push(plain)
    const token_file = file('token', `${TOKEN}\n`)
    const { reader } = platformAs({ type: 'token', server: plain.url, token_file })
    expect(await reader.check(NEVER)).toContain('lets us read')
    plain.tokens.clear()
    plain.tokens.set('the-next-token', 'arrestor')
    file('token', 'the-next-token')
    expect(await reader.check(NEVER)).toContain('lets us read')
  })

  it('goes over http to this machine alone', () => {
    const config = (server: string): unknown => ({
      kind: 'kubernetes',
      namespaces: [NS],
      auth: { type: 'token', server, token: 'x' },
    })
    for (const server of [
      'https://10.0.0.1:6443',
      'http://127.0.0.1:8001',
      'http://localhost:8001',
      'http://[::1]:1',
    ])
      expect(configSchema.safeParse(config(server)).success, server).toBe(true)
    for (const server of ['http://10.0.0.1:8080', 'http://127.evil.example', 'ftp://a'])
      expect(configSchema.safeParse(config(server)).success, server).toBe(false)
  })
})

describe('a kubeconfig', () => {
  it('gives address, authority (beside it) and token of its current context', async () => {
    expect(await check({ type: 'kubeconfig', path: file('config', kubeconfig({ token: TOKEN })) })).toContain(
      'lets us read etl',
    )
  })

  it('gives another context where one is named', async () => {
    const at = file('config', kubeconfig({ token: TOKEN }, { 'current-context': 'old' }))
    expect(await check({ type: 'kubeconfig', path: at, context: 'prod' })).toContain('lets us read etl')
    await expect(check({ type: 'kubeconfig', path: at })).rejects.toMatchObject({ code: 'ARR-501' })
    await expect(check({ type: 'kubeconfig', path: at, context: 'none-such' })).rejects.toMatchObject({
      code: 'ARR-501',
      message: /names no cluster/,
    })
  })

  it('asks a plugin for a token', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: TOKEN },
    }
    const exec = {
      command: process.execPath,
      args: ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`],
    }
    expect(await check({ type: 'kubeconfig', path: file('config', kubeconfig({ exec })) })).toContain(
      'lets us read',
    )
  })

  it('is waited for no longer than its asker has time', async () => {
    const exec = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 20_000)'] }
    const { reader } = platformAs({ type: 'kubeconfig', path: file('config', kubeconfig({ exec })) })
    await expect(reader.check(AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'ARR-501' })
    // The plugin outlives this limit: whoever waited for it would not get here.
  }, 15_000)

  it('P12: whatever is wrong with it, what stands in it is in no message', async () => {
    const secret = 'hunter2-very-secret'
    const broken = [
      `users: [{name: u, user: {token: "${secret}`,
      kubeconfig({
        exec: { command: process.execPath, args: ['-e', `console.error('${secret}'); process.exit(1)`] },
      }),
      kubeconfig({ exec: { command: process.execPath, args: ['-e', `console.log('${secret}')`] } }),
      kubeconfig({
        'client-certificate-data': Buffer.from(secret).toString('base64'),
        'client-key-data': 'eA==',
      }),
    ]
    for (const text of broken) {
      const error = await check({ type: 'kubeconfig', path: file('config', text) }).catch(
        (failure: unknown) => failure,
      )
      expect(error, text).toMatchObject({ code: 'ARR-501' })
      expect(String(error) + JSON.stringify(error) + String((error as Error).cause)).not.toContain(secret)
    }
  })

  it('that is not there is said, with its path', async () => {
    await expect(check({ type: 'kubeconfig', path: '/nowhere/config' })).rejects.toMatchObject({
      code: 'ARR-501',
      message: /ENOENT.*\/nowhere\/config/,
    })
  })
})

it('outside of a pod there is no service account, and that is said', async () => {
  await expect(check({ type: 'in_cluster' })).rejects.toMatchObject({ code: 'ARR-501', message: /not a pod/ })
})

it('P12: its tokens are known to be secrets', () => {
  const config = platformConfigSchema.parse({
    kind: 'kubernetes',
    namespaces: [NS],
    auth: { type: 'token', server: 'https://k8s', token: 'reads' },
    act_auth: { type: 'token', server: 'https://k8s', token: 'acts' },
    history_authorization: 'Bearer history',
  })
  expect(platformSecrets(config)).toEqual(['reads', 'acts', 'Bearer history'])
})

it('a configuration is held to what it may say', () => {
  const good = { kind: 'kubernetes', namespaces: ['etl'], auth: { type: 'in_cluster' } }
  expect(configSchema.parse(good)).toMatchObject({
    operator: 'auto',
    driver_ui: 'proxy',
    actions: [],
    kubeflow_kill: 'suspend',
  })
  for (const bad of [
    { ...good, namespaces: [] },
    { ...good, namespaces: ['../kube-system'] },
    { ...good, namespaces: ['Etl'] },
    { ...good, auth: { type: 'in_cluster', token: 'x' } },
    { ...good, auth: { type: 'token', server: 'https://k8s', token: 'x', token_file: '/t' } },
    { ...good, operator: 'volcano' },
    { ...good, actions: ['pods.delete'] },
  ])
    expect(configSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false)
})
