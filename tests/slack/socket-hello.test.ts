// A Slack that takes the connection and then says nothing: given up and tried again, not waited for.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { createTold } from '../../src/slack/deliver/told.ts'
import { connectSocket } from '../../src/slack/socket.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { until } from '../support/world.ts'

afterEach(() => vi.useRealTimers())

it('a connection without a hello is given up, said by its code, and built again', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  let opened = 0
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    const { port } = server.address() as AddressInfo
    response.end(
      JSON.stringify({
        ok: true,
        url: `ws://127.0.0.1:${port}/`,
        bot_id: 'B1',
        user_id: 'U1',
        team_id: 'T1',
      }),
    )
  })
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, () => {
      opened += 1
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const lines: string[] = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const slack = connectSocket({
    now: () => new Date(),
    tokens: {
      botToken: 'xoxb-1',
      appToken: 'xapp-1',
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    },
    logger,
    told: createTold(logger),
    metrics: createMetrics({ processMetrics: false }),
    register: () => {},
  })
  onTestFinished(async () => {
    for (const one of sockets.clients) one.terminate()
    server.closeAllConnections()
    server.close()
    await slack.stop()
  })
  await until(() => opened === 1, 'the first connection')
  expect(lines).toEqual([])
  await vi.advanceTimersByTimeAsync(21_000)
  expect(lines.join('')).toContain('ARR-301')
  expect(lines.join('')).toContain('no hello within 20 s')
  expect(slack.connected()).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  await until(() => opened === 2, 'another connection')
})
