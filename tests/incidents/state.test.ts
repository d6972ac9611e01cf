// The state machine: every command in every state, and the sentence for each that does nothing.
import { describe, expect, it } from 'vitest'
import { type Command, decide } from '../../src/incidents/state.ts'
import type { IncidentState } from '../../src/incidents/model.ts'

const ALICE = { kind: 'person', id: 'U0ALICE', name: 'alice', via: 'slack' } as const
const PAGER = { kind: 'pagerduty', name: 'Bob via PagerDuty' } as const

describe('commands', () => {
  it.each<[IncidentState, Command, 'moved' | 'already' | 'refused', string]>([
    ['triggered', 'acknowledge', 'moved', 'acknowledged'],
    ['triggered', 'resolve', 'moved', 'resolved'],
    ['acknowledged', 'acknowledge', 'already', 'Incident #7 is already acknowledged by alice.'],
    ['acknowledged', 'resolve', 'moved', 'resolved'],
    [
      'resolved',
      'acknowledge',
      'refused',
      'Incident #7 was resolved by Bob via PagerDuty. There is nothing left to acknowledge.',
    ],
    ['resolved', 'resolve', 'already', 'Incident #7 was resolved by Bob via PagerDuty.'],
  ])('%s: %s is %s', (state, command, kind, what) => {
    const transition = decide({ state, number: 7, acknowledgedBy: ALICE, resolvedBy: PAGER }, command)
    expect(transition.kind).toBe(kind)
    expect(transition.kind === 'moved' ? transition.to : transition.sentence).toBe(what)
  })

  it.each<[IncidentState, Command, string]>([
    ['acknowledged', 'acknowledge', 'Incident #7 is already acknowledged.'],
    ['resolved', 'resolve', 'Incident #7 was resolved.'],
  ])('%s: %s names nobody where nobody is known', (state, command, sentence) => {
    expect(decide({ state, number: 7, acknowledgedBy: null, resolvedBy: null }, command)).toMatchObject({
      sentence,
    })
  })
})
