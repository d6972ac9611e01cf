// Repositories followed: looked at on schedule and when a webhook rings, one look at a time each; a failure keeps what serves.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { ArrestorError } from '../errors.ts'
import type { FolderChoice } from '../runbooks/folder.ts'
import type { SourceFailure, SourceState } from '../runbooks/source-state.ts'
import type { GitSource } from './config.ts'
import { checkGit, gitEnvironment } from './git.ts'
import { failureOf } from './reason.ts'
import { LIMITS, type Limits, type Remote, createRemote, secretsOf } from './remote.ts'
import { type Checkout, newRepository, readCheckout, sweep } from './shelf.ts'
import { sync } from './sync.ts'

/** Replicas that start together must not ask together for ever. */
const JITTER = 0.2
/** An outage is looked at less and less often, but at least this often. */
const MAX_PAUSE_MS = 300_000

export interface FollowOptions {
  /** Where checkouts are kept, a folder for each source. */
  readonly dir: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A file of certificate authorities to trust. */
  readonly caFile?: string | null
  readonly limits?: Partial<Limits>
  readonly now: () => Date
  /** A commit took the place of another: its folder is there, the one before goes when this has finished. */
  onSwitch(name: string): Promise<unknown>
  /** After each look. */
  onLook?(state: SourceState): void
  /** Told once for each new reason. */
  onFailure?(name: string, error: ArrestorError): void
}

export interface Checkouts {
  /** What there is to load now. */
  folders(): readonly FolderChoice[]
  states(): readonly SourceState[]
  /** Looks at all repositories now; a look under way is followed by another. Answers when all are done; never throws. */
  look(): Promise<void>
  /** Begins to look on schedule. */
  start(): void
  /** Ends what is under way. */
  stop(): Promise<void>
}

interface Follower {
  readonly source: GitSource
  readonly remote: Remote
  readonly place: string
  readonly repository: string
  checkout: Checkout | null
  lookedAt: Date | null
  failure: SourceFailure | null
  failures: number
  running: Promise<void> | null
  queued: Promise<void> | null
  timer: NodeJS.Timeout | undefined
}

/** Reads what is on disk from before; asks nobody yet. */
export async function createCheckouts(
  sources: readonly GitSource[],
  options: FollowOptions,
): Promise<Checkouts> {
  const limits = { ...LIMITS, ...options.limits }
  const ending = new AbortController()
  const { signal } = ending
  let started = false
  const followers: readonly Follower[] = await Promise.all(
    sources.map(async (source) => {
      const place = path.resolve(options.dir, source.name)
      const { environment, caFile = null } = options
      return {
        source,
        place,
        repository: newRepository(place),
        remote: createRemote(source, { environment, home: place, caFile, limits, signal }),
        checkout: await readCheckout(place, source),
        lookedAt: null,
        failure: null,
        failures: 0,
        running: null,
        queued: null,
        timer: undefined,
      }
    }),
  )
  let git: Promise<string> | null = null
  const env = gitEnvironment({ environment: options.environment, home: options.dir, allow: 'none' })

  async function once(one: Follower): Promise<void> {
    clearTimeout(one.timer)
    try {
      git ??= checkGit(env, signal)
      await git
      const before = one.checkout
      one.checkout = await sync(one.remote, one.place, one.repository, before, options.now)
      one.lookedAt = options.now()
      one.failure = null
      one.failures = 0
      if (one.checkout !== before) {
        await options.onSwitch(one.source.name)
        await sweep(one.place, [one.checkout.folder, one.repository], before === null ? [] : [before.folder])
      }
    } catch (error) {
      if (signal.aborted) return
      // Whoever installs git meanwhile need not restart us.
      git = null
      failed(one, failureOf(error, one.source.name, limits.timeoutMs, secretsOf(one.source)))
    }
    options.onLook?.(stateOf(one))
    if (started && !signal.aborted) again(one)
  }

  function failed(one: Follower, error: ArrestorError): void {
    one.failures += 1
    // What git quotes may differ from look to look: an outage is told once, by its code.
    const isNew = one.failure?.code !== error.code
    const since = isNew ? options.now() : (one.failure?.since ?? options.now())
    one.failure = { code: error.code, says: error.message, since }
    if (isNew) options.onFailure?.(one.source.name, error)
  }

  function again(one: Follower): void {
    const { every } = one.source
    const pause = Math.max(every, Math.min(every * 2 ** Math.min(one.failures, 10), MAX_PAUSE_MS))
    one.timer = setTimeout(() => void look(one), pause * (1 - JITTER / 2 + Math.random() * JITTER))
    one.timer.unref()
  }

  function begin(one: Follower): Promise<void> {
    one.running = once(one).finally(() => {
      one.running = null
    })
    return one.running
  }

  function look(one: Follower): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    if (one.running === null) return begin(one)
    one.queued ??= one.running.then(() => {
      one.queued = null
      return signal.aborted ? undefined : begin(one)
    })
    return one.queued
  }

  return {
    folders: () =>
      followers.flatMap(({ source, checkout }) =>
        checkout === null
          ? []
          : [{ path: checkout.folder, team: source.team ?? null, shownAs: `${source.name}:` }],
      ),
    states: () => followers.map(stateOf),
    look: async () => {
      await Promise.all(followers.map(look))
    },
    start() {
      started = true
      // What is being looked at now goes on by itself.
      for (const one of followers) if (one.running === null) again(one)
    },
    async stop() {
      ending.abort()
      for (const one of followers) clearTimeout(one.timer)
      await Promise.all(followers.map(({ running }) => running ?? Promise.resolve()))
      // The next process fetches into its own. What cannot be removed must not stop the stopping.
      await Promise.allSettled(
        followers.map(({ repository }) => rm(repository, { recursive: true, force: true })),
      )
    },
  }
}

function stateOf({ source, checkout, lookedAt, failure }: Follower): SourceState {
  return {
    name: source.name,
    team: source.team ?? null,
    ref: source.ref ?? null,
    commit: checkout?.commit ?? null,
    fetchedAt: checkout?.fetchedAt ?? null,
    lookedAt,
    failure,
    skipped: checkout?.skipped ?? [],
  }
}
