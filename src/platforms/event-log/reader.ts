// Reads event logs from wherever they lie, each once for all who ask, and answers as a driver UI would.
import { setImmediate as others } from 'node:timers/promises'
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformReader, SparkApplication } from '../../ports.ts'
import { orAborted } from '../or-aborted.ts'
import { logFilesOf, logOfApplication, within } from './files.ts'
import { type LineCounts, linesOf } from './lines.ts'
import { type EventLogContent, createReplay } from './replay.ts'
import type { LogStore, StoredFile } from './store.ts'

export interface EventLogLimits {
  /** Bytes that are fetched of one log, as packed (default 64 MB). */
  readonly maxStoredBytes: number
  /** Bytes that are read of it after unpacking (default 512 MB: about 200,000 tasks). */
  readonly maxBytes: number
  readonly maxLineBytes: number
  /** How long reading may take, whoever waits. */
  readonly timeoutMs: number
}

const MIB = 1024 * 1024
const LIMITS: EventLogLimits = {
  maxStoredBytes: 64 * MIB,
  maxBytes: 512 * MIB,
  maxLineBytes: 8 * MIB,
  timeoutMs: 60_000,
}
/** After so many lines or characters everybody else has a turn: some milliseconds' worth. */
const YIELD_LINES = 200
const YIELD_CHARACTERS = 1024 * 1024
/** Logs kept for the next probe of the same diagnosis. */
const KEPT = 3

export interface EventLog extends EventLogContent {
  /** Where it lies, as its store names the folder or file. */
  readonly place: string
  /** What of the log was not read, and why; for findings. */
  readonly unread: readonly string[]
}

/** Throws ARR-501 and ARR-502; null where there is no log. */
export interface EventLogReader {
  /** The log in a folder (rolled by Spark or Databricks) or file. */
  open(place: string, signal: AbortSignal): Promise<EventLog | null>
  /** The log of an application in the folder that Spark writes its logs to. */
  find(folder: string, appId: string, signal: AbortSignal): Promise<EventLog | null>
}

export function createEventLogReader(
  platform: string,
  store: LogStore,
  overrides: Partial<EventLogLimits> = {},
): EventLogReader {
  const limits = { ...LIMITS, ...overrides }
  const kept = new Map<string, Promise<EventLog>>()

  /** A log is read once for all who ask at the same time, and again when it has grown. */
  function read(place: string, files: readonly StoredFile[], signal: AbortSignal): Promise<EventLog> {
    const key = files
      .map((file) => `${file.path} ${file.bytes} ${file.modifiedAt?.getTime() ?? 0}`)
      .join('\n')
    let reading = kept.get(key)
    if (reading === undefined) {
      reading = readFiles(platform, store, place, files, limits, AbortSignal.timeout(limits.timeoutMs))
      kept.set(key, reading)
      reading.catch(() => kept.delete(key))
      for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(old)
    }
    return orAborted(reading, signal)
  }

  return {
    async open(place, signal) {
      signal.throwIfAborted()
      const files = logFilesOf((await store.list(place, signal)) ?? [])
      return files.length === 0 ? null : read(place, files, signal)
    },
    async find(folder, appId, signal) {
      signal.throwIfAborted()
      const entries = await (store.named === undefined
        ? store.list(folder, signal)
        : store.named(folder, [appId, `eventlog_v2_${appId}`], signal))
      const found = logOfApplication(entries ?? [], appId)
      if (found === null) return null
      return found.folder ? this.open(found.path, signal) : read(found.path, [found], signal)
    },
  }
}

async function readFiles(
  platform: string,
  store: LogStore,
  place: string,
  files: readonly StoredFile[],
  limits: EventLogLimits,
  signal: AbortSignal,
): Promise<EventLog> {
  const { chosen, leftOut } = within(files, limits.maxStoredBytes)
  const counts: LineCounts = { bytes: 0, cut: false, long: 0, torn: false }
  const replay = createReplay()
  let at = chosen[0]?.path ?? ''
  let lines = 0
  let characters = 0
  try {
    for (const file of chosen) {
      at = file.path
      const bytes = Math.min(file.bytes, limits.maxStoredBytes)
      if (bytes < file.bytes) counts.cut = true
      for await (const line of linesOf(store.read(file.path, 0, bytes, signal), limits, counts)) {
        replay.line(line)
        lines += 1
        characters += line.length
        if (lines < YIELD_LINES && characters < YIELD_CHARACTERS) continue
        ;[lines, characters] = [0, 0]
        await others()
      }
    }
  } catch (error) {
    if (error instanceof ArrestorError) throw error
    if (signal.aborted)
      throw new ArrestorError(
        'ARR-501',
        { platform, url: at, why: `its event log was not read in ${limits.timeoutMs / 1000} s` },
        error,
      )
    throw new ArrestorError('ARR-502', { platform, url: at, why: reasonOf(error) }, error)
  }
  const content = replay.result()
  if (content.events === 0)
    throw new ArrestorError('ARR-502', { platform, url: at, why: 'there is no event of Spark in it' })
  const compacted = chosen.some(({ name }) => name.endsWith('.compact'))
  return { ...content, place, unread: unreadOf(counts, leftOut, compacted, content.broken, limits) }
}

function unreadOf(
  counts: LineCounts,
  leftOut: number,
  compacted: boolean,
  broken: number,
  limits: EventLogLimits,
): string[] {
  return [
    ...(leftOut > 0 ? [`event log: ${leftOut} of its files in the middle, for their size`] : []),
    ...(compacted ? ['event log: jobs and queries that Spark has left out of it since they ended'] : []),
    ...(counts.cut
      ? [`event log: what comes after ${Math.round(Math.min(counts.bytes, limits.maxBytes) / MIB)} MB`]
      : []),
    ...(counts.long > 0 ? [`event log: ${counts.long} lines that are too long`] : []),
    ...(broken > 0 ? [`event log: ${broken} events that are not as Spark writes them`] : []),
  ]
}

type Details = Pick<
  PlatformReader,
  'executors' | 'stages' | 'jobs' | 'failedTasks' | 'taskQuantiles' | 'environment'
>

/** The details of applications whose log `open` finds, as a reader offers them. */
export function detailsFrom(
  open: (app: SparkApplication, signal: AbortSignal) => Promise<EventLog>,
): Details {
  return {
    executors: async (app, signal) => (await open(app, signal)).executors,
    jobs: async (app, signal) => (await open(app, signal)).jobs,
    stages: async (app, signal) =>
      [...(await open(app, signal)).stages.values()].map(({ stage }) => ({ ...stage, link: app.link })),
    failedTasks: async (app, stage, signal, limit = 50) =>
      (await open(app, signal)).stages.get(`${stage.id}.${stage.attempt}`)?.failedTasks.slice(0, limit) ?? [],
    taskQuantiles: async (app, stage, signal) =>
      (await open(app, signal)).stages.get(`${stage.id}.${stage.attempt}`)?.quantiles() ?? null,
    environment: async (app, signal) => (await open(app, signal)).properties,
  }
}

/** Their queries, without what operators measured. For logs of one run alone: a cluster's log tells of its neighbours, too. */
export function plansFrom(
  open: (app: SparkApplication, signal: AbortSignal) => Promise<EventLog>,
): Pick<PlatformReader, 'queries'> {
  return {
    queries: async (app, limit, signal) =>
      (await open(app, signal)).queries
        .slice(0, limit)
        .map((query) => ({ ...query, nodes: [], link: app.link })),
  }
}
