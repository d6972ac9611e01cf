// What people do in PagerDuty shows in Slack, and is not sent back.
import { type Followed, followPagerDuty } from '../../src/flow/from-pagerduty.ts'
import { openDesk } from '../contract/desk.ts'
import { describe, expect, it } from 'vitest'
import { alertBody, startWorld, textOf, until } from '../support/world.ts'

const OOM = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  job_name: 'orders-daily',
}

async function paged(): Promise<Awaited<ReturnType<typeof startWorld>>> {
  const world = await startWorld()
  await world.send(alertBody(OOM))
  await world.clock.advance(61_000)
  await world.until(() => textOf(world.cards()[0]).includes('*Paged*'), 'the page')
  await world.pagerduty.webhooks?.idle()
  return world
}

describe('webhooks from PagerDuty', () => {
  it('an acknowledgement and a resolution there are followed here, once, and not echoed', async () => {
    const world = await paged()
    const [incident] = world.pagerduty.state().incidents
    world.pagerduty.acknowledge(incident!.id, 'PALICE1')
    await world.until(
      () => textOf(world.cards()[0]).includes('*Acknowledged* by Alice Moreau in PagerDuty'),
      'the acknowledgement',
    )
    world.pagerduty.resolve(incident!.id, 'PALICE1')
    await world.until(
      () => textOf(world.cards()[0]).includes('*Resolved* by Alice Moreau in PagerDuty'),
      'the resolution',
    )
    await world.clock.advance(5_000)
    expect(world.pagerduty.state().events.map((event) => event['event_action'])).toEqual(['trigger'])
  })

  it('our own acknowledgement comes back as an echo and writes nothing', async () => {
    const world = await paged()
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => world.pagerduty.state().events.length === 2, 'the acknowledgement at PagerDuty')
    await world.pagerduty.webhooks?.idle()
    await world.settle()
    const rows = await world.store.db
      .selectFrom('timeline')
      .select(['kind', 'count'])
      .where('kind', '=', 'acknowledged')
      .execute()
    expect(rows).toEqual([{ kind: 'acknowledged', count: 1 }])
  })

  it('one that is played again, in whatever order, does nothing', async () => {
    const desk = await openDesk()
    const { id } = await desk.open()
    const told = { pagerDutyId: 'PINC1', incidentId: id, by: 'Alice', merged: false }
    const follow = (status: 'acknowledged' | 'resolved'): Promise<Followed> =>
      followPagerDuty(desk.deps, { ...told, status })
    const order = ['acknowledged', 'acknowledged', 'resolved', 'acknowledged', 'resolved'] as const
    const seen: Followed[] = []
    for (const status of order) seen.push(await follow(status))
    expect(seen).toEqual(['followed', 'echo', 'followed', 'echo', 'echo'])
    await desk.close()
  })

  it('a webhook without PagerDuty’s signature is refused', async () => {
    const world = await paged()
    const post = async (headers: Record<string, string>): Promise<number> =>
      (
        await fetch(`${world.service.http.url}/webhooks/pagerduty`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        })
      ).status
    expect(await post({})).toBe(400)
    expect(await post({ 'x-pagerduty-signature': `v1=${'0'.repeat(64)}` })).toBe(403)
  })

  it('the link on the page leads to the card', async () => {
    const world = await paged()
    const [event] = world.pagerduty.state().events
    const link = new URL(String(event?.['client_url']))
    const answer = await fetch(`${world.service.http.url}${link.pathname}`, { redirect: 'manual' })
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toContain('C0DATA')
    expect((await fetch(`${world.service.http.url}/incidents/inc_nobody`)).status).toBe(404)
  })
})

describe('a page that is on its way when PagerDuty resolves', () => {
  it('P5: does not leave an open incident there that nobody closes', async () => {
    const world = await startWorld({
      config: (yaml) =>
        yaml.replace(
          '{ after: 60s, page: true }',
          '{ after: 60s, page: true, repeat: { every: 1m, times: 3 } }',
        ),
    })
    await world.send(alertBody(OOM))
    await world.clock.advance(61_000)
    await world.until(() => textOf(world.cards()[0]).includes('*Paged*'), 'the page')
    await world.pagerduty.webhooks?.idle()
    world.pagerduty.faults.add({ kind: 'slow', match: '/v2/enqueue', delayMs: 1_000 })
    const again = world.clock.advance(60_000)
    await until(() => world.pagerduty.faults.list().length === 0, 'the second trigger under way')
    world.pagerduty.resolve(world.pagerduty.state().incidents[0]!.id, 'PALICE1')
    await again
    await world.until(() => world.pagerduty.state().events.length === 3, 'the resolution', 500)
    expect(world.pagerduty.state().events.map((event) => event['event_action'])).toEqual([
      'trigger',
      'trigger',
      'resolve',
    ])
    expect(world.pagerduty.state().incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
  })
})
