// The bytes of files: taken at the address that was given out, handed to whoever shows a token or is signed in.
import type { IncomingHttpHeaders } from 'node:http'

import type { FileRecord } from '../types.ts'
import type { World } from '../world.ts'
import { previewOf } from './record.ts'

/** What came of an upload: the number of bytes taken, or why not, with the status that says so. */
export type Upload = { taken: number } | { status: 400 | 404; error: string }

/** The one file of a form, or the bare body. */
async function unwrapped(contentType: string, body: Buffer): Promise<Buffer | undefined> {
  if (!contentType.startsWith('multipart/form-data')) return body
  try {
    const headers = { 'content-type': contentType }
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const file = [...form.values()].find((value) => typeof value !== 'string')
    return file === undefined ? undefined : Buffer.from(await file.arrayBuffer())
  } catch {
    return undefined
  }
}

/** Takes the bytes of an upload; their number must be the `length` that was announced. */
export async function receiveUpload(
  world: World,
  id: string,
  contentType: string,
  body: Buffer,
): Promise<Upload> {
  const { store } = world
  const file = store.kept.files.find((one) => one.id === id)
  if (file === undefined) return { status: 404, error: 'file_not_found' }
  const bytes = await unwrapped(contentType, body)
  if (bytes === undefined) return { status: 400, error: 'no file in the form' }
  if (bytes.length !== file.size) {
    store.warn(`The upload of ${file.name} has ${bytes.length} bytes where ${file.size} were announced`)
    return { status: 400, error: `expected ${file.size} bytes, got ${bytes.length}` }
  }
  store.kept.contents[id] = bytes.toString('base64')
  Object.assign(file, previewOf(file, bytes))
  store.changed('file')
  return { taken: bytes.length }
}

/**
 * Whether a request may read files: the bot's token, or a browser that is signed in. Every browser of this
 * machine is; it says by `Sec-Fetch-Site` that it is one, and that no foreign page sends it.
 */
export function mayRead(world: World, headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'same-site' || site === 'none') return true
  return headers.authorization === `Bearer ${world.store.seed.botToken}`
}

/** A file and its bytes; undefined until they were uploaded. */
export function contentOf(world: World, id: string): { file: FileRecord; bytes: Buffer } | undefined {
  const file = world.store.kept.files.find((one) => one.id === id)
  const content = world.store.kept.contents[id]
  if (file === undefined || content === undefined) return undefined
  return { file, bytes: Buffer.from(content, 'base64') }
}
