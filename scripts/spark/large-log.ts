// An event log with one very large stage, made from what a real Spark wrote: its own events, as many tasks as are asked for.
// Usage: node scripts/spark/large-log.ts <line> <tasks> <file.zstd>
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, zstdDecompressSync } from 'node:zlib'
import type { SparkLine } from './lines.ts'

const RECORDINGS = path.join(import.meta.dirname, '..', '..', 'tests', 'platforms', 'event-log', 'recordings')

export const LARGE_APP = 'app-20261122200000-0200'
/** Every so many tasks one fails first, by an error of which each trace is 2 KB. */
const FAILS_EVERY = 1000
/** The last task takes so much longer than the others. */
const SKEW = 60

type Event = Record<string, unknown> & { readonly Event: string }

export interface LargeLog {
  readonly tasks: number
  /** The events as lines, each with its end; about 2.5 KB a task. */
  lines(): Generator<string>
}

/** The shapes come from the recording of a line; the tasks of its first stage are multiplied. */
export async function largeLog(line: SparkLine, tasks: number): Promise<LargeLog> {
  const folder = path.join(RECORDINGS, `${line}-single`, 'log')
  const [file = ''] = await readdir(folder)
  const events = zstdDecompressSync(await readFile(path.join(folder, file)))
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Event)
  const first = (name: string): Event => {
    const found = events.find(({ Event: event }) => event.endsWith(name))
    if (found === undefined) throw new Error(`the recording of ${line} has no ${name}`)
    return found
  }
  const recordedEnd = first('SparkListenerTaskEnd')
  const began = Number(infoOf(recordedEnd)['Launch Time'])
  return { tasks, lines: () => linesOf({ first, events, recordedEnd, began, tasks }) }
}

interface Making {
  readonly first: (name: string) => Event
  readonly events: readonly Event[]
  readonly recordedEnd: Event
  readonly began: number
  readonly tasks: number
}

function* linesOf({ first, events, recordedEnd, began, tasks }: Making): Generator<string> {
  const text = (event: object): string => `${JSON.stringify(event)}\n`
  const submitted = stageOf(first('StageSubmitted'), tasks)
  yield text(first('LogStart'))
  yield text(first('ResourceProfileAdded'))
  yield text(first('BlockManagerAdded'))
  yield text(first('EnvironmentUpdate'))
  yield text({ ...first('ApplicationStart'), 'App ID': LARGE_APP, 'App Name': 'large-stage' })
  const executor = events.filter(({ Event: event }) => event.endsWith('BlockManagerAdded'))[1]
  yield text(first('ExecutorAdded'))
  if (executor !== undefined) yield text(executor)
  const start = first('JobStart')
  yield text({ ...start, 'Stage IDs': [0], 'Stage Infos': [submitted['Stage Info']] })
  yield text(submitted)

  let id = 0
  for (let index = 0; index < tasks; index += 1) {
    const launched = began + index * 5
    const slow = index === tasks - 1 ? SKEW : 1
    const ms = (80 + ((index * 37) % 41)) * slow
    if (index % FAILS_EVERY === 0) {
      yield* task(recordedEnd, { id: id++, index, attempt: 0, launched, ms: 50, failed: true })
      yield* task(recordedEnd, { id: id++, index, attempt: 1, launched: launched + 60, ms, failed: false })
    } else yield* task(recordedEnd, { id: id++, index, attempt: 0, launched, ms, failed: false })
  }
  const end = began + tasks * 5 + 120 * SKEW
  const info = submitted['Stage Info'] as object
  yield text({ ...first('StageCompleted'), 'Stage Info': { ...info, 'Completion Time': end } })
  yield text({ ...first('JobEnd'), 'Completion Time': end + 10 })
  yield text({ ...first('ApplicationEnd'), Timestamp: end + 1000 })
}

interface Task {
  readonly id: number
  readonly index: number
  readonly attempt: number
  readonly launched: number
  readonly ms: number
  readonly failed: boolean
}

/** Start and end of one task. Accumulables are left out, as small stages of RDDs have none: they say nothing new. */
function* task(recorded: Event, { id, index, attempt, launched, ms, failed }: Task): Generator<string> {
  const info = {
    ...infoOf(recorded),
    'Task ID': id,
    Index: index,
    Attempt: attempt,
    'Partition ID': index,
    'Launch Time': launched,
    'Finish Time': 0,
    Accumulables: [],
  }
  const of = { 'Stage ID': 0, 'Stage Attempt ID': 0 }
  yield `${JSON.stringify({ Event: 'SparkListenerTaskStart', ...of, 'Task Info': info })}\n`
  const metrics = recorded['Task Metrics'] as Record<string, object>
  yield `${JSON.stringify({
    ...recorded,
    ...of,
    'Task End Reason': failed ? failure(index) : { Reason: 'Success' },
    'Task Info': { ...info, 'Finish Time': launched + ms, Failed: failed },
    'Task Metrics': {
      ...metrics,
      'Executor Deserialize Time': 1,
      'Executor Run Time': ms - 4,
      'JVM GC Time': 1,
      'Result Serialization Time': 1,
      'Input Metrics': { 'Bytes Read': ms * 100_000, 'Records Read': ms * 100 },
      'Shuffle Write Metrics': {
        'Shuffle Bytes Written': ms * 1000,
        'Shuffle Write Time': ms * 1000,
        'Shuffle Records Written': ms,
      },
    },
  })}\n`
}

function failure(index: number): object {
  const error = 'java.lang.OutOfMemoryError: Java heap space'
  const trace = Array.from(
    { length: 20 },
    (_, depth) => `\tat com.example.Orders.step${depth}(Orders.scala:${index})`,
  )
  return {
    Reason: 'ExceptionFailure',
    'Class Name': 'java.lang.OutOfMemoryError',
    Description: 'Java heap space',
    'Stack Trace': [],
    'Full Stack Trace': `${error}\n${trace.join('\n')}\n`,
    'Accumulator Updates': [],
  }
}

function infoOf(event: Event): Record<string, unknown> {
  return event['Task Info'] as Record<string, unknown>
}

function stageOf(event: Event, tasks: number): Event {
  return { ...event, 'Stage Info': { ...(event['Stage Info'] as object), 'Number of Tasks': tasks } }
}

/** Writes a log as Spark packs it. */
export async function writeLargeLog(log: LargeLog, file: string): Promise<void> {
  await pipeline(Readable.from(batches(log)), createZstdCompress(), createWriteStream(file))
}

/** The log in chunks of about 256 KB: line by line a stream is several times slower. */
export function* batches(log: LargeLog): Generator<Buffer> {
  let batch: string[] = []
  let size = 0
  for (const line of log.lines()) {
    batch.push(line)
    size += line.length
    if (size < 256 * 1024) continue
    yield Buffer.from(batch.join(''))
    batch = []
    size = 0
  }
  yield Buffer.from(batch.join(''))
}

if (import.meta.main) {
  const [line = '4', tasks = '200000', file = `${LARGE_APP}.zstd`] = process.argv.slice(2)
  if (line !== '3.5' && line !== '4') throw new Error('the line is 3.5 or 4')
  await writeLargeLog(await largeLog(line, Number(tasks)), file)
  let bytes = 0
  for await (const chunk of createReadStream(file)) bytes += (chunk as Buffer).length
  console.log(`${file}: ${bytes} bytes`)
}
