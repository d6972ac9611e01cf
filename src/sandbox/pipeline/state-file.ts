// Keeps what the pipeline was asked for in one JSON file, so that a restarted one knows what it has rolled back and goes on.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { type RollbackRequest, requestSchema } from './request.ts'

/** A request that was taken, to what, and how far it has come; times in milliseconds since 1970. */
export type KeptRollback = { asked: RollbackRequest; to: string; deployedAt?: number; announced?: boolean }

const schema = z.array(
  z.object({
    asked: requestSchema,
    to: z.string(),
    deployedAt: z.number().exactOptional(),
    announced: z.boolean().exactOptional(),
  }),
)

/** Oldest first; none where there is no file. Errors: a file that is there but is not ours, which is left untouched. */
export function readKept(file: string): KeptRollback[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const kept = parsed(text)
  if (kept === undefined)
    throw new Error(`${file} does not hold the state of a sandbox pipeline; remove it to start afresh`)
  return kept
}

function parsed(text: string): KeptRollback[] | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Writes it whole, to a new file that then takes the place of the old one. */
export function writeKept(file: string, kept: readonly KeptRollback[]): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(kept))
  renameSync(`${file}.new`, file)
}
