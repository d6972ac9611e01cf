// `/spark`: what people type, what they read, and what they may do.
import { describe, expect, it } from 'vitest'
import { type World, startWorld, until } from '../support/world.ts'
import { card, fire, timeline } from '../flow/support.ts'
import { type } from './typing.ts'

describe('/spark that needs no incident', { timeout: 60_000 }, () => {
  it('helps, whether asked or not, and for a verb it does not know names the nearest', async () => {
    const world = await startWorld()
    for (const text of ['', 'help', 'HELP', '  help  '])
      expect((await type(world, text)).text).toMatch(
        /\/spark list \[all\][\s\S]*\/spark show &lt;number&gt;[\s\S]*\/spark ack/,
      )
    expect((await type(world, 'resolv 1')).text).toContain('did you mean `/spark resolve`?')
    expect((await type(world, 'ack1')).text).toContain('did you mean `/spark ack`?')
    expect((await type(world, 'frobnicate')).text).toContain('is not a verb I know')
    expect((await type(world, '<!channel>')).text).not.toContain('<!')
    expect((await type(world, 'constructor')).text).toContain('is not a verb I know')
    expect((await type(world, '__proto__')).text).toContain('is not a verb I know')
    expect((await type(world, 'list')).text).toBe('No incident is open.')
    expect((await type(world, 'list all')).text).toBe('There has been no incident yet.')
    expect((await type(world, 'show')).text).toContain('Which incident? For example `/spark show 42`')
    expect((await type(world, 'ack 99')).text).toContain('There is no incident 99.')
    expect((await type(world, 'show 99999999999999999999')).text).toContain('There is no incident')
    expect((await type(world, "show ' or 1=1")).text).toContain('There is no incident')
  })
})

describe('/spark when our side fails', { timeout: 60_000 }, () => {
  it('says so instead of leaving the person waiting, and a press does too', async () => {
    const world = await startWorld()
    await fire(world)
    const { ts } = world.cards()[0]!
    await world.store.db.schema.alterTable('incidents').renameTo('incidents_away').execute()
    expect((await type(world, 'list')).text).toContain('That did not work just now')
    await world.slack.click({
      user: 'U0ALICE',
      channel: 'C0DATA',
      ts,
      block_id: 'incident',
      action_id: 'acknowledge',
    })
    await until(() => world.slack.state().ephemerals.length === 2, 'the answer')
    expect(world.slack.state().ephemerals[1]?.text).toContain('That did not work just now')
    await world.store.db.schema.alterTable('incidents_away').renameTo('incidents').execute()
    expect((await type(world, 'list')).text).toContain('*#1*')
  })
})

describe('/spark about incidents', { timeout: 60_000 }, () => {
  let world: World

  it('lists, shows, acknowledges and resolves, by number with or without #', async () => {
    world = await startWorld()
    await fire(world)
    await fire(world, { job_name: '<!channel> & co' })
    const list = await type(world, 'list')
    expect(list.text).toContain('*#1* Executor out of memory: orders-daily · triggered')
    expect(list.text).toContain('&lt;!channel&gt; &amp; co')
    const shown = await type(world, 'show #1', 'U0MALLORY')
    expect(shown.all).toContain('orders-daily')
    expect(shown.all).not.toContain('"actions"')
    expect((await type(world, 'ack #1')).text).toContain('Acknowledged #1')
    await world.until(() => card(world).includes('*Acknowledged* by <@U0ALICE>'))
    expect((await type(world, 'list')).text).toContain('acknowledged by alice')
    expect((await type(world, 'ack 1', 'U0BOB')).text).toContain('already acknowledged by alice')
    expect((await type(world, 'resolve 1')).text).toContain('Resolved #1')
    expect((await type(world, 'resolve 1')).text).toContain('was resolved by alice')
    expect((await type(world, 'ack 1')).text).toContain('nothing left to acknowledge')
    expect((await type(world, 'list')).text).not.toContain('*#1*')
    expect((await type(world, 'list all')).text).toContain('*#1*')
    expect((await type(world, 'show 1')).all).toContain('Resolved')
  })

  it('refuses what somebody may not do, says why to them alone, and records it', async () => {
    world = await startWorld()
    await fire(world)
    for (const user of ['U0MALLORY', 'U0CAROL'])
      for (const verb of ['ack', 'resolve'])
        expect((await type(world, `${verb} 1`, user)).text).toContain(
          'needs a responder of team data-platform',
        )
    expect(card(world)).toContain('*Triggered*')
    const refused = (await timeline(world)).filter((one) => one.kind === 'press_refused')
    expect(refused.map((one) => one.actor.name)).toContain('mallory')
  })

  it('lists many with the longest of titles in a message that Slack takes', async () => {
    world = await startWorld()
    for (let i = 0; i < 18; i += 1) await world.send(body(i))
    await world.settle()
    const { text, all } = await type(world, 'list')
    expect(text.split('\n')).toHaveLength(16)
    expect(text).toContain('and older ones')
    expect(all).toContain('*#18*')
    expect(all).toContain('*#4*')
    for (const part of text.match(/<[^>]*>?/g) ?? []) expect(part).toMatch(/^<!date\^[^>]*>$/)
  })
})

function body(index: number): Record<string, unknown> {
  return {
    version: '4',
    status: 'firing',
    receiver: 'arrestor',
    groupKey: '{}',
    externalURL: 'http://alertmanager.example',
    alerts: [
      {
        status: 'firing',
        labels: {
          alertname: `Unknown${index}`,
          team: 'data-platform',
          job_name: `${index}-${'&<>'.repeat(200)}`,
        },
        annotations: {},
        startsAt: '2026-11-02T02:59:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: `list${index}`,
      },
    ],
  }
}
