import { request } from 'node:http'
import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCENARIOS } from '../../../src/sandbox/break/scenarios.ts'
import { PAGERDUTY_SERVICES, PEOPLE, TOKENS, WORKSPACE } from '../../../src/sandbox/seed.ts'
import { findAsset, toJavaScript } from '../../../src/sandbox/shell/assets.ts'
import { FAULT_CHOICES } from '../../../src/sandbox/shell/fault-choices.ts'
import { refuse } from '../../../src/sandbox/shell/guard.ts'
import type { UiState } from '../../../src/sandbox/ui-state.ts'
import { stepsDone } from '../../../src/sandbox/page/panes/steps.ts'
import { CARD } from './gallery.ts'
import { callSlack, createHarness, type Harness } from './harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await createHarness()
})
afterAll(async () => await harness.close())

const post = async (action: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(`${harness.url}/api/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const ui = async (): Promise<UiState> => (await (await fetch(`${harness.url}/api/ui`)).json()) as UiState

/** fetch sets Host by itself, so a forged one needs a request of its own. */
async function statusWithHost(host: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    request(`${harness.url}/api/state`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('the page answers to this machine’s own browser alone', () => {
  const at = (method: string, headers: Record<string, string>): number | undefined =>
    refuse({ method, headers: { host: '127.0.0.1:3100', ...headers } }, 3100)?.status

  it.each([
    ['the page itself', 'GET', {}, undefined],
    ['by the name localhost', 'GET', { host: 'localhost:3100' }, undefined],
    ['a rebound name', 'GET', { host: 'evil.example.com:3100' }, 403],
    ['another port', 'GET', { host: '127.0.0.1:3000' }, 403],
    ['a page elsewhere that reads', 'GET', { origin: 'https://evil.example.com' }, 403],
    [
      'its own press',
      'POST',
      { origin: 'http://127.0.0.1:3100', 'content-type': 'application/json; charset=utf-8' },
      undefined,
    ],
    ['a page elsewhere that presses', 'POST', { origin: 'null', 'content-type': 'application/json' }, 403],
    ['a form, which crosses origins unasked', 'POST', { 'content-type': 'text/plain' }, 415],
    ['another method', 'DELETE', { 'content-type': 'application/json' }, 405],
  ])('%s', (_, method, headers, expected) => {
    expect(at(method, headers)).toBe(expected)
  })

  it('holds this over the wire as well', async () => {
    expect(await statusWithHost('evil.example.com')).toBe(403)
    expect((await post('reset', {}, { origin: 'https://evil.example.com' })).status).toBe(403)
  })

  it('forbids every script, style and frame that is not its own', async () => {
    const { headers } = await fetch(harness.url)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('the page’s files', () => {
  it('serves every module that the page reaches, as JavaScript without bare names', async () => {
    const seen = new Set<string>()
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return
      seen.add(path)
      const response = await fetch(`${harness.url}${path}`)
      expect([path, response.status]).toEqual([path, 200])
      expect(response.headers.get('content-type')).toContain('text/javascript')
      const source = await response.text()
      for (const [, name = ''] of source.matchAll(/(?:\bfrom\s*|\bimport\s*)['"]([^'"]+)['"]/g)) {
        expect(name).toMatch(/^[./]/)
        await visit(new URL(name, `http://page${path}`).pathname)
      }
    }
    await visit('/page/main.ts')
    expect(seen).toContain('/vendor/preact.js')
    expect(seen.size).toBeGreaterThan(25)
  })

  it('serves the page and all that it links to', async () => {
    const index = (await findAsset('/'))?.body ?? ''
    const links = [...index.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(8)
    for (const link of links) expect([link, (await findAsset(link)) !== undefined]).toEqual([link, true])
  })

  it.each([
    '/page/../server.ts',
    '/page/..%2fserver.ts',
    '/page/tsconfig.json',
    '/page/',
    '/vendor/other.js',
    '/etc/passwd',
  ])('serves nothing at %s', async (path) => {
    expect(await findAsset(path)).toBeUndefined()
  })

  it('strips types, names libraries by address, and says nothing about it on stderr', () => {
    const warned: unknown[] = []
    const listen = (warning: unknown): void => void warned.push(warning)
    process.on('warning', listen)
    expect(
      toJavaScript("import type { A } from 'preact'\nimport { h } from 'preact'\nconst a: number = 1"),
    ).toMatch(/^\s+import \{ h \} from '\/vendor\/preact.js'\nconst a\s+= 1$/)
    process.off('warning', listen)
    expect(warned).toEqual([])
  })
})

describe('the page’s API', () => {
  it('tells all that Slack and PagerDuty have been told', async () => {
    const { ts } = await callSlack(harness.slack, 'chat.postMessage', { channel: 'C0DATA', ...CARD })
    const state = (await (await fetch(`${harness.url}/api/state`)).json()) as Record<string, unknown>
    expect(Object.keys(state)).toEqual(['slack', 'pagerduty', 'calls'])
    expect(state['pagerduty']).toEqual({ events: [], incidents: [] })
    expect(state['calls']).toMatchObject({ 'chat.postMessage': 1 })
    expect(state['slack']).toMatchObject({
      channels: [
        {
          name: 'data-platform-alerts',
          messages: [{ ts, text: CARD.text, blocks: [{ type: 'header' }, {}, {}, {}, {}] }],
        },
        { name: 'streaming-alerts', messages: [] },
        { name: 'general', messages: [] },
      ],
    })
  })

  it('tells of the files that messages show, and of how texts begin', async () => {
    const client = new WebClient(TOKENS.slackBot, { slackApiUrl: harness.slack.apiUrl })
    await client.filesUploadV2({ channel_id: 'C0STREAM', filename: 'oom.md', content: '# Out of memory\n' })
    const { slack } = (await (await fetch(`${harness.url}/api/state`)).json()) as {
      slack: { channels: { name: string; messages: { files?: unknown[] }[] }[] }
    }
    const stream = slack.channels.find(({ name }) => name === 'streaming-alerts')
    expect(stream?.messages[0]?.files).toMatchObject([
      { name: 'oom.md', mimetype: 'text/markdown', size: 16, preview: '# Out of memory\n' },
    ])
  })

  it('nudges open pages when something changes, once for many changes', async () => {
    const response = await fetch(`${harness.url}/api/events`)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('retry: 1000')
    for (let i = 0; i < 5; i += 1)
      await post('post', { user: 'U0BOB', channel: 'C0GENERAL', text: `hello ${i}` })
    expect((await reader.read()).value).toBe('event: changed\ndata: {}\n\n')
    await reader.cancel()
    const general = (await ui()).slack.channels.find((one) => one.id === 'C0GENERAL')
    expect(general?.messages.map((one) => one.text)).toEqual([
      'hello 0',
      'hello 1',
      'hello 2',
      'hello 3',
      'hello 4',
    ])
  })

  it('says that nobody heard a press while the app is not connected', async () => {
    const ts = (await ui()).slack.channels[0]?.messages[0]?.ts
    const press = {
      user: 'U0ALICE',
      channel: 'C0DATA',
      ts,
      block_id: 'actions',
      action_id: 'ack',
      value: 'inc-42',
    }
    expect(await (await post('click', press)).json()).toEqual({ ok: false, error: 'no_socket' })
    expect((await ui()).progress.pressed).toBe(false)
    const command = { user: 'U0ALICE', channel: 'C0DATA', command: '/spark', text: 'list' }
    expect(await (await post('command', command)).json()).toEqual({ ok: false, error: 'no_socket' })
  })

  it('fires and resolves scenarios, and keeps count', async () => {
    expect(await (await post('break', { scenario: 'executor-oom' })).json()).toMatchObject({ ok: true })
    const after = await ui()
    expect(after.scenarios.find((one) => one.id === 'executor-oom')).toMatchObject({
      firing: 1,
      channel: 'C0DATA',
    })
    expect(after.progress.broke).toBe(true)
    expect(after.spark.applications).toMatchObject([{ state: 'RUNNING' }])
    expect(await (await post('break', { scenario: 'well' })).json()).toMatchObject({ ok: true, alerts: 1 })
    expect((await ui()).scenarios.every((one) => one.firing === 0)).toBe(true)
    const [marker, ...alerts] = harness.service.received.map(({ body }) => body)
    // What broke it was deployed a little before.
    expect(marker).toHaveProperty('deployments.0.commit')
    expect(alerts.map((body) => body['status'])).toEqual(['firing', 'resolved'])
  })

  it('arms each fault of its menu at its target, and clears them all', async () => {
    for (const { target, fault } of FAULT_CHOICES) {
      expect(await (await post('fault', { target, ...fault })).json()).toMatchObject({ ok: true })
    }
    const { faults } = await ui()
    for (const { target, fault } of FAULT_CHOICES)
      expect(faults[target]).toContainEqual(expect.objectContaining(fault))
    await post('faults/clear', {})
    expect((await ui()).faults).toEqual({ slack: [], pagerduty: [], spark: [] })
  })

  it('passes PagerDuty’s own refusals on', async () => {
    for (const verb of ['acknowledge', 'resolve'])
      expect(await (await post(`pagerduty/${verb}`, { id: 'Q1', user: 'PALICE1' })).json()).toEqual({
        ok: false,
        error: 'incident_not_found',
      })
  })

  it.each([
    ['no JSON', 'break', '{', 400],
    ['another shape', 'break', { scenario: 7 }, 400],
    ['an unknown fault', 'fault', { target: 'slack', kind: 'earthquake' }, 400],
    ['too much', 'post', { text: 'x'.repeat(1024 * 1024) }, 400],
    ['no such action', 'explode', {}, 404],
    ['a name every object has', 'constructor', {}, 404],
  ])('refuses %s', async (_, action, body, status) => {
    const response = await post(action, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ ok: false, error: expect.any(String) })
  })

  it('goes back to the beginning', async () => {
    await post('reset', {})
    const state = await ui()
    expect(state.slack.channels.every((one) => one.messages.length === 0)).toBe(true)
    expect(state.progress).toEqual({ broke: false, pressed: false })
    expect(stepsDone(state)).toBe(0)
  })
})

describe('the seed', () => {
  it('has people for every answer to "may they press this?", three of them with a pager', () => {
    expect(PEOPLE.map((one) => one.id)).toEqual(['U0ALICE', 'U0BOB', 'U0CAROL', 'U0MALLORY'])
    expect(PEOPLE.filter((one) => one.pagerdutyId === undefined).map((one) => one.id)).toEqual(['U0MALLORY'])
  })
  it('has routing keys of the length that PagerDuty takes, and scenarios whose channel exists', () => {
    for (const { routingKey } of PAGERDUTY_SERVICES) expect(routingKey).toMatch(/^[a-z0-9]{32}$/)
    const channels = WORKSPACE.channels.map((one) => one.id)
    for (const { channel } of SCENARIOS) expect(channels).toContain(channel)
  })
})
