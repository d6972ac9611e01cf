// One runbook file read and parsed, or left alone because it did not change; a broken one keeps its last good version.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { reasonOf } from '../errors.ts'
import { MAX_BYTES } from './bounds.ts'
import { type RunbookFolder, fileName, nameOf } from './folder.ts'
import type { Problem, Runbook } from './model.ts'
import { type ParseResult, parseRunbook } from './parse.ts'
import { readAtMost } from './read-file.ts'

/**
 * A file that changed less than this before it was read is read again next time: within one tick of a file system's
 * clock two writes of one size look the same, and the server of a network file system has a clock of its own.
 */
const TICK_MS = 2_000

export interface LoadedFile {
  /** As people read it. */
  readonly file: string
  /** Name of its folder, the same from load to load. */
  readonly folder: string
  /** Whose it is; null: every team's. */
  readonly team: string | null
  /** What the file system said of the version that was read; null: it does not tell versions apart yet. */
  readonly stamp: string | null
  /** Null when it could not be read. */
  readonly raw: string | null
  readonly parsed: ParseResult
  /** The runbook that serves: this version's, or the last good one. */
  readonly runbook: Runbook | null
}

export function complain(file: string, code: string, message: string, mend: string): Problem {
  return { file, line: 1, column: 1, level: 'error', code, message, mend }
}

interface Stat {
  readonly stamp: string
  readonly settled: boolean
  readonly size: bigint
}

/** Follows links: a ConfigMap is switched by turning a link to another folder, which gives each file another inode. */
async function statOf(full: string, now: Date): Promise<Stat> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(full, { bigint: true })
  return {
    stamp: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`,
    settled: now.getTime() - Number((ctimeNs > mtimeNs ? ctimeNs : mtimeNs) / 1_000_000n) > TICK_MS,
    size,
  }
}

async function readText(full: string, file: string, size: bigint): Promise<string | Problem> {
  const tooLong = (bytes: string): Problem =>
    complain(file, 'bounds', `the file has ${bytes} ${MAX_BYTES}`, 'Split it.')
  if (size > BigInt(MAX_BYTES)) return tooLong(`${size} bytes, more than`)
  try {
    const bytes = await readAtMost(full, MAX_BYTES)
    if (bytes === null) return tooLong('more bytes than')
    // Fatal: bytes that are no UTF-8 would silently become other text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError)
      return complain(file, 'encoding', 'the file is not UTF-8', 'Save it as UTF-8.')
    throw error
  }
}

/** What is read of a file, and whether that took a look into it. */
export interface Read {
  readonly loaded: LoadedFile
  readonly opened: boolean
}

/**
 * Loads one file. `before` is what this file was at the last load; `gone` what is no longer in its folder: a file that
 * was moved while it is broken inherits the last good version from there.
 */
export async function loadFile(
  full: string,
  folder: RunbookFolder,
  before: LoadedFile | undefined,
  gone: readonly LoadedFile[],
  now: Date,
): Promise<Read> {
  const file = fileName(folder, full)
  let said: Stat | null = null
  let raw: string | Problem
  try {
    said = await statOf(full, now)
    if (before !== undefined && before.stamp === said.stamp) return { loaded: before, opened: false }
    raw = await readText(full, file, said.size)
  } catch (error) {
    const why = `the file cannot be read: ${reasonOf(error)}`
    raw = complain(file, 'unreadable', why, 'Check that it is a file and may be read.')
    said = null
  }
  const stamp = said?.settled === true ? said.stamp : null
  const text = typeof raw === 'string' ? raw : null
  const same =
    typeof raw === 'string' ? before?.raw === raw : before?.parsed.problems[0]?.message === raw.message
  if (before !== undefined && before.raw === text && same)
    // The same object where it can be: what did not change is then known without looking inside.
    return { loaded: before.stamp === stamp ? before : { ...before, stamp }, opened: true }
  const parsed: ParseResult =
    typeof raw === 'string' ? parseRunbook(raw, file) : { runbook: null, problems: [raw] }
  const lastGood = before?.runbook ?? (parsed.runbook === null ? inherited(file, text, gone) : null)
  return {
    loaded: {
      file,
      folder: nameOf(folder),
      team: folder.team,
      stamp,
      raw: text,
      parsed,
      runbook: parsed.runbook ?? lastGood,
    },
    opened: true,
  }
}

/** The last good version of a broken file that had another name: the same text, else the same name in another folder. */
function inherited(file: string, raw: string | null, gone: readonly LoadedFile[]): Runbook | null {
  const twin =
    gone.find((one) => raw !== null && one.raw === raw) ??
    gone.find((one) => path.basename(one.file) === path.basename(file))
  return twin?.runbook ?? null
}
