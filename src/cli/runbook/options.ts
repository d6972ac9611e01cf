// What the verbs of `arrestor runbook` share: folders and the form of the answer.
import type { FolderChoice } from '../../runbooks/folder.ts'
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
