// Recordings of a real Spark (made by scripts/spark/record.ts): what it answered alive, and after it had ended.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

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
  /** The driver's own metrics (`/metrics/json/`); of a living one alone. */
  readonly metrics?: Answer | undefined
  /** It ended by itself a moment after this was recorded: whoever looks finds it ended. */
  readonly over?: boolean | undefined
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

/** What a driver says of itself at `/metrics/json/`: as recorded, without what holds of the recorded application alone. */
export function driverMetrics(line: string, appId: string): string {
  const file = path.join(import.meta.dirname, 'metrics', `${line === '3.5' ? line : '4'}.json`)
  return readFileSync(file, 'utf8').replaceAll(/app-\d{14}-\d{4}/g, appId)
}

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

const answer = z.object({ status: z.int(), type: z.string(), body: z.unknown() })
const momentSchema = z.object({
  id: z.string(),
  title: z.string(),
  at: z.number().positive(),
  appId: z.string().regex(/^[\w-]{1,100}$/),
  master: z.object({
    '/json/': answer.extend({
      body: z.object({
        workers: z.array(z.looseObject({})),
        activeapps: z.array(z.looseObject({})),
        completedapps: z.array(z.looseObject({})),
      }),
    }),
    '/': answer,
    '/app/': answer,
  }),
  app: z.record(z.string(), answer),
  version: answer.extend({ body: z.object({ spark: z.string() }) }),
  metrics: answer.optional(),
  over: z.boolean().optional(),
})

/** Recorded moments are some hundred KB; what is far beyond was not made by the recorder. */
const MAX_BYTES = 20_000_000

/** Reads a recording of one's own: a folder with `live.json` and `ended.json`. Throws what is wrong with it. */
export function readRecording(folder: string): Recording {
  const moment = (name: string): Moment => {
    const file = path.join(folder, name)
    if (!existsSync(file)) throw new Error(`There is no recording: ${file} is missing.`)
    if (statSync(file).size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes.`)
    let data: unknown
    try {
      data = JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      throw new Error(`${file} is not JSON.`)
    }
    const read = momentSchema.safeParse(data)
    if (read.success) return read.data
    const [issue] = read.error.issues
    throw new Error(`${file} is no recorded moment: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
  }
  const live = moment('live.json')
  const version = (live.version.body as { spark: string }).spark
  const line = version.startsWith('3.') ? '3.5' : '4'
  return { id: live.id, title: live.title, line, live, ended: moment('ended.json') }
}
