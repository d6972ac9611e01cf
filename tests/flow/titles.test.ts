// What an incident is called: at 03:00 the name is all that a list, a lock screen and PagerDuty show.
import { expect, it } from 'vitest'
import { alertBody, startWorld } from '../support/world.ts'

it('an alert without a runbook of its own goes by its own words, on the card and in PagerDuty', async () => {
  const world = await startWorld()
  const alert = { alertname: 'DiskOdd', severity: 'critical' }
  await world.send(alertBody(alert, { annotations: { summary: 'Disk sda is odd' } }))
  await world.settle()
  expect(world.cards()[0]?.text).toContain('#1 Triggered: Disk sda is odd')
  await world.clock.advance(61_000)
  await world.until(() => world.pagerduty.state().incidents.length === 1, 'the page')
  expect(world.pagerduty.state().incidents[0]?.title).toBe('#1 Disk sda is odd')
})
