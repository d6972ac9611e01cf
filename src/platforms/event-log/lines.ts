// From stored bytes to lines: unpacks zstd and gzip as they come, bounded, and takes what there is of a file without an end.
import { Readable, type Transform } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'

export interface LineLimits {
  /** Bytes after unpacking; what comes later is not read. */
  readonly maxBytes: number
  /** Longer lines are passed over: plans of SQL can take megabytes and nobody reads them here. */
  readonly maxLineBytes: number
}

export interface LineCounts {
  bytes: number
  /** The limit was reached. */
  cut: boolean
  /** Lines passed over for their length. */
  long: number
  /** Packed bytes ended in the middle, as those of a log do that is still written. */
  torn: boolean
}

export const PACKINGS = ['zstd', 'gzip', 'plain'] as const
export type Packing = (typeof PACKINGS)[number] | 'lz4' | 'snappy' | 'lzf'

/** How a file is packed, by its first bytes: names lie, after a download most of all. */
export function packingOf(head: Buffer): Packing {
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.subarray(0, 8).toString('latin1') === 'LZ4Block') return 'lz4'
  if (head.subarray(1, 7).toString('latin1') === 'SNAPPY') return 'snappy'
  if (head.subarray(0, 2).toString('latin1') === 'ZV') return 'lzf'
  return 'plain'
}

/** The lines of one file. `counts` is added to as they come. Throws where the packing is one that cannot be read here. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  limits: LineLimits,
  counts: LineCounts,
): AsyncGenerator<string> {
  const splitter = createSplitter(limits.maxLineBytes, counts)
  try {
    for await (const chunk of unpacked(chunks)) {
      const room = limits.maxBytes - counts.bytes
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk
      counts.bytes += part.length
      yield* splitter.take(part)
      if (part.length < chunk.length) {
        counts.cut = true
        return
      }
    }
  } catch (error) {
    if (!isTorn(error)) throw error
    counts.torn = true
    return
  }
  yield* splitter.rest()
}

/** The bytes of a file as they were before packing. Throws where the packing cannot be read here. */
export async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true) return
  const packing = packingOf(first.value)
  const all = (async function* () {
    yield first.value
    for (;;) {
      const next = await source.next()
      if (next.done === true) return
      yield next.value
    }
  })()
  try {
    if (packing === 'plain') yield* all
    else {
      const decoder = decoderOf(packing)
      const from = Readable.from(all)
      from.on('error', (error) => decoder.destroy(error))
      try {
        yield* from.pipe(decoder) as AsyncIterable<Buffer>
      } finally {
        from.destroy()
        decoder.destroy()
      }
    }
  } finally {
    await source.return?.(undefined)
  }
}

function decoderOf(packing: Packing): Transform {
  // Taking what there is of an unfinished file, in place of failing at its end.
  if (packing === 'gzip') return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  if (packing === 'zstd') return createZstdDecompress()
  throw new Error(`it is packed with ${packing}, which cannot be read here; zstd, gzip and plain text can`)
}

function isTorn(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR' || code?.startsWith('ZSTD_') === true
}

interface Splitter {
  take(chunk: Buffer): Generator<string>
  rest(): Generator<string>
}

/** Holds the bytes of the line that has not ended yet, and no more than one line may have. */
function createSplitter(maxLineBytes: number, counts: LineCounts): Splitter {
  let held: Buffer[] = []
  let bytes = 0
  const hold = (part: Buffer): void => {
    bytes += part.length
    if (bytes <= maxLineBytes) held.push(part)
    else held = []
  }
  const release = (): string | null => {
    const tooLong = bytes > maxLineBytes
    const line = tooLong ? null : Buffer.concat(held).toString('utf8')
    if (tooLong) counts.long += 1
    held = []
    bytes = 0
    return line
  }
  return {
    *take(chunk) {
      let from = 0
      for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
        hold(chunk.subarray(from, to))
        from = to + 1
        const line = release()
        if (line !== null && line !== '') yield line
      }
      // A copy: the rest of a chunk must not keep the whole of it.
      if (from < chunk.length) hold(Buffer.from(chunk.subarray(from)))
    },
    *rest() {
      const line = release()
      if (line !== null && line !== '') yield line
    },
  }
}
