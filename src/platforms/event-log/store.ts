// Where event logs and delivered logs lie: a folder, DBFS, a volume, a bucket. Listing and reading is all there is.
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'

export interface StoredFile {
  readonly name: string
  /** As the store names it; given back to `list` and `read`. */
  readonly path: string
  readonly folder: boolean
  readonly bytes: number
  readonly modifiedAt: Date | null
}

/** Reads and can do nothing else (P10). Throws ARR-501, ARR-502; null where the thing does not exist. */
export interface LogStore {
  list(folder: string, signal: AbortSignal): Promise<readonly StoredFile[] | null>
  /** Entries whose names begin so, where a store need not list all for that: Spark's folder may hold every log of years. */
  named?(
    folder: string,
    beginnings: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredFile[] | null>
  /** At most `bytes` of a file from `offset` on, in chunks. A file that ends earlier gives fewer. */
  read(file: string, offset: number, bytes: number, signal: AbortSignal): AsyncIterable<Buffer>
}

const CHUNK = 256 * 1024

/** A folder of this machine, or one that is mounted. Nothing above `root` is reached. */
export function folderStore(root: string): LogStore {
  const base = path.resolve(root)
  const inside = (name: string): string => {
    const full = path.resolve(base, name)
    if (full !== base && !full.startsWith(base + path.sep))
      throw new Error(`${name} is outside of the folder`)
    return full
  }
  return {
    async list(folder, signal) {
      signal.throwIfAborted()
      const full = inside(folder)
      const entries = await readdir(full, { withFileTypes: true }).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      })
      if (entries === null) return null
      return Promise.all(
        entries
          .filter((entry) => entry.isFile() || entry.isDirectory())
          .map(async (entry): Promise<StoredFile> => {
            const { size, mtime } = await stat(path.join(full, entry.name))
            return {
              name: entry.name,
              path: path.join(folder, entry.name),
              folder: entry.isDirectory(),
              bytes: size,
              modifiedAt: mtime,
            }
          }),
      )
    },
    async *read(file, offset, bytes, signal) {
      const handle = await open(inside(file))
      try {
        for (let at = offset; at < offset + bytes;) {
          signal.throwIfAborted()
          const buffer = Buffer.alloc(Math.min(CHUNK, offset + bytes - at))
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
          if (bytesRead === 0) return
          at += bytesRead
          yield buffer.subarray(0, bytesRead)
        }
      } finally {
        await handle.close()
      }
    },
  }
}
