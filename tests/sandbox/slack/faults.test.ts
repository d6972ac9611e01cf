// Faults: each breaks what it says, as often as it says, and where it says.
import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError, WebClient } from '@slack/web-api'
import { expect, test, vi } from 'vitest'

import { createFaults } from '../../../src/sandbox/faults.ts'
import type { Fault } from '../../../src/sandbox/faults.ts'
import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { SILENT, clientOf, say, startSlack } from './support.ts'

const channel = 'C0DATA'

async function failure(slack: SlackServer, fault: Fault): Promise<unknown> {
  slack.faults.add(fault)
  return await say(clientOf(slack), { channel, text: 'x' }).then(
    () => undefined,
    (error: unknown) => error,
  )
}

function texts(slack: SlackServer): string[] {
  return slack.state().channels[0]?.messages.map(({ text }) => text) ?? []
}

test('P3: a lost reply: the message is there, and the client does not know', async () => {
  const slack = await startSlack()
  expect(await failure(slack, { kind: 'lost_reply', match: 'chat.postMessage' })).toBeInstanceOf(
    WebAPIRequestError,
  )
  expect(texts(slack)).toEqual(['x'])
})

test.each([
  ['drop_connection', WebAPIRequestError],
  ['refuse', WebAPIRequestError],
  ['server_error', WebAPIHTTPError],
  ['rate_limited', WebAPIRateLimitedError],
] as const)('%s leaves no effect', async (kind, type) => {
  const slack = await startSlack()
  expect(await failure(slack, { kind, match: 'chat.postMessage' })).toBeInstanceOf(type)
  expect(texts(slack)).toEqual([])
  expect(slack.faults.list()).toEqual([])
  await say(clientOf(slack), { channel, text: 'y' })
  expect(texts(slack)).toEqual(['y'])
})

test('rate_limited says how long to wait; the real client comes back by itself', async () => {
  const slack = await startSlack()
  const limited = await failure(slack, { kind: 'rate_limited', retryAfter: 7 })
  expect((limited as WebAPIRateLimitedError).retryAfter).toBe(7)
  slack.faults.add({ kind: 'rate_limited', retryAfter: 0 })
  const patient = new WebClient('xoxb-test', {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 1 },
    logger: SILENT,
  })
  await say(patient, { channel, text: 'z' })
  expect(texts(slack)).toEqual(['z'])
  expect(slack.state().calls).toEqual({ 'chat.postMessage': 3 })
})

test('a refusal of everything closes connections as they come', async () => {
  const slack = await startSlack()
  expect(await failure(slack, { kind: 'refuse', count: 1 })).toBeInstanceOf(WebAPIRequestError)
  expect(slack.state().calls).toEqual({})
})

test('slow waits first and goes on; another fault may follow it', async () => {
  const slack = await startSlack()
  expect(await failure(slack, { kind: 'slow', delayMs: 5 })).toBeUndefined()
  slack.faults.add({ kind: 'slow', delayMs: 5 })
  expect(await failure(slack, { kind: 'server_error' })).toBeInstanceOf(WebAPIHTTPError)
  expect(texts(slack)).toEqual(['x'])
})

test.each([
  ['swallow', []],
  ['withhold_reply', ['x']],
] as const)('%s: the client waits for ever; what it asked for is done or not', async (kind, left) => {
  const slack = await startSlack()
  slack.faults.add({ kind, match: 'chat.postMessage' })
  const patience = new AbortController()
  const waiting = fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-test', 'content-type': 'application/json' },
    body: JSON.stringify({ channel, text: 'x' }),
    signal: patience.signal,
  })
  await vi.waitUntil(() => slack.faults.list().length === 0 && texts(slack).length === left.length)
  patience.abort()
  await expect(waiting).rejects.toThrow('aborted')
  expect(texts(slack)).toEqual(left)
})

test('a fault strikes the named method alone, so often as it counts', () => {
  const faults = createFaults()
  expect(faults.add({ kind: 'server_error', match: 'chat.update', count: 2 })).not.toBe(
    faults.add({ kind: 'slow', count: 0 }),
  )
  expect(faults.strike(['server_error'], ['chat.postMessage'])).toBeUndefined()
  expect(faults.strike(['slow'], ['chat.postMessage'])).toMatchObject({ kind: 'slow' })
  expect(faults.strike(['server_error'], ['chat.update'])).toMatchObject({ kind: 'server_error' })
  expect(faults.list()).toEqual([
    { kind: 'server_error', match: 'chat.update', count: 1 },
    { kind: 'slow', count: 0 },
  ])
  expect(faults.strike(['server_error'], ['chat.update'])).toBeDefined()
  expect(faults.strike(['server_error'], ['chat.update'])).toBeUndefined()
  faults.clear()
  expect(faults.list()).toEqual([])
})

test('with limits enforced, posts go at one a second and channel after a short burst', async () => {
  let now = 1_700_000_000_000
  const slack = await startSlack({ now: () => now, enforceRateLimits: true })
  const client = clientOf(slack)
  const post = async (to: string): Promise<unknown> =>
    await say(client, { channel: to, text: 'x' }).then(
      () => 'sent',
      (error: unknown) => error,
    )
  for (let index = 0; index < 5; index += 1) expect(await post(channel)).toBe('sent')
  const limited = await post(channel)
  expect(limited).toBeInstanceOf(WebAPIRateLimitedError)
  expect((limited as WebAPIRateLimitedError).retryAfter).toBe(1)
  // Another channel has its own measure.
  expect(await post('U0ALICE')).toBe('sent')
  now += 1000
  expect(await post(channel)).toBe('sent')
  expect(await post(channel)).toBeInstanceOf(WebAPIRateLimitedError)
})

test('with limits enforced, a tier-3 method is called fifty times a minute', async () => {
  const now = 1_700_000_000_000
  const slack = await startSlack({ now: () => now, enforceRateLimits: true })
  const client = clientOf(slack)
  for (let index = 0; index < 50; index += 1) await client.conversations.info({ channel })
  await expect(client.conversations.info({ channel })).rejects.toBeInstanceOf(WebAPIRateLimitedError)
})
