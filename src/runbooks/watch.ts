// A library that follows its folders: reloaded a moment after the last change, or when asked.
import { watch, type FSWatcher } from 'node:fs'
import { loadRunbooks, type Library } from './load.ts'

/** Editors and git write a file in several steps, many files in one go. */
const DEBOUNCE_MS = 300

export interface WatchedLibrary {
  /** What is loaded now. */
  current(): Library
  /** Loads again; calls that come while one is under way share the next one. */
  reload(): Promise<Library>
  close(): void
}

export interface WatchOptions {
  readonly debounceMs?: number
  /** False: only `reload()` reloads (network file systems tell no changes). */
  readonly watch?: boolean
  /** Told after each reload that changed runbooks or problems. */
  onChange?(library: Library): void
  /** A folder that cannot be watched; reloading by hand still works. */
  onError?(folder: string, error: unknown): void
}

/** Loads the folders and follows them. */
export async function watchRunbooks(
  folders: readonly string[],
  options: WatchOptions = {},
): Promise<WatchedLibrary> {
  let library = await loadRunbooks(folders)
  let running: Promise<Library> | null = null
  let queued: Promise<Library> | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const load = async (): Promise<Library> => {
    const before = library
    library = await loadRunbooks(folders, before)
    const same =
      library.index.hash === before.index.hash &&
      JSON.stringify(library.problems) === JSON.stringify(before.problems)
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
    timer = setTimeout(() => {
      reload().catch((error: unknown) => options.onError?.(folders.join(', '), error))
    }, options.debounceMs ?? DEBOUNCE_MS)
    timer.unref()
  }
  const watchers: FSWatcher[] = []
  for (const folder of options.watch === false ? [] : folders)
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
      for (const watcher of watchers) watcher.close()
    },
  }
}
