// The shipped rule for a History Server brings its evidence: the card says why it does not answer, and where to ask again.
import { describe, expect, it } from 'vitest'
import { alertBody, startWorld, textOf } from '../support/world.ts'
import { card, replies, timeline } from './support.ts'

/** As our rule sends it (prometheus/spark.rules.yml): the job is Prometheus's own, and there is no run. */
const DOWN = {
  alertname: 'SparkHistoryServerDown',
  severity: 'warning',
  team: 'data-platform',
  job: 'spark-history',
  instance: 'blackbox:9115',
}

describe('SparkHistoryServerDown', { timeout: 60_000 }, () => {
  it('brings what the server answers, in place of what a run would tell', async () => {
    const world = await startWorld()
    world.spark.faults.add({ match: 'history', kind: 'server_error', count: 0 })
    await world.send(alertBody(DOWN))
    await world.until(() => card(world).includes('it answers 500'), 'the evidence on the card', 500)
    expect(card(world)).toContain('Runbook *history-server*')
    expect(card(world)).toContain(`The History Server ${world.spark.historyUrl}/ does not answer`)
    const thread = JSON.stringify(replies(world))
    expect(thread).toContain('history_down: it answers 500')
    expect(thread).toContain(`${world.spark.historyUrl}/api/v1/version`)
    expect(thread).not.toContain('names neither an application nor a job')
  })

  it('says that it answers where it does', async () => {
    const world = await startWorld()
    await world.send(alertBody(DOWN))
    const said = (): string => [...world.cards(), ...replies(world)].map(textOf).join('\n')
    await world.until(() => said().includes('and lists no running application'), 'its answer', 500)
    expect(said()).not.toContain('history_down')
  })

  it('is the runbook of an alert that says only that something is down, once it is seen', async () => {
    const world = await startWorld()
    world.spark.faults.add({ match: 'history', kind: 'server_error', count: 0 })
    await world.send(alertBody({ ...DOWN, alertname: 'TargetDown', platform: 'sandbox' }))
    await world.until(() => card(world).includes('Runbook *history-server*'), 'the better runbook', 500)
    expect((await timeline(world)).map(({ kind }) => kind)).toContain('runbook_switched')
    expect(card(world)).toContain('shs.signature')
  })
})
