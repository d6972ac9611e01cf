// The thread that makes tokens: in turn, for who still waits, and another one where it has ended.
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createTokens } from '../../../src/platforms/kerberos/tokens.ts'

const ASK = { principal: 'arrestor@EXAMPLE.COM', keytab: null, service: 'HTTP/rm1' }
const NEVER = new AbortController().signal

/** A thread of these lines, to which `port` is its other end; counts how often it is started. */
function threadOf(lines: string, workerData: unknown = null): { start: () => Worker; started: () => number } {
  let started = 0
  const code = `const { parentPort: port } = require('node:worker_threads')\n${lines}`
  return {
    start() {
      started += 1
      return new Worker(code, { eval: true, workerData })
    },
    started: () => started,
  }
}
const ECHO = `port.on('message', ({ id, ask }) => port.postMessage({ id, made: { token: ask.service } }))`

describe('tokens', () => {
  it('come from one thread, one after another', async () => {
    const thread = threadOf(ECHO)
    const tokens = createTokens(thread.start)
    const services = ['HTTP/a', 'HTTP/b', 'HTTP/c']
    expect(await Promise.all(services.map((service) => tokens({ ...ASK, service }, NEVER)))).toEqual(
      services.map((token) => ({ token })),
    )
    expect(thread.started()).toBe(1)
  })

  it('a thread that dies is said, and the next token starts another', async () => {
    const thread = threadOf(`port.on('message', ({ id, ask }) => {
      if (ask.service === 'HTTP/bad') throw new Error('it broke')
      port.postMessage({ id, made: { token: ask.service } })
    })`)
    const tokens = createTokens(thread.start)
    expect(await tokens({ ...ASK, service: 'HTTP/bad' }, NEVER)).toEqual({
      failed: 'absent',
      why: 'its thread failed: it broke',
    })
    expect(await tokens(ASK, NEVER)).toEqual({ token: 'HTTP/rm1' })
    expect(thread.started()).toBe(2)
  })

  it('who has no time left is not asked for, and holds nobody up', async () => {
    // It answers when the gate is open, as a KDC that is slow.
    const [gate, asked] = [new Int32Array(new SharedArrayBuffer(4)), new Int32Array(new SharedArrayBuffer(4))]
    const { start } = threadOf(
      `const { workerData: { gate, asked } } = require('node:worker_threads')
      port.on('message', ({ id, ask }) => {
        Atomics.add(asked, 0, 1)
        Atomics.notify(asked, 0)
        Atomics.wait(gate, 0, 0)
        port.postMessage({ id, made: { token: ask.service } })
      })`,
      { gate, asked },
    )
    const tokens = createTokens(start)
    const [stuck, gone] = [new AbortController(), new AbortController()]
    const first = tokens(ASK, stuck.signal)
    const second = tokens({ ...ASK, service: 'HTTP/gone' }, gone.signal)
    const third = tokens({ ...ASK, service: 'HTTP/next' }, NEVER)
    await Atomics.waitAsync(asked, 0, 0).value
    stuck.abort(new Error('too late'))
    gone.abort(new Error('too late'))
    await expect(first).rejects.toThrow('too late')
    await expect(second).rejects.toThrow('too late')
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    expect(await third).toEqual({ token: 'HTTP/next' })
    // The first, which was under way, and the third.
    expect(Atomics.load(asked, 0)).toBe(2)
  })
})
