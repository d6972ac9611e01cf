// What the sandbox itself remembers across a restart: which alerts burn, and how far the newcomer has come.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import type { Burning } from '../break/breaker.ts'

const labels = z.record(z.string(), z.string())
const schema = z.object({
  burning: z.array(
    z.object({
      scenario: z.string(),
      startsAt: z.string(),
      appId: z.string().exactOptional(),
      groups: z.array(
        z.object({
          groupLabels: labels,
          alerts: z.array(
            z.object({ labels, annotations: labels, startsAt: z.string(), generatorURL: z.string() }),
          ),
        }),
      ),
    }),
  ),
  progress: z.object({ broke: z.boolean(), pressed: z.boolean() }),
})

export type Kept = { burning: Burning[]; progress: { broke: boolean; pressed: boolean } }

export type Memory = { get: () => Kept; set: (part: Partial<Kept>) => void; reset: () => void }

const fresh = (): Kept => ({ burning: [], progress: { broke: false, pressed: false } })

/**
 * Opens the memory kept in `file`. Errors: a file that is there but is not ours, which is left untouched.
 */
export function openMemory(file: string): Memory {
  let kept = read(file)
  const write = (): void => {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(kept))
    renameSync(`${file}.new`, file)
  }
  return {
    get: () => kept,
    set(part) {
      kept = { ...kept, ...part }
      write()
    },
    reset() {
      kept = fresh()
      write()
    },
  }
}

function read(file: string): Kept {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fresh()
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Error(`${file} does not hold the state of a sandbox. Remove it to start afresh.`)
  }
}
