// The sandbox's PagerDuty against senders that others wrote: it must satisfy them, not only us.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePorts } from '../../scripts/ports.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { DATA_KEY, startAccount } from '../sandbox/pagerduty/account.ts'

const run = promisify(execFile)
const PD_CLI = 'pagerduty-cli@0.1.18'

let directory: string
let account: PagerDutyServer
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'arrestor-senders-'))
  account = await startAccount()
  await writeFile(path.join(directory, 'ca.pem'), account.ca)
})
afterEach(async () => {
  await account.close()
  await rm(directory, { recursive: true, force: true })
})

/** Resolves as soon as the account's state is as wanted. */
async function until(wanted: (account: PagerDutyServer) => boolean): Promise<void> {
  if (wanted(account)) return
  await new Promise<void>((resolve) => {
    const leave = account.subscribe(() => {
      if (!wanted(account)) return
      leave()
      resolve()
    })
  })
}

function alertmanagerBinary(): string | undefined {
  for (const name of ['prometheus-alertmanager', 'alertmanager']) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch {
      // Not under this name.
    }
  }
  return undefined
}

const alertmanager = alertmanagerBinary()
const WITHOUT_ALERTMANAGER = ' (skipped: no Alertmanager; apt-get install prometheus-alertmanager)'

describe(`Alertmanager${alertmanager === undefined ? WITHOUT_ALERTMANAGER : ''}`, () => {
  let child: ChildProcess | undefined
  afterEach(async () => {
    if (child === undefined) return
    child.kill()
    await once(child, 'exit')
    child = undefined
  })

  /** Starts one that pages with this routing key; returns its address once it is ready. */
  async function start(routingKey: string): Promise<string> {
    const config = path.join(directory, 'alertmanager.yml')
    await writeFile(
      config,
      `route: { receiver: pager, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: pager
    pagerduty_configs:
      - routing_key: ${routingKey}
        url: ${account.baseUrl}/v2/enqueue
        severity: critical
        http_config: { tls_config: { ca_file: ${path.join(directory, 'ca.pem')} } }
`,
    )
    const listen = `127.0.0.1:${await freePorts()}`
    const flags = [`--config.file=${config}`, `--storage.path=${directory}`, `--web.listen-address=${listen}`]
    let log = ''
    const started = spawn(alertmanager ?? '', [...flags, '--cluster.listen-address='], { stdio: 'pipe' })
    child = started
    await new Promise<void>((resolve, reject) => {
      started.once('exit', () => reject(new Error(`Alertmanager ended:\n${log}`)))
      started.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString()
        if (log.includes('Listening on') || log.includes('msg=Listening')) resolve()
      })
    })
    return `http://${listen}`
  }

  async function post(url: string, endsAt?: Date): Promise<void> {
    const labels = { alertname: 'SparkJobFailed', job_name: 'nightly_orders' }
    const startsAt = new Date(Date.now() - 60_000)
    const reply = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, startsAt, ...(endsAt === undefined ? {} : { endsAt }) }]),
    })
    expect(reply.status).toBe(200)
  }

  test.skipIf(alertmanager === undefined)('opens and resolves an incident', async () => {
    const url = await start(DATA_KEY)
    await post(url)
    await until((pagerDuty) => pagerDuty.state().incidents.length > 0)
    expect(account.state().incidents).toMatchObject([
      {
        status: 'triggered',
        severity: 'critical',
        dedup_key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        title: expect.stringContaining('SparkJobFailed') as string,
        client: { name: 'Alertmanager' },
      },
    ])
    await post(url, new Date(Date.now() - 1000))
    await until((pagerDuty) => pagerDuty.state().incidents[0]?.status === 'resolved')
    expect(account.state().rejected).toEqual([])
  })

  test.skipIf(alertmanager === undefined)(
    'tries a 500 and a lost reply again until it is taken',
    async () => {
      const url = await start(DATA_KEY)
      account.faults.add({ kind: 'server_error' })
      account.faults.add({ kind: 'lost_reply' })
      await post(url)
      await until((pagerDuty) => pagerDuty.state().events.length === 2)
      expect(account.state().incidents).toHaveLength(1)
      expect(account.state().calls['POST /v2/enqueue']).toBe(3)
    },
  )

  test.skipIf(alertmanager === undefined)('understands a refusal and gives up', async () => {
    const url = await start('x'.repeat(32))
    await post(url)
    await until((pagerDuty) => pagerDuty.state().rejected.length > 0)
    expect(account.state().rejected).toMatchObject([{ errors: ['Invalid routing key'] }])
    expect(account.state().incidents).toEqual([])
  })
})

describe('pagerduty-cli', () => {
  let home: string
  let binary: string | undefined
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'arrestor-pd-cli-'))
    try {
      const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', home]
      await run('npm', ['install', ...flags, PD_CLI], { cwd: home, timeout: 120_000 })
      binary = path.join(home, 'node_modules', 'pagerduty-cli', 'bin', 'run')
    } catch {
      // No registry within reach: the tests below skip and say so.
    }
  })
  afterAll(async () => {
    await rm(home, { recursive: true, force: true })
  })

  async function pd(...args: string[]): Promise<string> {
    const environment = { ...process.env, HOME: home, NODE_EXTRA_CA_CERTS: path.join(directory, 'ca.pem') }
    const endpoint = ['-r', DATA_KEY, '--endpoint', `${account.baseUrl}/v2/enqueue`]
    const { stdout } = await run(process.execPath, [binary ?? '', 'event', 'alert', ...endpoint, ...args], {
      env: environment,
      timeout: 60_000,
    })
    return stdout
  }

  test('triggers, acknowledges and resolves by the key', async (context) => {
    if (binary === undefined) context.skip(`${PD_CLI} could not be installed: npm cannot reach its registry`)
    const described = ['--summary', 'Executor lost', '--source', 'nightly_orders', '--severity', 'error']
    const key = (await pd('--pipe', ...described, '-c', 'the CLI', '-u', 'https://cli.example.com/1')).trim()
    expect(account.state().incidents).toMatchObject([
      { title: 'Executor lost', status: 'triggered', dedup_key: key, client: { name: 'the CLI' } },
    ])
    await pd('-a', 'acknowledge', '-d', key, '--summary', 'x', '--source', 'x')
    expect(account.state().incidents[0]?.status).toBe('acknowledged')
    await pd('-a', 'resolve', '-d', key, '--summary', 'x', '--source', 'x')
    expect(account.state().incidents[0]?.status).toBe('resolved')
    expect(account.state().rejected).toEqual([])
  })
})
