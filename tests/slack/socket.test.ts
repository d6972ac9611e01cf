// Socket Mode: whatever Slack does to the connection, it is rebuilt in process, and intake and paging never wait for it.
import { describe, expect, it } from 'vitest'
import { type World, alertBody, startWorld, until } from '../support/world.ts'
import { OOM, card, eventsOf, fire, metrics, told } from '../flow/support.ts'

const connected = (world: World, yes = true): Promise<void> =>
  until(
    () => world.service.slackConnected() === yes && (!yes || world.slack.state().sockets > 0),
    yes ? 'the connection' : 'its loss',
  )

async function pressable(world: World): Promise<void> {
  await world.until(async () => {
    await world.press('U0ALICE', 'acknowledge', { stale: true })
    return card(world).includes('Acknowledged')
  }, 'a press that arrives')
}

describe('the connection to Slack', { timeout: 60_000 }, () => {
  it('that is refused at the start is said once, holds up neither intake nor pages, and comes by itself', async () => {
    const world = await startWorld({
      connected: false,
      config: (yaml) => yaml.replace('after: 60s', 'after: 5s'),
      before: ({ slack }) => {
        slack.faults.add({ kind: 'refuse', count: 0 })
      },
    })
    expect(await world.send(alertBody(OOM))).toMatchObject({ status: 200, body: { stored: 1 } })
    await world.clock.advance(7_000)
    expect(eventsOf(world)).toEqual(['trigger'])
    expect(world.cards()).toEqual([])
    await until(() => told(world, 'ARR-301').length > 0, 'the line in the log')
    expect(await metrics(world)).toContain('arrestor_slack_connected 0')
    expect(await (await fetch(`${world.service.http.url}/readyz`)).text()).toContain('ready')
    world.slack.faults.clear()
    await connected(world)
    await world.until(() => world.cards().length === 1, 'the card', 5_000)
    expect(told(world, 'ARR-301')).toHaveLength(1)
    expect(world.logs.join('')).not.toContain('at Object.')
    await pressable(world)
  })

  it('with a token that Slack refuses is said once, by its code and without the token', async () => {
    const world = await startWorld({ connected: false, environment: { SLACK_APP_TOKEN: 'xapp-wrong' } })
    await until(() => told(world, 'ARR-302').length > 0, 'the line in the log')
    const calls = (): number => world.slack.state().calls['apps.connections.open'] ?? 0
    await until(() => calls() >= 3, 'further attempts')
    expect(told(world, 'ARR-302')).toHaveLength(1)
    expect(told(world, 'ARR-302')[0]).toContain('SLACK_APP_TOKEN')
    expect(world.logs.join('')).not.toContain('xapp-wrong')
    await fire(world)
    expect(world.cards()).toHaveLength(1)
  })

  it('with a bot token that Slack refuses is said once, and pages still go out', async () => {
    const world = await startWorld({
      connected: false,
      environment: { SLACK_BOT_TOKEN: 'xoxb-wrong' },
      config: (yaml) => yaml.replace('after: 60s', 'after: 5s'),
    })
    await fire(world)
    await world.clock.advance(40_000)
    expect(eventsOf(world)).toEqual(['trigger'])
    await until(() => told(world, 'ARR-302').length > 0, 'the line in the log')
    // One line, though the connection and every channel meet it.
    await fire(world, { alertname: 'SparkStreamingLag', job_name: 'clicks' })
    expect(told(world, 'ARR-302')).toHaveLength(1)
    expect(world.logs.join('')).not.toContain('xoxb-wrong')
  })

  it.each(['refresh_requested', 'warning', 'link_disabled'] as const)('that Slack ends (%s) is there again, and presses arrive', async (reason) => {
    const world = await startWorld()
    await fire(world)
    world.slack.disconnect(reason)
    await until(() => (world.slack.state().calls['apps.connections.open'] ?? 0) >= 2, 'another connection')
    await connected(world)
    await pressable(world)
    expect(world.slack.state().sockets).toBe(1)
  }) // prettier-ignore

  it('that breaks without a word is rebuilt, however often', async () => {
    const world = await startWorld()
    await fire(world)
    for (let i = 0; i < 3; i += 1) {
      world.slack.faults.add({ kind: 'socket_loss' })
      await until(
        () => (world.slack.state().calls['apps.connections.open'] ?? 0) >= i + 2,
        'another connection',
      )
      await connected(world)
    }
    await pressable(world)
    expect(await metrics(world)).toContain('arrestor_slack_connected 1')
  })

  it('asked to rebuild while it is building stays one, and ends with the service', async () => {
    const world = await startWorld()
    const asked = (): number => world.slack.state().calls['apps.connections.open'] ?? 0
    const before = asked()
    world.slack.faults.add({ kind: 'slow', match: 'apps.connections.open', delayMs: 500 })
    world.service.rebuildSlack()
    await until(() => world.slack.faults.list().length === 0, 'a connection being built')
    world.service.rebuildSlack()
    await connected(world)
    await fire(world)
    await pressable(world)
    expect(asked()).toBe(before + 1)
    expect(world.slack.state().sockets).toBe(1)
    await world.service.stop()
    await until(() => world.slack.state().sockets === 0, 'the end of the connection')
  })

  it('can be rebuilt by hand, for failures that surface elsewhere', async () => {
    const world = await startWorld()
    world.service.rebuildSlack()
    await connected(world, false)
    await connected(world)
    await fire(world)
    await pressable(world)
  })
})
