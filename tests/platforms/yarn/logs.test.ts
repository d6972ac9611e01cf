// What YARN writes around a log is taken off, and what is kept stays within its bytes.
import { describe, expect, it } from 'vitest'
import { lastBytes } from '../../../src/platforms/last-bytes.ts'
import { joined, pieceOf } from '../../../src/platforms/yarn/logs.ts'
import { recording } from './server.ts'

describe('a page with a log', () => {
  it('holds the log between its head and its foot', () => {
    const { text, cut } = pieceOf(recording('failed-stdout.txt'), 20_000)
    expect(text).toMatch(/^Traceback .*catalog\.$/s)
    expect(cut).toBe(false)
  })

  it('says by its length that there was more', () => {
    expect(pieceOf(recording('failed-stdout.txt'), 9000).cut).toBe(true)
  })

  it('of a live container has no foot of its own, or none at all', () => {
    const page = 'LogType:stderr\nLogLength:5\nLogContents:\nhello'
    expect(pieceOf(page, 100)).toEqual({ text: 'hello', cut: false })
  })

  it('keeps a line of the program that looks like the foot', () => {
    const page = 'LogLength:9\nLogContents:\na\nEnd of LogType:x\nb\nEnd of LogType:stderr.\n****\n'
    expect(pieceOf(page, 100).text).toBe('a\nEnd of LogType:x\nb')
  })

  it.each(['', 'Can not find logs for container:container_1_0001_01_000001\n', '<html>LogContents:</html>'])(
    'is none: %j',
    (page) => expect(pieceOf(page, 100)).toEqual({ text: '', cut: false }),
  )
})

describe('both files', () => {
  const piece = (text: string): { text: string; cut: boolean } => ({ text, cut: false })

  it.each([
    ['both fit', 'log', 'out', 100, 'log\nout', false],
    ['one is empty: the other has all the room', 'x'.repeat(10), '', 10, 'x'.repeat(10), false],
    ['half for what was printed', 'l'.repeat(50), 'o'.repeat(50), 21, `${'l'.repeat(10)}\n${'o'.repeat(10)}`, true],
    ['more for it where the log is short', 'll', 'o'.repeat(50), 13, `ll\n${'o'.repeat(10)}`, true],
    ['none', '', '', 10, '', false],
  ])('%s', (_what, log, out, bytes, text, cut) => {
    expect(joined([piece(log), piece(out)], bytes)).toEqual({ text, cut })
  }) // prettier-ignore

  it('are never more than was asked for, whatever is in them', () => {
    for (let bytes = 1; bytes < 60; bytes += 1) {
      const { text } = joined([piece('größe '.repeat(5)), piece('🔥ärger '.repeat(5))], bytes)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes)
      expect(text).not.toContain('\ufffd')
    }
  })

  it('cut no character in two', () => {
    expect(lastBytes('a🔥', 4).text).toBe('🔥')
    expect(lastBytes('a🔥', 3)).toEqual({ text: '', cut: true })
    expect(lastBytes('abc', 0).text).toBe('')
  })
})
