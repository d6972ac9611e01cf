// Reading back: what an app relies on when it looks for a post whose reply was lost.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { clientOf, errorOf, say, startSlack } from './support.ts'

const channel = 'C0DATA'

test('history is newest first, keeps metadata exactly and gives it only when asked', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const metadata = {
    event_type: 'incident',
    event_payload: { id: 'i-1', n: 1.5, ok: true, list: [{ a: 'ü' }], o: { a: 1 } },
  }
  const first = await say(client, { channel, text: 'first', metadata })
  const second = await say(client, { channel, text: 'second' })
  const plain = await client.conversations.history({ channel })
  expect(plain.messages?.map(({ ts }) => ts)).toEqual([second.ts, first.ts])
  expect(plain.messages?.[1]).not.toHaveProperty('metadata')
  const full = await client.conversations.history({ channel, include_all_metadata: true })
  expect(full.messages?.[1]?.metadata).toEqual(metadata)
})

test('replies stand in their thread alone, unless broadcast', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  const reply = await say(client, { channel, text: 'reply', thread_ts: root.ts })
  const loud = await say(client, { channel, text: 'loud', thread_ts: root.ts, reply_broadcast: true })
  const { messages } = await client.conversations.history({ channel })
  expect(messages?.map(({ ts }) => ts)).toEqual([loud.ts, root.ts])
  expect(messages?.[1]).toMatchObject({ reply_count: 2, latest_reply: loud.ts, reply_users: ['U0BOT'] })
  const thread = await client.conversations.replies({ channel, ts: reply.ts })
  expect(thread.messages?.map(({ text }) => text)).toEqual(['root', 'reply', 'loud'])
  const missing = client.conversations.replies({ channel, ts: '1700000000.000001' })
  expect((await errorOf(missing)).data.error).toBe('thread_not_found')
})

test('oldest and latest bound the history, inclusive only when said', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const sent: string[] = []
  for (const text of ['a', 'b', 'c', 'd']) sent.push((await say(client, { channel, text })).ts)
  const texts = async (bounds: object): Promise<unknown> =>
    (await client.conversations.history({ channel, ...bounds })).messages?.map(({ text }) => text)
  expect(await texts({ oldest: sent[1], latest: sent[3] })).toEqual(['c'])
  expect(await texts({ oldest: sent[1], latest: sent[3], inclusive: true })).toEqual(['d', 'c', 'b'])
  expect(await texts({ latest: sent[2], limit: 1, inclusive: true })).toEqual(['c'])
  // With `oldest` alone the page nearest to it comes first.
  expect(await texts({ oldest: sent[0], limit: 2 })).toEqual(['c', 'b'])
})

test.each([
  ['an unknown channel', { channel: 'C0NONE' }, 'channel_not_found'],
  ['a channel without the bot', { channel: 'C0OTHER' }, 'not_in_channel'],
  ['a limit too high', { channel, limit: 1000 }, 'invalid_limit'],
  ['a limit of nothing', { channel, limit: 0 }, 'invalid_limit'],
  ['a strange cursor', { channel, cursor: 'zzz' }, 'invalid_cursor'],
  ['an oldest that is no time', { channel, oldest: 'yesterday' }, 'invalid_ts_oldest'],
])('history of %s is refused', async (_what, args, error) => {
  const slack = await startSlack()
  const refused = await errorOf(clientOf(slack).apiCall('conversations.history', args))
  expect(refused.data.error).toBe(error)
})

test('pages give every message once and in order, whatever their size and whatever is posted meanwhile', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  for (let index = 0; index < 12; index += 1) await say(client, { channel, text: `${index}` })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 15 }), fc.boolean(), async (limit, forward) => {
      const before = slack.state().channels[0]?.messages.map(({ ts }) => ts) ?? []
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const bounds = forward ? { oldest: '1' } : {}
        const page = await client.conversations.history({
          channel,
          limit,
          ...bounds,
          ...(cursor === undefined ? {} : { cursor }),
        })
        const found = page.messages?.map(({ ts }) => ts as string) ?? []
        seen.push(...(forward ? found.toReversed() : found))
        cursor = page.response_metadata?.next_cursor
        expect(page.has_more).toBe(cursor !== undefined)
        if (!forward) await say(client, { channel, text: 'meanwhile' })
      } while (cursor !== undefined)
      expect(forward ? seen : seen.toReversed()).toEqual(before)
    }),
    { numRuns: 15 },
  )
})

test('channels, members and joining', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const { channels } = await client.conversations.list({ types: 'public_channel' })
  expect(channels?.map(({ id, is_member }) => [id, is_member])).toEqual([
    ['C0DATA', true],
    ['C0OTHER', false],
  ])
  expect((await client.conversations.members({ channel: 'C0OTHER' })).members).toEqual(['U0ALICE'])
  await client.conversations.join({ channel: 'C0OTHER' })
  expect((await client.conversations.info({ channel: 'C0OTHER' })).channel).toMatchObject({
    name: 'other',
    is_member: true,
    num_members: 2,
  })
  expect(await client.conversations.join({ channel: 'C0OTHER' })).toMatchObject({
    warning: 'already_in_channel',
  })
  await say(client, { channel: '#other', text: 'by name' })
  const paged = await client.conversations.list({ limit: 1 })
  expect(paged.channels).toHaveLength(1)
  const rest = await client.conversations.list({
    limit: 1,
    cursor: paged.response_metadata?.next_cursor as string,
  })
  expect(rest.channels?.[0]?.id).toBe('C0OTHER')
  expect(rest.response_metadata?.next_cursor).toBe('')
})
