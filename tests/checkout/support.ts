// Real repositories for the tests: made by git itself, on disk or behind its own HTTP program, with who may read them.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { devNull, tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { type GitSource, gitSourceSchema } from '../../src/checkout/config.ts'
import { type Checkouts, type FollowOptions, createCheckouts } from '../../src/checkout/follow.ts'
import type { ArrestorError } from '../../src/errors.ts'
import { source as runbookText } from '../runbooks/support.ts'

/** Whether there is a git here; without one the tests that need it are skipped by name. */
export const HAS_GIT = ((): boolean => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const ENV = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  HOME: tmpdir(),
}

export function temporary(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-checkout-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export const book = (id: string, title = id): string =>
  runbookText(`id: ${id}\ntitle: ${title}\nowner: us\nmatch: ['alertname="${id}"']`)

export interface Origin {
  /** The bare repository that others fetch from. */
  readonly bare: string
  /** Runs git in the working copy. */
  git(...args: string[]): string
  /** Writes files (null: deletes), commits, pushes; answers the commit. */
  push(files: Record<string, string | null>, options?: { branch?: string; force?: boolean }): string
}

/** A repository with a branch `main` and no commit yet. */
export function createOrigin(): Origin {
  const dir = temporary()
  const bare = path.join(dir, 'origin.git')
  const work = path.join(dir, 'work')
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', work, ...args], { env: ENV, encoding: 'utf8', stdio: 'pipe' }).trim()
  mkdirSync(work)
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare], { env: ENV })
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', bare)
  return {
    bare,
    git,
    push(files, { branch = 'main', force = false } = {}) {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(work, name)
        mkdirSync(path.dirname(file), { recursive: true })
        if (text === null) rmSync(file)
        else writeFileSync(file, text)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'change')
      git('push', '--quiet', ...(force ? ['--force'] : []), 'origin', `HEAD:refs/heads/${branch}`)
      return git('rev-parse', 'HEAD')
    },
  }
}

export interface GitHttp {
  readonly url: string
  /** `<method> <path>` of every request, with its Authorization. */
  readonly asked: { line: string; authorization: string | undefined }[]
  close(): Promise<void>
}

/** git's own `http-backend` behind a port; with `user:password` for whom it is meant. */
export async function serveHttp(
  bare: string,
  options: {
    basic?: string
    answer?: (path: string) => { status: number; headers?: Record<string, string> } | null
  } = {},
): Promise<GitHttp> {
  const asked: GitHttp['asked'] = []
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    const { authorization } = request.headers
    asked.push({ line: `${request.method} ${url.pathname}`, authorization })
    const refused = options.answer?.(url.pathname) ?? null
    if (refused !== null) {
      response.writeHead(refused.status, refused.headers).end('<h1>no</h1>')
      return
    }
    const wanted = options.basic
    if (wanted !== undefined && authorization !== `Basic ${Buffer.from(wanted).toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const child = spawn('git', ['http-backend'], {
      env: {
        ...ENV,
        GIT_PROJECT_ROOT: path.dirname(bare),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
    })
    request.pipe(child.stdin)
    child.stdin.on('error', () => {})
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(
        all
          .toString('latin1', 0, end)
          .split('\r\n')
          .map((line) => [
            line.slice(0, line.indexOf(':')).toLowerCase(),
            line.slice(line.indexOf(':') + 1).trim(),
          ]),
      )
      const { status = '200', ...rest } = headers
      response.writeHead(Number.parseInt(status, 10), rest).end(all.subarray(end + 4))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let open = true
  const close = async (): Promise<void> => {
    if (!open) return
    open = false
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/${path.basename(bare)}`, asked, close }
}

export interface Followed {
  readonly checkouts: Checkouts
  readonly dir: string
  readonly failures: ArrestorError[]
  /** Names of sources whose commit was switched. */
  readonly switched: string[]
}

export const sourceOf = (keys: Record<string, unknown>): GitSource =>
  gitSourceSchema.parse({ name: 'platform', ...keys })

/** Follows sources, stopped after the test. */
export async function follow(
  sources: readonly GitSource[],
  options: Partial<FollowOptions> = {},
): Promise<Followed> {
  const dir = options.dir ?? temporary()
  const failures: ArrestorError[] = []
  const switched: string[] = []
  const checkouts = await createCheckouts(sources, {
    dir,
    environment: process.env,
    now: () => new Date('2026-11-02T03:00:00Z'),
    onSwitch: (name) => Promise.resolve(void switched.push(name)),
    onFailure: (_name, error) => void failures.push(error),
    ...options,
  })
  onTestFinished(() => checkouts.stop())
  return { checkouts, dir, failures, switched }
}
