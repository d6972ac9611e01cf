// The verdict by a table: one thing known to stand against it is enough for unsafe, one thing not known keeps it from safe.
import { assert, constantFrom, option, property, record, boolean } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RerunFacts, verdictOf } from '../../../src/diagnosis/rerun/verdict.ts'

const SAFE: RerunFacts = {
  class: 'transient',
  cause: 'preempted',
  writes: [{ mode: 'overwrite', target: '/data/orders', finished: false }],
  streaming: false,
  otherRun: null,
  willRetry: false,
  running: false,
}

it('safe: it passes by itself, it only overwrites, and nobody else runs', () => {
  expect(verdictOf(SAFE)).toEqual({
    rerun: 'safe',
    reasons: ['preempted passes by itself', 'it only overwrites', 'no other run is under way'],
  })
})

describe('unsafe', () => {
  it.each<[Partial<RerunFacts>, string]>([
    [
      { class: 'deterministic', cause: 'executor-heap-oom' },
      'the same data and settings will fail again (executor-heap-oom)',
    ],
    [{ class: 'permission' }, 'access has to be given or renewed first (preempted)'],
    [{ class: 'data', cause: null }, 'the data or the query has to be mended first'],
    [{ class: 'infrastructure' }, 'what it failed of has to be mended first (preempted)'],
    [{ running: true }, 'this run is still under way'],
    [{ willRetry: true }, 'the platform already tries again by itself'],
    [{ otherRun: 'app-2' }, 'another run of the job is under way (app-2)'],
    [
      { writes: [{ mode: 'append', target: '/data/orders', finished: true }] },
      'it has appended to /data/orders; a rerun appends the same rows again',
    ],
    [
      { writes: [{ mode: 'append', target: null, finished: false }] },
      'it was appending to somewhere; a rerun may append rows again',
    ],
    [{ writes: [{ mode: 'merge', target: 't', finished: true }] }, 'it has merged, updated or deleted in t'],
    [
      { writes: [{ mode: 'if-absent', target: 't', finished: true }] },
      't exists now; a rerun fails there or skips it',
    ],
  ])('%j', (facts, reason) => {
    expect(verdictOf({ ...SAFE, ...facts })).toEqual({ rerun: 'unsafe', reasons: [reason] })
  })

  it('tells all that stands against it, each once', () => {
    const append = { mode: 'append', target: 't', finished: true } as const
    expect(
      verdictOf({ ...SAFE, class: 'data', otherRun: 'x', writes: [append, append] }).reasons,
    ).toHaveLength(3)
  })
})

describe('unknown', () => {
  it.each<[Partial<RerunFacts>, string]>([
    [{ class: null }, 'why it failed is not known'],
    [{ class: 'unknown' }, 'why it failed is not known'],
    [{ writes: null }, 'what it writes is not known'],
    [{ writes: [] }, 'what it writes is not known'],
    [{ writes: [{ mode: 'unknown', target: null, finished: true }] }, 'how it writes is not known'],
    [{ otherRun: undefined }, 'whether another run is under way is not known'],
    [{ streaming: true }, 'it is a stream: whether its checkpoint is whole is not known'],
    [{ running: null }, 'whether it has ended is not known'],
  ])('%j', (facts, reason) => {
    expect(verdictOf({ ...SAFE, ...facts })).toEqual({ rerun: 'unknown', reasons: [reason] })
  })

  it('an append of a stream is its checkpoint’s business', () => {
    const facts = {
      ...SAFE,
      streaming: true,
      writes: [{ mode: 'append', target: 't', finished: true } as const],
    }
    expect(verdictOf(facts).rerun).toBe('unknown')
  })

  it('a write that did not finish and only creates is no objection', () => {
    expect(verdictOf({ ...SAFE, writes: [{ mode: 'if-absent', target: 't', finished: false }] }).rerun).toBe(
      'safe',
    )
  })
})

it('never safe while anything that matters is not known, whatever the rest', () => {
  assert(
    property(
      record({
        class: option(constantFrom('transient', 'deterministic', 'unknown' as const)),
        cause: option(constantFrom('x')),
        writes: option(constantFrom([], [{ mode: 'overwrite', target: null, finished: true } as const])),
        streaming: option(boolean()),
        otherRun: constantFrom(null, undefined, 'other'),
        willRetry: option(boolean()),
        running: option(boolean()),
      }),
      (facts) => {
        const { rerun, reasons } = verdictOf(facts)
        const known =
          facts.class === 'transient' &&
          (facts.writes?.length ?? 0) > 0 &&
          facts.otherRun === null &&
          facts.running === false
        return reasons.length > 0 && (rerun !== 'safe' || known)
      },
    ),
  )
})
