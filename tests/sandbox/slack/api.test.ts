// The Web API's manners: bodies, tokens, unknown names. Business errors are always HTTP 200.
import { WebAPIPlatformError } from '@slack/web-api'
import { expect, test } from 'vitest'

import { clientOf, errorOf, startSlack } from './support.ts'

async function post(url: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method: 'POST', ...init })
  return { status: response.status, body: await response.json() }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

test('form and JSON bodies say the same', async () => {
  const slack = await startSlack()
  const authorization = 'Bearer xoxb-test'
  const form = await post(`${slack.apiUrl}chat.postMessage`, {
    headers: { ...FORM, authorization },
    body: new URLSearchParams({
      channel: 'C0DATA',
      text: 'a & b',
      blocks: '[{"type":"divider"}]',
    }).toString(),
  })
  const json = await post(`${slack.apiUrl}chat.postMessage`, {
    headers: { ...JSON_TYPE, authorization },
    body: JSON.stringify({ channel: 'C0DATA', text: 'a & b', blocks: [{ type: 'divider' }] }),
  })
  for (const { status, body } of [form, json]) {
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ok: true,
      channel: 'C0DATA',
      message: { text: 'a & b', blocks: [{ type: 'divider' }] },
    })
  }
  expect(slack.state().calls).toEqual({ 'chat.postMessage': 2 })
})

test('a token is taken from the header, the form or the query', async () => {
  const slack = await startSlack()
  const header = await post(`${slack.apiUrl}auth.test`, { headers: { authorization: 'Bearer xoxb-test' } })
  const body = await post(`${slack.apiUrl}auth.test`, { headers: FORM, body: 'token=xoxb-test' })
  const query = await post(`${slack.apiUrl}auth.test?token=xoxb-test`, {})
  for (const answer of [header, body, query])
    expect(answer.body).toMatchObject({ ok: true, user_id: 'U0BOT', team_id: 'T0SANDBOX', bot_id: 'B0BOT' })
})

test.each([
  ['no token', 'auth.test', undefined, 'not_authed'],
  ['a strange token', 'auth.test', 'xoxb-other', 'invalid_auth'],
  ['the app token for a bot method', 'chat.postMessage', 'xapp-test', 'not_allowed_token_type'],
  ['the bot token for a connection', 'apps.connections.open', 'xoxb-test', 'not_allowed_token_type'],
  ['an unknown method', 'chat.postMesage', 'xoxb-test', 'unknown_method'],
  ['a name that objects are born with', 'constructor', 'xoxb-test', 'unknown_method'],
])('%s is refused with 200', async (_what, method, token, error) => {
  const slack = await startSlack()
  const answer = await post(`${slack.apiUrl}${method}`, {
    headers: { ...FORM, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: '',
  })
  expect(answer).toEqual({ status: 200, body: { ok: false, error } })
})

test.each([
  ['broken JSON', JSON_TYPE, '{', 'invalid_json'],
  ['a JSON array', JSON_TYPE, '[]', 'json_not_object'],
  ['another content type', { 'content-type': 'text/plain' }, 'x', 'invalid_post_type'],
])('%s is named', async (_what, headers, body, error) => {
  const slack = await startSlack()
  const answer = await post(`${slack.apiUrl}auth.test`, { headers, body })
  expect(answer.body).toEqual({ ok: false, error })
})

test('a missing argument is named as Slack names it', async () => {
  const slack = await startSlack()
  const error = await errorOf(clientOf(slack).apiCall('conversations.info', {}))
  expect(error).toBeInstanceOf(WebAPIPlatformError)
  expect(error.data).toMatchObject({
    error: 'invalid_arguments',
    response_metadata: { messages: ['[ERROR] missing required field: channel'] },
  })
})

test('api.test echoes what it is sent, without the token', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  expect(await client.apiCall('api.test', { a: 'b' })).toMatchObject({ ok: true, args: { a: 'b' } })
  expect((await errorOf(client.apiCall('api.test', { error: 'mine' }))).data.error).toBe('mine')
})

test('team and bot introduce themselves', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  expect((await client.team.info()).team).toMatchObject({ id: 'T0SANDBOX', domain: 'sandbox' })
  expect((await client.bots.info({ bot: 'B0BOT' })).bot).toMatchObject({ id: 'B0BOT', user_id: 'U0BOT' })
})
