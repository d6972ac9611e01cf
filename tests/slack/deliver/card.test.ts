// The card's delivery against answers that the sandbox never gives: foreign messages, words we do not know.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FlowDeps } from '../../../src/flow/deps.ts'
import { createClient } from '../../../src/slack/client.ts'
import { cardNotifier } from '../../../src/slack/deliver/card.ts'
import { createTold } from '../../../src/slack/deliver/told.ts'
import type { OutboxRow } from '../../../src/store/outbox.ts'
import { viewWith } from '../views.ts'

/** A Slack that answers each method with what the test says, and the methods it was asked. */
async function slackThat(answers: Record<string, object>): Promise<{ apiUrl: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const method = (request.url ?? '').split('/').at(-1) ?? ''
    asked.push(method)
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answers[method] ?? { ok: false, error: 'unknown_method' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`, asked }
}

const ROW: OutboxRow = {
  id: 1,
  destination: 'slack.card',
  subject: 'inc_0000000000000001',
  mode: 'level',
  priority: 2,
  payload: {},
  attempts: 0,
  firstTriedAt: null,
  mayHaveHappened: false,
  externalId: null,
  desiredVersion: 1,
  deliveredVersion: 0,
  lastError: null,
  createdAt: new Date(0),
  fence: 1,
}

const OURS = {
  ts: '1700000000.000100',
  metadata: { event_type: 'arrestor_card', event_payload: { incident: 'inc_0000000000000001' } },
}

async function send(answers: Record<string, object>, row: Partial<OutboxRow> = {}) {
  const { apiUrl, asked } = await slackThat(answers)
  const lines: string[] = []
  const told = createTold(pino({}, { write: (line: string) => void lines.push(line) }))
  const client = createClient({ botToken: 'xoxb-test', appToken: 'xapp-test', apiUrl })
  const notifier = cardNotifier({} as FlowDeps, client, told)
  const attempt = () => notifier.send(viewWith(), { ...ROW, ...row }, AbortSignal.timeout(5_000))
  return { result: await attempt(), again: attempt, asked, lines }
}

describe('P3: the card’s delivery', () => {
  it('does not adopt another app’s message that carries our metadata, but posts its own', async () => {
    const { result, asked } = await send(
      {
        'conversations.history': { ok: true, messages: [OURS] },
        'chat.update': { ok: false, error: 'cant_update_message' },
        'chat.postMessage': { ok: true, channel: 'C0DATA', ts: '1700000001.000100' },
      },
      { mayHaveHappened: true },
    )
    expect(asked).toEqual(['conversations.history', 'chat.update', 'chat.postMessage'])
    expect(result).toEqual({ kind: 'delivered', externalId: 'C0DATA/1700000001.000100', version: 1 })
  })

  it('posts nothing while it cannot look for what it may have posted', async () => {
    const { result, asked } = await send(
      { 'conversations.history': { ok: false, error: 'missing_scope' } },
      { mayHaveHappened: true },
    )
    expect(asked).toEqual(['conversations.history'])
    expect(result).toMatchObject({ kind: 'retry' })
  })

  it('says a refusal once however often it is tried, and with the code that names the mend', async () => {
    const { again, lines } = await send({ 'chat.postMessage': { ok: false, error: 'is_archived' } })
    await again()
    await again()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('ARR-303')
    expect(lines[0]).toContain('C0DATA')
  })

  it('names a refused token by its own code', async () => {
    const { lines } = await send({ 'chat.postMessage': { ok: false, error: 'token_revoked' } })
    expect(lines.join('')).toContain('ARR-302')
  })

  it('counts an answer that is no JSON of Slack’s as unknown: a proxy may have let the post through', async () => {
    const server = createServer(
      (_request, response) => void response.writeHead(502).end('<html>bad gateway</html>'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`
    const client = createClient({ botToken: 'xoxb-test', appToken: 'xapp-test', apiUrl })
    const notifier = cardNotifier({} as FlowDeps, client, createTold(pino({ level: 'silent' })))
    expect(await notifier.send(viewWith(), ROW, AbortSignal.timeout(5_000))).toMatchObject({
      kind: 'unknown',
    })
  })
})
