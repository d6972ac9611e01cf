// Messages: what Slack takes, what it refuses, and what an edit does to what was there.
import { expect, test } from 'vitest'

import { buttonBlocks, clientOf, errorOf, say, startSlack } from './support.ts'
import type { KnownBlock } from '@slack/types'

const blocks = buttonBlocks() as unknown as KnownBlock[]
const channel = 'C0DATA'

test('every ts has six decimals, is unique and rises, even when the clock stands still', async () => {
  const slack = await startSlack({ now: () => 1_700_000_000_000 })
  const client = clientOf(slack)
  const sent = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => await say(client, { channel, text: `${index}` })),
  )
  const all = sent.map(({ ts }) => ts)
  expect(new Set(all).size).toBe(20)
  for (const ts of all) expect(ts).toMatch(/^1700000000\.\d{6}$/)
  const kept = slack.state().channels[0]?.messages.map(({ ts }) => ts) ?? []
  expect(kept).toEqual(kept.toSorted())
})

test('blocks and elements without ids get them', async () => {
  const slack = await startSlack()
  const { message } = await say(clientOf(slack), {
    channel,
    text: 'x',
    blocks: [
      { type: 'divider' },
      { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Go' } }] },
    ],
  })
  expect(message?.blocks).toMatchObject([
    { block_id: expect.stringMatching(/^.{5}$/) },
    { block_id: expect.any(String), elements: [{ action_id: expect.stringMatching(/^.{5}$/) }] },
  ])
})

test.each([
  ['an unknown channel', { channel: 'C0NONE', text: 'x' }, 'channel_not_found'],
  ['a channel without the bot', { channel: 'C0OTHER', text: 'x' }, 'not_in_channel'],
  ['nothing to say', { channel }, 'no_text'],
  ['empty text and no blocks', { channel, text: '', blocks: [] }, 'no_text'],
  ['blocks that are no JSON', { channel, text: 'x', blocks: '{' }, 'invalid_blocks_format'],
  ['blocks that are no array', { channel, text: 'x', blocks: '{}' }, 'invalid_blocks_format'],
  ['an attachment that is none', { channel, text: 'x', attachments: '["x"]' }, 'invalid_attachments'],
  [
    'a bad block in an attachment',
    { channel, text: 'x', attachments: [{ blocks: [{ type: 'x' }] }] },
    'invalid_attachments',
  ],
  ['markdown beside text', { channel, text: 'x', markdown_text: '**x**' }, 'markdown_text_conflict'],
  ['too much markdown', { channel, markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
  ['an unknown block', { channel, text: 'x', blocks: [{ type: 'sections' }] }, 'invalid_blocks'],
  ['a thread that is not there', { channel, text: 'x', thread_ts: '1700000000.000001' }, 'thread_not_found'],
  ['a thread_ts that is none', { channel, text: 'x', thread_ts: '0' }, 'invalid_thread_ts'],
  [
    'metadata without a type',
    { channel, text: 'x', metadata: { event_payload: {} } },
    'invalid_metadata_schema',
  ],
  ['metadata that is no JSON', { channel, text: 'x', metadata: 'x' }, 'invalid_metadata_format'],
  [
    'metadata two levels deep',
    { channel, text: 'x', metadata: { event_type: 'e', event_payload: { a: { b: { c: 1 } } } } },
    'invalid_metadata_schema',
  ],
  [
    'metadata beyond bounds',
    { channel, text: 'x', metadata: { event_type: 'e', event_payload: { a: 'x'.repeat(3000) } } },
    'metadata_too_large',
  ],
  [
    'more text in blocks than a message holds',
    {
      channel,
      text: 'x',
      blocks: Array.from({ length: 5 }, () => ({
        type: 'section',
        text: { type: 'mrkdwn', text: 'x'.repeat(2900) },
      })),
    },
    'msg_blocks_too_long',
  ],
])('a post with %s is refused', async (_what, message, error) => {
  const slack = await startSlack()
  const refused = await errorOf(clientOf(slack).apiCall('chat.postMessage', message))
  expect(refused.data.error).toBe(error)
  expect(slack.state().channels.flatMap(({ messages }) => messages)).toEqual([])
})

test('refused blocks are named with a pointer, to the app and in the warnings', async () => {
  const slack = await startSlack()
  const header = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }
  const refused = await errorOf(
    clientOf(slack).apiCall('chat.postMessage', { channel, text: 'x', blocks: [header] }),
  )
  const sentence = 'must be less than 151 characters [json-pointer:/blocks/0/text/text]'
  expect(refused.data).toMatchObject({
    error: 'invalid_blocks',
    errors: [sentence],
    response_metadata: { messages: [`[ERROR] ${sentence}`] },
  })
  expect(slack.state().warnings).toEqual([`chat.postMessage: invalid_blocks: ${sentence}`])
})

test('text above 40,000 characters is cut, with a warning', async () => {
  const slack = await startSlack()
  const sent = await say(clientOf(slack), { channel, text: 'x'.repeat(40_001) })
  expect(sent.message?.text).toHaveLength(40_000)
  expect(sent.response_metadata?.warnings).toEqual(['message_truncated'])
})

test('a reply to a reply joins the thread of its root', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  const reply = await say(client, { channel, text: 'reply', thread_ts: root.ts })
  const second = await say(client, { channel, text: 'second', thread_ts: reply.ts })
  expect(second.message).toMatchObject({ thread_ts: root.ts, parent_user_id: 'U0BOT' })
})

test('a post to a person opens the direct conversation with them', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const sent = await say(client, { channel: 'U0ALICE', text: 'You are paged' })
  expect(sent.channel).toBe('D0ALICE')
  const opened = await client.conversations.open({ users: 'U0ALICE' })
  expect(opened).toMatchObject({ no_op: true, channel: { id: 'D0ALICE' } })
})

test('an edit with text alone takes the blocks away and is marked; one with blocks is not marked', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const { ts } = await say(client, { channel, text: 'first', blocks })
  await client.chat.update({ channel, ts, text: 'second', blocks })
  const withBlocks = slack.state().channels[0]?.messages[0]
  expect(withBlocks).toMatchObject({ text: 'second', blocks: [{ block_id: 'what' }, { block_id: 'do' }] })
  expect(withBlocks).not.toHaveProperty('edited')
  await client.chat.update({ channel, ts, text: 'third' })
  const textOnly = slack.state().channels[0]?.messages[0]
  expect(textOnly).toMatchObject({ ts, text: 'third', edited: { user: 'U0BOT' } })
  expect(textOnly).not.toHaveProperty('blocks')
})

test('metadata stays when an edit does not speak of it, and goes when it is emptied', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const metadata = { event_type: 'incident', event_payload: { id: 'i-1' } }
  const { ts } = await say(client, { channel, text: 'x', metadata })
  const now = (): unknown => slack.state().channels[0]?.messages[0]?.metadata
  await client.chat.update({ channel, ts, text: 'y' })
  expect(now()).toEqual(metadata)
  await client.apiCall('chat.update', {
    channel,
    ts,
    metadata: { event_type: 'incident', event_payload: { id: 'i-2' } },
  })
  expect(now()).toEqual({ event_type: 'incident', event_payload: { id: 'i-2' } })
  expect(slack.state().channels[0]?.messages[0]?.text).toBe('y')
  await client.apiCall('chat.update', { channel, ts, text: 'z', metadata: {} })
  expect(now()).toBeUndefined()
})

test('an edit is refused for what is not there, not ours, too long or says nothing', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const { ts } = await say(client, { channel, text: 'x' })
  const theirs = await slack.post({ user: 'U0ALICE', channel, text: 'mine' })
  const other = theirs.ok ? theirs.ts : ''
  const code = async (change: object): Promise<string> =>
    (await errorOf(client.apiCall('chat.update', { channel, ts, ...change }))).data.error
  expect(await code({ ts: '1700000000.000001', text: 'y' })).toBe('message_not_found')
  expect(await code({ ts: other, text: 'y' })).toBe('cant_update_message')
  expect(await code({ text: 'x'.repeat(4001) })).toBe('msg_too_long')
  expect(await code({})).toBe('no_text')
})

test('a workspace may close the window for edits', async () => {
  let now = 1_700_000_000_000
  const slack = await startSlack({ now: () => now, editWindowSeconds: 60 })
  const client = clientOf(slack)
  const { ts } = await say(client, { channel, text: 'x' })
  now += 59_000
  await client.chat.update({ channel, ts, text: 'y' })
  now += 2000
  const refused = await errorOf(client.chat.update({ channel, ts, text: 'z' }))
  expect(refused.data.error).toBe('edit_window_closed')
})

test('a deleted message is gone; the root of a thread leaves a tombstone', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  const reply = await say(client, { channel, text: 'reply', thread_ts: root.ts })
  await client.chat.delete({ channel, ts: root.ts })
  expect(slack.state().channels[0]?.messages[0]).toMatchObject({ ts: root.ts, subtype: 'tombstone' })
  await client.chat.delete({ channel, ts: reply.ts })
  expect(slack.state().channels[0]?.messages.map(({ ts }) => ts)).toEqual([root.ts])
  expect((await errorOf(client.chat.delete({ channel, ts: root.ts }))).data.error).toBe('message_not_found')
})

test('an ephemeral message reaches members alone and is in no history', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const sent = await client.chat.postEphemeral({ channel, user: 'U0ALICE', text: 'only you' })
  expect(slack.state().ephemerals).toEqual([
    { ts: sent.message_ts, channel, user: 'U0ALICE', text: 'only you' },
  ])
  expect((await client.conversations.history({ channel })).messages).toEqual([])
  const code = async (user: string): Promise<string> =>
    (await errorOf(client.chat.postEphemeral({ channel, user, text: 'x' }))).data.error
  expect(await code('U0EVE')).toBe('user_not_in_channel')
  expect(await code('U0NONE')).toBe('user_not_found')
  const update = client.chat.update({ channel, ts: sent.message_ts as string, text: 'x' })
  expect((await errorOf(update)).data.error).toBe('message_not_found')
})

test('a permalink names the message, and the thread of a reply', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  const reply = await say(client, { channel, text: 'reply', thread_ts: root.ts })
  const { permalink } = await client.chat.getPermalink({ channel, message_ts: reply.ts })
  expect(permalink).toBe(
    `https://sandbox.slack.com/archives/C0DATA/p${reply.ts.replace('.', '')}?thread_ts=${root.ts}&cid=C0DATA`,
  )
  const missing = client.chat.getPermalink({ channel, message_ts: '1700000000.000001' })
  expect((await errorOf(missing)).data.error).toBe('message_not_found')
})
