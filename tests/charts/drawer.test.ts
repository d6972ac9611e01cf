// Drawing in a thread: a real PNG of the right size; a thread that fails, hangs or idles is not used again.
import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ToDraw, createDrawer } from '../../src/charts/drawer.ts'
import { HEIGHT, WIDTH, ZOOM } from '../../src/charts/theme.ts'
import { aChart, aSeries } from './samples.ts'

/** A thread that answers when a test says so. */
function fakeThreads() {
  const started: (EventEmitter & { asked: ToDraw[]; ended: boolean })[] = []
  const start = (): Worker => {
    const thread = Object.assign(new EventEmitter(), {
      asked: [] as ToDraw[],
      ended: false,
      ref() {},
      unref() {},
      postMessage: (asked: ToDraw) => void thread.asked.push(asked),
      terminate: () => {
        thread.ended = true
        return Promise.resolve(0)
      },
    })
    started.push(thread)
    return thread as unknown as Worker
  }
  return { started, start }
}

describe('a drawing thread', () => {
  it('makes PNGs of at most 100 KB, opaque, twice the size of the card', async () => {
    const drawer = createDrawer(30_000, 60_000)
    onTestFinished(() => drawer.close())
    const busy = aChart({ series: Array.from({ length: 5 }, (_, n) => aSeries(`executor ${n}`, (x) => n + Math.sin(99 * x * (n + 1)))) }) // prettier-ignore
    for (const chart of [aChart(), busy]) {
      const png = Buffer.from(await drawer.draw(chart))
      expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001A\n')
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([WIDTH * ZOOM, HEIGHT * ZOOM])
      // A palette without transparency: colour type 3, no tRNS.
      expect(png[25]).toBe(3)
      expect(png.includes('tRNS')).toBe(false)
      expect(png.length).toBeGreaterThan(5_000)
      expect(png.length).toBeLessThan(100_000)
    }
  })

  it('is one for all, and is ended when nobody has wanted it for a while', async () => {
    const { started, start } = fakeThreads()
    const drawer = createDrawer(0, 5_000, start)
    const both = [drawer.draw(aChart()), drawer.draw(aChart())]
    const [thread] = started
    for (const { id } of thread!.asked) thread!.emit('message', { id, png: new Uint8Array([id]) })
    expect(await Promise.all(both)).toEqual([new Uint8Array([0]), new Uint8Array([1])])
    await expect.poll(() => thread!.ended).toBe(true)
    void drawer.draw(aChart()).catch(() => {})
    expect(started).toHaveLength(2)
    await drawer.close()
  })

  it('says why a picture could not be drawn, and draws the next', async () => {
    const { started, start } = fakeThreads()
    const drawer = createDrawer(1_000, 5_000, start)
    const first = drawer.draw(aChart())
    started[0]!.emit('message', { id: 0, why: 'the picture holds an element that is not ours' })
    await expect(first).rejects.toThrow('not ours')
    const second = drawer.draw(aChart())
    started[0]!.emit('message', { id: 1, png: new Uint8Array([1]) })
    expect(await second).toEqual(new Uint8Array([1]))
    expect(started).toHaveLength(1)
    await drawer.close()
  })

  it.each([
    ['fails', 'the drawing thread failed: no memory', (thread: EventEmitter) => thread.emit('error', new Error('no memory\nat x'))],
    ['ends', 'the drawing thread ended', (thread: EventEmitter) => thread.emit('exit', 1)],
    ['hangs', 'not drawn within 0.001 s', () => {}],
  ] as const)('that %s is told of, and another one takes its place', async (_what, why, happens) => {
    const { started, start } = fakeThreads()
    const drawer = createDrawer(1_000, 1, start)
    const lost = drawer.draw(aChart())
    happens(started[0]!)
    await expect(lost).rejects.toThrow(why)
    expect(started[0]!.ended).toBe(true)
    void drawer.draw(aChart()).catch(() => {})
    expect(started).toHaveLength(2)
    await drawer.close()
  }) // prettier-ignore

  it('is closed with the service: what waits is told', async () => {
    const { start } = fakeThreads()
    const drawer = createDrawer(1_000, 5_000, start)
    const waiting = drawer.draw(aChart())
    const told = expect(waiting).rejects.toThrow('the service stops')
    await drawer.close()
    await told
    await createDrawer().close()
  })
})
