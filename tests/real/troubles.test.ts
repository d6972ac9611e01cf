// What goes wrong at a start, and while it runs, with the service as a process: said once, with the mend, and nothing lost.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { HOW_TO_GET_POSTGRES, findPostgres, startPostgres } from '../support/postgres-cluster.ts'
import { type Message, textOf } from '../support/world.ts'
import { type Arrestor, type ArrestorOptions, ROOT, launch, startArrestor } from './support/arrestor.ts'
import { oomBody } from './support/bodies.ts'
import { type Ends, configOf, environment, startEnds } from './support/ends.ts'
import { start } from './support/process.ts'
import { freePorts } from '../../scripts/ports.ts'
import { until } from './support/wait.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'arrestor-troubles-'))
  return () => rmSync(dir, { recursive: true, force: true })
})

const CONFIG = configOf({ pageAfter: '1h' })
const STACK = /\n\s+at .*[:(]\d+|node:internal/

/** An environment whose Slack and PagerDuty do not exist: nothing here comes so far as to ask them. */
function nowhere(): Record<string, string> {
  return {
    ...environment('http://127.0.0.1:9/api/', 'https://127.0.0.1:9', ''),
    ARRESTOR_CA_FILE: '',
    ARRESTOR_DATA_DIR: path.join(dir, 'data'),
  }
}

/** Starts what must not start: it ends with code 1 after saying exactly this much, once, without a stack. */
async function refusedStart(options: Partial<ArrestorOptions>): Promise<string> {
  const running = launch({ dir, config: CONFIG, env: nowhere(), ...options })
  try {
    await until(
      () => running.hasEnded(),
      'the start to be refused',
      60_000,
      () => running.stdout(),
    )
  } finally {
    await running.stop()
  }
  const said = running.stderr()
  expect(await running.ended, said).toBe(1)
  expect(said).toMatch(/^ARR-\d{3}: /)
  expect(said.match(/ARR-\d{3}/g)).toHaveLength(1)
  expect(said + running.stdout()).not.toMatch(STACK)
  return said
}

async function started(env: Readonly<Record<string, string>>, config = CONFIG): Promise<Arrestor> {
  const arrestor = await startArrestor({
    dir,
    config,
    env: { ARRESTOR_DATA_DIR: path.join(dir, 'data'), ...env },
  })
  onTestFinished(async () => void (await arrestor.stop()))
  return arrestor
}

async function endsAt(ports: { slackPort?: number; pagerdutyPort?: number } = {}): Promise<Ends> {
  const ends = await startEnds({ dir, ...ports })
  onTestFinished(() => ends.close())
  return ends
}

/** How often the log says a code. */
const timesSaid = (arrestor: Arrestor, code: string): number =>
  arrestor.logs().filter((line) => line['code'] === code).length

/** Errors and warnings, each as one line. */
const complaints = (arrestor: Arrestor): string[] =>
  arrestor
    .logs()
    .filter(({ level }) => level === 'error' || level === 'warn')
    .map((line) => JSON.stringify(line))

const cardSays = (ends: Ends, text: string, arrestor: Arrestor, limitMs = 90_000): Promise<void> =>
  until(
    () => ends.cards().some((card: Message) => textOf(card).includes(text)),
    `"${text}" on a card`,
    limitMs,
    () => `${ends.cards().map(textOf).join('\n')}\n${arrestor.stdout().slice(-3000)}`,
  )

/** Whatever went wrong, the process itself never breaks down in words for developers. */
function expectPlainWords(arrestor: Arrestor): void {
  expect(arrestor.stderr()).toBe('')
  expect(arrestor.stdout()).not.toMatch(STACK)
}

describe('a start that cannot succeed says why, once, with the mend, and exits with 1', () => {
  test('no configuration', async () => {
    const running = launch({ dir, config: CONFIG, env: { ...nowhere(), ARRESTOR_CONFIG: 'elsewhere.yml' } })
    await running.ended
    expect(running.stderr()).toContain('ARR-102: The configuration file elsewhere.yml cannot be read')
    expect(running.stderr()).toContain('Copy arrestor.example.yml to arrestor.yml')
    expect(running.stderr()).not.toMatch(STACK)
  })

  test('mistakes in the configuration: each with its line', async () => {
    const config = CONFIG.replace('channel: C0DATA', 'channel: "#data"').replace('responders:', 'responder:')
    const said = await refusedStart({ config })
    expect(said).toContain('ARR-101')
    expect(said).toMatch(/arrestor\.yml:6:\d+: teams\.data-platform\.channel: .*Slack channel id/)
    expect(said).toMatch(/arrestor\.yml:7:\d+: .*did you mean "responders"\?/)
    expect(said).toContain('Mend the lines named above')
  })

  test('a variable of the configuration that is missing', async () => {
    const said = await refusedStart({ env: { ...nowhere(), WEBHOOK_TOKEN: '' } })
    expect(said).toContain('ARR-101')
    expect(said).toMatch(/arrestor\.yml:\d+.*WEBHOOK_TOKEN is missing; set it, or WEBHOOK_TOKEN_FILE/)
  })

  test('a missing token', async () => {
    const said = await refusedStart({ env: { ...nowhere(), SLACK_BOT_TOKEN: '' } })
    expect(said).toContain('ARR-103: The environment variable SLACK_BOT_TOKEN is missing')
    expect(said).toContain('SLACK_BOT_TOKEN_FILE')
  })

  test('a port in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const said = await refusedStart({ env: { ...nowhere(), PORT: String(port) } })
    expect(said).toContain(`ARR-901: Port ${port} is in use`)
    expect(said).toContain('choose another with PORT')
  })

  test('a port in use beside the sandbox’s page, where its Slack would be', async () => {
    const pagePort = await freePorts(4)
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(pagePort + 1, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const running = start(
      process.execPath,
      [path.join(ROOT, 'src/cli.ts'), 'sandbox', '--page-port', String(pagePort)],
      { cwd: ROOT, env: { PATH: process.env['PATH'], ARRESTOR_DATA_DIR: dir, PORT: '0' } },
    )
    onTestFinished(async () => void (await running.stop()))
    expect(await running.ended).toBe(1)
    expect(running.stderr()).toContain(`ARR-901: Port ${pagePort + 1} is in use`)
    expect(running.stderr()).toContain('choose another with --page-port')
    expect(running.stderr()).not.toMatch(STACK)
  })

  test('what is no port', async () => {
    expect(await refusedStart({ env: { ...nowhere(), PORT: 'http' } })).toContain(
      'PORT: "http" is not a port',
    )
  })

  test('a data directory in use; its owner goes on', async () => {
    const ends = await endsAt()
    const owner = await started(ends.env)
    const said = await refusedStart({ env: { ...ends.env, ARRESTOR_DATA_DIR: path.join(dir, 'data') } })
    expect(said).toContain(`ARR-202: The data directory ${path.join(dir, 'data')} is in use`)
    expect(said).toContain('set DATABASE_URL so that replicas can share')
    expect(await owner.send(oomBody({ job: 'goes-on', fingerprint: 'f' }))).toBe(200)
    await cardSays(ends, 'goes-on', owner)
    expect(complaints(owner)).toEqual([])
  })

  test('a data directory that is a file', async () => {
    const file = path.join(dir, 'file')
    writeFileSync(file, '')
    const said = await refusedStart({ env: { ...nowhere(), ARRESTOR_DATA_DIR: file } })
    expect(said).toContain(`ARR-203: The data directory ${file} cannot be used`)
  })

  test('a data directory that holds something else is left as it is', async () => {
    const data = path.join(dir, 'photos')
    mkdirSync(data)
    writeFileSync(path.join(data, 'holiday.jpg'), 'not a database')
    const running = launch({ dir, config: CONFIG, env: { ...nowhere(), ARRESTOR_DATA_DIR: data } })
    await until(() => running.hasEnded() || running.stdout().includes('is ready'), 'the start')
    await running.stop()
    expect(readdirSync(data)).toContain('holiday.jpg')
    expect(running.stdout() + running.stderr()).not.toMatch(STACK)
  })

  test('a database that does not answer', async () => {
    const port = await freePorts()
    const said = await refusedStart({
      env: { ...nowhere(), DATABASE_URL: `postgres://arrestor:secret-word@127.0.0.1:${port}/arrestor` },
    })
    expect(said).toContain('ARR-201: The database cannot be reached')
    expect(said).toContain('ECONNREFUSED')
    expect(said).toContain('Check DATABASE_URL')
    expect(said).not.toContain('secret-word')
  })
})

describe('an outage at the other end', () => {
  test('Slack away at the start: alerts are taken, the card follows when Slack is back', async () => {
    const slackPort = await freePorts()
    const { pagerduty, env } = await endsAt()
    const arrestor = await started({ ...env, SLACK_API_URL: `http://127.0.0.1:${slackPort}/api/` })
    expect(pagerduty.state().events).toEqual([])
    expect(await arrestor.send(oomBody({ job: 'waits-for-slack', fingerprint: 'f' }))).toBe(200)
    await until(() => timesSaid(arrestor, 'ARR-301') > 0, 'ARR-301 in the log')
    const ready = await fetch(`${arrestor.url}/readyz`)
    expect(ready.status).toBe(200)
    // Several attempts later it has still been said once.
    await until(async () => (await failedTries(arrestor, 'slack.card')) >= 3, 'three attempts at the card')
    expect(timesSaid(arrestor, 'ARR-301')).toBe(1)
    expect(complaints(arrestor).join('\n')).toContain('cards follow when Slack answers')

    const back = await endsAt({ slackPort })
    await cardSays(back, 'waits-for-slack', arrestor)
    await until(() => back.slack.state().sockets === 1, 'the socket')
    expect(back.cards()).toHaveLength(1)
    expect(complaints(arrestor)).toHaveLength(1)
    expectPlainWords(arrestor)
  })

  test('a token that Slack refuses', async () => {
    const ends = await endsAt()
    const arrestor = await started({ ...ends.env, SLACK_BOT_TOKEN: 'xoxb-of-yesterday' })
    expect(await arrestor.send(oomBody({ job: 'taken-anyway', fingerprint: 'f' }))).toBe(200)
    await until(() => timesSaid(arrestor, 'ARR-302') > 0, 'ARR-302 in the log')
    expect(complaints(arrestor).join('\n')).toContain('Reinstall the app from manifest.yml')
    expect(arrestor.stdout()).not.toContain('xoxb-of-yesterday')
    expectPlainWords(arrestor)
  })

  test('PagerDuty away: the page goes out by the second route, and to PagerDuty once it is back', async () => {
    const pagerdutyPort = await freePorts()
    const ends = await endsAt()
    const arrestor = await started(
      { ...ends.env, PAGERDUTY_EVENTS_URL: `https://localhost:${pagerdutyPort}` },
      configOf({ pageAfter: '0s' }),
    )
    expect(await arrestor.send(oomBody({ job: 'pages-later', fingerprint: 'f' }))).toBe(200)
    await cardSays(ends, 'The page was not delivered', arrestor)
    await until(() => ends.cards('C0GENERAL').length === 1, 'the second route')
    expect(textOf(ends.cards('C0GENERAL')[0])).toContain('PagerDuty did not take this page')
    expect(timesSaid(arrestor, 'ARR-401')).toBe(1)
    expect(complaints(arrestor).join('\n')).toContain('retried with the same key until PagerDuty has it')

    const back = await endsAt({ pagerdutyPort })
    await cardSays(ends, '*Paged* through PagerDuty', arrestor)
    expect(back.pagerduty.state().incidents).toHaveLength(1)
    expect(ends.cards('C0GENERAL')).toHaveLength(1)
    expect(complaints(arrestor)).toHaveLength(1)
    expectPlainWords(arrestor)
  })

  test('Spark away: the card is there, and says what could not be seen', async () => {
    const ends = await endsAt()
    const masterUrl = `http://127.0.0.1:${await freePorts()}`
    const arrestor = await started(ends.env, configOf({ pageAfter: '1h', masterUrl }))
    expect(await arrestor.send(oomBody({ job: 'unseen', fingerprint: 'f' }))).toBe(200)
    await cardSays(ends, 'unseen', arrestor)
    await until(() => ends.thread(ends.cards()[0]!).length > 0, 'the findings')
    const told = ends.thread(ends.cards()[0]!).map(textOf).join('\n')
    expect(told).toContain('Could not be seen')
    expect(told).toContain('ECONNREFUSED')
    expect(told + textOf(ends.cards()[0])).not.toMatch(STACK)
    // Nothing to kill was found, so no button is offered.
    expect(textOf(ends.cards()[0])).not.toContain('Needs a commander')
    expect(complaints(arrestor)).toEqual([])
    expectPlainWords(arrestor)
  })
})

const bin = findPostgres()
describe.skipIf(bin === null)(
  `a database that goes away under load${bin === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`,
  () => {
    test('P1: 503 with Retry-After while it is away, 200 again when it is back, and nothing lost', async () => {
      const cluster = await startPostgres(bin ?? '', { fsync: true })
      onTestFinished(() => cluster.stop())
      const databaseUrl = await cluster.createDatabase()
      const ends = await endsAt()
      const arrestor = await started({ ...ends.env, DATABASE_URL: databaseUrl })
      const answers = new Map<number | null, number>()
      const acknowledged = new Set<string>()
      const load = { on: true }
      let serial = 0
      const sender = async (): Promise<void> => {
        while (load.on) {
          const fingerprint = `f${(serial += 1)}`
          const status = await arrestor.send(oomBody({ job: `job-${'abcde'[serial % 5]}`, fingerprint }))
          answers.set(status, (answers.get(status) ?? 0) + 1)
          if (status === 200) acknowledged.add(fingerprint)
        }
      }
      const senders = Array.from({ length: 16 }, sender)
      const count = (status: number): number => answers.get(status) ?? 0
      for (let outage = 1; outage <= 2; outage += 1) {
        const before = { ok: count(200), away: count(503) }
        await until(() => count(200) > before.ok + 50, 'load')
        await cluster.kill()
        await until(() => count(503) > before.away + 50, '503')
        expect((await fetch(`${arrestor.url}/readyz`)).status).toBe(503)
        expect((await fetch(`${arrestor.url}/healthz`)).status).toBe(200)
        await cluster.restart()
        const away = count(200)
        await until(
          () => count(200) > away + 50,
          '200 again',
          60_000,
          () => arrestor.stdout().slice(-3000),
        )
      }
      load.on = false
      await Promise.all(senders)

      expect(new Set(answers.keys())).toEqual(new Set([200, 503]))
      const { incidents } = await arrestor.api<{ incidents: { alerts_total: number }[] }>('/incidents')
      expect(incidents).toHaveLength(5)
      // A 503 may have been stored all the same; a 200 always has.
      const kept = incidents.reduce((sum, incident) => sum + incident.alerts_total, 0)
      expect(kept).toBeGreaterThanOrEqual(acknowledged.size)
      await until(() => ends.cards().length === 5, 'five cards')
      const total = complaints(arrestor)
      expect(total.join('\n')).toContain('ARR-201')
      // Said, not screamed: for each outage a lost connection, the mend, that senders were sent away, and little more.
      expect(total.length, total.join('\n')).toBeLessThan(20)
      expectPlainWords(arrestor)
      console.log(
        `two outages of PostgreSQL under load: ${count(200)} webhooks answered 200 and all kept, ${count(503)} answered 503, ${total.length} lines of complaint`,
      )
      expect(await arrestor.stop()).toBe(0)
    })
  },
)

/** Attempts at a delivery so far, as the metrics count them. */
async function failedTries(arrestor: Arrestor, destination: string): Promise<number> {
  const text = await (await fetch(`${arrestor.url}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => line.includes('deliver') && line.includes(`destination="${destination}"`))
    .filter((line) => /outcome="(unknown|retry)"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
