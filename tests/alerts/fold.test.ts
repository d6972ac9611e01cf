// Folding a batch into what is known: a table of what each order of firing and resolved begins, repeats, ends, ignores.
import { describe, expect, it } from 'vitest'
import { type OwnedAlert, foldAlerts } from '../../src/alerts/fold.ts'
import type { Instance } from '../../src/alerts/instances.ts'

const NOW = new Date('2026-11-02T09:00:00Z')
const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 2, hour))

/** `+1` fires with a start at one o'clock, `-1` is its resolution. */
function heard(words: string, fingerprint = 'f'): OwnedAlert[] {
  return words
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      team: 't',
      platform: null,
      alert: {
        source: 's',
        fingerprint,
        status: word.startsWith('+') ? 'firing' : 'resolved',
        name: 'n',
        severity: 'low',
        labels: {},
        annotations: {},
        startsAt: at(Number(word.slice(1))),
        endsAt: null,
        links: [],
        run: { platform: null, cluster: null, jobName: null, runId: null, attempt: null, retriesLeft: null },
      },
    }))
}

/** What is known, in the same words. */
function known(words: string): Instance[] {
  return heard(words).map(({ team, alert }) => ({
    team,
    source: alert.source,
    fingerprint: alert.fingerprint,
    startsAt: alert.startsAt,
    status: alert.status,
    incidentId: 'inc_1',
  }))
}

describe('a batch', () => {
  it.each([
    // known, heard: begin, repeat, end, ignored
    ['', '+1', '1', '', '', ''],
    ['', '+1 +1 +1', '1', '1×2', '', ''],
    ['+1', '+1', '', '1×1', '', ''],
    ['+1', '-1', '', '', '1', ''],
    ['', '+1 -1', '1', '', '1', ''],
    ['', '-1', '', '', '', '1 resolved_before_firing'],
    ['', '-1 +1', '', '', '', '1 resolved_before_firing, 1 firing_after_its_resolution'],
    ['', '-1 -1', '', '', '', '1 resolved_before_firing, 1 already_resolved'],
    ['-1', '-1', '', '', '', '1 already_resolved'],
    ['-1', '+1', '', '', '', '1 firing_after_its_resolution'],
    ['+1', '-1 -1', '', '', '1', '1 already_resolved'],
    ['+1', '-1 +1', '', '', '1', '1 firing_after_its_resolution'],
    ['+1', '+2', '2', '', '1', ''],
    ['+1', '+2 +2', '2', '2×1', '1', ''],
    ['', '+1 +2 +3', '1 2 3', '', '1 2', ''],
    ['+1', '-2', '', '', '1', ''],
    ['+2', '-1', '', '', '', '1 resolved_before_firing'],
    ['+1', '-1 +2', '2', '', '1', ''],
    ['', '+1 -1 +2', '1 2', '', '1', ''],
    // The one that speaks last is believed: two Alertmanagers may know two starts of one signal.
    ['+2', '+1', '1', '', '2', ''],
    ['+2', '+1 -1', '1', '', '2 1', ''],
  ])('knowing "%s" and hearing "%s"', (knew, says, begin, repeat, end, ignored) => {
    const folded = foldAlerts(heard(says), known(knew), NOW)
    const hour = (date: Date): number => date.getUTCHours()
    expect(folded.begin.map(({ alert }) => hour(alert.startsAt)).join(' ')).toBe(begin)
    expect(folded.repeat.map(({ startsAt, times }) => `${hour(startsAt)}×${times}`).join(' ')).toBe(repeat)
    expect(folded.end.map(({ startsAt }) => hour(startsAt)).join(' ')).toBe(end)
    expect(
      folded.ignored.map(({ owned, reason }) => `${hour(owned.alert.startsAt)} ${reason}`).join(', '),
    ).toBe(ignored)
  })

  it('a later start goes to the incident of the one it supersedes, through any number of them', () => {
    const folded = foldAlerts(heard('+2 +3'), known('+1'), NOW)
    expect(folded.begin.map(({ knownIncidentId }) => knownIncidentId)).toEqual(['inc_1', 'inc_1'])
  })

  it('two signals do not touch each other, nor do two teams or sources', () => {
    const [one] = heard('+1')
    const others = [
      { ...one!, team: 'other' },
      { ...one!, alert: { ...one!.alert, source: 'other' } },
      { ...one!, alert: { ...one!.alert, fingerprint: 'other' } },
    ]
    expect(foldAlerts([one!, ...others], [], NOW).begin).toHaveLength(4)
  })

  it('a resolution without its time ends now; what is superseded ends when the later one began', () => {
    expect(foldAlerts(heard('-1'), known('+1'), NOW).end).toMatchObject([{ endsAt: NOW }])
    expect(foldAlerts(heard('+2'), known('+1'), NOW).end).toMatchObject([{ endsAt: at(2) }])
  })
})
