// Runbooks from folders: every file read and parsed, a broken one served by its last good version.
import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { reasonOf } from '../errors.ts'
import { MAX_BYTES } from './bounds.ts'
import { indexOf, type RunbookIndex } from './index-of.ts'
import type { Problem, Runbook } from './model.ts'
import { parseRunbook, type ParseResult } from './parse.ts'

/** Folders with more files than this are not runbooks. */
const MAX_FILES = 20_000
/** Files read at once. */
const CONCURRENCY = 32

/** What was loaded, immutable. Pass it to the next load, which parses only what has changed. */
export interface Library {
  readonly index: RunbookIndex
  /** All problems, errors and warnings, by file and line. */
  readonly problems: readonly Problem[]
  /** Files that are broken now and served by the version before. */
  readonly stale: readonly string[]
  readonly loadedAt: Date
  /** By file: what was read, and what serves. */
  readonly files: ReadonlyMap<string, LoadedFile>
}

export interface LoadedFile {
  readonly folder: string
  /** Null when it could not be read. */
  readonly raw: string | null
  readonly parsed: ParseResult
  /** The runbook that serves: this version's, or the last good one. */
  readonly runbook: Runbook | null
}

const complain = (file: string, code: string, message: string, mend: string): Problem => ({
  file,
  line: 1,
  column: 1,
  level: 'error',
  code,
  message,
  mend,
})

/** Markdown files under a folder, sorted; hidden folders and README files are left out. */
async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  const queue = [folder]
  for (let dir = queue.shift(); dir !== undefined && found.length < MAX_FILES; dir = queue.shift()) {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const full = path.join(dir, entry.name)
      // Mounted ConfigMaps are symbolic links to files; links to folders could run in circles.
      if (entry.isDirectory()) queue.push(full)
      else if (/\.(?:md|markdown)$/i.test(entry.name) && !/^readme\./i.test(entry.name)) found.push(full)
    }
  }
  return found.sort()
}

async function readText(file: string): Promise<string | Problem> {
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES)
      return complain(file, 'bounds', `the file has ${size} bytes, more than ${MAX_BYTES}`, 'Split it.')
    // Fatal: bytes that are no UTF-8 would silently become other text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file))
  } catch (error) {
    return error instanceof TypeError
      ? complain(file, 'encoding', 'the file is not UTF-8', 'Save it as UTF-8.')
      : complain(
          file,
          'unreadable',
          `the file cannot be read: ${reasonOf(error)}`,
          'Check that it may be read.',
        )
  }
}

async function loadFile(file: string, folder: string, before: LoadedFile | undefined): Promise<LoadedFile> {
  const raw = await readText(file)
  if (typeof raw === 'string' && before?.raw === raw) return before
  const parsed =
    typeof raw === 'string'
      ? parseRunbook(raw, file)
      : { runbook: null, problems: [raw] as readonly Problem[] }
  return {
    folder,
    raw: typeof raw === 'string' ? raw : null,
    parsed,
    runbook: parsed.runbook ?? before?.runbook ?? null,
  }
}

/** Of two files with one id the first counts: the first folder's, then the first by name. */
function duplicates(files: ReadonlyMap<string, LoadedFile>): Problem[] {
  const first = new Map<string, { file: string; folder: string }>()
  const problems: Problem[] = []
  for (const [file, { folder, runbook }] of files) {
    if (runbook === null) continue
    const earlier = first.get(runbook.id)
    if (earlier === undefined) first.set(runbook.id, { file, folder })
    else if (earlier.folder === folder)
      problems.push(
        complain(
          file,
          'duplicate-id',
          `the id "${runbook.id}" is taken by ${earlier.file}`,
          'Give it its own id.',
        ),
      )
    else
      problems.push({
        ...complain(
          file,
          'overridden',
          `"${runbook.id}" is overridden by ${earlier.file}`,
          'Nothing to mend if that is meant: folders named first count first.',
        ),
        level: 'warning',
      })
  }
  return problems
}

/**
 * Loads all runbooks of the folders, the first folder's going before the others'. Never throws for what files hold:
 * that is in `problems`. With `previous`, unchanged files are not parsed again and broken ones keep their last good version.
 */
export async function loadRunbooks(
  folders: readonly string[],
  previous?: Library,
  now: Date = new Date(),
): Promise<Library> {
  const problems: Problem[] = []
  const files = new Map<string, LoadedFile>()
  for (const folder of folders) {
    let names: string[] = []
    try {
      names = await listFiles(folder)
    } catch (error) {
      problems.push(
        complain(
          folder,
          'folder',
          `the folder cannot be read: ${reasonOf(error)}`,
          'Mend `runbooks` in arrestor.yml.',
        ),
      )
      // An unmounted volume must not take away the runbooks that we have.
      names = [...(previous?.files ?? [])].filter(([, file]) => file.folder === folder).map(([name]) => name)
      for (const name of names) {
        const kept = previous?.files.get(name)
        if (kept !== undefined) files.set(name, kept)
      }
      continue
    }
    if (names.length >= MAX_FILES)
      problems.push(complain(folder, 'bounds', `more than ${MAX_FILES} files`, 'Name a folder of runbooks.'))
    for (let i = 0; i < names.length; i += CONCURRENCY) {
      const batch = names.slice(i, i + CONCURRENCY).filter((name) => !files.has(name))
      const loaded = await Promise.all(batch.map((name) => loadFile(name, folder, previous?.files.get(name))))
      for (const [j, file] of loaded.entries()) files.set(batch[j] ?? '', file)
    }
  }
  const stale: string[] = []
  for (const [name, file] of files) {
    problems.push(...file.parsed.problems)
    if (file.parsed.runbook === null && file.runbook !== null) stale.push(name)
  }
  problems.push(...duplicates(files))
  problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
  const runbooks = [...files.values()].flatMap(({ runbook }) => (runbook === null ? [] : [runbook]))
  return { index: indexOf(runbooks), problems, stale, loadedAt: now, files }
}
