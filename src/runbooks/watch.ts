// A library that follows its folders: reloaded a moment after the last change, by looking now and then, or when asked.
import { watch, type FSWatcher } from 'node:fs'
import { type FolderChoice, type Library, loadRunbooks } from './load.ts'
import { folderOf } from './folder.ts'

/** Editors and git write a file in several steps, many files in one go. */
const DEBOUNCE_MS = 300
/** Network file systems tell no changes, and a folder that is put in the place of another is not told either. */
const POLL_MS = 30_000

export interface WatchedLibrary {
  /** What is loaded now. */
  current(): Library
  /** Loads again; calls that come while one is under way share the next one. */
  reload(): Promise<Library>
  close(): void
}

export interface WatchOptions {
  readonly debounceMs?: number
  /** Between two looks at all files; 30 s by default. */
  readonly pollMs?: number
  /** False: changes are found by looking, not by being told. */
  readonly watch?: boolean
  /** A library loaded before: what has not changed since then is not read again. */
  readonly from?: Library
  /** Folders that come and go: asked before each load, named after `folders`, and not watched. */
  also?(): readonly FolderChoice[]
  /** Told after each reload that changed runbooks or problems. */
  onChange?(library: Library): void
  /** A folder that cannot be watched; it is still looked at. */
  onError?(folder: string, error: unknown): void
}

/** Loads the folders and follows them. */
export async function watchRunbooks(
  folders: readonly FolderChoice[],
  options: WatchOptions = {},
): Promise<WatchedLibrary> {
  const all = (): readonly FolderChoice[] => [...folders, ...(options.also?.() ?? [])]
  const paths = folders.map((folder) => folderOf(folder).path)
  let library = await loadRunbooks(all(), options.from)
  let running: Promise<Library> | null = null
  let queued: Promise<Library> | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const load = async (): Promise<Library> => {
    const before = library
    library = await loadRunbooks(all(), before)
    const same =
      library === before ||
      (library.hash === before.hash && JSON.stringify(library.problems) === JSON.stringify(before.problems))
    if (!same && !closed) options.onChange?.(library)
    return library
  }
  const start = (): Promise<Library> => {
    running = load().finally(() => {
      running = null
    })
    return running
  }
  const reload = (): Promise<Library> => {
    if (running === null) return start()
    queued ??= running.then(
      () => again(),
      () => again(),
    )
    return queued
  }
  const again = (): Promise<Library> => {
    queued = null
    return start()
  }
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(look, options.debounceMs ?? DEBOUNCE_MS)
    timer.unref()
  }
  const look = (): void => {
    reload().catch((error: unknown) => options.onError?.(paths.join(', '), error))
  }
  const poll = setInterval(look, options.pollMs ?? POLL_MS)
  poll.unref()
  const watchers: FSWatcher[] = []
  for (const folder of options.watch === false ? [] : new Set(paths))
    try {
      const watcher = watch(folder, { recursive: true, persistent: false }, soon)
      watcher.on('error', (error) => options.onError?.(folder, error))
      watchers.push(watcher)
    } catch (error) {
      options.onError?.(folder, error)
    }
  return {
    current: () => library,
    reload,
    close() {
      closed = true
      clearTimeout(timer)
      clearInterval(poll)
      for (const watcher of watchers) watcher.close()
    },
  }
}
