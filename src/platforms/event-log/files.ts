// Which files make up one event log, and in which order; which of them are read where all would be too much. Pure.
import type { StoredFile } from './store.ts'

/** `events_2_app-1.zstd`, and what compaction wrote in place of it and all before it. */
const ROLLED = /^events_(\d+)_(.+?)(\.compact)?$/
/** Databricks rolls by time: `eventlog-2026-11-22--10-15.gz`, and `eventlog` for what is being written. */
const DATED = /^eventlog(?:-(\d{4}-\d{2}-\d{2}--\d{2}-\d{2}))?(?:\.gz|\.zst|\.zstd)?$/

/** The files of a log's folder in the order in which they were written; empty where it holds no event log. */
export function logFilesOf(entries: readonly StoredFile[]): readonly StoredFile[] {
  const files = entries.filter(({ folder }) => !folder)
  const rolled = files.flatMap((file) => {
    const match = ROLLED.exec(file.name)
    return match === null ? [] : [{ file, index: Number(match[1]), compact: match[3] !== undefined }]
  })
  if (rolled.length > 0) {
    const from = Math.max(0, ...rolled.filter(({ compact }) => compact).map(({ index }) => index))
    return rolled
      .filter(({ index, compact }) => index > from || (index === from && (compact || from === 0)))
      .sort((a, b) => a.index - b.index)
      .map(({ file }) => file)
  }
  return files
    .flatMap((file) => {
      const match = DATED.exec(file.name)
      // What has no date is what is being written: the newest.
      return match === null ? [] : [{ file, date: match[1] ?? '9999' }]
    })
    .sort((a, b) => (a.date < b.date ? -1 : 1))
    .map(({ file }) => file)
}

/** The single file, or the folder of a rolled log, of an application among the entries of Spark's log folder. */
export function logOfApplication(entries: readonly StoredFile[], appId: string): StoredFile | null {
  const of = entries.filter(({ name, folder }) => {
    const bare = folder ? name.replace(/^eventlog_v2_/, '') : name
    return bare === appId || bare.startsWith(`${appId}_`) || bare.startsWith(`${appId}.`)
  })
  return of.reduce<StoredFile | null>(
    // The newest attempt, where there are several.
    (best, one) =>
      best === null || (one.modifiedAt?.getTime() ?? 0) > (best.modifiedAt?.getTime() ?? 0) ? one : best,
    null,
  )
}

/**
 * The first file, which says what the application is, and as many of the newest as fit. Says how many were left out.
 */
export function within(
  files: readonly StoredFile[],
  maxBytes: number,
): { readonly chosen: readonly StoredFile[]; readonly leftOut: number } {
  const [first, ...rest] = files
  if (first === undefined) return { chosen: [], leftOut: 0 }
  let bytes = first.bytes
  const newest: StoredFile[] = []
  for (const file of rest.toReversed()) {
    if (bytes + file.bytes > maxBytes) break
    bytes += file.bytes
    newest.unshift(file)
  }
  return { chosen: [first, ...newest], leftOut: rest.length - newest.length }
}
