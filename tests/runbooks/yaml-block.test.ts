// How deep a block of YAML may nest, and that brackets in texts do not.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { readBlock } from '../../src/runbooks/yaml-block.ts'

const read = (text: string): ReturnType<typeof readBlock> =>
  readBlock({ file: 'a.md', kind: 'probe', text, firstLine: 1 }, z.unknown())
const MANY = '['.repeat(200)

describe('what nests', () => {
  it.each([
    ['brackets', `a: 1\nb: ${MANY}${']'.repeat(200)}`, '2:104'],
    ['braces, never closed', `a: ${'{'.repeat(50_000)}`, '1:104'],
    ['markers in one line', `${'- '.repeat(50_000)}a`, '1:201'],
  ])('too deeply is refused where it does: %s', (_what, text, place) => {
    const [problem] = read(text).problems
    expect(problem?.message).toContain('nested too deeply')
    expect(`${problem?.line}:${problem?.column}`).toBe(place)
  })

  it.each([
    ['between quotes', `a: "${MANY}"\nb: '${MANY}'`],
    ['behind an apostrophe', `a: it's\nb: "'+ ${MANY}"`],
    ['in plain text', `a: x${MANY}`],
    ['in a comment', `# it's ${MANY}\na: 1`],
    ['in a block of text', `a: |\n  ${MANY}\n  ${'- '.repeat(200)}`],
    ['markers between quotes', `a: "${'- '.repeat(200)}"`],
    ['a long list of short ones', 'a: 1\nb:\n'.concat('  - [x]\n'.repeat(500))],
  ])('is no text: %s', (_what, text) => {
    expect(read(text).problems).toEqual([])
  })
})
