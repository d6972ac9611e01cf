// The processes a bench measures: a bare server, the service itself on either database, the sandbox's other ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createPagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { PAGERDUTY_SERVICES, PAGERDUTY_USERS, TOKENS, WORKSPACE } from '../../src/sandbox/seed.ts'
import { createSlackServer } from '../../src/sandbox/slack/server.ts'
import { createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { ensureCertificates } from '../../src/sandbox/tls.ts'

const ROOT = path.join(import.meta.dirname, '../..')

export interface Running {
  readonly url: string
  readonly pid: number
  /** From spawn to ready, in milliseconds. */
  readonly startMs: number
  stop(): Promise<void>
}

/** A process that says where it listens in a line of JSON with `url`. */
async function run(file: string, environment: Record<string, string>): Promise<Running> {
  const start = performance.now()
  const child = spawn(process.execPath, [path.join(ROOT, file)], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await listening(child)
  return { url, pid: child.pid ?? 0, startMs: performance.now() - start, stop: () => ended(child) }
}

async function listening(child: ChildProcess): Promise<string> {
  let text = ''
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-20_000)
      for (const line of text.split('\n')) {
        const url = line.startsWith('{') ? tryParse(line)?.['url'] : undefined
        if (typeof url === 'string') resolve(url)
      }
    })
    child.once('exit', () => reject(new Error(`the process ended before it listened: ${text.slice(-500)}`)))
  })
}

function tryParse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

export function startBareServer(): Promise<Running> {
  return run('tests/bench/bare-server.ts', {})
}

export interface Outside {
  readonly slack: Awaited<ReturnType<typeof createSlackServer>>
  readonly environment: Record<string, string>
  close(): Promise<void>
}

/** Slack, PagerDuty and Spark for the service under measurement, in this process. */
export async function startOutside(): Promise<Outside> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'arrestor-bench-'))
  const tls = await ensureCertificates()
  writeFileSync(path.join(dir, 'ca.pem'), tls.ca)
  writeFileSync(path.join(dir, 'arrestor.yml'), readFileSync(path.join(ROOT, 'src/cli/sandbox.yml')))
  const slack = await createSlackServer({ port: 0, workspace: WORKSPACE })
  const pagerduty = await createPagerDutyServer({
    port: 0,
    tls,
    services: [...PAGERDUTY_SERVICES],
    users: [...PAGERDUTY_USERS],
    apiToken: TOKENS.pagerdutyApi,
  })
  const spark = await createSparkReplay({ port: 0 })
  return {
    slack,
    environment: {
      ARRESTOR_CONFIG: path.join(dir, 'arrestor.yml'),
      ARRESTOR_CA_FILE: path.join(dir, 'ca.pem'),
      ARRESTOR_DATA_DIR: path.join(dir, 'data'),
      SANDBOX_SERVICE_URL: 'http://127.0.0.1:3000',
      PAGERDUTY_WEBHOOK_SECRET: TOKENS.pagerdutyWebhookSecret,
      SLACK_BOT_TOKEN: TOKENS.slackBot,
      SLACK_APP_TOKEN: TOKENS.slackApp,
      SLACK_API_URL: slack.apiUrl,
      PAGERDUTY_EVENTS_URL: pagerduty.baseUrl,
      PAGERDUTY_ROUTING_KEY_DATA_PLATFORM: PAGERDUTY_SERVICES[0]?.routingKey ?? '',
      PAGERDUTY_ROUTING_KEY_STREAMING: PAGERDUTY_SERVICES[1]?.routingKey ?? '',
      SANDBOX_SPARK_MASTER_URL: spark.masterUrl,
      SANDBOX_SPARK_HISTORY_URL: spark.historyUrl,
      SANDBOX_ROLLBACK_URL: 'http://127.0.0.1:9/rollback',
      SANDBOX_ROLLBACK_SECRET: TOKENS.rollbackSecret,
      PORT: '0',
      LOG_LEVEL: 'info',
    },
    async close() {
      await Promise.all([slack.close(), pagerduty.close(), spark.close()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The service as it runs in production, built; with `databaseUrl` on a server, without on the embedded store. */
export function startServiceProcess(outside: Outside, databaseUrl: string | null): Promise<Running> {
  return run('dist/main.js', {
    ...outside.environment,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  })
}

/** Resident memory of a process in MB (10^6 bytes), from /proc; NaN where there is none. */
export function residentMb(pid: number): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return (Number(line?.[1]) * 1024) / 1e6
  } catch {
    return Number.NaN
  }
}
