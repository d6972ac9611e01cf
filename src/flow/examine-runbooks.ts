// What is known of the runbooks: how many serve, which files are broken and how to mend them, how the repositories are.
import { nameOf } from '../runbooks/folder.ts'
import type { Library } from '../runbooks/load.ts'
import type { SourceState } from '../runbooks/source-state.ts'
import { utcMinute } from '../utc.ts'
import { type Check, oneLine } from './check.ts'

/** Broken files that are told one by one. */
const MAX_FILES_TOLD = 10

type Examined = Pick<Library, 'files' | 'served' | 'stale' | 'refused' | 'problems' | 'loadedAt'>

/** Of a library what concerns these teams (null: all): the shared, and their own. Pure. */
export function concerning(library: Library, teams: readonly string[] | null): Examined {
  if (teams === null) return library
  const ours = ({ team }: { readonly team: string | null }): boolean => team === null || teams.includes(team)
  const files = new Map([...library.files].filter(([, file]) => ours(file)))
  const names = new Set([
    ...[...files.values()].map(({ file }) => file),
    ...library.folders.filter(ours).map((folder) => nameOf(folder)),
  ])
  return {
    files,
    served: library.served.filter(ours),
    stale: library.stale.filter((file) => names.has(file)),
    refused: library.refused.filter((file) => names.has(file)),
    problems: library.problems.filter(({ file }) => names.has(file)),
    loadedAt: library.loadedAt,
  }
}

/** One line for all, then one for each file that is broken. */
export function checkRunbooks({ files, served, stale, refused, problems, loadedAt }: Examined): Check[] {
  const broken = [...stale, ...refused]
  const folders = problems.filter(({ code, level }) => level === 'error' && code === 'folder')
  const all: Check = {
    what: 'runbooks',
    state:
      served.length === 0 || refused.length > 0 || folders.length > 0
        ? 'failed'
        : stale.length > 0
          ? 'warning'
          : 'ok',
    says: `${served.length} serve from ${files.size} files, ${stale.length} of them by their last good version; ${refused.length} are refused; loaded ${utcMinute(loadedAt)}`,
  }
  const lines = broken.slice(0, MAX_FILES_TOLD).map((file): Check => {
    const first = problems.find((problem) => problem.file === file && problem.level === 'error')
    const isStale = stale.includes(file)
    return {
      what: `runbook ${file}:${first?.line ?? 1}`,
      state: isStale ? 'warning' : 'failed',
      says: `${first?.message ?? 'it is broken'}; ${isStale ? 'its last good version serves' : 'nothing of it serves'}. ${first?.mend ?? ''}`.trim(),
    }
  })
  const more = broken.length - lines.length
  return [
    all,
    ...folders.map(({ file, message, mend }): Check => ({
      what: `folder ${file}`,
      state: 'failed',
      says: `${message}; what was read from it before serves. ${mend}`,
    })),
    ...lines,
    ...(more <= 0
      ? []
      : [{ what: 'runbooks', state: 'warning' as const, says: `and ${more} more broken files` }]),
  ]
}

/** A repository of runbooks: the commit that serves, the last look, what is wrong. Pure. */
export function checkSource(source: SourceState): Check {
  const { name, commit, fetchedAt, lookedAt, failure, skipped } = source
  const serves =
    commit === null
      ? 'nothing was ever fetched'
      : `${source.ref ?? 'the default branch'} at ${commit.slice(0, 12)}${fetchedAt === null ? '' : `, fetched ${utcMinute(fetchedAt)}`}`
  const what = `repository ${name}`
  if (failure !== null)
    return {
      what,
      state: commit === null ? 'failed' : 'warning',
      says: `${serves}; since ${utcMinute(failure.since)}: ${oneLine(failure.says)}`,
    }
  const looked = lookedAt === null ? 'not looked at yet' : `looked at ${utcMinute(lookedAt)}`
  return skipped.length === 0
    ? { what, state: 'ok', says: `${serves}, ${looked}` }
    : {
        what,
        state: 'warning',
        says: `${serves}, ${looked}; left out since they are links: ${skipped.join(', ')}`,
      }
}
