// What the library tells operators: how many files serve, and which are broken.
import type { Gauge } from 'prom-client'
import type { Logger } from 'pino'
import { ArrestorError } from '../errors.ts'
import type { Library } from '../runbooks/load.ts'

/** Lines of a log entry; `doctor` has all. */
const MAX_TOLD = 5

interface Gauges {
  readonly runbooks: Gauge<'state'>
  readonly runbookFoldersUnread: Gauge
}

/** Sets `arrestor_runbooks` (a file is loaded, stale or refused) and `arrestor_runbook_folders_unread`. */
export function countRunbooks(gauges: Gauges, { files, stale, refused, problems }: Library): void {
  const gauge = gauges.runbooks
  gauge.set({ state: 'loaded' }, files.size - stale.length - refused.length)
  gauge.set({ state: 'stale' }, stale.length)
  gauge.set({ state: 'refused' }, refused.length)
  gauges.runbookFoldersUnread.set(problems.filter(({ code }) => code === 'folder').length)
}

/** Logs what is broken as ARR-601, or nothing where nothing is. */
export function tellProblems(logger: Logger, { problems }: Library): void {
  const lines = problems
    .filter(({ level }) => level === 'error')
    .map(({ file, line, message }) => `    ${file}:${line}: ${message}`)
  if (lines.length === 0) return
  const told = new ArrestorError('ARR-601', { problems: lines.slice(0, MAX_TOLD).join('\n') })
  logger.error({ code: told.code, errors: lines.length }, told.message)
}
