// Buckets of S3 as a store of logs: listing below a prefix, and reading in parts.
import { Readable } from 'node:stream'
import type { GetObjectCommandInput, ListObjectsV2CommandInput } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { LogStore, StoredFile } from '../event-log/store.ts'
import type { Delivery } from '../job-runs/delivered.ts'
import type { PlatformDeps } from '../platform.ts'
import { type AwsClient, type Credentials, createAwsClient } from './client.ts'
import type { AwsConfig } from './config.ts'
import { pagesOf } from './pages.ts'
import { refusalOf } from './refusals.ts'

interface Reads {
  ListObjectsV2: ListObjectsV2CommandInput
  GetObject: GetObjectCommandInput
}

const listSchema = z.object({
  /** Every list of S3 says whose it is; another's XML does not. */
  Name: z.string(),
  Contents: z
    .array(z.object({ Key: z.string(), Size: z.number().default(0), LastModified: z.date().nullish() }))
    .default([]),
  CommonPrefixes: z.array(z.object({ Prefix: z.string() })).default([]),
  NextContinuationToken: z.string().nullish(),
})
const objectSchema = z.object({
  ContentRange: z.string().nullish(),
  Body: z.custom<Readable>((body) => body instanceof Readable, 'no body'),
})

/** A thousand entries a page: more are not listed, since S3 sorts by name and not by age. */
const PAGES = 10
const CHUNK = 4 * 1024 * 1024

/** A bucket and a key of it, or the beginning of keys. */
export interface S3Place {
  readonly bucket: string
  readonly key: string
}

/** Null where the text is no place in S3. `s3n` and `s3a` are Hadoop's names for the same. */
export function s3PlaceOf(text: string): S3Place | null {
  const match = /^s3[an]?:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text)
  return match?.[1] === undefined ? null : { bucket: match[1], key: (match[2] ?? '').replace(/^\/+/, '') }
}

/** Words below a place; none of them may lead elsewhere. */
export function belowS3(place: string, ...words: readonly string[]): string {
  return [place.replace(/\/+$/, ''), ...words].join('/')
}

/** A page of AWS's console for people. */
export function s3Link(text: string, region: string): string | null {
  const place = s3PlaceOf(text)
  return place === null
    ? null
    : `https://${region}.console.aws.amazon.com/s3/buckets/${place.bucket}?region=${region}&prefix=${encodeURIComponent(place.key)}`
}

/** Paths are `s3://bucket/key`. A folder is a beginning of keys up to a slash. */
export function createS3Store(
  platform: string,
  config: Pick<AwsConfig, 'region' | 's3_endpoint' | 'timeout_ms'>,
  credentials: Credentials,
  deps: PlatformDeps,
): LogStore {
  const s3: AwsClient<Reads> = createAwsClient<Reads>({
    platform,
    service: {
      name: 's3',
      async load() {
        const sdk = await import('@aws-sdk/client-s3')
        return { sdk, Client: sdk.S3Client }
      },
    },
    calls: ['ListObjectsV2', 'GetObject'],
    reads: true,
    config,
    endpoint: config.s3_endpoint,
    credentials,
    deps,
  })

  function placeOf(path: string): S3Place {
    const place = s3PlaceOf(path)
    if (place === null)
      throw new ArrestorError('ARR-502', { platform, url: path.slice(0, 200), why: 'this is no place in S3' })
    return place
  }

  async function below(folder: string, beginning: string, signal: AbortSignal): Promise<StoredFile[]> {
    const { bucket, key } = placeOf(folder)
    const base = key === '' || key.endsWith('/') ? key : `${key}/`
    const place = `s3://${bucket}/${base}${beginning}`
    const pages = await pagesOf(
      PAGES,
      (token) =>
        s3.call(
          'ListObjectsV2',
          {
            Bucket: bucket,
            Prefix: `${base}${beginning}`,
            Delimiter: '/',
            ...(token === undefined ? {} : { ContinuationToken: token }),
          },
          listSchema,
          signal,
          { url: place },
        ),
      ({ NextContinuationToken: token }) => token,
    )
    return pages.flatMap(({ CommonPrefixes, Contents }) => [
      ...CommonPrefixes.map(({ Prefix }) => entry(bucket, Prefix.replace(/\/$/, ''), true, 0, null)),
      // A folder may have an object of its own name and no size.
      ...Contents.filter(({ Key }) => !Key.endsWith('/')).map(({ Key, Size, LastModified }) =>
        entry(bucket, Key, false, Size, LastModified ?? null),
      ),
    ])
  }

  /** At most `bytes` of a body, in the time that one request may take; who heeds no range sends more. */
  async function beginningOf(
    body: Readable,
    bytes: number,
    file: string,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(config.timeout_ms)])
    const end = (): void => void body.destroy(new DOMException('it did not answer in time', 'TimeoutError'))
    stop.addEventListener('abort', end, { once: true })
    const parts: Buffer[] = []
    let got = 0
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        parts.push(chunk)
        got += chunk.length
        if (got >= bytes) break
      }
    } catch (error) {
      throw refusalOf({ platform, url: file }, error, signal)
    } finally {
      stop.removeEventListener('abort', end)
      body.destroy()
    }
    return Buffer.concat(parts).subarray(0, bytes)
  }

  return {
    async list(folder, signal) {
      const found = await below(folder, '', signal)
      return found.length === 0 ? null : found
    },
    async named(folder, beginnings, signal) {
      const found = await Promise.all(beginnings.map((one) => below(folder, one, signal)))
      return found.flat()
    },
    async *read(file, offset, bytes, signal) {
      const { bucket, key } = placeOf(file)
      for (let at = offset; at < offset + bytes;) {
        const wanted = Math.min(CHUNK, offset + bytes - at)
        const range = { Bucket: bucket, Key: key, Range: `bytes=${at}-${at + wanted - 1}` }
        const begun = at
        let part: Buffer | null
        try {
          part = await s3.stream(
            'GetObject',
            range,
            objectSchema,
            signal,
            async ({ Body: body, ContentRange }) => {
              if (begun === 0 || ContentRange?.startsWith(`bytes ${begun}-`) === true)
                return await beginningOf(body, wanted, file, signal)
              body.destroy()
              throw new ArrestorError('ARR-502', { platform, url: file, why: 'it heeds no ranges' })
            },
            { url: file },
          )
        } catch (error) {
          // It ends before.
          if (error instanceof ArrestorError && /^416 |InvalidRange/.test(String(error.details['why'])))
            return
          throw error
        }
        if (part === null) return
        if (part.length > 0) yield part
        const got = part.length
        if (got < wanted) return
        at += got
      }
    },
  }
}

function entry(
  bucket: string,
  key: string,
  folder: boolean,
  bytes: number,
  modifiedAt: Date | null,
): StoredFile {
  // prettier-ignore
  return { name: key.split('/').at(-1) ?? '', path: `s3://${bucket}/${key}`, folder, bytes, modifiedAt }
}

/** S3 as where runs leave their logs. */
export function s3Delivery(
  platform: string,
  config: Pick<AwsConfig, 'region' | 's3_endpoint' | 'timeout_ms'>,
  credentials: Credentials,
  deps: PlatformDeps,
): Delivery {
  const store = createS3Store(platform, config, credentials, deps)
  return { store, name: 'S3', link: (folder) => s3Link(folder, config.region) }
}
