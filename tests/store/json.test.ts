// What is written into a jsonb column can be written, whatever a log line that we quote holds.
import { describe, expect, it } from 'vitest'
import { json } from '../../src/store/store.ts'
import { alertBody, startWorld } from '../support/world.ts'
import { OOM, card } from '../flow/support.ts'

describe('json', () => {
  it.each([
    ['a NUL', 'a\u0000b', 'a\uFFFDb'],
    ['NULs in a row', '\u0000\u0000', '\uFFFD\uFFFD'],
    ['the first half of a pair', 'x\uD83D', 'x\uFFFD'],
    ['the second half of a pair', '\uDD25x', '\uFFFDx'],
    ['a whole pair', '\u{1F525}', '\u{1F525}'],
    ['another control character', '\u0001', '\u0001'],
    ['the text of an escape', '\\u0000', '\\u0000'],
    ['a NUL after a backslash', '\\\u0000', '\\\uFFFD'],
  ])('takes %s', (_what, text, stored) => {
    expect(JSON.parse(json({ [text]: [text] }))).toEqual({ [stored]: [stored] })
  })

  it('P13: evidence that no column takes neither ends the diagnosis nor costs the button', async () => {
    const world = await startWorld()
    const readers = world.service.deps.readers as Map<string, object>
    for (const [name, reader] of readers)
      readers.set(name, {
        ...reader,
        // Cut to its length, the quotation ends within a pair.
        executors: async (...asked: unknown[]) =>
          (await (reader as { executors: (...all: unknown[]) => Promise<object[]> }).executors(...asked)).map(
            (one) => ({ ...one, removeReason: `\u0000${'x'.repeat(598)}\u{1F525}\u{1F525}` }),
          ),
      })
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
    expect(card(world)).not.toContain('Looking into Spark')
  })
})
