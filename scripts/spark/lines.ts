// Which Spark lines are installed on this machine, and where; install.sh puts them there.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export const SPARK_LINES = ['3.5', '4'] as const
export type SparkLine = (typeof SPARK_LINES)[number]

export interface SparkInstallation {
  readonly line: SparkLine
  /** As Spark says it, for example `3.5.9`. */
  readonly version: string
  /** SPARK_HOME: holds bin/ and jars/. */
  readonly home: string
  readonly python: string
}

/** What to do when a line is absent, in one sentence. */
export const HOW_TO_INSTALL =
  'Spark is not installed: run scripts/spark/install.sh (python3-venv and Java 17 are needed)'

/** The installation of one line, or null when install.sh has not finished it. */
export function findSpark(line: SparkLine): SparkInstallation | null {
  const cache = process.env['ARRESTOR_SPARK_CACHE'] ?? path.join(homedir(), '.cache', 'arrestor', 'spark')
  const root = path.join(cache, line)
  if (!existsSync(path.join(root, '.installed'))) return null
  const version = readFileSync(path.join(root, '.installed'), 'utf8').trim()
  const python = readdirSync(path.join(root, 'lib')).find((name) => name.startsWith('python3'))
  if (python === undefined) return null
  return {
    line,
    version,
    home: path.join(root, 'lib', python, 'site-packages', 'pyspark'),
    python: path.join(root, 'bin', 'python'),
  }
}

/** The lines to test: SPARK_LINES (`3.5,4`) or all. An unknown name throws, so that a typo does not skip everything. */
export function wantedLines(value = process.env['SPARK_LINES']): readonly SparkLine[] {
  if (value === undefined || value.trim() === '') return SPARK_LINES
  return value.split(',').map((word) => {
    const line = SPARK_LINES.find((known) => known === word.trim())
    if (line === undefined)
      throw new Error(`SPARK_LINES names "${word.trim()}"; there are ${SPARK_LINES.join(' and ')}`)
    return line
  })
}
