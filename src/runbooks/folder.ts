// One folder of runbooks: whose it is, how its files are called, which files in it are runbooks.
import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** Folders with more files than this are not runbooks. */
export const MAX_FILES = 20_000

export interface RunbookFolder {
  readonly path: string
  /** Whose runbooks these are; null: every team's. */
  readonly team: string | null
  /** What stands before a file's name instead of the path: a checkout's path changes with every commit. */
  readonly shownAs: string | null
}

/** A folder as it is named: a path is shared by all teams. */
export type FolderChoice =
  string | { readonly path: string; readonly team?: string | null | undefined; readonly shownAs?: string }

export function folderOf(choice: FolderChoice): RunbookFolder {
  return typeof choice === 'string'
    ? { path: choice, team: null, shownAs: null }
    : { path: choice.path, team: choice.team ?? null, shownAs: choice.shownAs ?? null }
}

/** What stays the same for a folder from load to load. */
export function nameOf(folder: RunbookFolder): string {
  return folder.shownAs ?? folder.path
}

/** How people read a file of this folder, from its full path. */
export function fileName(folder: RunbookFolder, full: string): string {
  return folder.shownAs === null
    ? full
    : `${folder.shownAs}${path.relative(folder.path, full).split(path.sep).join('/')}`
}

/**
 * Full paths of the Markdown files under a folder, sorted. Left out: hidden folders, README files, and folders within
 * that are named for another team: its runbooks are not everybody's. Throws when the folder cannot be read.
 */
export async function listFiles(folder: RunbookFolder, others: readonly RunbookFolder[]): Promise<string[]> {
  const foreign = new Set(
    others.filter(({ team }) => team !== folder.team).map((other) => path.resolve(other.path)),
  )
  foreign.delete(path.resolve(folder.path))
  const found: string[] = []
  const queue = [folder.path]
  for (let dir = queue.shift(); dir !== undefined && found.length < MAX_FILES; dir = queue.shift()) {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const full = path.join(dir, entry.name)
      // Mounted ConfigMaps are symbolic links to files; links to folders could run in circles.
      if (entry.isDirectory()) {
        if (!foreign.has(path.resolve(full))) queue.push(full)
      } else if (/\.(?:md|markdown)$/i.test(entry.name) && !/^readme\./i.test(entry.name)) found.push(full)
    }
  }
  return found.sort()
}
