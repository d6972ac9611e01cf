// What a person can press: what is there now and what they can see, unless a stale press is forced.
import type { KnownBlock } from '@slack/types'
import { expect, test } from 'vitest'

import { buttonBlocks, clientOf, deferred, say, startBolt, startSlack, until } from './support.ts'

const channel = 'C0DATA'
const blocks = buttonBlocks() as unknown as KnownBlock[]
const press = { user: 'U0ALICE', channel, block_id: 'do', action_id: 'ack' }
const GONE = { ok: false, error: 'no_such_button' }

test('a button that an edit took away cannot be pressed; forced, the app hears the old press', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const app = await startBolt(slack, (bolt) => {
    bolt.action('ack', async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const { ts } = await say(app.client, { channel, text: 'x', blocks })
  await app.client.chat.update({ channel, ts, text: 'over' })
  expect(await slack.click({ ...press, ts })).toEqual(GONE)
  expect(await slack.click({ ...press, ts, value: 'old', stale: true })).toEqual({ ok: true, ts })
  expect(await heard.promise).toMatchObject({
    message: { ts, text: 'over' },
    actions: [{ type: 'button', action_id: 'ack', block_id: 'do', value: 'old' }],
  })
})

test('a press must name the block, the action, the value and the message as they stand', async () => {
  const slack = await startSlack()
  const { ts } = await say(clientOf(slack), { channel, text: 'x', blocks })
  const no = async (change: object): Promise<unknown> => await slack.click({ ...press, ts, ...change })
  expect(await no({ block_id: 'other' })).toEqual(GONE)
  expect(await no({ action_id: 'other' })).toEqual(GONE)
  expect(await no({ value: 'incident-2' })).toEqual(GONE)
  expect(await no({ ts: '1700000000.000001' })).toEqual(GONE)
  expect(await no({ action_id: 'assign', selected_option: 'U0EVE' })).toEqual(GONE)
  expect(await no({ user: 'U0NONE' })).toEqual({ ok: false, error: 'no_such_user' })
  expect(await no({ channel: 'C0NONE' })).toEqual({ ok: false, error: 'no_such_channel' })
  expect(await no({ state_values: { do: { nothing: 'x' } } })).toEqual({ ok: false, error: 'no_such_input' })
  // All is well with the press itself: only the app is missing.
  expect(await no({ value: 'incident-1' })).toEqual({ ok: false, error: 'no_socket' })
})

test('an ephemeral message is pressed by its reader alone, and its content is not sent', async () => {
  const slack = await startSlack()
  const heard = deferred<Record<string, unknown>>()
  const app = await startBolt(slack, (bolt) => {
    bolt.action('ack', async ({ ack, body }) => {
      await ack()
      heard.resolve(body as unknown as Record<string, unknown>)
    })
  })
  const { message_ts } = await app.client.chat.postEphemeral({ channel, user: 'U0ALICE', text: 'x', blocks })
  const ts = message_ts as string
  expect(await slack.click({ ...press, ts, user: 'U0BOB' })).toEqual(GONE)
  expect(await slack.click({ ...press, ts })).toEqual({ ok: true, ts })
  const body = await heard.promise
  expect(body).toMatchObject({ container: { is_ephemeral: true, message_ts: ts } })
  expect(body).not.toHaveProperty('message')
})

test('a button inside a coloured attachment is pressed there', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const app = await startBolt(slack, (bolt) => {
    bolt.action('ack', async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const { ts } = await say(app.client, { channel, text: '', attachments: [{ color: '#a30200', blocks }] })
  expect(await slack.click({ ...press, ts })).toEqual({ ok: true, ts })
  expect(await heard.promise).toMatchObject({
    container: { type: 'message_attachment', attachment_id: 1, message_ts: ts },
    state: { values: { do: { assign: { selected_option: null } } } },
  })
})

test('a direct message is pressed by its person alone', async () => {
  const slack = await startSlack()
  const { ts, channel: dm } = await say(clientOf(slack), { channel: 'U0ALICE', text: 'x', blocks })
  const inDm = { ...press, channel: dm as string, ts }
  expect(await slack.click({ ...inDm, user: 'U0BOB' })).toEqual(GONE)
  expect(await slack.click(inDm)).toEqual({ ok: false, error: 'no_socket' })
})

test('an overflow menu and a select bring the chosen option', async () => {
  const slack = await startSlack()
  const chosen: unknown[] = []
  const app = await startBolt(slack, (bolt) => {
    bolt.action(/.*/, async ({ ack, action }) => {
      chosen.push(action)
      await ack()
    })
  })
  const option = { text: { type: 'plain_text' as const, text: 'Snooze' }, value: 'snooze' }
  const { ts } = await say(app.client, {
    channel,
    text: 'x',
    blocks: [
      {
        type: 'section',
        block_id: 's',
        text: { type: 'mrkdwn', text: 'x' },
        accessory: { type: 'overflow', action_id: 'more', options: [option] },
      },
      ...blocks,
    ],
  })
  await slack.click({
    user: 'U0ALICE',
    channel,
    ts,
    block_id: 's',
    action_id: 'more',
    selected_option: 'snooze',
  })
  await slack.click({
    user: 'U0ALICE',
    channel,
    ts,
    block_id: 'do',
    action_id: 'assign',
    selected_option: 'U0BOB',
  })
  expect(chosen).toMatchObject([
    { type: 'overflow', selected_option: option },
    { type: 'static_select', selected_option: { value: 'U0BOB', text: { text: 'Bob' } } },
  ])
})

test("people's words reach the app as events, escaped; a mention reaches it twice", async () => {
  const slack = await startSlack()
  const message = deferred<unknown>()
  const mention = deferred<unknown>()
  await startBolt(slack, (bolt) => {
    bolt.message(async ({ event }) => {
      await Promise.resolve(message.resolve(event))
    })
    bolt.event('app_mention', async ({ event }) => {
      await Promise.resolve(mention.resolve(event))
    })
  })
  const result = await slack.post({ user: 'U0ALICE', channel, text: '<@U0BOT> is a < b & c?' })
  const text = '<@U0BOT> is a &lt; b &amp; c?'
  expect(result).toMatchObject({ ok: true })
  expect(await message.promise).toMatchObject({
    type: 'message',
    user: 'U0ALICE',
    channel,
    channel_type: 'channel',
    text,
  })
  expect(await mention.promise).toMatchObject({ type: 'app_mention', user: 'U0ALICE', channel, text })
})

test("the bot's own messages are echoed, edits and removals too", async () => {
  const slack = await startSlack()
  const seen: (string | undefined)[] = []
  const app = await startBolt(slack, (bolt) => {
    // Bolt drops the bot's own events before listeners; global middleware placed by the receiver sees the bodies.
    const receive = bolt.processEvent.bind(bolt)
    bolt.processEvent = async (event) => {
      seen.push((event.body as { event?: { subtype?: string; type: string } }).event?.subtype ?? 'plain')
      slackChanged()
      await receive(event)
    }
  })
  const done = deferred<undefined>()
  function slackChanged(): void {
    if (seen.length === 3) done.resolve(undefined)
  }
  const { ts } = await say(app.client, { channel, text: 'x' })
  await app.client.chat.update({ channel, ts, text: 'y' })
  await app.client.chat.delete({ channel, ts })
  await done.promise
  expect(seen).toEqual(['plain', 'message_changed', 'message_deleted'])
})

test('one writes and commands only where one is a member, and only commands that exist', async () => {
  const slack = await startSlack()
  const typed = { user: 'U0EVE', channel, command: '/spark', text: '' }
  expect(await slack.command(typed)).toEqual({ ok: false, error: 'not_in_channel' })
  expect(await slack.command({ ...typed, user: 'U0ALICE', command: '/fire' })).toEqual({
    ok: false,
    error: 'no_such_command',
  })
  expect(await slack.command({ ...typed, user: 'U0NONE' })).toEqual({ ok: false, error: 'no_such_user' })
  expect(await slack.command({ ...typed, channel: 'C0NONE' })).toEqual({
    ok: false,
    error: 'no_such_channel',
  })
  expect(await slack.post({ user: 'U0EVE', channel, text: 'x' })).toEqual({
    ok: false,
    error: 'not_in_channel',
  })
  expect(await slack.post({ user: 'U0ALICE', channel, text: '' })).toEqual({ ok: false, error: 'no_text' })
  const orphan = { user: 'U0ALICE', channel, text: 'x', thread_ts: '1700000000.000001' }
  expect(await slack.post(orphan)).toEqual({ ok: false, error: 'thread_not_found' })
})

test('a command may answer to the whole channel; an answer that Slack refuses is told', async () => {
  const slack = await startSlack()
  await startBolt(slack, (bolt) => {
    bolt.command('/spark', async ({ ack, command }) => {
      if (command.text === 'bad') await ack({ text: 'x', blocks: [{ type: 'nonsense' }] })
      else await ack({ response_type: 'in_channel', text: 'For all' })
    })
  })
  const typed = { user: 'U0ALICE', channel, command: '/spark', text: '' }
  expect(await slack.command(typed)).toMatchObject({ ok: true, text: 'For all' })
  expect(await until(slack, () => slack.state().channels[0]?.messages[0])).toMatchObject({
    user: 'U0BOT',
    text: 'For all',
  })
  expect(await slack.command({ ...typed, text: 'bad' })).toEqual({
    ok: false,
    error: 'invalid_command_response',
  })
  expect(slack.state().warnings.join()).toContain('unsupported type: nonsense')
})
