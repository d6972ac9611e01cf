// Runbooks from folders, a library: what serves each team, what is broken, what was wrong.
import { createHash } from 'node:crypto'
import { reasonOf } from '../errors.ts'
import { within } from './deadline.ts'
import {
  type FolderChoice,
  MAX_FILES,
  type RunbookFolder,
  fileName,
  folderOf,
  listFiles,
  nameOf,
} from './folder.ts'
import { type RunbookIndex, indexOf } from './index-of.ts'
import { type LoadedFile, complain, loadFile } from './load-file.ts'
import type { Problem, Runbook } from './model.ts'
import { overlay } from './overlay.ts'

export type { FolderChoice } from './folder.ts'
export type { LoadedFile } from './load-file.ts'

/** A folder that takes longer is taken for one that cannot be read; a hundred thousand files take seconds. */
const DEADLINE_MS = 60_000

/** Files read at once. */
const CONCURRENCY = 32

/** A runbook that serves, and whom. */
export interface Served {
  readonly runbook: Runbook
  /** Null: every team that has none of its own with this id. */
  readonly team: string | null
}

/** What was loaded, immutable. Pass it to the next load, which reads only what has changed. */
export interface Library {
  /** Every runbook of every team, of those with one id the shared one. For lists; alerts are matched by `indexFor`. */
  readonly index: RunbookIndex
  /** What this team's alerts are matched against: its own runbooks and the shared ones, never another team's. */
  indexFor(team: string): RunbookIndex
  /** By id; a team's own after the shared one. */
  readonly served: readonly Served[]
  /** Equal if and only if the same runbooks serve the same teams. */
  readonly hash: string
  /** All problems, errors and warnings, by file and line. */
  readonly problems: readonly Problem[]
  /** Files that are broken now and served by the version before. */
  readonly stale: readonly string[]
  /** Files that are broken now and never were good. */
  readonly refused: readonly string[]
  readonly loadedAt: Date
  /** How many files had to be looked into for this load. */
  readonly opened: number
  /** By name (and team, where it is one's own): what was read, and what serves. */
  readonly files: ReadonlyMap<string, LoadedFile>
  /** Where it was read from, and whose each folder is. */
  readonly folders: readonly RunbookFolder[]
}

/** Of two files with one id that serve the same the first counts: the first folder's, then the first by name. */
function duplicates(files: Iterable<LoadedFile>): Problem[] {
  const first = new Map<string, LoadedFile>()
  const keyOf = (team: string | null, id: string): string => `${team ?? ''}\0${id}`
  const problems: Problem[] = []
  const later: LoadedFile[] = []
  const overridden = (file: string, id: string, by: string, why: string): void => {
    const message = `"${id}" is overridden by ${by}`
    problems.push({ ...complain(file, 'overridden', message, why), level: 'warning' })
  }
  for (const one of files) {
    const { file, folder, team, runbook } = one
    if (runbook === null) continue
    const earlier = first.get(keyOf(team, runbook.id))
    if (earlier === undefined) {
      first.set(keyOf(team, runbook.id), one)
      if (team !== null) later.push(one)
    } else if (earlier.folder === folder)
      problems.push(
        complain(
          file,
          'duplicate-id',
          `the id "${runbook.id}" is taken by ${earlier.file}`,
          'Give it its own id.',
        ),
      )
    else
      overridden(
        file,
        runbook.id,
        earlier.file,
        'Nothing to mend if that is meant: folders named first count first.',
      )
  }
  for (const { file, team, runbook } of later) {
    const shared = runbook === null ? undefined : first.get(keyOf(null, runbook.id))
    if (shared !== undefined && runbook !== null)
      overridden(
        shared.file,
        runbook.id,
        `${file}, for team ${team}`,
        'Nothing to mend if that is meant: a team’s own runbook counts for it before the shared one.',
      )
  }
  return problems
}

interface Collected {
  readonly files: Map<string, LoadedFile>
  readonly problems: Problem[]
  opened: number
}

/** Two teams may name one folder: each has its files for itself. */
function keyIn(folder: RunbookFolder, full: string): string {
  const name = fileName(folder, full)
  return folder.team === null ? name : `${folder.team}\0${name}`
}

type Known = readonly (readonly [string, LoadedFile])[]

/** A folder that cannot be read: an unmounted volume must not take away the runbooks that we have. */
function standing(folder: RunbookFolder, known: Known, why: string): Collected {
  const message = `the folder cannot be read: ${why}`
  const problem = complain(nameOf(folder), 'folder', message, 'Mend `runbooks` in arrestor.yml.')
  return { files: new Map(known), problems: [problem], opened: 0 }
}

/** What a folder holds, but for the files that are known already from a folder before. */
async function collect(
  folders: readonly RunbookFolder[],
  folder: RunbookFolder,
  before: ReadonlySet<string>,
  previous: Library | undefined,
  known: Known,
  now: Date,
): Promise<Collected> {
  const into: Collected = { files: new Map(), problems: [], opened: 0 }
  const { files, problems } = into
  let names: string[]
  try {
    names = await listFiles(folder, folders)
  } catch (error) {
    return standing(folder, known, reasonOf(error))
  }
  if (names.length >= MAX_FILES)
    problems.push(
      complain(nameOf(folder), 'bounds', `more than ${MAX_FILES} files`, 'Name a folder of runbooks.'),
    )
  const keys = new Set(names.map((name) => keyIn(folder, name)))
  const gone = known.filter(([key, { runbook }]) => !keys.has(key) && runbook !== null).map(([, one]) => one)
  for (let i = 0; i < names.length; i += CONCURRENCY) {
    const batch = names.slice(i, i + CONCURRENCY).filter((name) => !before.has(keyIn(folder, name)))
    const read = await Promise.all(
      batch.map((name) => loadFile(name, folder, previous?.files.get(keyIn(folder, name)), gone, now)),
    )
    for (const [j, { loaded, opened }] of read.entries()) {
      files.set(keyIn(folder, batch[j] ?? ''), loaded)
      if (opened) into.opened += 1
    }
  }
  return into
}

/**
 * Loads all runbooks of the folders, the first folder's going before the others'. Never throws for what files hold:
 * that is in `problems`. With `previous`, unchanged files are not read again and broken ones keep their last good
 * version; where nothing changed at all the answer is `previous` itself. A folder that is not read within `deadlineMs`
 * (60 s) stays as it was, and that is a problem.
 */
export async function loadRunbooks(
  choices: readonly FolderChoice[],
  previous?: Library,
  now: Date = new Date(),
  deadlineMs: number = DEADLINE_MS,
): Promise<Library> {
  const folders = choices.map(folderOf)
  const files = new Map<string, LoadedFile>()
  const problems: Problem[] = []
  let opened = 0
  for (const folder of folders) {
    const known = [...(previous?.files ?? [])].filter(
      ([, file]) => file.folder === nameOf(folder) && file.team === folder.team,
    )
    const read = collect(folders, folder, new Set(files.keys()), previous, known, now)
    const late = (): Collected => standing(folder, known, `it took more than ${deadlineMs / 1000} s`)
    const found = await within(deadlineMs, read, late)
    for (const [key, file] of found.files) files.set(key, file)
    problems.push(...found.problems)
    opened += found.opened
  }
  for (const { parsed } of files.values()) problems.push(...parsed.problems)
  problems.push(...duplicates(files.values()))
  problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
  if (previous !== undefined && unchanged(previous, files, problems)) return previous
  const broken = [...files.values()].filter(({ parsed }) => parsed.runbook === null)
  return {
    ...serving(files.values()),
    problems,
    stale: broken.filter(({ runbook }) => runbook !== null).map(({ file }) => file),
    refused: broken.filter(({ runbook }) => runbook === null).map(({ file }) => file),
    loadedAt: now,
    opened,
    files,
    folders,
  }
}

function unchanged(
  previous: Library,
  files: ReadonlyMap<string, LoadedFile>,
  problems: readonly Problem[],
): boolean {
  if (files.size !== previous.files.size || problems.length !== previous.problems.length) return false
  // Their order tells which of two with one id goes first.
  const before = previous.files.entries()
  for (const [key, file] of files) {
    const [was, other] = before.next().value ?? []
    if (was !== key || other !== file) return false
  }
  return problems.every(({ message }, i) => previous.problems[i]?.message === message)
}

/** Who is served what: one index for all that is shared, a small one over it for each team with runbooks of its own. */
function serving(files: Iterable<LoadedFile>): Pick<Library, 'index' | 'indexFor' | 'served' | 'hash'> {
  const common: Runbook[] = []
  const own = new Map<string, Runbook[]>()
  for (const { team, runbook } of files) {
    if (runbook === null) continue
    if (team === null) common.push(runbook)
    else own.set(team, [...(own.get(team) ?? []), runbook])
  }
  const shared = indexOf(common)
  const teams = new Map([...own].map(([team, runbooks]) => [team, overlay(shared, runbooks)] as const))
  const served: Served[] = shared.runbooks.map((runbook) => ({ runbook, team: null }))
  for (const [team, { own: mine }] of teams) for (const runbook of mine) served.push({ runbook, team })
  served.sort((a, b) => order(a.runbook.id, b.runbook.id) || order(a.team ?? '', b.team ?? ''))
  const hash = createHash('sha256').update(shared.hash)
  for (const [team, { hash: of }] of [...teams].sort(([a], [b]) => order(a, b)))
    hash.update(`\n${team}\0${of}`)
  return {
    index: teams.size === 0 ? shared : indexOf(served.map(({ runbook }) => runbook)),
    indexFor: (team) => teams.get(team) ?? shared,
    served,
    hash: hash.digest('hex'),
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
