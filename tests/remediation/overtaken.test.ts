// A rollback that was done is over once something else is deployed; until then it stands in the way of another.
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/incidents/deployments.ts'
import { isOvertaken } from '../../src/remediation/overtaken.ts'

const T = Date.parse('2026-11-22T03:00:00Z')
const minute = (at: number): Date => new Date(T + at * 60_000)

/** Told of at `received`, in minutes; done then, unless said. */
function marker(version: string, received: number, more: Partial<Deployment> = {}): Deployment {
  return {
    sender: 'ci',
    externalId: `${version}-${received}`,
    team: 'a',
    platform: null,
    jobNames: ['job'],
    what: 'deploy',
    commit: null,
    image: null,
    version,
    summary: null,
    by: null,
    url: null,
    at: minute(received),
    receivedAt: minute(received),
    ...more,
  }
}

const BEFORE = [marker('v1', -60), marker('v2', -5)]
/** Asked for at 0, and seen to be done at 2. */
const run = (to?: string): Parameters<typeof isOvertaken>[0] => ({
  params: to === undefined ? {} : { to },
  requestedAt: minute(0),
  endedAt: minute(2),
})
const back = marker('v1', 1, { what: 'rollback' })

describe('a rollback to v1', () => {
  it.each([
    ['stands while that is deployed', [...BEFORE, back], false],
    ['is over with the next version', [...BEFORE, back, marker('v3', 30)], true],
    ['is over with the next version that came before anybody had looked', [...BEFORE, back, marker('v3', 1.5)], true],
    ['is over where what it went back from is deployed again', [...BEFORE, back, marker('v2', 30)], true],
    ['stands once more when somebody else has gone back, too', [...BEFORE, back, marker('v3', 30), marker('v1', 40)], false],
    ['stands where its marker is of a slow clock, and that of v2 seems the later', [...BEFORE, { ...back, at: minute(-6) }], false],
    ['stands where a person says that it happened, and no marker has come', BEFORE, false],
    ['stands where nothing is told of', [], false],
  ])('%s', (_name, deployments, expected) => {
    expect(isOvertaken(run('v1'), deployments)).toBe(expected)
  }) // prettier-ignore

  it('without a name is over with whatever is told of after it', () => {
    expect(isOvertaken(run(), [...BEFORE, back])).toBe(false)
    expect(isOvertaken(run(), [...BEFORE, back, marker('v3', 30)])).toBe(true)
  })
})
