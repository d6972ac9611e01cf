// response_url: five answers in thirty minutes, to the place where something was pressed.
import type { KnownBlock } from '@slack/types'
import { expect, test } from 'vitest'

import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { buttonBlocks, clientOf, deferred, say, startBolt, startSlack } from './support.ts'

const channel = 'C0DATA'
const blocks = buttonBlocks() as unknown as KnownBlock[]

async function send(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

/** Presses the button of a new message and gives its response_url. */
async function pressed(slack: SlackServer, ephemeral = false): Promise<{ url: string; ts: string }> {
  const heard = deferred<string>()
  await startBolt(slack, (bolt) => {
    bolt.action('ack', async ({ ack, body }) => {
      await ack()
      heard.resolve((body as { response_url: string }).response_url)
    })
  })
  const client = clientOf(slack)
  const ts = ephemeral
    ? ((await client.chat.postEphemeral({ channel, user: 'U0ALICE', text: 'x', blocks }))
        .message_ts as string)
    : (await say(client, { channel, text: 'x', blocks })).ts
  await slack.click({ user: 'U0ALICE', channel, ts, block_id: 'do', action_id: 'ack' })
  return { url: await heard.promise, ts }
}

test('an answer is for the person who pressed unless it says in_channel', async () => {
  const slack = await startSlack()
  const { url, ts } = await pressed(slack)
  expect(await send(url, { text: 'secret' })).toEqual({ status: 200, body: { ok: true } })
  expect(slack.state().ephemerals).toMatchObject([{ user: 'U0ALICE', channel, text: 'secret' }])
  await send(url, { text: 'public', response_type: 'in_channel', thread_ts: ts })
  expect(slack.state().channels[0]?.messages).toMatchObject([
    { ts },
    { text: 'public', thread_ts: ts, user: 'U0BOT' },
  ])
})

test('the original is replaced, or deleted', async () => {
  const slack = await startSlack()
  const { url, ts } = await pressed(slack)
  await send(url, { replace_original: true, text: 'over' })
  const [message] = slack.state().channels[0]?.messages ?? []
  expect(message).toMatchObject({ ts, text: 'over' })
  expect(message).not.toHaveProperty('blocks')
  await send(url, { delete_original: true })
  expect(slack.state().channels[0]?.messages).toEqual([])
  expect(await send(url, { replace_original: true, text: 'x' })).toMatchObject({
    status: 400,
    body: { error: 'message_not_found' },
  })
})

test('an ephemeral original too: there is no other way to change one', async () => {
  const slack = await startSlack()
  const { url, ts } = await pressed(slack, true)
  await send(url, { replace_original: true, text: 'over' })
  expect(slack.state().ephemerals).toEqual([{ ts, channel, user: 'U0ALICE', text: 'over' }])
  await send(url, { delete_original: true })
  expect(slack.state().ephemerals).toEqual([])
})

test('the sixth answer is refused', async () => {
  const slack = await startSlack()
  const { url } = await pressed(slack)
  for (let use = 0; use < 5; use += 1)
    expect(await send(url, { text: `${use}` })).toMatchObject({ status: 200 })
  expect(await send(url, { text: 'six' })).toEqual({ status: 404, body: { ok: false, error: 'used_url' } })
  expect(slack.state().ephemerals).toHaveLength(5)
})

test('an answer after half an hour is refused, as is one to an address never given out', async () => {
  let now = 1_700_000_000_000
  const slack = await startSlack({ now: () => now })
  const { url } = await pressed(slack)
  now += 30 * 60_000 + 1
  expect(await send(url, { text: 'late' })).toEqual({
    status: 404,
    body: { ok: false, error: 'expired_url' },
  })
  expect(await send(`${url}x`, { text: 'who' })).toMatchObject({ status: 404 })
})

test('an answer is held to the rules of messages, and a refused one does not count', async () => {
  const slack = await startSlack()
  const { url } = await pressed(slack)
  for (let use = 0; use < 6; use += 1)
    expect(await send(url, { text: 'x', blocks: [{ type: 'nonsense' }] })).toMatchObject({
      status: 400,
      body: { error: 'invalid_blocks' },
    })
  expect(await send(url, { text: '' })).toMatchObject({ status: 400, body: { error: 'no_text' } })
  expect(await send(url, { text: 'fine' })).toMatchObject({ status: 200 })
  expect(slack.state().warnings.join()).toContain('response_url: invalid_blocks: unsupported type: nonsense')
})

test('a command has no original to replace', async () => {
  const slack = await startSlack()
  const heard = deferred<string>()
  await startBolt(slack, (bolt) => {
    bolt.command('/spark', async ({ ack, command, respond }) => {
      await ack()
      await respond('later')
      heard.resolve(command.response_url)
    })
  })
  await slack.command({ user: 'U0BOB', channel, command: '/spark', text: '' })
  const url = await heard.promise
  expect(slack.state().ephemerals).toMatchObject([{ user: 'U0BOB', text: 'later' }])
  expect(await send(url, { replace_original: true, text: 'x' })).toMatchObject({
    status: 400,
    body: { error: 'message_not_found' },
  })
})
