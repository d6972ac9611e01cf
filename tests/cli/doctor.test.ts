// `arrestor doctor`: all is well against the sandbox; each thing that is not says what it is and how it is mended.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, createSandbox } from '../../src/sandbox/server.ts'
import type { Check } from '../../src/flow/check.ts'
import { HAS_GIT, createOrigin } from '../checkout/support.ts'
import { deadUrl, stage } from '../platforms/support.ts'
import { metricsOf, startPrometheus } from '../support/prometheus.ts'
import { STACK, arrestor, arrestorProcess } from './run.ts'

const CONFIG = path.resolve('src/cli/sandbox.yml')
let sandbox: Sandbox
let env: Record<string, string>
const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-doctor-'))

beforeAll(async () => {
  sandbox = await createSandbox({
    port: 0,
    dataDir: dir,
    serviceUrl: await deadUrl(),
    webhookToken: 'sandbox',
  })
  env = {
    ...sandbox.env,
    SANDBOX_SERVICE_URL: 'http://127.0.0.1:3000',
    ARRESTOR_DATA_DIR: path.join(dir, 'service'),
  }
})
afterAll(() => sandbox?.close())

async function examine(
  change: Record<string, string>,
  config = CONFIG,
): Promise<{ code: number | null; checks: Check[] }> {
  const { code, stdout, stderr } = await arrestor(['doctor', '--json', '-c', config], {
    env: { ...env, ...change },
  })
  expect(stderr).toBe('')
  expect(stdout).not.toMatch(STACK)
  return { code, checks: JSON.parse(stdout) as Check[] }
}
const failed = (checks: readonly Check[]): string[] =>
  checks.filter(({ state }) => state === 'failed').map(({ what }) => what)
const says = (checks: readonly Check[], what: string): string =>
  checks.find((one) => one.what === what)?.says ?? ''

describe('arrestor doctor', () => {
  it('finds everything well, and says so line by line', async () => {
    const { code, stdout } = await arrestorProcess(['doctor', '-c', CONFIG], { env })
    expect(stdout).not.toContain('FAILED')
    expect(code).toBe(0)
    for (const what of [
      'configuration',
      'database',
      'Slack',
      'channel of team data-platform',
      'channel of team streaming',
      'PagerDuty',
      'platform sandbox',
      'webhook pipeline',
      'runbooks',
    ])
      expect(stdout).toMatch(new RegExp(`^ok +${what}: \\S`, 'm'))
  })

  it('tells everything that is wrong at once, each with its mend', async () => {
    const dead = await deadUrl()
    const { code, checks } = await examine({
      SLACK_BOT_TOKEN: 'xoxb-somebody-elses',
      PAGERDUTY_API_URL: dead,
      SANDBOX_SPARK_MASTER_URL: dead,
      DATABASE_URL: `postgres://nobody:secret-password@127.0.0.1:${new URL(dead).port}/none`,
    })
    expect(code).toBe(1)
    expect(failed(checks).sort()).toEqual(['PagerDuty', 'Slack', 'database', 'platform sandbox'])
    expect(says(checks, 'Slack')).toMatch(/^ARR-302: .*manifest\.yml/)
    expect(says(checks, 'PagerDuty')).toMatch(/^ARR-401: /)
    expect(says(checks, 'platform sandbox')).toMatch(/^ARR-501: .*arrestor\.yml/)
    expect(says(checks, 'database')).toMatch(/^ARR-201: .*DATABASE_URL/)
    expect(JSON.stringify(checks)).not.toMatch(/somebody-elses|secret-password/)
  })

  it.each([
    [
      'Slack that is not there',
      async () => ({ SLACK_API_URL: `${await deadUrl()}/api/` }),
      'Slack',
      /^ARR-301: /,
    ],
    [
      'a missing token',
      async () => Promise.resolve({ SLACK_APP_TOKEN: '' }),
      'Slack',
      /^ARR-103: .*SLACK_APP_TOKEN/,
    ],
    [
      'a data directory that is a file',
      async () => Promise.resolve({ ARRESTOR_DATA_DIR: path.join(dir, 'ca.pem') }),
      'database',
      /^ARR-203: /,
    ],
    [
      'PagerDuty behind an unknown authority',
      async () => Promise.resolve({ ARRESTOR_CA_FILE: '' }),
      'PagerDuty',
      /^ARR-401: /,
    ],
    [
      'a REST key that is refused',
      async () => Promise.resolve({ PAGERDUTY_API_TOKEN: 'not-this-one' }),
      'PagerDuty',
      /^ARR-\d+: /,
    ],
  ])('tells %s', async (_what, change, where, pattern) => {
    const { code, checks } = await examine(await change())
    expect(code).toBe(1)
    expect(failed(checks)).toEqual([where])
    expect(says(checks, where)).toMatch(pattern)
    expect(says(checks, where)).not.toContain('not-this-one')
  })

  it('tells an authority that is not there to all that would trust it', async () => {
    const { code, checks } = await examine({ ARRESTOR_CA_FILE: '/no/such.pem' })
    expect([code, failed(checks)]).toEqual([1, ['PagerDuty', 'webhook pipeline']])
    for (const what of failed(checks)) expect(says(checks, what)).toMatch(/^ARR-102: .*ARRESTOR_CA_FILE/)
  })

  it('tells a pipeline that is not there', async () => {
    const { code, checks } = await examine({ SANDBOX_ROLLBACK_URL: `${await deadUrl()}/rollback` })
    expect([code, failed(checks)]).toEqual([1, ['webhook pipeline']])
    expect(says(checks, 'webhook pipeline')).toMatch(/ECONNREFUSED|refused/)
  })

  it('goes the way that the service will go: through the proxy, but for what is excepted', async () => {
    const proxy = { HTTPS_PROXY: await deadUrl() }
    const ours = ['PagerDuty', 'webhook pipeline']
    const { checks } = await examine(proxy)
    expect(failed(checks)).toEqual(expect.arrayContaining(ours))
    for (const what of ours) expect(says(checks, what)).toMatch(/ECONNREFUSED|refused/)
    const direct = await examine({ ...proxy, NO_PROXY: '.internal,127.0.0.1,localhost' })
    expect(ours.filter((what) => failed(direct.checks).includes(what))).toEqual([])
  })

  it('tells a channel that is not there, or that the app is not in, by team', async () => {
    const file = path.join(dir, 'channel.yml')
    const { readFileSync } = await import('node:fs')
    writeFileSync(file, readFileSync(CONFIG, 'utf8').replace('channel: C0STREAM', 'channel: C0NOWHERE'))
    const { code, checks } = await examine({}, file)
    expect([code, failed(checks)]).toEqual([1, ['channel of team streaming']])
    expect(says(checks, 'channel of team streaming')).toMatch(/^ARR-303: .*C0NOWHERE.*invite/)
  })

  it('asks the Prometheus beside a platform, and tells what is wrong with it', async () => {
    const { readFileSync } = await import('node:fs')
    const prometheus = await startPrometheus(metricsOf([[{}, 1]], []))
    const file = path.join(dir, 'prometheus.yml')
    const beside = `actions: [application.kill]\n    prometheus: { url: '${prometheus.url}', authorization: 'Bearer metrics-secret' }`
    writeFileSync(file, readFileSync(CONFIG, 'utf8').replace('actions: [application.kill]', beside))
    const well = await examine({}, file)
    expect(says(well.checks, 'Prometheus of sandbox')).toBe(
      `Prometheus 3.1.0 at ${prometheus.url} answers queries.`,
    )
    expect(well.code).toBe(0)
    prometheus.reply = () => ({ status: 401, body: '' })
    const refused = await examine({}, file)
    expect([refused.code, failed(refused.checks)]).toEqual([1, ['Prometheus of sandbox']])
    expect(says(refused.checks, 'Prometheus of sandbox')).toMatch(/^ARR-505: .*401.*authorization/)
    await prometheus.close()
    const gone = await examine({}, file)
    expect(says(gone.checks, 'Prometheus of sandbox')).toMatch(/^ARR-501: /)
    expect(JSON.stringify([well, refused, gone])).not.toContain('metrics-secret')
  })

  it('fails where the master is well and its History Server refuses us', async () => {
    const master = await stage(() => ({
      body: '{"status":"ALIVE","workers":[],"activeapps":[],"completedapps":[],"activedrivers":[],"completeddrivers":[]}',
    }))
    // Spark's own JWSFilter, to a request without a token that it takes.
    const history = await stage(() => ({
      status: 403,
      type: 'text/html',
      body: '<title>Error 403 JWT Validate Fail</title>',
    }))
    const file = path.join(dir, 'history.yml')
    const { readFileSync } = await import('node:fs')
    writeFileSync(
      file,
      readFileSync(CONFIG, 'utf8')
        .replace(/master_url: .*/, `master_url: ${master.url}`)
        .replace(/history_url: .*/, `history_url: ${history.url}`),
    )
    const { code, checks } = await examine({}, file)
    await Promise.all([master.close(), history.close()])
    expect([code, failed(checks)]).toEqual([1, ['platform sandbox']])
    expect(says(checks, 'platform sandbox')).toMatch(/^ARR-506: .*JWT Validate Fail/)
    expect(says(checks, 'platform sandbox')).toContain(`${history.url}/api/v1/version`)
  })

  it('warns of what will disappoint at night: nobody to page, no second way, no commander', async () => {
    const file = path.join(dir, 'bare.yml')
    writeFileSync(
      file,
      'teams: { data: { channel: C0DATA } }\nrouting: { default_team: data }\nescalation: { default: { steps: [{ after: 1m, page: true }] } }\n',
    )
    const { code, checks } = await examine({ PAGERDUTY_API_TOKEN: '' }, file)
    expect(code).toBe(0)
    const warnings = checks.filter(({ state }) => state === 'warning').map(({ says: sentence }) => sentence)
    for (const word of ['routing key', 'second_route', 'commanders', 'credentials', 'PAGERDUTY_API_TOKEN'])
      expect(warnings.join('\n')).toContain(word)
  })

  it.skipIf(!HAS_GIT)(
    'asks repositories of runbooks where they stand, and tells those it cannot read',
    async () => {
      const origin = createOrigin()
      const commit = origin.push({ 'a.md': '# a' })
      const file = path.join(dir, 'git.yml')
      const { readFileSync } = await import('node:fs')
      const sources = `    - { name: good, url: ${origin.bare} }\n    - { name: gone, url: /no/such }\n    - { name: nobranch, url: ${origin.bare}, ref: nobody }\n`
      writeFileSync(file, `${readFileSync(CONFIG, 'utf8')}\nrunbooks:\n  folders: []\n  git:\n${sources}`)
      const { code, checks } = await examine({}, file)
      expect([code, failed(checks)]).toEqual([1, ['repository gone', 'repository nobranch']])
      expect(says(checks, 'repository good')).toMatch(new RegExp(`^HEAD is at ${commit.slice(0, 12)}, git 2`))
      expect(says(checks, 'repository gone')).toMatch(/^ARR-603: .*there is no such repository/)
      expect(says(checks, 'repository nobranch')).toMatch(/^ARR-604: .*branch or tag "nobody"/)
      expect(checks.some(({ what }) => what === 'runbooks')).toBe(false)
    },
  )

  it('tells a configuration that is none, and stops there', async () => {
    const file = path.join(dir, 'wrong.yml')
    writeFileSync(file, 'teams:\n  data: { chanel: C0DATA }\n')
    const { code, checks } = await examine({}, file)
    expect([code, checks.length]).toEqual([1, 1])
    expect(checks[0]?.says).toMatch(/wrong\.yml:2:\d+: teams\.data\.chanel: .*did you mean "channel"/)
    // One problem a line: a list in one line is not read.
    for (const line of checks[0]?.says.split('\n').slice(1, -1) ?? [])
      expect(line).toMatch(/^ {4}\S*wrong\.yml:\d+:\d+: /)
    expect((await examine({}, '/no/such.yml')).checks[0]?.says).toMatch(/^ARR-102: /)
  })
})
