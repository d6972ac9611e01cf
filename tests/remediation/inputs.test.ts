// What a person answers is held against type, range and choices; what is kept of it is redacted.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type OfferInput,
  type OfferInputs,
  inOrder,
  offerInputs,
  readInputs,
  recordable,
  spokenParams,
} from '../../src/remediation/inputs.ts'
import { actionsOf } from '../../src/runbooks/model.ts'
import { runbook } from '../runbooks/support.ts'

const input = (more: Partial<OfferInput> = {}): OfferInput => ({
  type: 'string',
  label: 'It',
  min: null,
  max: null,
  choices: [],
  default: null,
  position: 0,
  ...more,
})
const read = (one: Partial<OfferInput>, given: unknown): unknown => {
  const answer = readInputs({ it: input(one) }, { it: given })
  return answer.ok ? answer.values['it'] : answer.errors['it']
}

describe('answers', () => {
  it.each<[Partial<OfferInput>, unknown, unknown]>([
    [{ type: 'integer' }, '512', 512],
    [{ type: 'integer' }, 512, 512],
    [{ type: 'integer' }, ' -3 ', -3],
    [{ type: 'integer' }, '1.5', 'Give a whole number.'],
    [{ type: 'integer' }, '1e3', 'Give a number.'],
    [{ type: 'integer' }, '0x10', 'Give a number.'],
    [{ type: 'integer' }, '٣', 'Give a number.'],
    [{ type: 'integer' }, '9'.repeat(20), 'That number is too large.'],
    [{ type: 'integer' }, '9'.repeat(100_000), 'Give a number.'],
    [{ type: 'integer', min: 512, max: 8192 }, '511', 'At least 512.'],
    [{ type: 'integer', min: 512, max: 8192 }, '8193', 'At most 8192.'],
    [{ type: 'number' }, '0.25', 0.25],
    [{ type: 'number' }, Number.NaN, 'Give a number.'],
    [{ type: 'number' }, { valueOf: 1 }, 'Give a number.'],
    [{ type: 'number' }, '', 'This is needed.'],
    [{ type: 'number' }, null, 'This is needed.'],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, false, false],
    [{ type: 'boolean' }, 'yes', 'Answer yes or no.'],
    [{ type: 'choice', choices: ['a', 'b'] }, 'b', 'b'],
    [{ type: 'choice', choices: ['a', 'b'] }, 'c', 'Choose one of a, b.'],
    [{ type: 'choice', choices: ['a', 'b'] }, ['a'], 'Choose one of a, b.'],
    [{}, ' why \n not ', 'why \n not'],
    [{}, '   ', 'This is needed.'],
    [{}, 'a\u0000b', 'There is a character in it that cannot be kept.'],
    [{}, 'half \uD83D', 'half \uFFFD'],
    [{}, 'مرحبا 🔥', 'مرحبا 🔥'],
    [{}, 7, 'Give a text.'],
    [{ min: 3 }, 'ab', 'At least 3 characters.'],
    [{ max: 5 }, 'abcdef', 'At most 5 characters.'],
    [{}, 'x'.repeat(1_001), 'At most 1000 characters.'],
    [{ max: 5_000 }, 'x'.repeat(1_001), 'At most 1000 characters.'],
  ])('%j given %j is %j', (one, given, expected) => {
    expect(read(one, given)).toEqual(expected)
  })

  it('of every input are wanted, and of nothing else', () => {
    const inputs = { a: input(), b: input({ type: 'boolean' }) }
    expect(readInputs(inputs, { a: 'x', c: 1, constructor: 2 })).toEqual({
      ok: false,
      errors: { b: 'This is needed.', c: 'This is not asked for.', constructor: 'This is not asked for.' },
    })
    expect(readInputs({}, {})).toEqual({ ok: true, values: {} })
    expect(readInputs({}, { __proto__: { a: 1 } })).toEqual({ ok: true, values: {} })
    expect(readInputs({}, JSON.parse('{"__proto__":"x"}') as Record<string, unknown>)).toMatchObject({
      ok: false,
    })
  })

  it('whatever they are: an error in words or a value of the type', () => {
    const types = fc.constantFrom('integer', 'number', 'string', 'boolean', 'choice')
    fc.assert(
      fc.property(types, fc.anything(), (type, given) => {
        const answer = readInputs({ it: input({ type, choices: ['a'], min: 0, max: 10 }) }, { it: given })
        if (!answer.ok) {
          expect(answer.errors['it']).toMatch(/^[A-Z].*\.$/)
          return
        }
        const value = answer.values['it']
        if (type === 'integer' || type === 'number') expect(value).toBeTypeOf('number')
        else if (type === 'boolean') expect(value).toBeTypeOf('boolean')
        else expect(String(value).length).toBeLessThanOrEqual(10)
      }),
    )
  })
})

describe('questions of a runbook', () => {
  const BODY = `## Do

Words.

\`\`\`yaml action
id: rerun
use: spark.kill-application
inputs:
  overhead_mib: { type: integer, min: 512, max: 8192, default: "{{ death.suggested_mib }}" }
  why: { type: string, label: Why, default: "{{ alertname }} on {{ gone }}" }
  mode: { type: choice, choices: [fast, slow, fast], default: slow }
  sure: { type: boolean, default: "{{ sure }}" }
  ratio: { type: number, min: 0, max: 1, default: 2 }
\`\`\`
`
  const [step] = actionsOf(runbook('a', 'catch_all: true', BODY))
  const asked = (values: Record<string, string>): OfferInputs =>
    offerInputs(step!.inputs, (name) => values[name])

  it('have labels, an order, and defaults with their templates filled in and typed', () => {
    const inputs = asked({ 'death.suggested_mib': '1024', alertname: 'X', sure: 'true' })
    expect(Object.entries(inputs).map(([name, one]) => [name, one.label, one.default])).toEqual([
      ['overhead_mib', 'Overhead mib', 1024],
      // Half a default would mislead.
      ['why', 'Why', null],
      ['mode', 'Mode', 'slow'],
      ['sure', 'Sure', true],
      // Nor does one that its own range refuses help anybody.
      ['ratio', 'Ratio', null],
    ])
    expect(inputs['mode']?.choices).toEqual(['fast', 'slow'])
  })

  it.each(['100', '9000', 'many', '1024.5'])('have no default where an output does not fit: %s', (value) => {
    expect(asked({ 'death.suggested_mib': value })['overhead_mib']?.default).toBeNull()
  })

  it('keep their order through a database that keeps none', () => {
    const inputs = asked({})
    const shuffled = Object.fromEntries(Object.entries(inputs).toSorted(([a], [b]) => a.localeCompare(b)))
    expect(Object.keys(inOrder(JSON.parse(JSON.stringify(shuffled)) as OfferInputs))).toEqual(
      Object.keys(inputs),
    )
  })
})

describe('P12: what is kept and said', () => {
  it('is redacted, by what it looks like and by its name', () => {
    const params = {
      reason: 'password=hunter2 was leaked',
      token: 'hunter2',
      deep: ['https://u:hunter2@x/'],
      n: 5,
    }
    expect(JSON.stringify(recordable(params))).not.toContain('hunter2')
    expect(spokenParams(params)).toBe(
      'deep=["https://[redacted]@x/"], n=5, reason="password=[redacted] was leaked", token="[redacted]"',
    )
  })

  it('is nothing where there is nothing', () => {
    expect([spokenParams({}), recordable({})]).toEqual(['', {}])
  })
})
