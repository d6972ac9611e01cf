// Recordings of a real Spark (made by scripts/spark/record.ts): what it answered alive, and after it had ended.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: unknown
}

/** One moment of one application: the master's answers, and those below /applications/<id>/ by relative path. */
export interface Moment {
  readonly id: string
  readonly title: string
  /** When it was recorded, milliseconds since the epoch. */
  readonly at: number
  readonly appId: string
  readonly master: Readonly<Record<'/json/' | '/' | '/app/', Answer>>
  readonly app: Readonly<Record<string, Answer>>
  readonly version: Answer
}

export interface Recording {
  readonly id: string
  readonly title: string
  /** `3.5` or `4`. */
  readonly line: string
  readonly live: Moment
  readonly ended: Moment
}

/** Hosts that recordings name in place of those they were made on. */
export const HOSTS = {
  master: 'http://spark-master:8080',
  driver: 'http://spark-driver:4040',
} as const

const ROOT = path.join(import.meta.dirname, 'recordings')

/** What can be replayed, with the lines it was recorded on. */
export function listRecordings(): { id: string; lines: string[] }[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ id: name, lines: readdirSync(path.join(ROOT, name)) }))
}

/** Loads one recording; throws naming what there is when there is no such. */
export function loadRecording(id: string, line: string): Recording {
  const folder = path.join(ROOT, id, line)
  const known = listRecordings()
  if (!known.some((one) => one.id === id && one.lines.includes(line)) || !existsSync(folder))
    throw new Error(
      `There is no recording "${id}" of Spark ${line}; there are ${known.map((one) => one.id).join(', ')}.`,
    )
  const moment = (name: string): Moment => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Moment
  const live = moment('live.json')
  return { id, title: live.title, line, live, ended: moment('ended.json') }
}
