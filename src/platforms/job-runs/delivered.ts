// What a cloud's service leaves of a run in its buckets: what the driver wrote, and Spark's event log.
import type { LogTail } from '../../ports.ts'
import type { EventLog, EventLogReader } from '../event-log/reader.ts'
import type { LogStore, StoredFile } from '../event-log/store.ts'
import { tailOf } from '../event-log/tail.ts'

/** Buckets that hold what runs left. */
export interface Delivery {
  readonly store: LogStore
  /** As people call them: S3. */
  readonly name: string
  /** A page for people. */
  link(folder: string): string | null
  /** What the driver logged to, where it is not `stderr`. */
  readonly logged?: RegExp
}

const STDERR = /^stderr\b/
const STDOUT = /^stdout\b/
/** Below this, what is asked for goes to stderr alone. */
const BOTH_BYTES = 8 * 1024

/**
 * The ends of stdout and stderr in a folder, stderr last: log4j writes there, and it says how it ended. `stdout` of a
 * Python program has what it printed. Null where there is neither.
 */
export async function logIn(
  delivery: Delivery,
  folder: string,
  bytes: number,
  whose: string,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const { store, logged: pattern = STDERR } = delivery
  const files = await store.list(folder, signal)
  if (files === null) return null
  const printed =
    bytes >= BOTH_BYTES ? await tailOf(store, newestFirst(files, STDOUT), Math.floor(bytes / 4), signal) : null // prettier-ignore
  const logged = await tailOf(store, newestFirst(files, pattern), bytes - Buffer.byteLength(printed?.text ?? ''), signal) // prettier-ignore
  const parts = [printed, logged].filter((part) => part !== null)
  // What is too little for both has no stderr.
  const only = parts.length === 0 ? await tailOf(store, newestFirst(files, STDOUT), bytes, signal) : null
  const all = only === null ? parts : [only]
  if (all.length === 0) return null
  return {
    text: all.map(({ text }) => text).join(''),
    whose: 'driver',
    cut: all.some(({ cut }) => cut),
    from: `${whose} (${all.flatMap((part) => part.files).join(', ')}) in ${folder}`,
    link: delivery.link(`${folder.replace(/\/+$/, '')}/`),
  }
}

function newestFirst(files: readonly StoredFile[], pattern: RegExp): readonly StoredFile[] {
  return (
    files
      .filter(({ folder, name }) => !folder && pattern.test(name))
      // Parts of one stream may be of one instant; their names count up.
      .sort((a, b) => time(b) - time(a) || (a.name < b.name ? 1 : -1))
  )
}

/** The event log of an application in Spark's folder of logs; where that is one run's own, the newest that is there. */
export async function eventLogIn(
  store: LogStore,
  events: EventLogReader,
  folder: string,
  appId: string | null,
  own: boolean,
  signal: AbortSignal,
): Promise<EventLog | null> {
  const named = appId === null ? null : await events.find(folder, appId, signal)
  if (named !== null || !own) return named
  const entries = (await store.list(folder, signal)) ?? []
  const newest = entries
    .filter(({ name }) => !name.startsWith('appstatus'))
    .sort((a, b) => time(b) - time(a) || (a.name < b.name ? 1 : -1))[0]
  if (newest === undefined) return null
  return newest.folder ? events.open(newest.path, signal) : events.find(folder, newest.name, signal)
}

function time({ modifiedAt }: StoredFile): number {
  return modifiedAt?.getTime() ?? 0
}
