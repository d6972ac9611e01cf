// The ends of stderr and stdout as one log, within its bytes.
import { describe, expect, it } from 'vitest'
import { bothOf, joined } from '../../src/platforms/both-files.ts'
import { lastBytes } from '../../src/platforms/last-bytes.ts'
import { NEVER } from './support.ts'

it('one that cannot be had costs only itself, unless the other is empty', async () => {
  const piece = { text: 'out', cut: false }
  const only = (wanted: string) => (file: string) => file === wanted ? Promise.resolve(piece) : Promise.reject(new Error(file)) // prettier-ignore
  expect(await bothOf(only('stdout'), NEVER)).toEqual([{ text: '', cut: true }, piece])
  await expect(bothOf(only('neither'), NEVER)).rejects.toThrow('stderr')
  const empty = (file: string) => file === 'stdout' ? Promise.resolve({ text: '', cut: false }) : Promise.reject(new Error(file)) // prettier-ignore
  await expect(bothOf(empty, NEVER)).rejects.toThrow('stderr')
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
