// Ten thousand ladders on the pure core: whatever the policy and whoever acknowledges when, the steps are taken as written.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Policy, type Rung, firstRung, nextRung, stillHolds } from '../../src/escalation/policy.ts'

const OPENED = new Date('2026-11-02T03:00:00Z')
const MINUTE = 60_000

const step = fc.record({
  after: fc.integer({ min: 0, max: 120 }).map((minutes) => minutes * MINUTE),
  while: fc.constantFrom('unacknowledged' as const, 'unresolved' as const),
  page: fc.boolean(),
  mention: fc.constant<string[]>([]),
  repeat: fc.option(
    fc.record({
      every: fc.integer({ min: 1, max: 30 }).map((minutes) => minutes * MINUTE),
      times: fc.integer({ min: 1, max: 5 }),
    }),
    { nil: undefined },
  ),
})
const policy = fc.array(step, { minLength: 1, maxLength: 8 }).map((steps): Policy => ({
  steps: steps
    .toSorted((a, b) => a.after - b.after)
    .map(({ repeat, ...rest }) => (repeat === undefined ? rest : { ...rest, repeat })),
}))
const minutes = fc.option(fc.integer({ min: 0, max: 200 }), { nil: null })

/** Climbs the whole ladder; answers what was taken, when. */
function climb(
  of: Policy,
  acknowledgedAt: number | null,
  resolvedAt: number | null,
): { rung: Rung; at: number }[] {
  const taken: { rung: Rung; at: number }[] = []
  let rung = firstRung(of, OPENED)
  let last = -1
  for (let n = 0; rung !== null; n += 1) {
    expect(n, 'a ladder ends').toBeLessThan(100)
    const at = rung.dueAt.getTime() - OPENED.getTime()
    expect(at, 'time goes forward').toBeGreaterThanOrEqual(last)
    last = at
    const state =
      resolvedAt !== null && at >= resolvedAt * MINUTE
        ? 'resolved'
        : acknowledgedAt !== null && at >= acknowledgedAt * MINUTE
          ? 'acknowledged'
          : 'triggered'
    if (state === 'resolved') break
    const current = of.steps[rung.step]!
    if (stillHolds(current, state).take) taken.push({ rung, at })
    rung = nextRung(of, OPENED, rung, rung.dueAt)
  }
  return taken
}

describe('ten thousand ladders', () => {
  it('P4: take each step at its time, and none after what it waits for', () => {
    fc.assert(
      fc.property(policy, minutes, minutes, (of, acknowledgedAt, resolvedAt) => {
        const taken = climb(of, acknowledgedAt, resolvedAt)
        for (const { rung, at } of taken) {
          const { after, repeat, while: condition } = of.steps[rung.step]!
          expect(at).toBe(after + rung.round * (repeat?.every ?? 0))
          expect(rung.round).toBeLessThanOrEqual(repeat?.times ?? 0)
          if (resolvedAt !== null) expect(at).toBeLessThan(resolvedAt * MINUTE)
          if (acknowledgedAt !== null && condition === 'unacknowledged')
            expect(at).toBeLessThan(acknowledgedAt * MINUTE)
        }
        // Left alone, every step is taken at least once: none is skipped by the repeats of another.
        if (acknowledgedAt === null && resolvedAt === null)
          expect(new Set(taken.map(({ rung }) => rung.step)).size).toBe(of.steps.length)
      }),
      { numRuns: 10_000 },
    )
  })
})
