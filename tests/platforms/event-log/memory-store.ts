// A store of a few files in memory, for tests: what is asked of it can be counted, and a read can be made to fail.
import type { LogStore, StoredFile } from '../../../src/platforms/event-log/store.ts'

export interface MemoryStore extends LogStore {
  readonly asked: string[]
}

/** Files by path; a change of the record is seen. `chunk` bytes are given at a time. */
export function memoryStore(files: Record<string, Buffer>, chunk = 1000): MemoryStore {
  const asked: string[] = []
  return {
    asked,
    async list(folder) {
      asked.push(`list ${folder}`)
      const prefix = folder === '.' ? '' : `${folder}/`
      const found = new Map<string, StoredFile>()
      for (const [path, bytes] of Object.entries(files)) {
        if (!path.startsWith(prefix)) continue
        const [name = '', ...deeper] = path.slice(prefix.length).split('/')
        const folderHere = deeper.length > 0
        found.set(name, {
          name,
          path: `${prefix}${name}`,
          folder: folderHere,
          bytes: folderHere ? 0 : bytes.length,
          modifiedAt: null,
        })
      }
      return found.size === 0 ? null : [...found.values()]
    },
    async *read(file, offset, bytes, signal) {
      asked.push(`read ${file}`)
      const all = files[file]
      if (all === undefined) throw new Error(`no ${file}`)
      for (let at = offset; at < Math.min(all.length, offset + bytes); at += chunk) {
        signal.throwIfAborted()
        yield all.subarray(at, Math.min(at + chunk, offset + bytes))
      }
    },
  }
}
