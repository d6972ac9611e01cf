// P1, P12: of a body that could not be used its bad elements are kept, redacted, and nobody waits for it.
import { describe, expect, it } from 'vitest'
import { DISCREET, type Discretion } from '../../src/alerts/discretion.ts'
import { MAX_ELEMENT, MAX_KEPT, spoiledOf } from '../../src/flow/quarantine.ts'

const BODY = new TextEncoder().encode('{"alerts":[{"good":1},{"bad":1}]}')
const bad = (raw: unknown, at = 1): { pointer: string; reason: string; raw: unknown } => ({
  pointer: `/alerts/${at}`,
  reason: 'labels: missing',
  raw,
})
const keptOf = (...rejected: ReturnType<typeof bad>[]): { pointer: string; element?: unknown }[] =>
  JSON.parse(new TextDecoder().decode(spoiledOf(rejected, BODY, DISCREET).rawBody)) as {
    pointer: string
    element?: unknown
  }[]

/** The gate of everybody, counting what it is given to read. */
function counted(): { readonly discretion: Discretion; readonly read: () => number } {
  let read = 0
  const text = (given: string): string => {
    read += given.length
    return DISCREET.text(given)
  }
  const record = <T>(value: T): T => {
    read += JSON.stringify(value).length
    return DISCREET.record(value)
  }
  return { discretion: { ...DISCREET, text, record }, read: () => read }
}

describe('what is kept of a body', () => {
  it('are its bad elements, with where they stood and without secrets by name and shape', () => {
    expect(keptOf(bad({ password: 'hunter2', summary: 'DB_PASS=hunter2', x: 1 }), bad(null, 2))).toEqual([
      { pointer: '/alerts/1', element: { password: '[redacted]', summary: 'DB_PASS=[redacted]', x: 1 } },
      { pointer: '/alerts/2', element: null },
    ])
  })

  it('is the body as it came where nothing is rejected: it is not kept', () => {
    expect(spoiledOf([], BODY, DISCREET)).toEqual({ rejected: [], rawBody: BODY })
  })

  it('is of an endless element the beginning, redacted', () => {
    const [kept] = keptOf(bad({ d: 'secret_'.repeat(600_000), password: 'hunter2' }))
    expect(String(kept?.element).length).toBeLessThanOrEqual(MAX_ELEMENT + 1)
    expect(String(kept?.element)).toMatch(/^\{"d":"secret_.*…$/)
  })

  it('is of more elements than there is room for the pointer', () => {
    const kept = keptOf(...Array.from({ length: 10 }, (_, at) => bad('x'.repeat(MAX_ELEMENT), at)))
    expect(kept).toHaveLength(10)
    expect(kept.filter(({ element }) => element !== undefined)).toHaveLength(MAX_KEPT / MAX_ELEMENT)
  })
})

describe('what is read for secrets', () => {
  it.each<[string, readonly ReturnType<typeof bad>[]]>([
    ['one element of 4 MB', [bad({ d: 'secret_'.repeat(600_000) })]],
    ['a hundred of 100 KB', Array.from({ length: 100 }, (_, at) => bad({ d: 'w '.repeat(50_000) }, at))],
    ['100,000 small ones', Array.from({ length: 100_000 }, (_, at) => bad({ d: 'some words' }, at))],
  ])('is bounded, whatever comes: %s', (_what, rejected) => {
    const { discretion, read } = counted()
    spoiledOf(rejected, BODY, discretion)
    expect(read()).toBeLessThanOrEqual(MAX_KEPT + MAX_ELEMENT + 1_200)
  })

  it('are not the good elements', () => {
    const { discretion, read } = counted()
    spoiledOf([bad(1)], new TextEncoder().encode('words '.repeat(100_000)), discretion)
    expect(read()).toBeLessThan(100)
  })
})
