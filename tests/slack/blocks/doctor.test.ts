// The blocks of `/spark doctor`: the worst first, inert, and never more than Slack takes.
import { describe, expect, it } from 'vitest'
import type { Check } from '../../../src/flow/check.ts'
import { validateBlocks } from '../../../src/sandbox/slack/blocks/validate.ts'
import { doctorMessage } from '../../../src/slack/blocks/doctor.ts'
import { textLength } from '../../../src/slack/blocks/text.ts'

const check = (what: string, state: Check['state'], says = 'so'): Check => ({ what, state, says })
const textOf = (checks: readonly Check[]): string =>
  doctorMessage(checks)
    .blocks.map((block) => (block.type === 'section' ? (block.text?.text ?? '') : ''))
    .join('\n')

describe('the answer of the doctor', () => {
  it('puts what failed before what is to look at before what is well', () => {
    const text = textOf([check('a', 'ok'), check('b', 'warning'), check('c', 'failed'), check('d', 'ok')])
    expect(text.split('\n')).toEqual([
      '*1 failed, 1 to look at, 2 well.*',
      ':x: *c*: so',
      ':warning: *b*: so',
      ':white_check_mark: *a*: so',
      ':white_check_mark: *d*: so',
    ])
  })

  it('P9: keeps text from outside inert', () => {
    const text = textOf([check('*<!here>*', 'failed', '<https://evil|click> & <@U1>\n\u202Etxt\u0000')])
    expect(text).toContain('∗&lt;!here&gt;∗')
    expect(text).toContain('&lt;https://evil|click&gt; &amp; &lt;@U1&gt; txt')
  })

  it.each([0, 1, 40, 3_000])('fits a message with %s things of the longest names', (count) => {
    const checks = Array.from({ length: count }, (_, i) =>
      check(`${i} ${'&'.repeat(500)}`, i % 2 === 0 ? 'failed' : 'warning', '😀<'.repeat(2_000)),
    )
    const { blocks } = doctorMessage(checks)
    expect(validateBlocks('message', blocks)).toEqual([])
    expect(textLength(blocks)).toBeLessThan(13_200)
    expect(JSON.stringify(blocks).includes('arrestor doctor')).toBe(count >= 40)
  })
})
