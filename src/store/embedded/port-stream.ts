// A socket that is no socket: what node-postgres writes goes to the database's thread, its answers come back.
import { Duplex } from 'node:stream'

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

class PortStream extends Duplex {
  readonly #exchange: Exchange
  #pending: Buffer = Buffer.alloc(0)
  #started = false

  constructor(exchange: Exchange) {
    super()
    this.#exchange = exchange
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  override _read(): void {}

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#take([chunk], done)
  }

  #take(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#pending = Buffer.concat([this.#pending, ...chunks])
    // The first message of a connection has no type byte; it is whole as node-postgres writes it.
    const end = this.#started ? answerable(this.#pending) : this.#pending.length
    this.#started = true
    if (end === 0) {
      if (this.#pending[0] === TERMINATE) this.push(null)
      done()
      return
    }
    const request = Uint8Array.prototype.slice.call(this.#pending, 0, end)
    this.#pending = this.#pending.subarray(end)
    this.#exchange(request).then(
      (bytes) => {
        this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
        done()
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

/** A stream for node-postgres' `stream` option. */
export function portStream(exchange: Exchange): Duplex {
  return new PortStream(exchange)
}
