// Socket Mode on the wire: turns, refreshes, lost sockets, events sent again.
import { SocketModeReceiver } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'

import { createSlackServer } from '../../../src/sandbox/slack/server.ts'
import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { SEED, SILENT, buttonBlocks, clientOf, say, startBolt, startSlack, until } from './support.ts'

interface Frame {
  type: string
  envelope_id: string
  [field: string]: unknown
}

/** A bare WebSocket of the app. `next` gives the frames in their order; nothing is acknowledged by itself. */
async function connect(slack: SlackServer): Promise<{ socket: WebSocket; next: () => Promise<Frame> }> {
  const { url } = await clientOf(slack, 'xapp-test').apps.connections.open()
  const socket = new WebSocket(url as string)
  onTestFinished(() => socket.terminate())
  const frames: Frame[] = []
  const readers: ((frame: Frame) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame
    const reader = readers.shift()
    if (reader === undefined) frames.push(frame)
    else reader(frame)
  })
  const next = async (): Promise<Frame> => {
    const frame = frames.shift()
    return frame ?? (await new Promise<Frame>((resolve) => readers.push(resolve)))
  }
  return { socket, next }
}

const blocks = buttonBlocks() as unknown as KnownBlock[]

test('a connection is greeted, and its address opens once', async () => {
  const slack = await startSlack()
  const { socket, next } = await connect(slack)
  expect(await next()).toMatchObject({
    type: 'hello',
    num_connections: 1,
    connection_info: { app_id: 'A0SANDBOX' },
    debug_info: { approximate_connection_time: 3600 },
  })
  const again = new WebSocket(socket.url)
  const failed = await new Promise<Error>((resolve) => again.on('error', resolve))
  expect(failed).toBeInstanceOf(Error)
  expect(slack.state().sockets).toBe(1)
})

test('payloads go to the sockets in turn, each to one', async () => {
  const slack = await startSlack()
  const first = await connect(slack)
  await first.next()
  const second = await connect(slack)
  expect(await second.next()).toMatchObject({ num_connections: 2 })
  const answer = async ({ socket, next }: typeof first): Promise<string> => {
    const frame = await next()
    socket.send(JSON.stringify({ envelope_id: frame.envelope_id, payload: {} }))
    return (frame['payload'] as { text: string }).text
  }
  const typed = { user: 'U0ALICE', channel: 'C0DATA', command: '/spark' }
  const got = Promise.all([answer(first), answer(second)])
  expect(await slack.command({ ...typed, text: 'one' })).toEqual({ ok: true })
  expect(await slack.command({ ...typed, text: 'two' })).toEqual({ ok: true })
  expect((await got).toSorted()).toEqual(['one', 'two'])
})

test('an eleventh connection is sent away', async () => {
  const slack = await startSlack()
  for (let index = 0; index < 10; index += 1) await (await connect(slack)).next()
  const { next } = await connect(slack)
  expect(await next()).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' })
})

test('an event that is not acknowledged is sent again and says so', async () => {
  const slack = await startSlack({ ackTimeoutMs: 20 })
  const { socket, next } = await connect(slack)
  await next()
  await slack.post({ user: 'U0ALICE', channel: 'C0DATA', text: 'hello' })
  const event = { type: 'message', text: 'hello' }
  expect(await next()).toMatchObject({
    type: 'events_api',
    accepts_response_payload: false,
    retry_attempt: 0,
    payload: { type: 'event_callback', event },
  })
  const again = await next()
  expect(again).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout', payload: { event } })
  socket.send(JSON.stringify({ envelope_id: again.envelope_id }))
})

test('a late or doubled acknowledgement is a warning', async () => {
  const slack = await startSlack()
  const { socket, next } = await connect(slack)
  await next()
  socket.send(JSON.stringify({ envelope_id: 'nothing' }))
  socket.send('not json')
  socket.send('null')
  await until(slack, () => (slack.state().warnings.length === 3 ? true : undefined))
  expect(slack.state().warnings[0]).toContain('(nothing)')
})

test('sockets are pinged again and again: a client that saw one ping waits for the next', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const slack = await startSlack()
  const { socket, next } = await connect(slack)
  await next()
  for (let round = 0; round < 2; round += 1) {
    const pinged = new Promise((resolve) => socket.once('ping', resolve))
    vi.advanceTimersByTime(10_000)
    await pinged
  }
})

test('closing the server ends what people still wait for', async () => {
  const slack = await createSlackServer({ port: 0, workspace: SEED })
  const { next } = await connect(slack)
  await next()
  const waiting = slack.command({ user: 'U0ALICE', channel: 'C0DATA', command: '/spark', text: '' })
  await next()
  await slack.close()
  expect(await waiting).toEqual({ ok: false, error: 'no_socket' })
})

test('Bolt comes back after a refresh and after a lost socket, and hears presses again', async () => {
  const slack = await startSlack()
  const receiver = new SocketModeReceiver({
    appToken: 'xapp-test',
    logger: SILENT,
    // Bolt waits this long before it reconnects, and takes a socket without a pong in it for dead.
    clientPingTimeout: 300,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  })
  let presses = 0
  const app = await startBolt(
    slack,
    (bolt) => {
      bolt.action('ack', async ({ ack }) => {
        presses += 1
        await ack()
      })
    },
    receiver,
  )
  const { ts } = await say(app.client, { channel: 'C0DATA', text: 'x', blocks })
  const press = { user: 'U0ALICE', channel: 'C0DATA', ts, block_id: 'do', action_id: 'ack' }
  const connections = (): number => slack.state().calls['apps.connections.open'] ?? 0
  const back = async (count: number): Promise<unknown> =>
    await until(slack, () => (connections() >= count && slack.state().sockets === 1 ? true : undefined))

  slack.disconnect('refresh_requested')
  expect(await slack.click(press)).toEqual({ ok: false, error: 'no_socket' })
  await back(2)
  expect(await slack.click(press)).toEqual({ ok: true, ts })

  slack.faults.add({ kind: 'socket_loss', count: 2 })
  await back(5)
  expect(await slack.click(press)).toEqual({ ok: true, ts })
  expect(presses).toBe(2)
})
