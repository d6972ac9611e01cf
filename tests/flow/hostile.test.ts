// P9: hostile alerts on the whole way: Slack takes every message, nobody is called, nothing is hidden.
import { describe, expect, it } from 'vitest'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import { type World, alertBody, envelope, startWorld, textOf } from '../support/world.ts'
import { activeParts } from '../slack/views.ts'
import { OOM, fire, told } from './support.ts'

const MENTIONS = '<!channel> <!here> <@U0BOB> <!subteam^S0ONCALL> @channel @here'
const TEXTS: Readonly<Record<string, string>> = {
  mentions: MENTIONS,
  'links with lying labels': '<https://evil.example|https://good.example> [good](https://evil.example)',
  backticks: '``` `x` ```` *bold* _it_ ~no~ > quote',
  'four-byte emoji': '😀'.repeat(4_000),
  'right-to-left overrides': 'safe\u202Egnp.exe\u2066hidden\u2069',
  'control characters': 'a\u0001\u0007\u001Bb\u007F\u0085c',
  'lone surrogates': 'a\uD800b\uDC00c',
  'a hundred thousand characters': '<&>'.repeat(33_334),
  blanks: ' \n\t \u00A0 ',
  'line breaks': `first\n\n\n<!channel>\r\nlast`,
  'escaped already': '&lt;!channel&gt; &amp;amp;',
  'a date that is a link': '<!date^1^{date}^https://evil.example|today>',
}

/** Everything that has been posted, wherever. */
const everything = (world: World): ReturnType<World['messages']> =>
  world.slack.state().channels.flatMap((channel) => channel.messages) as unknown as ReturnType<
    World['messages']
  >

function harmless(world: World): void {
  const warned = world.slack.state().warnings.filter((line) => /blocks|invalid|too_long/.test(line))
  expect(warned).toEqual([])
  for (const message of everything(world)) {
    expect(validateBlocks('message', message.blocks)).toEqual([])
    for (const part of activeParts(message.blocks))
      expect(part).toMatch(/^<(!date\^\d+\^\{[a-z_]+\}( \{time\})?\||https?:\/\/|@U0ALICE>)/)
    expect(message.text.replace(/^<@U0ALICE> /, '')).not.toMatch(/<[!@#]/)
    expect(JSON.stringify(message)).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
  }
}

describe('P9: an alert made of', { timeout: 60_000 }, () => {
  it('anything hostile, in every place a sender has, still gets a card that Slack takes', async () => {
    const world = await startWorld({ config: (yaml) => yaml.replace('after: 60s', 'after: 5s') })
    const names = Object.keys(TEXTS)
    const alerts = names.flatMap((name, index) => {
      const text = TEXTS[name] ?? ''
      const body = alertBody(
        { ...OOM, job_name: `${index} ${text}`, extra: text },
        { annotations: { summary: text, description: text, runbook: text, runbook_url: text } },
      )
      return body['alerts'] as Record<string, unknown>[]
    })
    // The name itself, the team, the platform, the links.
    for (const text of Object.values(TEXTS)) {
      const [alert] = alertBody({ alertname: text, severity: text, platform: text, cluster: text })[
        'alerts'
      ] as Record<string, unknown>[]
      alerts.push({ ...alert, generatorURL: `javascript:${text}` })
    }
    expect(await world.send(envelope(alerts))).toMatchObject({ status: 200 })
    await world.clock.advance(20_000)
    const { count } = await world.store.db
      .selectFrom('incidents')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(count).toBeGreaterThanOrEqual(names.length)
    await world.until(
      () => everything(world).filter((one) => one.text.startsWith('#')).length >= count,
      'all cards',
      2_000,
    )
    harmless(world)
    expect(world.logs.filter((line) => line.includes('Slack refused'))).toEqual([])
    expect(told(world, 'ARR-303')).toEqual([])
    expect(world.pagerduty.state().rejected).toEqual([])
    expect(world.pagerduty.state().incidents.length).toBeGreaterThanOrEqual(names.length)
  })

  it('mentions calls nobody: what the sender wrote stands there as text', async () => {
    const world = await startWorld()
    await fire(world, { job_name: MENTIONS })
    const [card] = world.cards()
    expect(textOf(card)).toContain('<!channel>')
    expect(JSON.stringify(card?.blocks[0])).toContain('plain_text')
    harmless(world)
  })

  it('hostile words about PagerDuty’s failure stay words on the second route', async () => {
    const world = await startWorld({ config: (yaml) => yaml.replace('after: 60s', 'after: 5s') })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await fire(world, { job_name: MENTIONS })
    await world.until(() => world.messages('C0GENERAL').length > 0, 'the second route', 1_000)
    harmless(world)
  })

  it('what people are called: their names come from Slack as ids, never as text of theirs', async () => {
    const world = await startWorld({
      workspace: (seed) => ({
        ...seed,
        users: seed.users.map((user) =>
          user.id === 'U0ALICE' ? { ...user, name: '<!channel>', realName: '<!here>' } : user,
        ),
      }),
    })
    await fire(world)
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => textOf(world.cards()[0]).includes('Acknowledged'))
    await world.press('U0ALICE', 'acknowledge', { stale: true })
    await world.until(() => world.slack.state().ephemerals.length > 0, 'the answer')
    harmless(world)
    expect(world.slack.state().ephemerals[0]?.text).not.toContain('<!')
  })
})
