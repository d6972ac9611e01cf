// A socket that is no socket: what node-postgres writes goes to the database's thread, its answers come back.
import { Duplex } from 'node:stream'
import { callbackify } from 'node:util'

/** Carries one or more whole protocol messages, ending with one that asks for an answer, and gives the answer's bytes. */
export type Exchange = (bytes: Uint8Array) => Promise<Uint8Array>

/** Messages after which the server answers: Query and Sync. Everything before them in a batch waits. */
const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58

/** The offset behind the last message in `buffer` that asks for an answer; 0 when none does yet. */
export function answerable(buffer: Buffer): number {
  let end = 0
  for (let at = 0; at + 5 <= buffer.length;) {
    const next = at + 1 + buffer.readInt32BE(at + 1)
    if (next > buffer.length) break
    const type = buffer[at]
    if (type === QUERY || type === SYNC) end = next
    at = next
  }
  return end
}

/** A stream for node-postgres' `stream` option: a socket as far as node-postgres uses one. */
export function portStream(exchange: Exchange): Duplex {
  let pending: Buffer = Buffer.alloc(0)
  let started = false

  const answer = async (request: Uint8Array): Promise<void> => {
    const bytes = await exchange(request)
    stream.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
  const take = async (chunks: readonly Buffer[]): Promise<void> => {
    pending = Buffer.concat([pending, ...chunks])
    // The first message of a connection has no type byte; it is whole as node-postgres writes it.
    const end = started ? answerable(pending) : pending.length
    started = true
    if (end > 0) {
      const request = Uint8Array.prototype.slice.call(pending, 0, end)
      pending = pending.subarray(end)
      await answer(request)
    } else if (pending[0] === TERMINATE) stream.push(null)
  }
  const through = callbackify(take)
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => through([chunk], done),
    writev: (chunks, done) =>
      through(
        chunks.map(({ chunk }) => chunk as Buffer),
        done,
      ),
  })
  const itself = (): Duplex => stream
  return Object.assign(stream, {
    connect: () => {
      queueMicrotask(() => stream.emit('connect'))
      return stream
    },
    setNoDelay: itself,
    setKeepAlive: itself,
    ref: itself,
    unref: itself,
  })
}
