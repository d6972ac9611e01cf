// What the verbs of `arrestor runbook` share: folders and the form of the answer.
import { stat } from 'node:fs/promises'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { type FolderChoice, folderOf } from '../../runbooks/folder.ts'
import type { Format } from '../../runbooks/format.ts'

export interface Options {
  readonly json?: boolean
}

const DEFAULT = ['runbooks']

/** How to answer. */
export function formatOf(options: Options): Format {
  return options.json === true ? 'json' : 'human'
}

/** The folders named, or `runbooks`. */
export function foldersOr(folders: readonly string[]): readonly string[] {
  return folders.length === 0 ? DEFAULT : folders
}

/** Collects an option that may be given several times. */
export function repeatable(value: string, before: string[]): string[] {
  return [...before, value]
}

/** A folder of all teams' runbooks, or `team=folder` for one team's own. */
export function folderChoice(text: string): FolderChoice {
  const owned = /^([a-z0-9][a-z0-9_-]*)=(.+)$/i.exec(text)
  return owned === null ? text : { path: owned[2] ?? '', team: owned[1] ?? null }
}

/** Throws ARR-710 for the first that is no folder: what is not there must not look like a folder without runbooks. */
export async function mustBeFolders(choices: readonly FolderChoice[]): Promise<void> {
  for (const { path } of choices.map(folderOf)) {
    const why = await stat(path).then(
      (found) => (found.isDirectory() ? null : 'it is no folder'),
      (error: unknown) => reasonOf(error),
    )
    if (why !== null) throw new ArrestorError('ARR-710', { folder: path, why })
  }
}

/** What to say of a team that owns none of the folders, so that a slip in its name shows; null where there is nothing. */
export function teamNote(team: string | undefined, choices: readonly FolderChoice[]): string | null {
  if (team === undefined || choices.some((choice) => folderOf(choice).team === team)) return null
  return `No folder is team ${team}'s own (-d ${team}=<folder>): the runbooks of all teams count.`
}
