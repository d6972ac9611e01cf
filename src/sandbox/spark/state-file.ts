// Keeps the replayed applications in one JSON file, so that a restarted sandbox still runs what it ran, and only that.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import type { ReplayedApplication } from './application.ts'
import { loadRecording } from './recording.ts'

const schema = z.object({
  serial: z.int().min(0),
  workersAlive: z.boolean(),
  applications: z.array(
    z.object({
      appId: z.string(),
      recording: z.string(),
      startedAt: z.number(),
      name: z.string(),
      endedAt: z.number().nullable(),
    }),
  ),
})

export interface KeptSpark {
  readonly serial: number
  readonly workersAlive: boolean
  readonly applications: readonly ReplayedApplication[]
}

/**
 * What the file holds, its recordings loaded from `line`; null when there is none. Errors: a file that is there but
 * is not ours, and a recording that is gone.
 */
export function readKept(file: string, line: string): KeptSpark | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const kept = parse(text)
  if (kept === undefined)
    throw new Error(`${file} does not hold the state of a sandbox Spark; remove it to start afresh`)
  const applications = kept.applications.map((app) => ({
    ...app,
    recording: loadRecording(app.recording, line),
  }))
  return { ...kept, applications }
}

function parse(text: string): z.infer<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Writes it whole, to a new file that then takes the place of the old one. */
export function writeKept(file: string, kept: KeptSpark): void {
  const applications = kept.applications.map((app) => ({ ...app, recording: app.recording.id }))
  writeFileSync(`${file}.new`, JSON.stringify({ ...kept, applications }))
  renameSync(`${file}.new`, file)
}
