// Buckets of Cloud Storage as a store of logs: listing below a prefix, and reading in parts.
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { LogStore, StoredFile } from '../event-log/store.ts'
import type { PlatformDeps } from '../platform.ts'
import { createGoogleClient } from './client.ts'
import type { GoogleConfig } from './config.ts'
import type { GoogleTokens } from './token.ts'

/** A thousand names a page; more are not listed, since they come by name and not by age. */
const PAGES = 10
const CHUNK = 4 * 1024 * 1024

const listSchema = z.object({
  /** Every list of Cloud Storage says what it is; another's JSON does not. */
  kind: z.literal('storage#objects'),
  items: z
    .array(
      z.object({
        name: z.string(),
        /** 64-bit, as text. */
        size: z.coerce.number().default(0),
        updated: z.coerce.date().nullish(),
      }),
    )
    .default([]),
  prefixes: z.array(z.string()).default([]),
  nextPageToken: z.string().nullish(),
})

export interface GcsPlace {
  readonly bucket: string
  readonly name: string
}

/** Null where the text is no place in Cloud Storage. */
export function gcsPlaceOf(text: string): GcsPlace | null {
  const match = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/s.exec(text)
  return match?.[1] === undefined ? null : { bucket: match[1], name: (match[2] ?? '').replace(/^\/+/, '') }
}

/** The folder that a place lies in, with its slash; the place itself where it ends in one. */
export function gcsFolderOf(text: string): string {
  return text.slice(0, text.lastIndexOf('/') + 1)
}

/** A page of Google's console for people. */
export function gcsLink(text: string): string | null {
  const place = gcsPlaceOf(text)
  if (place === null) return null
  const path = [place.bucket, ...place.name.split('/').filter((word) => word !== '')]
  return `https://console.cloud.google.com/storage/browser/${path.map(encodeURIComponent).join('/')}`
}

/** Paths are `gs://bucket/name`. A folder is a beginning of names up to a slash. */
export function createGcsStore(
  platform: string,
  config: Pick<GoogleConfig, 'storage_endpoint' | 'timeout_ms'>,
  tokens: GoogleTokens,
  deps: PlatformDeps,
): LogStore {
  const client = createGoogleClient({
    platform,
    base: config.storage_endpoint ?? 'https://storage.googleapis.com',
    // An object's name is one word, slashes and all.
    reads: [/^storage\/v1\/b\/[^/]+\/o(?:\/.+)?$/s],
    timeoutMs: config.timeout_ms,
    tokens,
    deps,
  })

  function placeOf(path: string): GcsPlace {
    const place = gcsPlaceOf(path)
    if (place === null)
      throw new ArrestorError('ARR-502', {
        platform,
        url: path.slice(0, 200),
        why: 'this is no place in Cloud Storage',
      })
    return place
  }

  return {
    async list(folder, signal) {
      const { bucket, name } = placeOf(folder)
      const prefix = name === '' || name.endsWith('/') ? name : `${name}/`
      const found: StoredFile[] = []
      let token: string | null | undefined = null
      for (let page = 0; page < PAGES; page += 1) {
        const answer: z.output<typeof listSchema> | null = await client.get(
          ['storage', 'v1', 'b', bucket, 'o'],
          {
            prefix,
            delimiter: '/',
            maxResults: '1000',
            fields: 'kind,nextPageToken,prefixes,items(name,size,updated)',
            ...(token ? { pageToken: token } : {}),
          },
          listSchema,
          signal,
        )
        if (answer === null) return null
        for (const one of answer.prefixes)
          found.push(entry(bucket, one.replace(/\/$/, ''), { folder: true, bytes: 0, modifiedAt: null }))
        // A folder may have an object of its own name and no size.
        for (const { name: object, size, updated } of answer.items.filter((item) => !item.name.endsWith('/')))
          found.push(entry(bucket, object, { folder: false, bytes: size, modifiedAt: updated ?? null }))
        token = answer.nextPageToken
        if (!token) break
      }
      // There are no folders, only names: what nothing lies below is not there.
      return found.length === 0 ? null : found
    },
    async *read(file, offset, bytes, signal) {
      const { bucket, name } = placeOf(file)
      for (let at = offset; at < offset + bytes;) {
        const length = Math.min(CHUNK, offset + bytes - at)
        const data = await client.bytes(['storage', 'v1', 'b', bucket, 'o', name], at, length, signal)
        if (data === null || data.length === 0) return
        at += data.length
        yield data
      }
    },
  }
}

function entry(bucket: string, name: string, rest: Omit<StoredFile, 'name' | 'path'>): StoredFile {
  return { name: name.split('/').at(-1) ?? '', path: `gs://${bucket}/${name}`, ...rest }
}
