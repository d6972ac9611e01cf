// The ladder: durations, rungs in the order of their times, repeats, and conditions looked at again.
import { describe, expect, it } from 'vitest'
import { dedupKeyOf } from '../../src/escalation/dedup-key.ts'
import {
  DurationSchema,
  PinnedPolicySchema,
  type Policy,
  PolicySchema,
  firstRung,
  nextRung,
  stillHolds,
} from '../../src/escalation/policy.ts'

const OPENED = new Date('2026-11-02T03:00:00Z')

/** Every rung of a policy, as `minute: step.round`. */
function ladder(policy: Policy): string[] {
  const out: string[] = []
  for (let rung = firstRung(policy, OPENED); rung !== null; rung = nextRung(policy, OPENED, rung, rung.dueAt))
    out.push(`${(rung.dueAt.getTime() - OPENED.getTime()) / 60_000}: ${rung.step}.${rung.round}`)
  return out
}

const policyOf = (...steps: unknown[]): Policy => PolicySchema.parse({ steps })

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, ms) => {
    expect(DurationSchema.parse(text)).toBe(ms)
  })

  it.each(['', '5', 'm', '5 m', '-5m', '1.5h', '5min', '5M', '1h30m', '1234567s', 5])(
    '%j is refused',
    (text) => {
      expect(DurationSchema.safeParse(text).success).toBe(false)
    },
  )
})

describe('the ladder', () => {
  it.each<[string, Policy, string[]]>([
    ['one step', policyOf({ after: '5m' }), ['5: 0.0']],
    [
      'steps in order',
      policyOf({ after: '0s' }, { after: '5m' }, { after: '15m' }),
      ['0: 0.0', '5: 1.0', '15: 2.0'],
    ],
    [
      'a last step that repeats',
      policyOf({ after: '5m' }, { after: '15m', repeat: { every: '15m', times: 3 } }),
      ['5: 0.0', '15: 1.0', '30: 1.1', '45: 1.2', '60: 1.3'],
    ],
    [
      'repeats that are over before the next step',
      policyOf({ after: '1m', repeat: { every: '2m', times: 2 } }, { after: '20m' }),
      ['1: 0.0', '3: 0.1', '5: 0.2', '20: 1.0'],
    ],
    [
      'a next step that is due before the repeats are over ends them',
      policyOf({ after: '5m', repeat: { every: '10m', times: 5 } }, { after: '20m' }),
      ['5: 0.0', '15: 0.1', '20: 1.0'],
    ],
    [
      'a next step due with a repeat goes first',
      policyOf({ after: '5m', repeat: { every: '5m', times: 5 } }, { after: '10m' }),
      ['5: 0.0', '10: 1.0'],
    ],
    [
      'two steps at once',
      policyOf({ after: '5m', page: true }, { after: '5m', mention: ['U0BOB'] }),
      ['5: 0.0', '5: 1.0'],
    ],
  ])('%s', (_what, policy, rungs) => {
    expect(ladder(policy)).toEqual(rungs)
  })

  it('has no rung without steps, nor beyond the last', () => {
    expect(firstRung({ steps: [] }, OPENED)).toBeNull()
    expect(nextRung(policyOf({ after: '5m' }), OPENED, { step: 4, round: 0 }, OPENED)).toBeNull()
  })

  it('counts from the opening, so that a late step does not delay the next', () => {
    const policy = policyOf({ after: '5m' }, { after: '10m' })
    expect(nextRung(policy, OPENED, { step: 0, round: 0 }, OPENED)?.dueAt).toEqual(
      new Date('2026-11-02T03:10:00Z'),
    )
  })

  it('makes one of the repeats that were missed while nothing ran', () => {
    const policy = policyOf({ after: '1m', repeat: { every: '1m', times: 30 } }, { after: '60m' })
    const at = (minutes: number, seconds = 0): Date =>
      new Date(OPENED.getTime() + minutes * 60_000 + seconds * 1_000)
    const next = (round: number, now: Date) => nextRung(policy, OPENED, { step: 0, round }, now)
    expect(next(0, at(1))).toEqual({ step: 0, round: 1, dueAt: at(2) })
    expect(next(1, at(2, 1))).toEqual({ step: 0, round: 2, dueAt: at(3) })
    expect(next(1, at(20, 30))).toEqual({ step: 0, round: 20, dueAt: at(21) })
    expect(next(1, at(45))).toEqual({ step: 1, round: 0, dueAt: at(60) })
  })

  it('survives being pinned to an incident', () => {
    const policy = policyOf({
      after: '5m',
      page: true,
      mention: ['U0BOB'],
      repeat: { every: '1m', times: 2 },
    })
    expect(PinnedPolicySchema.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy)
  })
})

describe('conditions', () => {
  it.each([
    ['unacknowledged', 'triggered', { take: true }],
    ['unacknowledged', 'acknowledged', { take: false, reason: 'acknowledged' }],
    ['unacknowledged', 'resolved', { take: false, reason: 'resolved' }],
    ['unresolved', 'triggered', { take: true }],
    ['unresolved', 'acknowledged', { take: true }],
    ['unresolved', 'resolved', { take: false, reason: 'resolved' }],
  ] as const)('while %s, in %s', (condition, state, verdict) => {
    expect(stillHolds({ while: condition }, state)).toEqual(verdict)
  })
})

describe('what a policy may say', () => {
  it.each([
    ['no steps', { steps: [] }],
    ['more than twenty', { steps: Array.from({ length: 21 }, () => ({ after: '1m' })) }],
    ['an unknown condition', { steps: [{ after: '1m', while: 'always' }] }],
    ['a person by name', { steps: [{ after: '1m', mention: ['@bob'] }] }],
    ['repeats without end', { steps: [{ after: '1m', repeat: { every: '1m', times: 1000 } }] }],
    ['an unknown key', { steps: [{ after: '1m', pages: true }] }],
    ['a step before the one it follows', { steps: [{ after: '10m' }, { after: '5m' }] }],
    [
      'repeats without a pause',
      { steps: [{ after: '1m', page: true, repeat: { every: '0s', times: 100 } }] },
    ],
  ])('not %s', (_what, policy) => {
    expect(PolicySchema.safeParse(policy).success).toBe(false)
  })
})

describe('the dedup key', () => {
  it('is one per incident and team, and fits PagerDuty’s 255 characters', () => {
    expect(dedupKeyOf('a', 'inc_1')).toBe(dedupKeyOf('a', 'inc_1'))
    expect(
      new Set([dedupKeyOf('a', 'bc'), dedupKeyOf('ab', 'c'), dedupKeyOf('a', 'b'), dedupKeyOf('b', 'a')])
        .size,
    ).toBe(4)
    expect(dedupKeyOf('t'.repeat(500), 'i'.repeat(500)).length).toBeLessThan(255)
  })

  it('is refused for nothing: one constant key would melt strangers into one', () => {
    expect(() => dedupKeyOf('', 'inc_1')).toThrow()
    expect(() => dedupKeyOf('a', '')).toThrow()
  })
})
