// The spine: an alert in, a card out, a page after the policy's delay, acknowledged and resolved on both sides.
import { describe, expect, it } from 'vitest'
import { alertBody, findButton, startWorld, textOf } from '../support/world.ts'

const OOM = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  job_name: 'orders-daily',
}

describe('the way of an alert', () => {
  it('posts one card that says what broke and which runbook helps', async () => {
    const world = await startWorld()
    expect(await world.send(alertBody(OOM))).toMatchObject({ status: 200, body: { stored: 1, rejected: [] } })
    await world.settle()
    const [card, ...others] = world.cards()
    expect(others).toEqual([])
    expect(textOf(card)).toContain('orders-daily')
    expect(textOf(card)).toContain('executor-oom')
    expect(findButton(card!, 'acknowledge')).toBeDefined()
  })

  it('pages after the delay, and lets PagerDuty follow the acknowledgement and the resolution under one key', async () => {
    const world = await startWorld()
    await world.send(alertBody(OOM, { fingerprint: 'abc' }))
    await world.clock.advance(59_000)
    expect(world.pagerduty.state().events).toEqual([])
    await world.clock.advance(2_000)
    expect(world.pagerduty.state().events.map((event) => event['event_action'])).toEqual(['trigger'])
    await world.until(() => textOf(world.cards()[0]).includes('*Paged*'), 'the page on the card')
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => textOf(world.cards()[0]).includes('Acknowledged'))
    await world.send(alertBody(OOM, { fingerprint: 'abc', status: 'resolved' }))
    await world.settle()
    const events = world.pagerduty.state().events
    expect(events.map((event) => event['event_action'])).toEqual(['trigger', 'acknowledge', 'resolve'])
    expect(new Set(events.map((event) => event['dedup_key'])).size).toBe(1)
    expect(textOf(world.cards()[0])).toContain('Resolved')
  })

  it('P5: an acknowledgement before the delay means that nobody is paged', async () => {
    const world = await startWorld()
    await world.send(alertBody(OOM))
    await world.settle()
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => textOf(world.cards()[0]).includes('Acknowledged'))
    await world.clock.advance(120_000)
    expect(world.pagerduty.state().events).toEqual([])
    expect(textOf(world.cards()[0])).toContain('Acknowledged')
  })
})
