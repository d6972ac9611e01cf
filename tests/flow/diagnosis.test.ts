// Diagnosis on the whole way: what was found is told, what could not be seen is said, and a better runbook takes over.
import { describe, expect, it } from 'vitest'
import { JOBS } from '../../src/flow/destinations.ts'
import { diagnose } from '../../src/flow/diagnose.ts'
import { enqueue } from '../../src/store/jobs.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { alertBody, findButton, startWorld, textOf, until } from '../support/world.ts'
import { OOM, broken, card, fire, replies, timeline } from './support.ts'

const FAILED = { alertname: 'SparkJobFailed', severity: 'critical', team: 'data-platform' }

describe('diagnosis', { timeout: 60_000 }, () => {
  it('chooses a better runbook by what it found, says so on the timeline and the card, and offers what that one offers', async () => {
    const world = await startWorld()
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...FAILED, job_name: name, app_id: appId }))
    await world.until(
      async () => (await timeline(world)).some((one) => one.kind === 'runbook_switched'),
      'the switch',
      500,
    )
    await world.until(
      () => card(world).includes('Runbook *executor-oom*'),
      'the new runbook on the card',
      500,
    )
    expect(card(world)).toContain('death.signature')
    const { runbook_id } = await world.store.db
      .selectFrom('incidents')
      .select('runbook_id')
      .executeTakeFirstOrThrow()
    expect(runbook_id).toBe('executor-oom')
  })

  it('says what it could not see while Spark does not answer, and offers nothing that needs it', async () => {
    const world = await startWorld()
    world.spark.faults.add({ kind: 'refuse', count: 0 })
    await fire(world)
    await world.until(() => card(world).includes('Could not be seen'), 'the honest card', 500)
    expect(card(world)).toContain('127.0.0.1')
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
  })

  it('that comes twice replaces its findings and its buttons; the old button is out of date', async () => {
    const world = await startWorld()
    await broken(world)
    const old = findButton(world.cards()[0]!, 'act')!
    const before = card(world)
    const { id } = await world.store.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    await world.store.transaction((tx) => enqueue(tx, JOBS.diagnose, { incidentId: id }))
    await world.until(
      () => (findButton(world.cards()[0]!, 'act')?.value ?? old.value) !== old.value,
      'the new button',
      1_000,
    )
    await world.slack.click({
      user: 'U0BOB',
      channel: 'C0DATA',
      ts: world.cards()[0]!.ts,
      block_id: 'gone',
      action_id: 'act:0',
      value: old.value,
      stale: true,
    })
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the answer')
    expect(world.slack.state().ephemerals[0]?.text).toContain('a newer diagnosis replaced it')
    const generations = await world.store.db.selectFrom('findings').select('generation').distinct().execute()
    expect(generations).toHaveLength(2)
    const graded = (text: string): number => text.split(/critical: |high: /).length
    expect(graded(card(world))).toBe(graded(before))
  })

  it('that a later one has overtaken writes nothing', async () => {
    const world = await startWorld()
    const { appId, name } = world.spark.start('executor-oom')
    world.spark.faults.add({ kind: 'slow', delayMs: 1_200 })
    await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
    const generation = async (): Promise<number> =>
      (await world.store.db.selectFrom('incidents').select('diagnosis_generation').executeTakeFirst())
        ?.diagnosis_generation ?? 0
    await until(async () => (await generation()) === 1, 'the first diagnosis')
    const { id } = await world.store.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    await diagnose(world.service.deps, id)
    await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the end', 500)
    await world.clock.advance(3_000)
    const rows = await world.store.db.selectFrom('findings').select('generation').distinct().execute()
    expect(rows).toEqual([{ generation: 2 }])
    expect(replies(world).filter(({ text }) => text.startsWith('Diagnosis'))).toHaveLength(1)
  })

  it('survives a restart in its middle: the card does not say "looking" for ever', async () => {
    const world = await startWorld()
    const { appId, name } = world.spark.start('executor-oom')
    world.spark.faults.add({ kind: 'slow', delayMs: 1_000 })
    await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
    await until(() => world.cards().length === 1, 'the card')
    await world.restart({ kill: true })
    await world.until(
      () => findButton(world.cards()[0]!, 'act') !== undefined,
      'the end of the diagnosis',
      2_000,
    )
    expect(card(world)).not.toContain('Looking into Spark')
    expect(world.cards()).toHaveLength(1)
  })

  it('of an incident whose runbook cannot be read any more ends, and paging goes on', async () => {
    const world = await startWorld()
    await fire(world)
    const { id } = await world.store.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    await world.store.db.updateTable('incidents').set({ runbook_hash: null, diagnosis: 'pending' }).execute()
    await diagnose(world.service.deps, id)
    await world.until(() => !card(world).includes('Looking into Spark'), 'the end', 500)
    expect(card(world)).toContain('No runbook covers this alert.')
    await world.clock.advance(61_000)
    expect(world.pagerduty.state().incidents).toHaveLength(1)
  })

  it('P13: of an alert about a platform that nobody configured still makes a card that says what is missing', async () => {
    const world = await startWorld()
    await fire(world, { platform: 'nowhere', app_id: 'app-1' })
    expect(card(world)).toContain('Could not be seen')
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
  })

  it('does not wait for the capture of evidence', async () => {
    const world = await startWorld()
    const readers = world.service.deps.readers as Map<string, PlatformReader>
    for (const [name, reader] of readers)
      readers.set(name, { ...reader, threads: () => new Promise(() => {}) })
    await broken(world)
    expect(await world.store.db.selectFrom('captures').selectAll().execute()).toHaveLength(0)
  })

  it('P8: says that the run is another team’s, and offers no action on it', async () => {
    const world = await startWorld({
      config: (yaml) => yaml.replace(/^( *)routes:.*$/m, (line, indent: string) => `${line}\n${indent}  - { team: streaming, match: ['job_name=~"orders-.*"'] }`),
    }) // prettier-ignore
    const { appId } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...OOM, job_name: 'plain2', app_id: appId }))
    await until(
      () => replies(world).some((one) => textOf(one).includes('the alert speaks of plain2')),
      'the finding',
    )
    expect(JSON.stringify(world.cards()[0])).not.toContain('"act:0"')
  })

  it('offers what it offers for a run whose application has another name, where nobody else owns that', async () => {
    const world = await startWorld()
    const { appId } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...OOM, job_name: 'load_orders_task', app_id: appId }))
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the button')
  })
})
