// Keeps the account in one JSON file, so that a restarted sandbox remembers its incidents.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { AccountData } from './account.ts'

/** Changes within this time share one write: a storm must not write the file once per event. */
const GATHER_MS = 50

export type StateFile = { changed: () => void; flush: () => void }

/** What the file holds; undefined when there is none. A file that is no state of ours is an error. */
export function readState(file: string): AccountData | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const data = JSON.parse(text) as AccountData
  if (!Array.isArray(data.incidents) || !Array.isArray(data.events))
    throw new Error(`${file} does not hold the state of a sandbox PagerDuty; remove it to start afresh`)
  return data
}

/** Writes `data()` whole, to a new file that then takes the place of the old one. */
export function createStateFile(file: string, data: () => AccountData): StateFile {
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    writeFileSync(`${file}.new`, JSON.stringify(data()))
    renameSync(`${file}.new`, file)
  }
  return {
    changed: () => {
      timer ??= setTimeout(flush, GATHER_MS).unref()
    },
    flush,
  }
}
