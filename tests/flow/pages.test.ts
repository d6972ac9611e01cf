// P5, P6: pages are re-checked at the claim, repeated under one key, and told truly while PagerDuty is away.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sign } from '../../src/http/outgoing.ts'
import { PAGERDUTY_SERVICES } from '../../src/sandbox/seed.ts'
import { type World, startWorld, textOf, until } from '../support/world.ts'
import { card, eventsOf, fire, metrics, page, timeline, told } from './support.ts'

const FAST = (yaml: string): string => yaml.replace('{ after: 60s, page: true }', '{ after: 5s, page: true }')

async function due(world: World): Promise<void> {
  await fire(world)
  await world.clock.advance(6_000)
}

const keys = (world: World): unknown[] => [
  ...new Set(world.pagerduty.state().events.map((event) => event['dedup_key'])),
]

describe('P5: a page is looked at again when it is claimed', { timeout: 60_000 }, () => {
  it('an acknowledgement before the claim takes it back, with the reason on the timeline; PagerDuty hears nothing', async () => {
    const world = await startWorld({ config: FAST })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await due(world)
    expect(await page(world)).toMatchObject({ state: 'pending', may_have_arrived: false })
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => card(world).includes('Acknowledged'))
    world.pagerduty.faults.clear()
    await world.clock.advance(30_000)
    expect(eventsOf(world)).toEqual([])
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'page_withdrawn', reason: 'acknowledged' }),
    )
    expect(card(world)).toContain('withdrawn before it went out')
  })

  it('an acknowledgement that commits after the claim is sent after it, in order', async () => {
    const world = await startWorld({ config: FAST })
    await fire(world)
    world.pagerduty.faults.add({ kind: 'slow', delayMs: 1_000 })
    const passing = world.clock.advance(6_000)
    await until(() => (world.pagerduty.state().calls['POST /v2/enqueue'] ?? 0) > 0, 'the page on its way')
    await world.press('U0ALICE', 'acknowledge')
    await passing
    await world.until(() => eventsOf(world).length === 2, 'both events', 500)
    expect(eventsOf(world)).toEqual(['trigger', 'acknowledge'])
    expect(world.pagerduty.state().incidents.map((one) => one.status)).toEqual(['acknowledged'])
  })

  it('a resolution while PagerDuty surely never had the page sends nothing there', async () => {
    const world = await startWorld({ config: FAST })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await due(world)
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).includes('Resolved'))
    world.pagerduty.faults.clear()
    await world.clock.advance(30_000)
    expect(eventsOf(world)).toEqual([])
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'page_withdrawn', reason: 'resolved' }),
    )
  })

  it('a resolution after a lost reply is sent: PagerDuty may be paging somebody', async () => {
    const world = await startWorld({ config: FAST })
    world.pagerduty.faults.add({ kind: 'lost_reply' })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await due(world)
    expect(await page(world)).toMatchObject({ may_have_arrived: true })
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).includes('Resolved'))
    world.pagerduty.faults.clear()
    await world.until(() => eventsOf(world).includes('resolve'), 'the resolution there', 1_000)
    expect(eventsOf(world)).toEqual(['trigger', 'resolve'])
    expect(keys(world)).toHaveLength(1)
    expect(world.pagerduty.state().incidents.map((one) => one.status)).toEqual(['resolved'])
  })
})

describe('P6: a page is repeated until PagerDuty has it', { timeout: 60_000 }, () => {
  it('under the same key, so that a lost reply opens no second incident there', async () => {
    const world = await startWorld({ config: FAST })
    world.pagerduty.faults.add({ kind: 'lost_reply', count: 2 })
    await due(world)
    await world.until(() => card(world).includes('*Paged*'), 'the page', 1_000)
    expect(eventsOf(world)).toEqual(['trigger', 'trigger', 'trigger'])
    expect(keys(world)).toHaveLength(1)
    expect(world.pagerduty.state().incidents).toHaveLength(1)
    expect((await timeline(world)).filter((entry) => entry.kind === 'page_sent')).toHaveLength(1)
  })

  it('and while it is away: on the card, in the metric, once in the log, once by the second route; then the card tells the truth', async () => {
    const world = await startWorld({ config: FAST })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await due(world)
    await world.until(
      () => card(world).includes('The page was not delivered'),
      'the truth on the card',
      1_000,
    )
    await world.clock.advance(60_000)
    const second = world.messages('C0GENERAL')
    expect(second).toHaveLength(1)
    expect(textOf(second[0])).toContain('PagerDuty did not take this page')
    expect(textOf(second[0])).toContain('orders-daily')
    expect(textOf(second[0])).toContain('<@U0ALICE>')
    expect(await metrics(world)).toContain('arrestor_undelivered{destination="pagerduty.event"} 1')
    expect(told(world, 'ARR-401')).toHaveLength(1)
    expect((await timeline(world)).filter((entry) => entry.kind === 'second_route')).toHaveLength(1)
    world.pagerduty.faults.clear()
    await world.until(() => card(world).includes('*Paged*'), 'the page', 2_000)
    expect(card(world)).not.toContain('not delivered')
    expect(await metrics(world)).not.toContain('arrestor_undelivered{destination="pagerduty.event"}')
    expect(eventsOf(world)).toEqual(['trigger'])
    expect(world.messages('C0GENERAL')).toHaveLength(1)
  })

  it('an invalid routing key is named once in the log for all its pages, and heals when it is mended', async () => {
    const key = PAGERDUTY_SERVICES[0]?.routingKey ?? ''
    const wrong = 'x'.repeat(32)
    const world = await startWorld({
      config: (yaml) => FAST(yaml).replace("'${PAGERDUTY_ROUTING_KEY_DATA_PLATFORM}'", wrong),
    })
    await fire(world)
    await fire(world, { job_name: 'another' })
    await world.clock.advance(75_000)
    expect(told(world, 'ARR-402')).toHaveLength(1)
    expect(told(world, 'ARR-402')[0]).toContain('data-platform')
    expect(world.logs.join('')).not.toContain(wrong)
    expect(world.messages('C0GENERAL')).toHaveLength(2)
    expect(card(world)).toContain('The page was not delivered')
    await world.restart({ config: FAST })
    await world.until(() => world.pagerduty.state().incidents.length === 2, 'both pages', 5_000)
    await world.until(() => card(world).includes('*Paged*'))
    expect(world.pagerduty.state().events.every((event) => event['routing_key'] === key)).toBe(true)
  })

  it('by the webhook, where that is the second route: signed, once', async () => {
    const got: { type: string; body: string; signature: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        got.push({
          type: String(request.headers['x-arrestor-event']),
          body,
          signature: String(request.headers['x-arrestor-signature']),
        })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const events = `events:\n  webhooks:\n    - { url: 'http://127.0.0.1:${port}/', secret: topsecret }\n`
    const world = await startWorld({
      config: (yaml) =>
        `${FAST(yaml).replace('second_route: { slack: C0GENERAL }', 'second_route: { webhook: true }')}\n${events}`,
    })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await due(world)
    const undelivered = (): typeof got => got.filter((one) => one.type === 'page.undelivered.v1')
    await world.until(() => undelivered().length > 0, 'the event', 1_000)
    await world.clock.advance(30_000)
    expect(undelivered()).toHaveLength(1)
    expect(undelivered()[0]?.signature).toBe(`v1=${sign('topsecret', undelivered()[0]?.body ?? '')}`)
    expect(JSON.parse(undelivered()[0]?.body ?? '{}')).toMatchObject({
      data: { route: 'pagerduty', incident: { team: 'data-platform' } },
    })
    expect(world.messages('C0GENERAL')).toEqual([])
  })
})

describe('P13: a team that cannot be paged', { timeout: 60_000 }, () => {
  it('is told so on the card before it matters, and on the timeline when it does', async () => {
    const world = await startWorld({
      config: (yaml) =>
        FAST(yaml).replace("    pagerduty: { routing_key: '${PAGERDUTY_ROUTING_KEY_DATA_PLATFORM}' }\n", ''),
    })
    await fire(world)
    expect(card(world)).toContain('this team has no PagerDuty routing key')
    await world.clock.advance(8_000)
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'page_withdrawn', reason: 'the team has no PagerDuty routing key' }),
    )
    expect(world.pagerduty.state().calls).toEqual({})
  })
})
