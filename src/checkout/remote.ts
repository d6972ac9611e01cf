// The other end of one repository: which commit its ref stands at, and that commit fetched, alone.
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { ArrestorError } from '../errors.ts'
import { type GitSource, transportOf } from './config.ts'
import { type GitCall, gitEnvironment, runGit } from './git.ts'

export interface Limits {
  /** All that is kept of a repository. */
  readonly repositoryBytes: number
  readonly files: number
  /** Of all runbooks together. */
  readonly bytes: number
  readonly timeoutMs: number
}

export const LIMITS: Limits = {
  repositoryBytes: 256 * 1024 * 1024,
  files: 20_000,
  bytes: 64 * 1024 * 1024,
  timeoutMs: 60_000,
}

/** Kept packs before a repository is fetched anew: each look that finds something leaves one. */
const MAX_PACKS = 40
const WATCH_MS = 100
const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export interface Remote {
  readonly source: GitSource
  readonly limits: Limits
  readonly signal: AbortSignal
  /** Runs git for this repository. */
  readonly git: (
    args: readonly string[],
    more?: Partial<Pick<GitCall, 'input' | 'maxBytes' | 'signal'>>,
  ) => Promise<Buffer>
}

export interface RemoteOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** A file of certificate authorities to trust. */
  readonly caFile: string | null
  readonly limits: Limits
  readonly signal: AbortSignal
}

/** What of a source must never be shown: the token, and the form in which it is sent. */
export function secretsOf({ username, token }: GitSource): string[] {
  return token === undefined ? [] : [basic(username, token), token]
}

const basic = (username: string, token: string): string =>
  Buffer.from(`${username}:${token}`).toString('base64')

/** In single quotes, as the shell that git starts ssh with reads it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** ssh that asks nobody anything and trusts no host that it does not know. */
function sshCommand({ ssh_key_file: key, known_hosts_file: hosts }: GitSource): string {
  return [
    'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10',
    ...(key === undefined ? [] : [`-o IdentitiesOnly=yes -i ${quoted(path.resolve(key))}`]),
    ...(hosts === undefined ? [] : [`-o UserKnownHostsFile=${quoted(path.resolve(hosts))}`]),
  ].join(' ')
}

export function createRemote(source: GitSource, options: RemoteOptions): Remote {
  const { environment, home, caFile, limits, signal } = options
  const env = gitEnvironment({
    environment,
    home,
    allow: transportOf(source.url) ?? 'none',
    config: [
      ...(source.token === undefined
        ? []
        : [['http.extraHeader', `Authorization: Basic ${basic(source.username, source.token)}`] as const]),
      ...(caFile === null ? [] : [['http.sslCAInfo', caFile] as const]),
    ],
    variables: { GIT_SSH_COMMAND: sshCommand(source) },
  })
  return {
    source,
    limits,
    signal,
    git: (args, more) =>
      runGit({ args, env, timeoutMs: limits.timeoutMs, signal, maxBytes: 1024 * 1024, ...more }),
  }
}

/** A path of this machine is taken from where the service was started, as in the rest of arrestor.yml. */
function addressOf({ url }: GitSource): string {
  return transportOf(url) === 'file' ? path.resolve(url) : url
}

export interface Wanted {
  /** Full name of the ref, or a commit's id. */
  readonly name: string
  /** What it stands at; for a tag what the tag stands for. */
  readonly id: string
}

/** Asks where the ref stands; a branch goes before a tag of the same name. Throws GitFailed, ARR-604. */
export async function resolveRef({ source, git }: Remote): Promise<Wanted> {
  const { ref } = source
  if (ref !== undefined && FULL_ID.test(ref)) return { name: ref, id: ref }
  const names =
    ref === undefined
      ? ['HEAD']
      : ref.startsWith('refs/')
        ? [ref, `${ref}^{}`]
        : [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/tags/${ref}^{}`]
  const said = (await git(['ls-remote', '--quiet', '--', addressOf(source), ...names])).toString('utf8')
  const found = new Map(
    said.split('\n').flatMap((line) => {
      const [id = '', name = ''] = line.split('\t')
      return FULL_ID.test(id) ? [[name, id] as const] : []
    }),
  )
  for (const name of names) {
    const id = found.get(`${name}^{}`) ?? found.get(name)
    if (id !== undefined) return { name, id }
  }
  throw new ArrestorError('ARR-604', {
    name: source.name,
    what: ref === undefined ? 'commit that can be seen' : `branch or tag "${ref}"`,
  })
}

/** Bytes and packs of the objects that were fetched so far. */
async function weigh(repository: string): Promise<{ bytes: number; packs: number }> {
  const folder = path.join(repository, 'objects/pack')
  const names = await readdir(folder).catch((): string[] => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    packs: names.filter((name) => name.endsWith('.pack')).length,
  }
}

/**
 * Fetches that one commit, without history, into a bare repository, and answers its id. What comes in is weighed while
 * it comes. Throws GitFailed, ARR-605.
 */
export async function fetchCommit(remote: Remote, repository: string, wanted: Wanted): Promise<string> {
  const { source, limits, signal, git } = remote
  const before = await weigh(repository)
  const afresh = before.packs > MAX_PACKS || before.bytes > limits.repositoryBytes
  if (afresh) await rm(repository, { recursive: true, force: true })
  const most = limits.repositoryBytes + (afresh ? 0 : before.bytes)
  await git(['init', '--quiet', '--bare', '--template=', '--', repository])
  const tooMuch = new AbortController()
  const watch = async (): Promise<void> => {
    if ((await weigh(repository)).bytes > most) tooMuch.abort()
  }
  const timer = setInterval(() => void watch(), WATCH_MS)
  try {
    await git(
      [
        `--git-dir=${repository}`,
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        '--',
        addressOf(source),
        `+${wanted.name}:refs/arrestor/wanted`,
      ],
      { signal: AbortSignal.any([signal, tooMuch.signal]) },
    )
    await watch()
  } catch (error) {
    if (!tooMuch.signal.aborted) throw error
  } finally {
    clearInterval(timer)
  }
  if (tooMuch.signal.aborted) {
    await rm(repository, { recursive: true, force: true })
    const why = `one commit of it has more than ${Math.floor(limits.repositoryBytes / 1024 / 1024)} MiB`
    throw new ArrestorError('ARR-605', { name: source.name, why })
  }
  const id = (
    await git([
      `--git-dir=${repository}`,
      'rev-parse',
      '--verify',
      '--quiet',
      'refs/arrestor/wanted^{commit}',
    ])
  ).toString('utf8')
  return id.trim()
}
