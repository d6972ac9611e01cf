// The end of a log that lies in a store, over the files it was rolled into, packed ones included.
import { unpacked } from './lines.ts'
import type { LogStore, StoredFile } from './store.ts'

export interface Tail {
  readonly text: string
  /** Something before it was left out. */
  readonly cut: boolean
  /** Names of the files it is from, oldest first. */
  readonly files: readonly string[]
}

/** A packed file has to be unpacked from its beginning: no more than so much of it, and so much out of it. */
const MAX_PACKED = 64 * 1024 * 1024
const MAX_UNPACKED = 1024 * 1024 * 1024
/** Files looked into; an hour's log can be empty. */
const FILES = 3

/** At most `bytes` from the end; `files` are newest first. Null where there is nothing. */
export async function tailOf(
  store: LogStore,
  files: readonly StoredFile[],
  bytes: number,
  signal: AbortSignal,
): Promise<Tail | null> {
  const parts: Buffer[] = []
  const names: string[] = []
  let room = bytes
  let cut = files.length > FILES
  for (const file of files.slice(0, FILES)) {
    if (room <= 0) {
      cut = true
      break
    }
    const part = await endOf(store, file, room, signal)
    cut ||= part.cut
    if (part.bytes.length === 0) continue
    room -= part.bytes.length
    parts.unshift(part.bytes)
    names.unshift(file.name)
    if (part.cut) break
  }
  if (parts.length === 0) return null
  return { text: wholeCharacters(Buffer.concat(parts)).toString('utf8'), cut, files: names }
}

async function endOf(
  store: LogStore,
  file: StoredFile,
  bytes: number,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; cut: boolean }> {
  if (!/\.(?:gz|zst|zstd)$/.test(file.name)) {
    const from = Math.max(0, file.bytes - bytes)
    const parts: Buffer[] = []
    // Nothing beyond what was listed: a log that grows meanwhile does not make it longer.
    for await (const part of store.read(file.path, from, file.bytes - from, signal)) parts.push(part)
    return { bytes: Buffer.concat(parts), cut: from > 0 }
  }
  const ring = createRing(bytes)
  let seen = 0
  for await (const part of unpacked(store.read(file.path, 0, Math.min(file.bytes, MAX_PACKED), signal))) {
    ring.push(part)
    seen += part.length
    if (seen > MAX_UNPACKED) break
  }
  return { bytes: ring.end(), cut: seen > bytes }
}

/** Keeps the last bytes of what is pushed. */
function createRing(bytes: number): { push(part: Buffer): void; end(): Buffer } {
  let kept: Buffer[] = []
  let held = 0
  return {
    push(part) {
      kept.push(part)
      held += part.length
      if (held < 4 * bytes + 1024 * 1024) return
      const all = Buffer.concat(kept)
      kept = [Buffer.from(all.subarray(Math.max(0, all.length - bytes)))]
      held = kept[0]?.length ?? 0
    },
    end() {
      const all = Buffer.concat(kept)
      return all.subarray(Math.max(0, all.length - bytes))
    },
  }
}

/** Without the rest of a character that was cut through. */
function wholeCharacters(bytes: Buffer): Buffer {
  let from = 0
  while (from < Math.min(3, bytes.length) && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
  return bytes.subarray(from)
}
