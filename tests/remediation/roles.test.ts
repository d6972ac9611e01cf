// Who may press what: every role against every requirement, and a floor that no runbook lowers.
import { describe, expect, it } from 'vitest'
import { ROLES, mayDo, required } from '../../src/remediation/roles.ts'

describe('roles', () => {
  it.each(ROLES.flatMap((role) => ROLES.map((needs) => [role, needs] as const)))(
    'a %s at a button for a %s',
    (role, needs) => {
      const permission = mayDo(role, needs, 'Kill Application', 'data-platform')
      expect(permission.may).toBe(ROLES.indexOf(role) >= ROLES.indexOf(needs))
      if (permission.may) return
      expect(permission.sentence).toContain(`Kill Application needs a ${needs} of team data-platform`)
      expect(permission.sentence).toContain('Nothing was done.')
      expect(permission.sentence).toContain(
        role === 'viewer' ? 'neither responder nor commander' : `a ${role}`,
      )
    },
  )

  it.each([
    ['commander', null, 'commander'],
    ['commander', 'responder', 'commander'],
    ['commander', 'viewer', 'commander'],
    ['responder', 'commander', 'commander'],
    ['responder', 'responder', 'responder'],
    ['viewer', 'responder', 'responder'],
    ['viewer', null, 'viewer'],
  ] as const)('a floor of %s and a runbook’s wish of %s need a %s', (floor, wish, needs) => {
    expect(required(floor, wish)).toBe(needs)
  })
})
