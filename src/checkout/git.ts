// The git program, run so that nothing outside this call steers it: no shell, no configuration, no prompts, all bounded.
import { spawn } from 'node:child_process'
import { devNull } from 'node:os'
import { ArrestorError, reasonOf } from '../errors.ts'

/** Of the service's own environment: how to find programs and the way out. */
const KEPT = [
  'PATH',
  'SSH_AUTH_SOCK',
  'TMPDIR',
  'SYSTEMROOT',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
]

const CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', devNull],
  ['core.symlinks', 'false'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  // A token must not follow to another host.
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '20'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // One pack for each fetch: its size can be watched while it comes in.
  ['fetch.unpackLimit', '1'],
]

export interface GitOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Protocols that may be spoken, as GIT_ALLOW_PROTOCOL has them. */
  readonly allow: string
  /** More configuration; goes by the environment, where no list of processes shows it. */
  readonly config?: readonly (readonly [string, string])[]
  readonly variables?: Readonly<Record<string, string>>
  /** Where the program finds no configuration of anybody. */
  readonly home: string
}

/** The whole environment of a call. Pure. */
export function gitEnvironment(options: GitOptions): Record<string, string> {
  const { environment, allow, config = [], variables = {}, home } = options
  const kept = KEPT.flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const all = [...CONFIG, ...config]
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: allow,
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
    ...variables,
  }
}

export interface GitCall {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Output beyond this ends the call. */
  readonly maxBytes: number
}

/** Why a call did not succeed; `stderr` is what git said, and may hold text of the other end. */
export class GitFailed extends Error {
  readonly kind: 'exit' | 'timeout' | 'aborted' | 'output'
  readonly stderr: string

  constructor(kind: GitFailed['kind'], stderr = '') {
    super(`git: ${kind}`)
    this.name = 'GitFailed'
    this.kind = kind
    this.stderr = stderr
  }
}

const MAX_STDERR = 16_384

/** Runs git and answers its output. Throws GitFailed; ARR-602 where there is no git. */
export async function runGit(call: GitCall): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // A group of its own: the helpers that it starts (ssh, https, index-pack) end with it.
  const child = spawn('git', [...call.args], { env: { ...call.env }, detached: true, windowsHide: true })
  const out: Buffer[] = []
  let bytes = 0
  let stderr = ''
  let ended: GitFailed['kind'] | null = null
  const end = (why: GitFailed['kind']): void => {
    ended ??= why
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
  }
  const timer = setTimeout(() => end('timeout'), call.timeoutMs)
  const onAbort = (): void => end('aborted')
  if (call.signal.aborted) onAbort()
  call.signal.addEventListener('abort', onAbort, { once: true })
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > call.maxBytes) end('output')
    else out.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < MAX_STDERR) stderr += chunk.toString('utf8')
  })
  // It may end before it has read all; its exit says why.
  child.stdin.on('error', () => {})
  child.stdin.end(call.input ?? '')
  child.on('error', (error: NodeJS.ErrnoException) =>
    reject(
      new ArrestorError('ARR-602', {
        why: error.code === 'ENOENT' ? 'there is no git on this machine' : reasonOf(error),
      }),
    ),
  )
  child.on('close', (code) => {
    if (ended !== null) reject(new GitFailed(ended, stderr))
    else if (code === 0) resolve(Buffer.concat(out))
    else reject(new GitFailed('exit', stderr))
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', onAbort)
  }
}

/** Refuses a git that would not heed its environment (before 2.31). Answers the version; throws ARR-602. */
export async function checkGit(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
  const said = (
    await runGit({ args: ['--version'], env, timeoutMs: 5_000, signal, maxBytes: 10_000 })
  ).toString('utf8')
  const [, version = '0', major = '0', minor = '0'] = /((\d+)\.(\d+)[\d.]*)/.exec(said) ?? []
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 31))
    throw new ArrestorError('ARR-602', { why: `git ${version} is too old` })
  return version
}
