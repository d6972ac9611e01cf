// What YARN writes around a log is taken off, and what is kept stays within its bytes.
import { describe, expect, it } from 'vitest'
import { pieceOf } from '../../../src/platforms/yarn/logs.ts'
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
