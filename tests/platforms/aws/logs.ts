// What a recorded Spark wrote, laid down as services of AWS lay it down in S3.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync, zstdDecompressSync } from 'node:zlib'

/** The event log of a run whose executors die, as Spark 3.5.9 wrote it, plain. */
export const EVENT_LOG = recordedLog()

function recordedLog(): Buffer {
  const folder = path.join(import.meta.dirname, '..', 'event-log', 'recordings', '3.5-single')
  const answers = JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')) as {
    application: { id: string }
  }
  return zstdDecompressSync(readFileSync(path.join(folder, 'log', `${answers.application.id}.zstd`)))
}

/** A rolled event log below a folder. */
export function rolled(folder: string, appId: string): Record<string, Buffer> {
  const lines = EVENT_LOG.toString('utf8').trimEnd().split('\n')
  const half = Math.floor(lines.length / 2)
  const part = (from: number, to: number): Buffer => Buffer.from(`${lines.slice(from, to).join('\n')}\n`)
  return {
    [`${folder}/eventlog_v2_${appId}/appstatus_${appId}`]: Buffer.alloc(0),
    [`${folder}/eventlog_v2_${appId}/events_1_${appId}`]: part(0, half),
    [`${folder}/eventlog_v2_${appId}/events_2_${appId}`]: part(half, lines.length),
  }
}

const LINES = Array.from(
  { length: 40 },
  (_, at) => `26/11/22 10:${String(at).padStart(2, '0')}:00 INFO TaskSetManager: Finished task ${at}.0`,
)

/** A driver's two logs, packed, in a folder. */
export function driverLogs(folder: string, last = 'ERROR Client: it is over'): Record<string, Buffer> {
  return {
    [`${folder}/stderr.gz`]: gzipSync(`${LINES.join('\n')}\n26/11/22 10:59:00 ${last}\n`),
    [`${folder}/stdout.gz`]: gzipSync('Traceback (most recent call last):\nValueError: order 7 has no customer\n'), // prettier-ignore
  }
}
