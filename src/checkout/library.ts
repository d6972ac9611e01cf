// The library of the running service: folders and repositories together, followed; a push or a saved file serves a moment later.
import path from 'node:path'
import type { ArrestorError } from '../errors.ts'
import type { FolderChoice, Library } from '../runbooks/load.ts'
import type { SourceState } from '../runbooks/source-state.ts'
import { type WatchedLibrary, watchRunbooks } from '../runbooks/watch.ts'
import { writeAuthorities } from './authorities.ts'
import type { GitSource } from './config.ts'
import { createCheckouts } from './follow.ts'

/** A repository that was never fetched is waited for at the start: without it the first alerts would find no runbook. */
const FIRST_LOOK_MS = 5_000

export interface LibraryOptions {
  readonly folders: readonly FolderChoice[]
  readonly git: readonly GitSource[]
  /** The data directory of the service. */
  readonly dataDir: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A private certificate authority, as PEM. */
  readonly ca: string | undefined
  /** A library loaded before: what has not changed since then is not read again. */
  readonly from: Library | undefined
  readonly now: () => Date
  /** What serves or what is wrong changed; told of the first load, too. */
  onChange(library: Library): void
  onUnwatched(folder: string, error: unknown): void
  onLook(state: SourceState): void
  onFailure(source: string, error: ArrestorError): void
}

export interface LiveLibrary {
  current(): Library
  sources(): readonly SourceState[]
  /** Looks at everything now; never throws. */
  look(): Promise<void>
  close(): Promise<void>
}

/** Opens it. What is broken or cannot be reached is told and never thrown: paging does not wait for runbooks. */
export async function openLibrary(options: LibraryOptions): Promise<LiveLibrary> {
  let watched: WatchedLibrary | null = null
  const dir = path.join(options.dataDir, 'runbooks')
  const checkouts = await createCheckouts(options.git, {
    dir,
    environment: options.environment,
    // Without the file git says that the certificate is not trusted; that is told where it is looked for.
    caFile: options.git.length === 0 ? null : await writeAuthorities(dir, options.ca).catch(() => null),
    now: options.now,
    onSwitch: async () => await watched?.reload(),
    onLook: (state) => options.onLook(state),
    onFailure: (source, error) => options.onFailure(source, error),
  })
  const first = checkouts.look()
  if (checkouts.states().some(({ commit }) => commit === null)) await atMost(first, FIRST_LOOK_MS)
  watched = await watchRunbooks(options.folders, {
    also: () => checkouts.folders(),
    ...(options.from === undefined ? {} : { from: options.from }),
    onChange: (library) => options.onChange(library),
    onError: (folder, error) => options.onUnwatched(folder, error),
  })
  const following = watched
  options.onChange(following.current())
  // A look that ended while the folders were read has switched without anybody reloading.
  await following.reload()
  checkouts.start()
  return {
    current: () => following.current(),
    sources: () => checkouts.states(),
    async look() {
      await Promise.all([checkouts.look(), following.reload().catch(() => {})])
    },
    async close() {
      await checkouts.stop()
      following.close()
    },
  }
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
