// The verdict by a table: one thing known to stand against it is enough for unsafe, one thing not known keeps it from safe.
import { assert, constantFrom, option, property, record, boolean } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RerunFacts, verdictOf } from '../../../src/diagnosis/rerun/verdict.ts'
import type { WriteMode } from '../../../src/diagnosis/rerun/writes.ts'
import { HARMLESS } from './support.ts'

const SAFE: RerunFacts = {
  class: 'transient',
  cause: 'preempted',
  ...HARMLESS,
}

/** A later run, of the 22nd as this one, of the 23rd, or of nobody knows which day. */
const SAME = { same: true, name: 'logical date', one: '2026-11-22', other: '2026-11-22' }
const NEXT = { ...SAME, same: false, other: '2026-11-23' }
const writing = (target: string | null, mode: WriteMode = 'overwrite'): Partial<RerunFacts> => ({
  writes: [{ mode, target, finished: false }],
})

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
    [{ succeeded: true }, 'this run has succeeded'],
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
    [
      { later: [{ id: 'run-2', state: 'succeeded', data: SAME }] },
      'run run-2 has succeeded since with the same data (logical date 2026-11-22)',
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
    [{ writesCut: true }, 'not all of its queries were read, and what the rest writes is not known'],
    [{ attemptsBefore: true }, 'what its earlier attempts wrote is not known'],
    [{ later: null }, 'whether a later run has succeeded is not known'],
    [
      { later: [{ id: 'run-2', state: 'succeeded', data: null }] },
      'run run-2 has succeeded since, and whether with the same data is not known',
    ],
    [
      { later: [{ id: 'run-2', state: 'succeeded', data: NEXT }] },
      'run run-2 has succeeded since, with other data (logical date 2026-11-23, this is 2026-11-22), which a rerun may overwrite',
    ],
    [
      { later: [{ id: 'run-2', state: 'failed', data: null }] },
      'run run-2 began since (failed), and what it wrote is not known',
    ],
    [
      { later: [{ id: 'run-2', state: 'unknown', data: SAME }] },
      'run run-2 began since (unknown), and what it wrote is not known',
    ],
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

describe('a later run', () => {
  it('that failed with the same data is what a rerun makes good', () => {
    expect(verdictOf({ ...SAFE, later: [{ id: 'run-2', state: 'failed', data: SAME }] }).rerun).toBe('safe')
  })

  it('of the same data that succeeded stands against it, whatever newer ones did', () => {
    const { rerun, reasons } = verdictOf({
      ...SAFE,
      later: [
        { id: 'run-4', state: 'succeeded', data: NEXT },
        { id: 'run-3', state: 'failed', data: SAME },
        { id: 'run-2', state: 'succeeded', data: SAME },
      ],
    })
    expect(rerun).toBe('unsafe')
    expect(reasons).toEqual(['run run-2 has succeeded since with the same data (logical date 2026-11-22)'])
  })

  it.each<[string, Partial<RerunFacts>, 'safe' | 'unknown']>([
    ['a folder of its day', writing('s3://lake/orders/dt=2026-11-22'), 'safe'],
    ['a folder of its day, in parts', writing('s3://lake/orders/2026/11/22'), 'safe'],
    ['a table of its day', writing('orders_20261122'), 'safe'],
    ['what is not there yet', writing('s3://lake/orders', 'if-absent'), 'safe'],
    ['a folder of all days', writing('s3://lake/orders'), 'unknown'],
    ['a folder of another day', writing('s3://lake/orders/dt=2026-11-23'), 'unknown'],
    ['a folder of an hour with the digits of a day', writing('s3://lake/orders/2026112207'), 'unknown'],
    ['nobody knows where', writing(null), 'unknown'],
  ])('of other data that succeeded, when a rerun writes to %s', (_where, facts, expected) => {
    const later = [{ id: 'run-2', state: 'succeeded', data: NEXT } as const]
    expect(verdictOf({ ...SAFE, ...facts, later }).rerun).toBe(expected)
  })

  it('of another partition is told by the partition’s whole name', () => {
    const data = { same: false, name: 'partition', one: 'a', other: 'b' }
    const later = [{ id: 'run-2', state: 'succeeded', data } as const]
    expect(verdictOf({ ...SAFE, ...writing('/data/part=a'), later }).rerun).toBe('safe')
    expect(verdictOf({ ...SAFE, ...writing('/data/all'), later }).rerun).toBe('unknown')
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
        writesCut: boolean(),
        attemptsBefore: boolean(),
        otherRun: constantFrom(null, undefined, 'other'),
        later: constantFrom(
          null,
          [],
          [{ id: 'run-2', state: 'succeeded', data: null } as const],
          [{ id: 'run-2', state: 'succeeded', data: SAME } as const],
        ),
        willRetry: option(boolean()),
        running: option(boolean()),
        succeeded: boolean(),
      }),
      (facts) => {
        const { rerun, reasons } = verdictOf(facts)
        const known =
          facts.class === 'transient' &&
          (facts.writes?.length ?? 0) > 0 &&
          !facts.writesCut &&
          !facts.attemptsBefore &&
          facts.otherRun === null &&
          facts.later?.length === 0 &&
          facts.running === false &&
          !facts.succeeded
        return reasons.length > 0 && (rerun !== 'safe' || known)
      },
    ),
  )
})
