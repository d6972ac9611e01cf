// The command itself: help, unknown verbs, starts that cannot succeed. Each is told once, without a stack, with exit code 1.
import { createServer } from 'node:net'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeTooOld } from '../../src/node-version.ts'
import { type Ended, STACK, arrestor, arrestorProcess } from './run.ts'

const CONFIG = `
teams: { data: { channel: C0DATA } }
routing: { default_team: data }
escalation: { default: { steps: [{ after: 1m, page: true }] } }
`
const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-serve-'))
const config = path.join(dir, 'arrestor.yml')
writeFileSync(config, CONFIG)
const TOKENS = {
  SLACK_BOT_TOKEN: 'xoxb-secret-bot',
  SLACK_APP_TOKEN: 'xapp-secret-app',
  SLACK_API_URL: 'http://127.0.0.1:1/api/',
}

function expectOnce(ended: Ended, code: string): void {
  expect(ended.code).toBe(1)
  expect(ended.stderr.match(/ARR-\d+/g)).toEqual([code])
  expect(ended.stderr.trim().split('\n').length).toBeGreaterThan(1)
  expect(ended.stdout + ended.stderr).not.toMatch(STACK)
  expect(ended.stdout + ended.stderr).not.toMatch(/secret-bot|secret-app|secret-password/)
}

describe('arrestor', () => {
  it('lists its verbs, each with a line', async () => {
    const { code, stdout } = await arrestor(['--help'])
    expect(code).toBe(0)
    for (const verb of ['serve', 'sandbox', 'doctor', 'runbook', 'incident', 'alert'])
      expect(stdout).toMatch(new RegExp(`^ {2}${verb}\\b.*`, 'm'))
  })

  it.each([['runbook'], ['incident'], ['alert'], ['doctor'], ['serve'], ['sandbox']])(
    'explains %s',
    async (verb) => {
      const { code, stdout } = await arrestor([verb, '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^Usage: arrestor ${verb}`))
    },
  )

  it.each([['odd'], ['incident odd'], ['incident list --odd']])(
    'says that it does not know `%s`, and where to look',
    async (line) => {
      const { code, stderr } = await arrestor(line.split(' '))
      expect(code).toBe(1)
      expect(stderr).toMatch(/^error: unknown (command|option) '(--)?odd'/)
      expect(stderr).toContain('arrestor --help')
      expect(stderr).not.toMatch(STACK)
    },
  )
})

describe('a start that cannot succeed', () => {
  it.each<[string, string[], Record<string, string>, string]>([
    ['without a configuration', ['-c', path.join(dir, 'none.yml')], TOKENS, 'ARR-102'],
    ['without a token', ['-c', config], { ...TOKENS, SLACK_APP_TOKEN: '' }, 'ARR-103'],
    ['with a port that is none', ['-c', config], { ...TOKENS, PORT: 'http' }, 'ARR-101'],
    [
      'without its database',
      ['-c', config],
      { ...TOKENS, PORT: '0', DATABASE_URL: 'postgres://u:secret-password@127.0.0.1:1/x' },
      'ARR-201',
    ],
    [
      'with a data directory that is a file',
      ['-c', config],
      { ...TOKENS, PORT: '0', ARRESTOR_DATA_DIR: config },
      'ARR-203',
    ],
    [
      'with an authority that is not there',
      ['-c', config],
      { ...TOKENS, ARRESTOR_CA_FILE: path.join(dir, 'no.pem') },
      'ARR-102',
    ],
  ])('%s', async (_what, args, env, code) => {
    expectOnce(await arrestor(['serve', ...args], { env }), code)
  })

  it('on a port that is taken', async () => {
    const other = createServer().listen(0, '0.0.0.0')
    await new Promise((resolve) => {
      other.once('listening', resolve)
    })
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    try {
      const env = { ...TOKENS, PORT: port, ARRESTOR_DATA_DIR: path.join(dir, 'data') }
      expectOnce(await arrestorProcess(['serve', '-c', config], { env }), 'ARR-901')
    } finally {
      other.close()
    }
    // The store is opened first, and the first opening of a directory takes seconds.
  }, 60_000)

  it('says so from main.ts as well', async () => {
    expectOnce(
      await arrestorProcess([], {
        main: 'src/main.ts',
        cwd: dir,
        env: { ...TOKENS, ARRESTOR_CONFIG: 'none.yml' },
      }),
      'ARR-102',
    )
  })
})

describe('the floor of Node', () => {
  it.each([
    ['18.20.4', true],
    ['22.22.0', true],
    ['24.14.9', true],
    ['24.15.0', false],
    ['25.0.0', false],
    ['26.10.0', false],
  ])('%s too old: %s', (version, tooOld) => {
    expect(nodeTooOld(version) !== null).toBe(tooOld)
    if (tooOld) expect(nodeTooOld(version)).toContain(version)
  })
})
