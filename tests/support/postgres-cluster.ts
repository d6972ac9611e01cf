// A PostgreSQL server of a test's own: a cluster in a temporary folder on a free port, gone when the test is.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { freePorts } from '../../scripts/ports.ts'

/** What to do where there is no PostgreSQL; part of the name of each skipped test. */
export const HOW_TO_GET_POSTGRES =
  'needs PostgreSQL 15 or newer: apt install postgresql, or put initdb on PATH'

export interface PostgresCluster {
  readonly url: string
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>
  /** Ends the server as a power cut would (SIGKILL to all of it). */
  kill(): Promise<void>
  /** Starts the killed server again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The folder with initdb and postgres, newest version first; null where there is none. */
export function findPostgres(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const candidates = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    '/usr/local/bin',
  ]
  return (
    candidates.find((dir) => ['initdb', 'postgres'].every((name) => existsSync(path.join(dir, name)))) ?? null
  )
}

/** initdb and postgres refuse root: then they run as the user `nobody`. */
function servant(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const number = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: number('-u'), gid: number('-g') }
}

const RESTART_MS = 20_000

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await delay(20)
    }
  }
  throw new Error('postgres did not answer within 20 s')
}

/** Starts a cluster with the binaries of `bin`. `fsync` off is for tests that kill nothing. */
export async function startPostgres(bin: string, options: { fsync: boolean }): Promise<PostgresCluster> {
  const root = mkdtempSync(path.join(tmpdir(), 'arrestor-pg-'))
  const user = servant()
  if (user.uid !== undefined && user.gid !== undefined) chownSync(root, user.uid, user.gid)
  const data = path.join(root, 'data')
  // The postgres user would otherwise inherit a folder that it may not enter.
  const run = { ...user, cwd: root, stdio: 'ignore' as const }
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'arrestor', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    run,
  )
  const port = await freePorts()
  const urlOf = (database: string): string => `postgres://arrestor@127.0.0.1:${port}/${database}`
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=`,
    `fsync=${options.fsync ? 'on' : 'off'}`,
    'shared_buffers=16MB',
    'max_connections=100',
  ]
  const start = async (): Promise<ChildProcess> => {
    const server = spawn(
      path.join(bin, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...run, detached: true },
    )
    await untilReady(urlOf('postgres'), server)
    return server
  }
  const end = async (server: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
    const gone = new Promise((resolve) => {
      server.once('exit', resolve)
    })
    // SIGKILL goes to the whole group: a killed postmaster leaves its children behind for a moment.
    if (signal === 'SIGKILL') process.kill(-server.pid, signal)
    else server.kill(signal)
    await gone
  }
  let server = await start()
  // A test that fails before it stops its server must not leave it behind.
  const lastResort = (): void => {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
    process.kill(-server.pid, 'SIGKILL')
    rmSync(root, { recursive: true, force: true })
  }
  process.once('exit', lastResort)
  let databases = 0
  return {
    url: urlOf('postgres'),
    createDatabase: async () => {
      const name = `test_${process.pid}_${databases++}`
      const client = new Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return urlOf(name)
    },
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      // Children of a killed postmaster end by themselves, a moment later; until then the new one refuses to start.
      for (const deadline = Date.now() + RESTART_MS; ;)
        try {
          server = await start()
          return
        } catch (error) {
          if (Date.now() > deadline) throw error
          await delay(100)
        }
    },
    stop: async () => {
      // SIGINT is PostgreSQL's fast shutdown.
      await end(server, 'SIGINT')
      process.off('exit', lastResort)
      rmSync(root, { recursive: true, force: true })
    },
  }
}
