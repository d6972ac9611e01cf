// A log as lines, from a file or standard input, unpacked where it is packed.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { ArrestorError, reasonOf } from '../../errors.ts'

/** Spark rolls executor logs as .gz and event logs as .zstd; the first bytes tell, whatever the name. */
const PACKED = [
  { magic: [0x1f, 0x8b], unpack: createGunzip },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: createZstdDecompress },
] as const

/** Yields the lines of a log; `-` is standard input (not unpacked). Throws ARR-706. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* split(file === '-' ? process.stdin : await streamOf(file))
  } catch (error) {
    throw error instanceof ArrestorError
      ? error
      : new ArrestorError('ARR-706', { file, why: reasonOf(error) })
  }
}

async function streamOf(file: string): Promise<Readable> {
  const handle = await open(file)
  const head = Buffer.alloc(4)
  try {
    await handle.read(head, 0, 4, 0)
  } finally {
    await handle.close()
  }
  const packed = PACKED.find(({ magic }) => magic.every((byte, i) => head[i] === byte))
  const source = createReadStream(file)
  if (packed === undefined) return source
  const unpacked = packed.unpack()
  // A failure of either is one of the stream that is read.
  pipeline(source, unpacked).catch((error: unknown) => unpacked.destroy(error as Error))
  return unpacked
}

/** A line without an end (a file of another kind) is cut here and there, never held whole. */
const MAX_LINE = 64 * 1024

async function* split(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    rest += decoder.decode(chunk as Buffer, { stream: true })
    const lines = rest.split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > MAX_LINE) {
      yield rest
      rest = ''
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
