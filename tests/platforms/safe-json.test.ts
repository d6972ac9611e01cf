// Numbers of 64 bits come through as they were sent.
import { describe, expect, it } from 'vitest'
import { parseSafeJson } from '../../src/platforms/safe-json.ts'

describe('JSON with 64-bit numbers', () => {
  it('keeps what a number cannot hold as text, wherever it stands', () => {
    expect(
      parseSafeJson('{"a":9223372036854775807,"b":[-9223372036854775808],"c":{"d":9007199254740993}}'),
    ).toEqual({
      a: '9223372036854775807',
      b: ['-9223372036854775808'],
      c: { d: '9007199254740993' },
    })
  })

  it('leaves everything else as it is', () => {
    const text =
      '{"a":9007199254740991,"b":1.5e300,"c":"12345678901234567890","d":null,"e":1234567890.1234567891}'
    expect(parseSafeJson(text)).toEqual(JSON.parse(text))
    expect(parseSafeJson('[]')).toEqual([])
  })

  it('fails as JSON does', () => {
    expect(() => parseSafeJson('{"a":12345678901234567890')).toThrow(SyntaxError)
    expect(() => parseSafeJson('')).toThrow(SyntaxError)
  })
})
