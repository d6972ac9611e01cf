// What changed since the last good run, on the way from a pipeline's marker and two runs of a cluster to the card.
import { expect, it } from 'vitest'
import { type App, startCluster } from '../support/cluster.ts'
import { alertBody, textOf } from '../support/world.ts'

const GOOD: App = {
  id: 'app-20261101025000-0001',
  at: '2026-11-01T02:50:00Z',
  state: 'FINISHED',
  job: 'SUCCEEDED',
  environment: { 'spark.executor.memory': '8g', 'spark.app.id': 'app-20261101025000-0001', 'spark.driver.port': '40001' },
} // prettier-ignore
const FAILED: App = {
  ...GOOD,
  id: 'app-20261102025000-0002',
  at: '2026-11-02T02:50:00Z',
  job: 'FAILED',
  environment: { 'spark.executor.memory': '4g', 'spark.app.id': 'app-20261102025000-0002', 'spark.driver.port': '40002' },
} // prettier-ignore

it('stands on the card of an incident, whatever its runbook looks at', async () => {
  const { world } = await startCluster([GOOD, FAILED])
  const answer = await fetch(`${world.service.http.url}/webhooks/deploy`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox' },
    body: JSON.stringify({ job_name: 'orders-daily', commit: '4f9c2d1', by: '<!channel> alice', at: '2026-11-02T02:10:00Z', url: 'https://ci.example/7' }), // prettier-ignore
  })
  expect(answer.status).toBe(200)
  await world.send(alertBody({ alertname: 'SparkJobFailed', team: 'data-platform', platform: 'sandbox', job_name: 'orders-daily', app_id: FAILED.id }, { startsAt: '2026-11-02T02:59:00Z' })) // prettier-ignore
  const card = (): string => textOf(world.cards()[0])
  await world.until(() => card().includes('Since the last good run'), 'the diagnosis')
  expect(card()).toContain(
    `Since the last good run (${GOOD.id}, 2026-11-01 02:50 UTC): spark.executor.memory 8g -> 4g, deploy 4f9c2d1 by`.replaceAll('>', '&gt;'), // prettier-ignore
  )
  expect(card()).toContain('40 min before')
  expect(card()).not.toContain('<!channel>')
  const kept = await world.store.db.selectFrom('findings').select('outputs').where('step', '=', 'changes').execute() // prettier-ignore
  expect(kept).toMatchObject([{ outputs: { last_good: GOOD.id, count: 2, deploy_minutes: 40, config_keys: 'spark.executor.memory' } }]) // prettier-ignore
})
