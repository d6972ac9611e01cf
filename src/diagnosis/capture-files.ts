// A capture's texts, made to be read on a phone: the gravest first, one thing on a line. Pure.
import type {
  LogTail,
  PlatformEvent,
  PlatformRun,
  RunContainer,
  SparkApplication,
  SparkExecutor,
  SparkStage,
} from '../ports.ts'
import { utcSecond } from '../utc.ts'
import type { CapturedFile } from './capture.ts'
import { readLog } from './failures/read-log.ts'
import type { Dump } from './probes/threads.ts'
import { plural, size, span } from './probes/support.ts'
import { bareFrame, standsAt } from './threads.ts'

/** Rows of each list; what is beyond says so. */
const ROWS = 200
/** Characters of one file. */
const MAX_FILE = 80 * 1024
const TELLING = 3
/** Settings that decide about memory, executors and time; others are the job's own affair. */
const SETTINGS =
  /^spark\.(?:(?:executor|driver)\.(?:memory|cores|instances|maxResultSize|pyspark)|memory\.|dynamicAllocation\.|sql\.(?:shuffle\.partitions|autoBroadcastJoinThreshold|broadcastTimeout|adaptive\.enabled)|network\.timeout|task\.(?:maxFailures|cpus)|speculation$|shuffle\.service\.enabled|excludeOnFailure|kubernetes\.(?:executor|driver|memoryOverheadFactor))/

export interface Seen {
  readonly app: SparkApplication | null
  readonly run: PlatformRun | null
  readonly containers: readonly RunContainer[]
  readonly events: readonly PlatformEvent[]
  readonly executors: readonly SparkExecutor[]
  readonly stages: readonly SparkStage[]
  readonly environment: ReadonlyMap<string, string>
}

/** State, containers, executors, stages and settings; null where nothing of them was seen. */
export function overviewFile(seen: Seen): CapturedFile | null {
  const dead = seen.executors.filter(({ active, id }) => !active && id !== 'driver')
  const ended = seen.containers.filter(({ state, reason }) => state === 'ended' || reason !== null)
  const failed = seen.stages.filter(({ failureReason }) => failureReason !== null)
  const settings = [...seen.environment].filter(([name]) => SETTINGS.test(name)).toSorted(([a], [b]) => (a < b ? -1 : 1)) // prettier-ignore
  const parts = [
    section('Application', seen.app === null ? [] : [seen.app], (app) => [
      `${app.name} (${app.id}) ${app.state}, Spark ${app.sparkVersion ?? 'of unknown version'}, since ${when(app.startedAt)}, ended ${when(app.endedAt)}; seen at ${app.foundAt}`,
    ]),
    section('Run', seen.run === null ? [] : [seen.run], (run) => [
      `${run.id} ${run.state} (${run.stateText}), attempt ${run.attempt ?? '?'} of ${run.maxAttempts ?? '?'}, queue ${run.queue ?? '-'}`,
      ...run.words.map(({ text, from }) => `  ${from}: ${text}`),
    ]),
    section('Containers', [...ended, ...seen.containers.filter((one) => !ended.includes(one))], (one) => [
      `${one.id} (${one.role}) ${one.state}${one.reason === null ? '' : `, ${one.reason}`}${one.exitCode === null ? '' : `, exit code ${one.exitCode}`}, ${plural(one.restarts, 'restart')}, node ${one.node ?? '-'}, limit ${one.memoryLimitBytes === null ? '-' : size(one.memoryLimitBytes)}, ${when(one.startedAt)} to ${when(one.endedAt)}${one.message === null ? '' : `: ${one.message}`}`,
    ]),
    section('Events', seen.events, (one) => [`${when(one.at)} ${one.warning ? 'WARNING ' : ''}${one.about}: ${one.reason}: ${one.text} (${one.count} times)`]),
    section('Executors', [...dead.toSorted(byEnd), ...seen.executors.filter(({ active }) => active)], (one) => [
      `${one.id} on ${one.host} ${one.active ? 'alive' : `died ${when(one.removedAt)}`}, tasks ${one.completedTasks} done ${one.failedTasks} failed, ran ${span(one.totalDurationMs)}, GC ${span(one.totalGcMs)}, heap peak ${one.peakHeapBytes === null ? '-' : size(one.peakHeapBytes)}${one.removeReason === null ? '' : `: ${one.removeReason}`}`,
    ]),
    section('Stages', [...failed, ...seen.stages.filter((one) => !failed.includes(one))], (one) => [
      `${one.id}.${one.attempt} ${one.status} ${one.name}: tasks ${one.completedTasks} done ${one.failedTasks} failed of ${one.tasks}${one.failureReason === null ? '' : `\n  ${one.failureReason}`}`,
    ]),
    section('Settings', settings, ([name, value]) => [`${name}=${value}`]),
  ].filter((part) => part !== '') // prettier-ignore
  if (parts.length === 0) return null
  const titled = [
    seen.containers.length > 0 ? plural(seen.containers.length, 'container') : null,
    seen.executors.length > 0 ? `${plural(seen.executors.length, 'executor')} (${dead.length} dead)` : null,
    seen.stages.length > 0 ? `${plural(seen.stages.length, 'stage')} (${failed.length} failed)` : null,
    settings.length > 0 ? 'settings' : null,
  ].filter((part) => part !== null)
  const words = ended.filter(({ reason }) => reason !== null && reason !== 'Completed')
  const isBare = ({ exitCode, message }: RunContainer): boolean => exitCode === null && message === null
  const telling = [
    ...words.filter((one) => !isBare(one)).map(wordsOf),
    ...dead.toSorted(byEnd).flatMap(({ id, removeReason }) => removeReason === null ? [] : [`executor ${id}: ${firstLine(removeReason)}`]),
    // That it ended and no more: Spark's own words of its executors say why.
    ...words.filter(isBare).map(wordsOf),
    ...failed.map(({ id, failureReason }) => `stage ${id}: ${firstLine(failureReason ?? '')}`),
    ...(seen.run?.words.map(({ text, from }) => `${from}: ${firstLine(text)}`) ?? []),
  ] // prettier-ignore
  return file(
    'overview.txt',
    titled.length === 0 ? 'the state' : titled.join(', '),
    parts.join('\n\n'),
    telling,
  )
}

/** All threads of each process: circles of locks first, then tasks, then the others. Null without any. */
export function threadsFile(dumps: readonly Dump[]): CapturedFile | null {
  if (dumps.length === 0) return null
  const nameOf = (of: string): string => (of === 'driver' ? 'the driver' : `executor ${of}`)
  const text = dumps.map(({ of, threads, reading }) => {
    const first = new Set([...reading.deadlocks.flat(), ...reading.tasks, ...(reading.main === null ? [] : [reading.main])]) // prettier-ignore
    const sorted = [...first, ...threads.filter((one) => !first.has(one))]
    const told = sorted.map((one) =>
      [
        `"${one.name}" #${one.id} ${one.state}${one.blockedBy === null ? '' : `, waits for #${one.blockedBy}`}${one.lock === null ? '' : ` (${one.lock})`}`,
        ...one.stack.map((frame) => `    ${frame}`),
      ].join('\n'),
    )
    return [`== ${nameOf(of)}: ${plural(threads.length, 'thread')}`, ...told].join('\n')
  })
  const telling = dumps.flatMap(({ of, reading }) => {
    const main = of === 'driver' && reading.main !== null ? standsAt(reading.main) : null
    return [
      ...reading.deadlocks.map((circle) => `${nameOf(of)}: deadlock of ${circle.map(({ name }) => name).join(' and ')}`),
      ...(reading.busiest === null ? [] : [`${nameOf(of)}: ${reading.busiest.threads} of ${plural(reading.busiest.of, 'task thread')} at ${reading.busiest.frame}`]),
      ...(main === null ? [] : [`the driver at ${bareFrame(main)}`]),
    ]
  }) // prettier-ignore
  return file(
    'threads.txt',
    `threads of ${dumps.map(({ of }) => nameOf(of)).join(', ')}`,
    text.join('\n\n'),
    telling,
  )
}

/** The end of a log, with the lines that name a failure. */
export async function logFile(tail: LogTail): Promise<CapturedFile> {
  const lines = tail.text.split('\n')
  const whole = tail.cut ? lines.slice(1) : lines
  const reading = await readLog(whole, tail.whose)
  const { seen, unexplained } = reading
  // What it lived through stands behind what nobody explains: that may have ended it.
  const telling = [
    ...seen.filter((one) => one.passed !== true),
    ...(unexplained === null ? [] : [unexplained]),
    ...seen.filter((one) => one.passed === true),
  ]
  const quotes = telling.map(({ quote }) => quote)
  const made = file('driver-log.txt', `${tail.from}, ${tail.cut ? 'its last ' : ''}${plural(whole.length, 'line')}`, whole.join('\n'), quotes) // prettier-ignore
  return { ...made, cut: made.cut || tail.cut }
}

/** Logs say last what matters; of what was put in order the first lines matter. */
function file(name: string, title: string, text: string, telling: readonly string[]): CapturedFile {
  const cut = text.length > MAX_FILE
  const kept = !cut
    ? text
    : name === 'driver-log.txt'
      ? text.slice(-MAX_FILE)
      : `${text.slice(0, MAX_FILE)}\n…`
  return { name, title, text: kept, telling: [...new Set(telling)].slice(0, TELLING), cut }
}

function section<T>(title: string, rows: readonly T[], lines: (row: T) => readonly string[]): string {
  if (rows.length === 0) return ''
  const more = rows.length > ROWS ? [`… and ${rows.length - ROWS} more`] : []
  return [`== ${title}`, ...rows.slice(0, ROWS).flatMap(lines), ...more].join('\n')
}

function byEnd(a: SparkExecutor, b: SparkExecutor): number {
  return (b.removedAt?.getTime() ?? 0) - (a.removedAt?.getTime() ?? 0)
}

function wordsOf({ id, reason, exitCode }: RunContainer): string {
  return `${id}: ${reason ?? ''}${exitCode === null ? '' : `, exit code ${exitCode}`}`
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 300)
}

function when(at: Date | null): string {
  return at === null ? '-' : utcSecond(at)
}
