// DBFS and Unity Catalog volumes as stores of logs: listing, and reading in parts.
import type { LogStore, StoredFile } from '../event-log/store.ts'
import type { DatabricksClient } from './client.ts'
import { dbfsListSchema, dbfsReadSchema, directorySchema } from './schema.ts'

/** DBFS reads no more at once. */
const DBFS_CHUNK = 1024 * 1024
const VOLUME_CHUNK = 4 * 1024 * 1024
/** Of a volume's folder, 1,000 entries a page. */
const FOLDER_PAGES = 10

/** `dbfs:/cluster-logs` and below. */
export function dbfsStore(client: DatabricksClient): LogStore {
  return {
    async list(folder, signal) {
      const answer = await client.get('/api/2.0/dbfs/list', { path: bare(folder) }, dbfsListSchema, signal)
      if (answer === null) return null
      return answer.files.map((file): StoredFile => ({
        name: file.path.split('/').at(-1) ?? '',
        path: file.path,
        folder: file.is_dir,
        bytes: file.file_size,
        modifiedAt: file.modification_time,
      }))
    },
    async *read(file, offset, bytes, signal) {
      for (let at = offset; at < offset + bytes;) {
        const length = Math.min(DBFS_CHUNK, offset + bytes - at)
        const query = { path: bare(file), offset: String(at), length: String(length) }
        const part = await client.get('/api/2.0/dbfs/read', query, dbfsReadSchema, signal)
        const data = Buffer.from(part?.data ?? '', 'base64')
        if (data.length === 0) return
        at += data.length
        yield data
      }
    },
  }
}

/** `/Volumes/catalog/schema/volume` and below. */
export function volumeStore(client: DatabricksClient): LogStore {
  return {
    async list(folder, signal) {
      const found: StoredFile[] = []
      let token: string | null | undefined = null
      for (let page = 0; page < FOLDER_PAGES; page += 1) {
        const query: Record<string, string> = token ? { page_token: token } : {}
        const answer = await client.folder(folder, query, directorySchema, signal)
        if (answer === null) return page === 0 ? null : found
        for (const entry of answer.contents)
          found.push({
            name: entry.name,
            path: entry.path,
            folder: entry.is_directory,
            bytes: entry.file_size,
            modifiedAt: entry.last_modified,
          })
        token = answer.next_page_token
        if (!token) break
      }
      return found
    },
    async *read(file, offset, bytes, signal) {
      for (let at = offset; at < offset + bytes;) {
        const data = await client.file(file, at, Math.min(VOLUME_CHUNK, offset + bytes - at), signal)
        if (data === null || data.length === 0) return
        at += data.length
        yield data
      }
    },
  }
}

/** The API takes the path without its scheme. */
function bare(path: string): string {
  return path.replace(/^dbfs:(?:\/\/)?/, '')
}
