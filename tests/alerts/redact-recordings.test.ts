// P12, the other side: of what real Sparks said in all our recordings, redaction takes nothing a person would look for.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/alerts/redact.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')

/** Recorded answers of REST APIs, logs and event logs of Spark 3.5.9 and 4.3.0, Hadoop 3.4.2 and Databricks' examples. */
const RECORDINGS = [
  'src/sandbox/spark/recordings',
  'src/sandbox/spark/threads',
  'tests/platforms/yarn/recordings',
  'tests/platforms/event-log/recordings/3.5-single',
  'tests/platforms/event-log/recordings/4-single',
  'tests/cli/logs',
]

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

function textOf(file: string): string {
  const bytes = readFileSync(file)
  return (file.endsWith('.zstd') ? zstdDecompressSync(bytes) : bytes).toString('utf8')
}

/** Words that redaction took out of a line: what stands in the place of each `[redacted ...]`. */
function taken(line: string): string[] {
  const [first, ...rest] = redact(line).split(/\[redacted[^\]]*\]/)
  let at = (first ?? '').length
  return rest.map((kept) => {
    const next = kept === '' ? line.length : line.indexOf(kept.slice(0, 40), at)
    const word = line.slice(at, next)
    at = next + kept.length
    return word
  })
}

describe('redaction of what real Sparks said', () => {
  it('leaves every line of logs, REST answers and thread dumps alone', () => {
    const files = RECORDINGS.flatMap((folder) => filesBelow(path.join(ROOT, folder)))
    const lines = [...new Set(files.flatMap((file) => textOf(file).split('\n')))]
    const environment = (line: string): boolean => line.includes('"SparkListenerEnvironmentUpdate"')
    expect(lines.length).toBeGreaterThan(2_000)
    expect(lines.filter((line) => !environment(line)).filter((line) => redact(line) !== line)).toEqual([])
    // Hadoop's defaults hold a Kerberos principal that has the form of a mail address; nothing else goes.
    const words = new Set(lines.filter(environment).flatMap(taken))
    expect([...words]).toEqual(['_HOST@REALM.TLD'])
  })
})
