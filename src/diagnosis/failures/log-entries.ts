// A driver's or executor's log as entries: plain log4j lines or Spark 4's JSON lines, stack traces with their entry.
import * as z from 'zod'
import type { Place, Said } from './model.ts'

/** One entry of a log: what was said, where in the file it begins. */
export interface LogEntry extends Said {
  /** From 1. */
  readonly line: number
  readonly level: string | null
  readonly logger: string | null
}

/** Whose log it is; `null` lets the log itself tell. */
export type LogOwner = 'driver' | 'executor'

/** A stack trace beyond this is repetition. */
const MAX_ENTRY_LINES = 200
const MAX_LINE = 8_000

/** Spark 4 with `spark.log.structuredLogging.enabled=true`. */
const JsonLine = z.looseObject({
  ts: z.string().optional(),
  level: z.string().optional(),
  logger: z.string().optional(),
  msg: z.string().optional(),
  exception: z
    .looseObject({
      class: z.string().optional(),
      msg: z.string().nullish(),
      stacktrace: z.union([z.string(), z.array(z.unknown())]).optional(),
    })
    .optional(),
})

/**
 * What stands before the message in the layouts that Spark ships (`yy/MM/dd HH:mm:ss LEVEL Logger:`), with an ISO time,
 * and as YARN's, Kubernetes' and Databricks' collectors put a prefix of their own before it.
 */
const PLAIN =
  /^(?:\S{1,40}Z (?:stdout|stderr) [FP] )?(?:\[?\d{2,4}[/-]\d{2}[/-]\d{2}[ T]\d{2}:\d{2}:\d{2}[.,\d]{0,10}(?:Z|[+-]\d{2}:?\d{2})?\]? )(?:\[[^\]]{1,80}\] )?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL) (?:\[[^\]]{1,80}\] )?([\w.$-]{1,200})(?::| -)? ?(.*)$/s
const EXCEPTION = /^(?:[\w$]{1,80}\.){1,12}[\w$]{0,80}(?:Error|Exception|Throwable)(?::|$)/
/** `Driver stacktrace:` stands at the margin within the words about a task that failed. */
const CONTINUES = /^(?:\s|at |Caused by:|Suppressed:|\.\.\. \d+ more|Driver stacktrace:)/

/** Python's, alone or behind what Spark says of a task that failed. */
export const TRACEBACK = 'Traceback (most recent call last):'

interface Draft {
  lines: string[]
  readonly line: number
  readonly level: string | null
  readonly logger: string | null
}

/** Reads lines as they come; nothing but the entry under way is held. */
export async function* logEntries(
  lines: AsyncIterable<string> | Iterable<string>,
  owner: LogOwner | null = null,
): AsyncGenerator<LogEntry> {
  const splitter = createSplitter(owner)
  for await (const line of lines) {
    const entry = splitter.next(line)
    if (entry !== null) yield entry
  }
  const last = splitter.end()
  if (last !== null) yield last
}

/** The entries of a piece of log that is at hand. */
export function entriesOf(lines: readonly string[], owner: LogOwner): readonly LogEntry[] {
  const splitter = createSplitter(owner)
  return [...lines.map(splitter.next), splitter.end()].filter((entry) => entry !== null)
}

interface Splitter {
  /** The entry that this line ends by beginning another; null while one goes on. */
  readonly next: (line: string) => LogEntry | null
  readonly end: () => LogEntry | null
}

function createSplitter(owner: LogOwner | null): Splitter {
  let number = 0
  let draft: Draft | null = null
  let whose: LogOwner = owner ?? 'driver'
  return {
    next(line) {
      number += 1
      const text = line.slice(0, MAX_LINE)
      const next = belongs(draft, text) ? null : startOf(text, number)
      if (next === null && draft !== null) {
        if (draft.lines.length < MAX_ENTRY_LINES) draft.lines.push(text)
        return null
      }
      const ended = draft === null ? null : entryOf(draft, whose)
      draft = next ?? { lines: [text], line: number, level: null, logger: null }
      if (owner === null && /CoarseGrainedExecutorBackend|executor\.Executor$/.test(draft.logger ?? ''))
        whose = 'executor'
      return ended
    },
    end: () => (draft === null ? null : entryOf(draft, whose)),
  }
}

/** At the margin stand an entry's exception, in the line below it as log4j prints it, and what Python raised, below its frames. */
function belongs(draft: Draft | null, text: string): boolean {
  if (draft === null) return false
  if (draft.level !== null && draft.lines.length === 1 && EXCEPTION.test(text)) return true
  if (draft.lines.length === MAX_ENTRY_LINES) return false
  if (!/^\s/.test(draft.lines.at(-1) ?? '') || /^(?:\s|\{|$)/.test(text) || PLAIN.test(text)) return false
  const began = draft.lines.findLastIndex((line) => !/^\s/.test(line))
  return draft.lines[began]?.endsWith(TRACEBACK) === true
}

/** The entry that begins with this line, or null for a line that goes on with the one before. */
function startOf(text: string, line: number): Draft | null {
  if (text.startsWith('{')) {
    const json = fromJson(text)
    if (json !== null) return { ...json, line }
  }
  const plain = PLAIN.exec(text)
  if (plain !== null)
    return { lines: [plain[3] ?? ''], line, level: plain[1] ?? null, logger: plain[2] ?? null }
  // Output of programs (print, Python's tracebacks) stands between the entries: each line for itself, unless it is indented.
  return CONTINUES.test(text) || text === '' ? null : { lines: [text], line, level: null, logger: null }
}

function fromJson(text: string): Omit<Draft, 'line'> | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = JsonLine.safeParse(value)
  if (!parsed.success || parsed.data.msg === undefined) return null
  const { level, logger, msg, exception } = parsed.data
  const lines = msg.split('\n')
  if (exception !== undefined) {
    lines.push([exception.class, exception.msg].filter((part) => part != null && part !== '').join(': '))
    const trace = exception.stacktrace
    if (typeof trace === 'string') lines.push(...trace.split('\n', MAX_ENTRY_LINES))
  }
  return { lines, level: level ?? null, logger: logger ?? null }
}

/** A class's name without its package: `Master` of `org.apache.spark.deploy.master.Master`. */
export function simpleName(logger: string): string {
  return logger.split('.').at(-1) ?? ''
}

/** In a driver's log the driver also tells what tasks, stages and containers said. */
function placeOf(draft: Draft, text: string, owner: LogOwner): Place {
  const logger = simpleName(draft.logger ?? '')
  if (logger === 'TaskSetManager' || /^(?:Lost task|Task \d+ in stage|.{0,80}ExecutorLostFailure)/.test(text))
    return 'task'
  if (/Job aborted due to stage failure/.test(text)) return 'task'
  if (logger === 'DAGScheduler') return 'stage'
  if (
    /^(?:Yarn(?:Allocator|SchedulerBackend|ClusterScheduler)|ExecutorPods\w+|ApplicationMaster|TaskSchedulerImpl|StandaloneAppClient\$?\w*|StandaloneSchedulerBackend)$/.test(
      logger,
    )
  )
    return 'container'
  return owner
}

function entryOf(draft: Draft, owner: LogOwner): LogEntry {
  const text = draft.lines.join('\n')
  const { line, level, logger } = draft
  return { text, line, level, logger, place: placeOf(draft, text, owner) }
}
