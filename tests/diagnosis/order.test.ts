// Which probe waits for which, and which ones wait for themselves.
import { describe, expect, it } from 'vitest'
import { circleOf, dependenciesOf } from '../../src/diagnosis/order.ts'

const step = (id: string, text = ''): { id: string; params: unknown } => ({ id, params: { query: text } })

describe('order', () => {
  it('a template that speaks of another probe waits for it; labels and strangers are not waited for', () => {
    const steps = [
      step('a', '{{ b.x }} {{ b.y }} {{ label }} {{ nobody.z }}'),
      step('b'),
      { id: 'c', params: undefined },
    ]
    expect([...dependenciesOf(steps)]).toEqual([
      ['a', ['b']],
      ['b', []],
      ['c', []],
    ])
  })

  it.each<[string, string[][], string | null]>([
    ['itself', [['a', '{{ a.value }}']], 'a, a'],
    [
      'one another',
      [
        ['a', '{{ b.value }}'],
        ['b', '{{ a.value }}'],
      ],
      'a, b, a',
    ],
    [
      'each other, three of them',
      [
        ['a', '{{ b.v }}'],
        ['b', '{{ c.v }}'],
        ['c', '{{ a.v }}'],
      ],
      'a, b, c, a',
    ],
    [
      'a circle that it is not in',
      [
        ['a', '{{ b.v }}'],
        ['b', '{{ c.v }}'],
        ['c', '{{ b.v }}'],
      ],
      null,
    ],
    [
      'nothing',
      [
        ['a', '{{ b.v }}'],
        ['b', ''],
      ],
      null,
    ],
  ])('a waits for %s', (_what, steps, circle) => {
    const dependencies = dependenciesOf(steps.map(([id = '', text]) => step(id, text)))
    expect(circleOf('a', dependencies)?.join(', ') ?? null).toBe(circle)
  })

  it('is found quickly among many that all wait for each other', () => {
    const all = Array.from({ length: 200 }, (_, i) => `{{ p${i}.v }}`).join(' ')
    const dependencies = dependenciesOf(Array.from({ length: 200 }, (_, i) => step(`p${i}`, all)))
    expect(circleOf('p0', dependencies)).toEqual(['p0', 'p0'])
  })
})
