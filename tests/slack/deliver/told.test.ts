// What an operator must mend is said once, and again when it breaks anew.
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createTold } from '../../../src/slack/deliver/told.ts'

function operator() {
  const lines: string[] = []
  return { lines, told: createTold(pino({}, { write: (line: string) => void lines.push(line) })) }
}

const at = (channel: string, subject = 'inc_1') => ({ channel, team: 'data-platform', subject })

describe('an operator hears', () => {
  it('of a wrong channel once, and again after it had worked', () => {
    const { lines, told } = operator()
    for (const subject of ['inc_1', 'inc_2', 'inc_1']) told.refused(at('C1', subject), 'not_in_channel')
    expect(lines).toHaveLength(1)
    told.took('C1')
    told.refused(at('C1'), 'not_in_channel')
    expect(lines).toHaveLength(2)
  })

  it('of each wrong channel, and of each way in which one is wrong', () => {
    const { lines, told } = operator()
    told.refused(at('C1'), 'not_in_channel')
    told.refused(at('C2'), 'not_in_channel')
    told.refused(at('C1'), 'is_archived')
    expect(lines).toHaveLength(3)
  })

  it('of a wrong token once, whoever meets it', () => {
    const { lines, told } = operator()
    told.refusedToken('invalid_auth')
    told.refused(at('C1'), 'invalid_auth')
    told.refused(at('C2'), 'token_revoked')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('ARR-302')
  })

  it('of a message that Slack does not take once, though others in its channel are taken', () => {
    const { lines, told } = operator()
    for (let i = 0; i < 3; i += 1) {
      told.refused(at('C1', 'inc_1'), 'invalid_blocks')
      told.took('C1')
    }
    told.refused(at('C1', 'inc_2'), 'invalid_blocks')
    expect(lines).toHaveLength(2)
  })

  it('of a connection that Slack refuses in words nobody knows', () => {
    const { lines, told } = operator()
    told.refusedToken('not_allowed_token_type')
    expect(lines[0]).toContain('not_allowed_token_type')
    expect(lines[0]).toContain('ARR-302')
  })
})
