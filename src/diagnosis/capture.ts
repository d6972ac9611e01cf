// Evidence before it dies: what a platform shows of a run at this instant, as texts that do where nobody has a VPN.
import type { Run } from '../alerts/model.ts'
import { reasonOf } from '../errors.ts'
import type { PlatformReader, ReadCapability, SparkApplication } from '../ports.ts'
import { logFile, overviewFile, threadsFile } from './capture-files.ts'
import { takeDumps } from './probes/threads.ts'

/** One text of a capture. */
export interface CapturedFile {
  /** For example `driver-log.txt`. */
  readonly name: string
  /** What it is, for people: `the driver's log, its last 212 lines`. */
  readonly title: string
  readonly text: string
  /** The lines that say most, the best first; three at most. */
  readonly telling: readonly string[]
  /** Its beginning was left out. */
  readonly cut: boolean
}

export interface Capture {
  readonly files: readonly CapturedFile[]
  /** What could not be seen, and why. */
  readonly missing: readonly string[]
}

/** How much of a log's end is kept. With the others it stays below what the store takes. */
const LOG_BYTES = 64 * 1024
const EXECUTORS = 3
const EVENTS = 20

/**
 * Reads everything that may be gone soon, each thing for itself: what fails or is late is in `missing`, the rest is
 * kept. Never throws; ends when `signal` is aborted, at the latest.
 */
export async function takeCapture(reader: PlatformReader, run: Run, signal: AbortSignal): Promise<Capture> {
  const missing: string[] = []
  async function ask<T>(
    need: ReadCapability | null,
    what: string,
    read: () => Promise<T>,
    otherwise: T,
  ): Promise<T> {
    // What a platform never tells is no loss.
    if (need !== null && !reader.capabilities.has(need)) return otherwise
    try {
      return await beforeAbort(read(), signal)
    } catch (error) {
      missing.push(`${what}: ${signal.aborted ? 'there was no time left' : reasonOf(error)}`)
      return otherwise
    }
  }
  const ofRun = {
    run: ask('run', 'the run', () => reader.run(run, signal), null),
    containers: ask('containers', 'containers', () => reader.containers(run, signal), []),
    events: ask('events', 'events', () => reader.events(run, EVENTS, signal), []),
    log: ask('log', "the driver's log", () => reader.log(run, LOG_BYTES, signal), null),
  }
  const app = await ask('application', 'the application', () => reader.locate(run, signal), null)
  const of = <T>(
    need: ReadCapability,
    what: string,
    read: (app: SparkApplication) => Promise<T>,
    otherwise: T,
  ): Promise<T> => (app === null ? Promise.resolve(otherwise) : ask(need, what, () => read(app), otherwise))
  const [executors, stages, environment, dumps] = await Promise.all([
    of('executors', 'executors', (one) => reader.executors(one, signal), []),
    of('stages', 'stages', (one) => reader.stages(one, signal), []),
    of('environment', 'settings', (one) => reader.environment(one, signal), new Map<string, string>()),
    of('threads', 'threads', (one) => takeDumps(reader, one, EXECUTORS, signal), {
      dumps: [],
      unreached: [],
    }),
  ])
  missing.push(...(app?.unreached ?? []), ...dumps.unreached)
  const seen = {
    app,
    run: await ofRun.run,
    containers: await ofRun.containers,
    events: await ofRun.events,
    executors,
    stages,
    environment,
  }
  const log = await ofRun.log
  const files = [overviewFile(seen), threadsFile(dumps.dumps), log === null ? null : await logFile(log)]
  return { files: files.filter((file) => file !== null), missing: [...new Set(missing)] }
}

/** A reader that does not heed its signal must not hold up what has been seen. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
