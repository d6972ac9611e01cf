// The thin path with the real Bolt app: connect, post, press, command, edit.
import type { BlockAction, SlashCommand } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { expect, test } from 'vitest'

import { buttonBlocks, clientOf, deferred, say, startBolt, startSlack, until } from './support.ts'

const blocks = buttonBlocks() as unknown as KnownBlock[]

test('a Bolt app connects, posts a card, hears the press and edits the card', async () => {
  const slack = await startSlack()
  const heard = deferred<BlockAction>()
  const app = await startBolt(slack, (bolt) => {
    bolt.action('ack', async ({ ack, body, client, respond }) => {
      await ack()
      const press = body as BlockAction
      await client.chat.update({
        channel: 'C0DATA',
        ts: press.message?.['ts'] as string,
        text: 'Acknowledged',
      })
      await respond({ response_type: 'ephemeral', text: 'You have it' })
      heard.resolve(press)
    })
  })
  expect(slack.state().sockets).toBe(1)
  const metadata = { event_type: 'incident', event_payload: { id: 'i-1', at: 7, links: [{ a: 'b' }] } }
  const posted = await say(app.client, {
    channel: 'C0DATA',
    text: 'Executor lost',
    blocks,
    metadata,
  })
  const { ts } = posted

  const result = await slack.click({
    user: 'U0ALICE',
    channel: 'C0DATA',
    ts,
    block_id: 'do',
    action_id: 'ack',
    state_values: { do: { assign: 'U0BOB' } },
  })

  expect(result).toEqual({ ok: true, ts })
  const press = await heard.promise
  expect(press).toMatchObject({
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: 'T0SANDBOX' },
    team: { id: 'T0SANDBOX', domain: 'sandbox' },
    container: { type: 'message', message_ts: ts, channel_id: 'C0DATA', is_ephemeral: false },
    channel: { id: 'C0DATA', name: 'data-alerts' },
    enterprise: null,
    is_enterprise_install: false,
    state: { values: { do: { assign: { type: 'static_select', selected_option: { value: 'U0BOB' } } } } },
    actions: [{ type: 'button', block_id: 'do', action_id: 'ack', value: 'incident-1' }],
  })
  const history = await app.client.conversations.history({ channel: 'C0DATA', include_all_metadata: true })
  expect(history.messages).toHaveLength(1)
  expect(history.messages?.[0]).toMatchObject({
    ts,
    text: 'Acknowledged',
    metadata,
    edited: { user: 'U0BOT' },
  })
  expect(history.messages?.[0]).not.toHaveProperty('blocks')
  const ephemeral = await until(slack, () => slack.state().ephemerals[0])
  expect(ephemeral).toMatchObject({ user: 'U0ALICE', channel: 'C0DATA', text: 'You have it' })
})

test('a slash command reaches the app; what it acknowledges with is for that person alone', async () => {
  const slack = await startSlack()
  const heard = deferred<SlashCommand>()
  await startBolt(slack, (bolt) => {
    bolt.command('/spark', async ({ ack, command }) => {
      await ack({ text: 'Nothing burns' })
      heard.resolve(command)
    })
  })
  const result = await slack.command({ user: 'U0BOB', channel: 'C0DATA', command: '/spark', text: 'list' })
  expect(result).toMatchObject({ ok: true, text: 'Nothing burns' })
  expect(await heard.promise).toMatchObject({
    command: '/spark',
    text: 'list',
    user_id: 'U0BOB',
    user_name: 'bob',
    channel_id: 'C0DATA',
    channel_name: 'data-alerts',
    team_id: 'T0SANDBOX',
    team_domain: 'sandbox',
    is_enterprise_install: 'false',
  })
  expect(slack.state().ephemerals).toMatchObject([{ user: 'U0BOB', text: 'Nothing burns' }])
  expect(slack.state().channels[0]?.messages).toEqual([])
})

test('an app that never acknowledges is named to the person and in the warnings', async () => {
  const slack = await startSlack({ ackTimeoutMs: 30 })
  const app = await startBolt(slack, () => undefined)
  const { ts } = await say(app.client, { channel: 'C0DATA', text: 'x', blocks })
  const press = { user: 'U0ALICE', channel: 'C0DATA', ts, block_id: 'do', action_id: 'ack' }
  expect(await slack.click(press)).toEqual({ ok: false, error: 'app_did_not_respond' })
  expect(slack.state().warnings.join()).toContain('did not respond to the press of "ack"')
})

test('without a socket nothing can be pressed or typed', async () => {
  const slack = await startSlack()
  const { ts } = await say(clientOf(slack), { channel: 'C0DATA', text: 'x', blocks })
  const press = { user: 'U0ALICE', channel: 'C0DATA', ts, block_id: 'do', action_id: 'ack' }
  expect(await slack.click(press)).toEqual({ ok: false, error: 'no_socket' })
  const typed = { user: 'U0ALICE', channel: 'C0DATA', command: '/spark', text: '' }
  expect(await slack.command(typed)).toEqual({ ok: false, error: 'no_socket' })
})
