// A file's bytes, up to a bound, and from files alone: a pipe or a device of the same name would never end.
import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'

export const NO_FILE = 'it is no regular file, nor a link to one'

/**
 * The bytes of a file, or null where it has more than `max`, whatever its size says. Throws where it cannot be read, or
 * is a pipe, a device, a socket or a folder.
 */
export async function readAtMost(full: string, max: number): Promise<Buffer | null> {
  if (!(await stat(full)).isFile()) throw new Error(NO_FILE)
  // What was a file a moment ago may be a pipe now; to open that must not wait for its other end.
  const handle = await open(full, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new Error(NO_FILE)
    let buffer = Buffer.alloc(Math.min(found.size, max) + 1)
    let filled = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled)
      if (bytesRead === 0) return buffer.subarray(0, filled)
      filled += bytesRead
      if (filled > max) return null
      if (filled === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * filled, max + 1))
    }
  } finally {
    await handle.close()
  }
}
