// A repository behind HTTP: the token is sent and never shown, and an end that answers badly is said to.
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { explain } from '../../src/errors.ts'
import { gitEnvironment } from '../../src/checkout/git.ts'
import { GitFailed } from '../../src/checkout/git.ts'
import { whyOf } from '../../src/checkout/reason.ts'
import { deadUrl } from '../platforms/support.ts'
import { HAS_GIT, book, createOrigin, follow, serveHttp, sourceOf, temporary } from './support.ts'

const TOKEN = 'glpat-a-secret-that-nobody-must-read'
const SENT = Buffer.from(`x-access-token:${TOKEN}`).toString('base64')

describe.skipIf(!HAS_GIT)('over HTTP', { timeout: 60_000 }, () => {
  test('a public repository is read, and asked only where it stands while nothing moves', async () => {
    const origin = createOrigin()
    const commit = origin.push({ 'a.md': book('a') })
    const http = await serveHttp(origin.bare)
    const { checkouts } = await follow([sourceOf({ url: http.url })])
    await checkouts.look()
    expect(checkouts.states()).toMatchObject([{ commit, failure: null }])
    const asked = http.asked.length
    await checkouts.look()
    expect(http.asked.slice(asked).map(({ line }) => line)).toEqual([
      'GET /origin.git/info/refs',
      'POST /origin.git/git-upload-pack',
    ])
  })

  test('P12: a token opens a closed one, and is in no argument, address or file', async () => {
    const origin = createOrigin()
    const commit = origin.push({ 'a.md': book('a') })
    const http = await serveHttp(origin.bare, { basic: `x-access-token:${TOKEN}` })
    const bin = temporary()
    const log = path.join(bin, 'args')
    writeFileSync(path.join(bin, 'git'), `#!/bin/sh\necho "$@" >> ${log}\nPATH=\${PATH#*:} exec git "$@"\n`)
    chmodSync(path.join(bin, 'git'), 0o755)
    const { checkouts, dir } = await follow([sourceOf({ url: http.url, token: TOKEN })], {
      environment: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    })
    await checkouts.look()
    expect(checkouts.states()).toMatchObject([{ commit, failure: null }])
    expect(http.asked.some(({ authorization }) => authorization === `Basic ${SENT}`)).toBe(true)
    const args = readFileSync(log, 'utf8')
    expect(args).toContain('ls-remote')
    const repository = readdirSync(path.join(dir, 'platform')).find((name) => name.endsWith('.git')) ?? ''
    const config = readFileSync(path.join(dir, 'platform', repository, 'config'), 'utf8')
    for (const text of [args, config, readFileSync(path.join(dir, 'platform/current.json'), 'utf8')])
      for (const secret of [TOKEN, SENT]) expect(text).not.toContain(secret)
  })

  test.each([
    ['a wrong token', { token: `${TOKEN}-not` }],
    ['no token', {}],
  ])('%s is refused, said without it, and asks nobody at a terminal', async (_what, keys) => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const http = await serveHttp(origin.bare, { basic: `x-access-token:${TOKEN}` })
    const { checkouts, failures } = await follow([sourceOf({ url: http.url, ...keys })])
    await checkouts.look()
    expect(failures[0]?.message).toMatch(/ARR-603: .*the token or key is missing or refused/)
    expect(failures[0]?.message).not.toContain(TOKEN)
  })

  test('P12: a token does not follow to another host', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const other = await serveHttp(origin.bare)
    const first = await serveHttp(origin.bare, {
      answer: (asked) => ({
        status: 302,
        headers: { location: `${new URL(other.url).origin}${asked}?service=git-upload-pack` },
      }),
    })
    const { checkouts, failures } = await follow([sourceOf({ url: first.url, token: TOKEN })])
    await checkouts.look()
    expect(other.asked).toEqual([])
    expect(failures[0]?.code).toBe('ARR-603')
  })

  test.each([
    [404, /there is no such repository/],
    [403, /the token or key is missing or refused/],
    [500, /error: 500/],
    [200, /no commit that can be seen/],
  ])('an answer of %s is told', async (status, words) => {
    const http = await serveHttp('/x/origin.git', { answer: () => ({ status }) })
    const { checkouts, failures } = await follow([sourceOf({ url: http.url })])
    await checkouts.look()
    expect(failures[0]?.message).toMatch(words)
  })

  test('nobody there', async () => {
    const { checkouts, failures } = await follow([sourceOf({ url: `${await deadUrl()}/a.git` })])
    await checkouts.look()
    expect(failures[0]?.message).toMatch(/the host does not answer/)
  })

  test('an end that takes the connection and says nothing is given up, with all that was started', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    let gone = 0
    server.on('connection', (socket) => socket.on('close', () => (gone += 1)).resume())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.git`
    const { checkouts, failures } = await follow([sourceOf({ url })], { limits: { timeoutMs: 700 } })
    await checkouts.look()
    expect(failures[0]?.message).toContain('no answer within 1 s')
    await expect.poll(() => gone).toBeGreaterThan(0)
  })
})

describe('what git is run with', () => {
  const environment = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy:1',
    GIT_DIR: '/elsewhere',
    GIT_SSH_COMMAND: 'evil',
    SLACK_BOT_TOKEN: 'xoxb-1',
    DATABASE_URL: 'postgres://x',
  }
  const env = gitEnvironment({ environment, allow: 'https', home: '/h', config: [['a.b', 'c']] })

  test('the way out, and nothing else of the service’s environment', () => {
    expect(env).toMatchObject({ PATH: '/bin', HTTPS_PROXY: 'http://proxy:1', HOME: '/h' })
    expect(Object.keys(env)).not.toContain('GIT_DIR')
    expect(JSON.stringify(env)).not.toMatch(/xoxb|postgres|evil/)
  })

  test('asks nobody, reads nobody’s configuration, speaks one protocol', () => {
    expect(env).toMatchObject({
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'https',
    })
    const last = Number(env['GIT_CONFIG_COUNT']) - 1
    expect([env[`GIT_CONFIG_KEY_${last}`], env[`GIT_CONFIG_VALUE_${last}`]]).toEqual(['a.b', 'c'])
    expect(env[`GIT_CONFIG_KEY_${last + 1}`]).toBeUndefined()
  })
})

describe('what people read of a failure', () => {
  const why = (stderr: string, secrets: string[] = []): string =>
    whyOf(new GitFailed('exit', stderr), 1_000, secrets)

  test.each([
    ["fatal: unable to access 'https://g/': Could not resolve host: g", /^the host has no address \(/],
    [
      'Host key verification failed.\nfatal: Could not read from remote repository.',
      /^the host’s key is not/,
    ],
    ['git@g: Permission denied (publickey).\nfatal: Could not read', /^the token or key is missing/],
    ['fatal: unable to access: server certificate verification failed', /^the certificate is not trusted/],
    ["fatal: detected dubious ownership in repository at '/r'", /^the repository belongs to another user/],
    ['', /^git gave no reason$/],
    ['something nobody has seen', /^something nobody has seen$/],
  ])('%j', (stderr, words) => expect(why(stderr)).toMatch(words))

  test('no secret, no password of an address, no escape of a terminal, one bounded line', () => {
    const said = why(`fatal: \u001b[31m${TOKEN} ${SENT} https://me:pw@g/x\r\u0007${'y'.repeat(5_000)}`, [
      TOKEN,
      SENT,
    ])
    expect(said).not.toContain(TOKEN)
    expect(said).not.toContain(SENT)
    expect(said).not.toContain('me:pw')
    // oxlint-disable-next-line no-control-regex -- these are the characters it is about
    expect(said).not.toMatch(/[\u0000-\u001F]/)
    expect(said.length).toBeLessThan(400)
    expect(explain('ARR-603', { name: 'a', why: said })).toContain('a')
  })
})
