// Who people are to a team: by name, by user group, and what counts while Slack does not answer.
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Team } from '../../src/flow/settings.ts'
import { TOKENS, WORKSPACE } from '../../src/sandbox/seed.ts'
import { createSlackServer } from '../../src/sandbox/slack/server.ts'
import type { SeedUsergroup } from '../../src/sandbox/slack/types.ts'
import { createClient } from '../../src/slack/client.ts'
import { createDirectory } from '../../src/slack/directory.ts'

const GROUP: SeedUsergroup = { id: 'S0ONCALL', handle: 'oncall', name: 'On call', users: ['U0CAROL'] }
const TEAM = {
  name: 'data-platform',
  responders: ['U0ALICE', 'S0ONCALL'],
  commanders: ['U0BOB'],
} as unknown as Team

async function directory(usergroups?: readonly SeedUsergroup[]) {
  const slack = await createSlackServer({
    port: 0,
    workspace: { ...WORKSPACE, ...(usergroups === undefined ? {} : { usergroups }) },
  })
  onTestFinished(async () => await slack.close())
  const clock = { ms: 0 }
  const lines: string[] = []
  const people = createDirectory({
    client: createClient({ botToken: TOKENS.slackBot, appToken: TOKENS.slackApp, apiUrl: slack.apiUrl }),
    logger: pino({}, { write: (line: string) => void lines.push(line) }),
    now: () => clock.ms,
  })
  const asked = (): number => slack.state().calls['usergroups.users.list'] ?? 0
  return { slack, clock, lines, asked, roleOf: async (user: string) => await people.roleOf(TEAM, user) }
}

describe('the directory', () => {
  it('knows people by name, without asking Slack', async () => {
    const { roleOf, asked } = await directory()
    expect(await roleOf('U0ALICE')).toBe('responder')
    expect(await roleOf('U0BOB')).toBe('commander')
    expect(asked()).toBe(0)
  })

  it('asks for the members of a group, and then for a while not again', async () => {
    const { roleOf, asked, clock } = await directory([GROUP])
    expect(await roleOf('U0CAROL')).toBe('responder')
    expect(await roleOf('U0MALLORY')).toBe('viewer')
    expect(asked()).toBe(1)
    clock.ms += 6 * 60_000
    await roleOf('U0CAROL')
    expect(asked()).toBe(2)
  })

  it('keeps to the last members known while Slack does not answer', async () => {
    const { roleOf, slack, clock } = await directory([GROUP])
    await roleOf('U0CAROL')
    clock.ms += 6 * 60_000
    slack.faults.add({ kind: 'server_error', count: 0 })
    expect(await roleOf('U0CAROL')).toBe('responder')
    expect(await roleOf('U0MALLORY')).toBe('viewer')
  })

  it('on a free workspace gives a group no rights, says so once, and still knows the people named', async () => {
    const { roleOf, lines, clock } = await directory()
    expect(await roleOf('U0CAROL')).toBe('viewer')
    expect(await roleOf('U0ALICE')).toBe('responder')
    for (let i = 0; i < 3; i += 1) {
      clock.ms += 6 * 60_000
      expect(await roleOf('U0CAROL')).toBe('viewer')
    }
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('S0ONCALL')
  })

  it('asks again soon after a failure: somebody who may press must not wait for minutes', async () => {
    const { roleOf, slack, clock } = await directory([GROUP])
    slack.faults.add({ kind: 'server_error' })
    expect(await roleOf('U0CAROL')).toBe('viewer')
    clock.ms += 20_000
    expect(await roleOf('U0CAROL')).toBe('responder')
  })
})
