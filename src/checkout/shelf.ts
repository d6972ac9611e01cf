// What one repository has on disk: a folder for the commit that serves, and a note that names it, switched in one step.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { ArrestorError, reasonOf } from '../errors.ts'
import type { GitSource } from './config.ts'
import type { Exported } from './export.ts'

const NoteSchema = z.object({
  /** Where it came from: runbooks of another address, ref or folder are not these. */
  from: z.string(),
  commit: z.string(),
  folder: z.string().regex(/^[0-9a-z-]+$/),
  files: z.number(),
  bytes: z.number(),
  skipped: z.array(z.string()),
  fetchedAt: z.iso.datetime(),
})

export interface Checkout {
  readonly commit: string
  /** Full path. */
  readonly folder: string
  readonly fetchedAt: Date
  readonly skipped: readonly string[]
}

const NOTE = 'current.json'
/** Folders of another process that shares this place are left alone while it may be writing. */
const ABANDONED_MS = 600_000

const originOf = ({ url, ref, path: inside }: GitSource): string => JSON.stringify([url, ref ?? null, inside])

/** The bare repository that fetches go into: a process has its own, since two that share a place would race in one. */
export function newRepository(place: string): string {
  return path.join(place, `repository-${randomBytes(4).toString('hex')}.git`)
}

/** What was fetched last and is whole, or null: a crash may have left half of it. */
export async function readCheckout(place: string, source: GitSource): Promise<Checkout | null> {
  try {
    const note = NoteSchema.parse(JSON.parse(await readFile(path.join(place, NOTE), 'utf8')))
    if (note.from !== originOf(source)) return null
    const folder = path.join(place, note.folder)
    const found = await measure(folder)
    if (found.files !== note.files || found.bytes !== note.bytes) return null
    return { commit: note.commit, folder, fetchedAt: new Date(note.fetchedAt), skipped: note.skipped }
  } catch {
    // Never fetched, or not readable any more: it is fetched anew.
    return null
  }
}

async function measure(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size),
  )
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Makes the place. Throws ARR-203. */
export async function preparePlace(place: string): Promise<void> {
  try {
    await mkdir(place, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ArrestorError('ARR-203', { dir: place, why: reasonOf(error) }, error)
  }
}

/** Lets `write` fill a new folder, then makes it the current one. The folder before stays until `sweep`. */
export async function putCheckout(
  place: string,
  source: GitSource,
  commit: string,
  now: Date,
  write: (folder: string) => Promise<Exported>,
): Promise<Checkout> {
  const name = `${commit.slice(0, 12)}-${randomBytes(6).toString('hex')}`
  const folder = path.join(place, name)
  try {
    await mkdir(folder)
    const { files, bytes, skipped } = await write(folder)
    const note: z.infer<typeof NoteSchema> = {
      from: originOf(source),
      commit,
      folder: name,
      files,
      bytes,
      skipped: [...skipped],
      fetchedAt: now.toISOString(),
    }
    const draft = path.join(place, `${name}.json`)
    await writeFile(draft, JSON.stringify(note), { flush: true })
    await rename(draft, path.join(place, NOTE))
    return { commit, folder, fetchedAt: now, skipped }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Removes what serves nobody: the folders named, and whatever was left behind long ago. */
export async function sweep(place: string, keep: readonly string[], done: readonly string[]): Promise<void> {
  const names = await readdir(place).catch((): string[] => [])
  for (const name of names) {
    const full = path.join(place, name)
    if (keep.includes(full) || name === NOTE) continue
    const { mtimeMs } = await stat(full).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (done.includes(full) || Date.now() - mtimeMs > ABANDONED_MS)
      await rm(full, { recursive: true, force: true })
  }
}
