// What people do with a runbook in its modal: tick, judge, go over to the newer text; who may, and what is kept of it.
import { describe, expect, it } from 'vitest'
import { JOBS } from '../../src/flow/destinations.ts'
import { enqueue } from '../../src/store/jobs.ts'
import type { Tx } from '../../src/store/store.ts'
import { type World, alertBody, textOf } from '../support/world.ts'
import { bot, card, refusals, replies } from '../flow/support.ts'
import {
  FIRST,
  boxes,
  clickBox,
  clickIn,
  libraryWorld,
  modal,
  open,
  pressIn,
  recorded,
  tick,
  words,
} from './runbook-support.ts'

async function failed(world: World, labels: Record<string, string> = {}): Promise<void> {
  await world.send(
    alertBody({
      alertname: 'SparkJobFailed',
      severity: 'critical',
      team: 'data-platform',
      job_name: 'orders-daily',
      ...labels,
    }),
  )
  await world.settle()
}

/** Has the only incident diagnosed once more. */
async function startAgain(tx: Tx): Promise<void> {
  const { id } = await tx.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
  await enqueue(tx, JOBS.diagnose, { incidentId: id })
}

const told = (world: World): string => replies(world).map(textOf).join('\n')

const ALICE = 'U0ALICE'
const BOB = 'U0BOB'
const MALLORY = 'U0MALLORY'

describe('ticking', { timeout: 60_000 }, () => {
  it('by two people is seen by both, with who and when, counted on the card and kept on the timeline', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await open(world, BOB)
    expect([...boxes(world, ALICE).keys()]).toEqual([
      'Check the input',
      'Why executors died',
      'Ask its owner',
      'End it',
    ])
    await tick(world, ALICE, 'Check the input')
    await tick(world, BOB, 'Ask its owner')
    expect(boxes(world, BOB).get('Check the input')).toMatchObject({ ticked: true })
    expect(boxes(world, BOB).get('Check the input')?.line).toMatch(/^✓ <@U0ALICE>, <!date\^/)
    expect(boxes(world, BOB).get('Ask its owner')?.line).toMatch(/^✓ <@U0BOB>, /)
    expect(words(world, BOB)).toContain('2 of 4 steps done')
    await world.until(() => card(world).includes('Runbook: 2 of 4 steps done'), 'the card', 1_000)
    expect(await recorded(world)).toEqual([
      'runbook_opened first by alice x1',
      'runbook_opened first by bob x1',
      'runbook_ticked Check the input by alice x1',
      'runbook_ticked Ask its owner by bob x1',
    ])
  })

  it('of one step by two at once leaves one tick and one entry, and the first keeps it', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await open(world, BOB)
    await Promise.all([clickBox(world, ALICE, 'Check the input'), clickBox(world, BOB, 'Check the input')])
    for (const user of [ALICE, BOB])
      await world.until(() => boxes(world, user).get('Check the input')?.ticked === true, 'the tick')
    const rows = await world.store.db.selectFrom('runbook_ticks').selectAll().execute()
    expect(rows).toHaveLength(1)
    expect((await recorded(world)).filter((line) => line.startsWith('runbook_ticked'))).toHaveLength(1)
    const winner = (rows[0]!.by as { id: string }).id
    await open(world, MALLORY)
    expect(boxes(world, MALLORY).get('Check the input')?.line).toContain(`<@${winner}>`)
  })

  it('can be taken back, and done again; who did it last is known', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await tick(world, ALICE, 'Check the input')
    await open(world, BOB)
    await tick(world, BOB, 'Check the input', false)
    expect(boxes(world, BOB).get('Check the input')).toMatchObject({ ticked: false, line: 'Not ticked' })
    await world.until(() => !card(world).includes('steps done'), 'the card without progress', 1_000)
    await tick(world, BOB, 'Check the input')
    expect(boxes(world, BOB).get('Check the input')?.line).toContain('<@U0BOB>')
    expect((await recorded(world)).slice(1)).toEqual([
      'runbook_ticked Check the input by alice x1',
      'runbook_opened first by bob x1',
      'runbook_unticked Check the input by bob x1',
      'runbook_ticked Check the input by bob x1',
    ])
  })

  it('P8: needs a responder; others are told so in their modal alone, their box is empty again, and it is recorded', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await open(world, MALLORY)
    const before = modal(world, ALICE)?.hash
    await tick(world, MALLORY, 'Check the input')
    expect(words(world, MALLORY)).toContain(
      'Ticking steps needs a responder of team data-platform; you are neither responder nor commander there.',
    )
    expect(boxes(world, MALLORY).get('Check the input')).toMatchObject({ ticked: false })
    const state = world.slack
      .state()
      .views.find((one) => one.user === MALLORY)
      ?.stack.at(-1)
    expect(JSON.stringify((state as { state?: unknown }).state)).not.toContain('"value":"done"')
    expect(modal(world, ALICE)?.hash).toBe(before)
    expect(world.slack.state().ephemerals).toEqual([])
    expect((await refusals(world)).join()).toContain('Ticking steps needs a responder')
    await pressIn(world, MALLORY, 'runbook_vote:yes')
    expect(words(world, MALLORY)).toContain('Judging a runbook needs a responder')
    expect(await world.store.db.selectFrom('runbook_votes').selectAll().execute()).toEqual([])
    expect(await world.store.db.selectFrom('runbook_ticks').selectAll().execute()).toEqual([])
  })

  it('goes on when the incident is resolved: that is when people judge', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await world.press(ALICE, 'resolve')
    await world.until(() => card(world).includes('*Resolved*'))
    await open(world, ALICE)
    await tick(world, ALICE, 'Ask its owner')
    await pressIn(world, ALICE, 'runbook_vote:yes')
    expect(boxes(world, ALICE).get('Ask its owner')).toMatchObject({ ticked: true })
    await world.until(() => card(world).includes('Runbook: 1 of 4 steps done'), 'the card', 1_000)
    expect(words(world, ALICE)).toContain('You said yes')
  })

  it('a second press on a modal that has changed meanwhile counts, and the modal says what is recorded now', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    const headings = ['Check the input', 'Ask its owner', 'End it']
    await Promise.all(headings.map((heading) => clickBox(world, ALICE, heading)))
    const said = 'This had changed meanwhile; it shows what is recorded now.'
    await world.until(() => words(world, ALICE).includes(said), 'the word about it')
    await world.until(() => words(world, ALICE).includes('3 of 4 steps done'), 'all three')
  })

  it('opening again is counted, not copied, whatever stands between', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await tick(world, ALICE, 'Check the input')
    await open(world, ALICE)
    await open(world, ALICE)
    expect(await recorded(world)).toEqual([
      'runbook_opened first by alice x3',
      'runbook_ticked Check the input by alice x1',
    ])
    expect(await world.store.db.selectFrom('runbook_opens').select(['count', 'steps']).execute()).toEqual([
      { count: 3, steps: 4 },
    ])
  })

  it('a press in a modal that carries nothing of ours does nothing, and does not fail', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    const { id, blocks } = modal(world, ALICE)!
    for (const private_metadata of ['', 'null', '{"incident":"inc_x"}', '{'.repeat(2_000)]) {
      const title = { type: 'plain_text' as const, text: 'Runbook' }
      const view = { type: 'modal' as const, title, blocks: blocks as never, private_metadata }
      await bot(world).views.update({ view_id: id, view })
      const { blockId } = boxes(world, ALICE).get('Check the input')!
      const press = { user: ALICE, view_id: id, block_id: blockId, action_id: 'runbook_tick' }
      expect(await world.slack.clickInView({ ...press, selected_option: ['done'] })).toEqual({
        ok: true,
      })
    }
    expect(await recorded(world)).toEqual(['runbook_opened first by alice x1'])
  })
})

describe('judging', { timeout: 60_000 }, () => {
  it('counts each person once; the last word counts', async () => {
    const { world } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await pressIn(world, ALICE, 'runbook_vote:yes')
    await pressIn(world, ALICE, 'runbook_vote:yes')
    expect(words(world, ALICE)).toContain('You said yes; you may change that. 1 yes, 0 no so far.')
    await pressIn(world, ALICE, 'runbook_vote:no')
    await open(world, BOB)
    await pressIn(world, BOB, 'runbook_vote:yes')
    expect(words(world, BOB)).toContain('You said yes; you may change that. 1 yes, 1 no so far.')
    expect((await recorded(world)).filter((line) => line.startsWith('runbook_judged'))).toEqual([
      'runbook_judged useful by alice x1',
      'runbook_judged not useful by alice x1',
      'runbook_judged useful by bob x1',
    ])
  })
})

const NEWER = FIRST.replace('They know.', 'They know, and their pager is on.').replace(
  '## Check the input\n\nIs it there?\n\n',
  '## Read the log first\n\nIt is short.\n\n',
)

describe('a newer text', { timeout: 60_000 }, () => {
  it('is offered while the incident is open, taken by a responder, and keeps what is ticked', async () => {
    const { world, change } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await tick(world, ALICE, 'Ask its owner')
    await tick(world, ALICE, 'Check the input')
    await change(NEWER)
    await open(world, MALLORY)
    expect(words(world, MALLORY)).toContain('A newer text of this runbook is loaded')
    expect(words(world, MALLORY)).toContain('They know.')
    await pressIn(world, MALLORY, 'runbook_newer')
    expect(words(world, MALLORY)).toContain('Using the newer text needs a responder')
    await open(world, BOB)
    await pressIn(world, BOB, 'runbook_newer')
    await world.settle()
    await open(world, BOB)
    expect(words(world, BOB)).toContain('newer text, taken by <@U0BOB>')
    expect(words(world, BOB)).toContain('their pager is on')
    expect(words(world, BOB)).not.toContain('A newer text of this runbook is loaded')
    expect(boxes(world, BOB).get('Ask its owner')).toMatchObject({ ticked: true })
    expect(boxes(world, BOB).get('Read the log first')).toMatchObject({ ticked: false })
    expect(words(world, BOB)).toContain('1 of 4 steps done')
    expect(await recorded(world)).toContain('runbook_updated a newer text by bob x1')
    const { data } = await world.store.db
      .selectFrom('timeline')
      .select('data')
      .where('kind', '=', 'runbook_updated')
      .executeTakeFirstOrThrow()
    expect(data).toMatchObject({ runbook: 'first', from: expect.any(String), to: expect.any(String) })
    expect(data['from']).not.toBe(data['to'])
    await world.until(() => replies(world).some((one) => one.text.includes('newer text of runbook')))
    const diagnosed = await world.store.db
      .selectFrom('timeline')
      .select('count')
      .where('kind', '=', 'diagnosed')
      .execute()
    expect(diagnosed.reduce((sum, row) => sum + row.count, 0)).toBe(2)
  })

  it('takes the buttons of the former with it: one pressed meanwhile does nothing and says why', async () => {
    const { world, change } = await libraryWorld()
    const { appId, name } = world.spark.start('executor-oom')
    await failed(world, { job_name: name, app_id: appId })
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the button')
    const offered = await world.store.db.selectFrom('offers').select('id').executeTakeFirstOrThrow()
    await open(world, BOB)
    expect(words(world, BOB)).toContain('Kill Application → offered on the card')
    await change(NEWER)
    await open(world, BOB)
    await pressIn(world, BOB, 'runbook_newer')
    await world.slack.click({
      user: BOB,
      channel: 'C0DATA',
      ts: world.cards()[0]!.ts,
      block_id: 'offers',
      action_id: 'act:0',
      value: offered.id,
      stale: true,
    })
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the refusal')
    expect(world.slack.state().ephemerals[0]?.text).toContain(
      'This button is out of date: a newer text of the runbook took its place.',
    )
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'another button')
    expect(await world.store.db.selectFrom('action_runs').selectAll().execute()).toEqual([])
    const standing = world.store.db.selectFrom('offers').select('id').where('withdrawn_at', 'is', null)
    expect((await standing.execute()).map((row) => row.id)).not.toContain(offered.id)
  })

  it('a tick or a vote on the former text does nothing, says so, and shows the one that counts', async () => {
    const { world, change } = await libraryWorld()
    await failed(world)
    await open(world, ALICE)
    await change(NEWER)
    await open(world, BOB)
    await pressIn(world, BOB, 'runbook_newer')
    await tick(world, ALICE, 'Check the input')
    expect(words(world, ALICE)).toContain('The runbook was replaced while this was open. Nothing was done')
    expect(words(world, ALICE)).toContain('Read the log first')
    expect(await world.store.db.selectFrom('runbook_ticks').selectAll().execute()).toEqual([])
  })

  it('may be one that does not match the alert any more; one that is gone is not offered', async () => {
    const { world, change } = await libraryWorld()
    await failed(world)
    await change(NEWER.replace('SparkJobFailed', 'SomethingElse'))
    await open(world, ALICE)
    await pressIn(world, ALICE, 'runbook_newer')
    await world.settle()
    await open(world, ALICE)
    expect(words(world, ALICE)).toContain('newer text, taken by <@U0ALICE>')
    await change(null)
    await open(world, ALICE)
    expect(words(world, ALICE)).not.toContain('A newer text')
    expect(words(world, ALICE)).toContain('Read the log first')
  })

  it('stays, whatever is found: a person chose it, and its button is not taken away again', async () => {
    const nt = FIRST.replace('\'alertname="SparkJobFailed"\'', `'alertname="SparkJobFailed", zone="a"'`)
    const { world, change } = await libraryWorld(nt, ['executor-oom'])
    const { appId, name } = world.spark.start('executor-oom')
    const has = (): boolean => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"')
    await failed(world, { job_name: name, app_id: appId, zone: 'a' })
    await world.until(has, 'the button')
    // Its probe is called as the other runbook asks for, and its own entry holds no more.
    await change(NEWER.replace('SparkJobFailed', 'SomethingElse').replace('id: deaths', 'id: death'))
    await open(world, BOB)
    await pressIn(world, BOB, 'runbook_newer')
    const diagnosed = world.store.db.selectFrom('timeline').select('count').where('kind', '=', 'diagnosed')
    const times = async (): Promise<number> =>
      (await diagnosed.execute()).reduce((sum, row) => sum + row.count, 0)
    await world.until(async () => (await times()) === 2, 'the other diagnosis', 500)
    await world.until(has, 'the button anew')
    await world.store.transaction((tx) => startAgain(tx))
    await world.until(async () => (await times()) === 3, 'one more', 500)
    expect((await recorded(world)).join()).not.toContain('runbook_switched')
    await open(world, BOB)
    expect(words(world, BOB)).toContain('newer text, taken by <@U0BOB>')
    expect(words(world, BOB)).toContain('Kill Application → offered on the card')
  })

  it('is not offered to a resolved incident, and a press that came too late says so', async () => {
    const { world, change } = await libraryWorld()
    await failed(world)
    await change(NEWER)
    await open(world, ALICE)
    await world.press(BOB, 'resolve')
    await world.until(() => card(world).includes('*Resolved*'))
    await pressIn(world, ALICE, 'runbook_newer')
    expect(words(world, ALICE)).toContain('is resolved and keeps its text. Nothing was done.')
    expect(words(world, ALICE)).not.toContain('A newer text of this runbook is loaded')
    expect((await recorded(world)).join()).not.toContain('runbook_updated')
  })

  it('pressed by two at once is taken once', async () => {
    const { world, change } = await libraryWorld()
    await failed(world)
    await change(NEWER)
    await open(world, ALICE)
    await open(world, BOB)
    await Promise.all([clickIn(world, ALICE, 'runbook_newer'), clickIn(world, BOB, 'runbook_newer')])
    for (const user of [ALICE, BOB])
      await world.until(() => words(world, user).includes('newer text, taken by'), 'the newer text')
    await world.settle()
    expect((await recorded(world)).filter((line) => line.startsWith('runbook_updated'))).toHaveLength(1)
  })
})

describe('a runbook switch', { timeout: 60_000 }, () => {
  it('keeps what was ticked before it, and says so in the runbook after it', async () => {
    // What this text calls its probe, the other runbook asks for; Spark answers from the second time on.
    const { world } = await libraryWorld(FIRST.replace('id: deaths', 'id: death'), ['executor-oom'])
    const { appId, name } = world.spark.start('executor-oom')
    world.spark.faults.add({ kind: 'refuse', count: 0 })
    await failed(world, { job_name: name, app_id: appId })
    await world.until(() => card(world).includes('Could not be seen'), 'the first diagnosis', 500)
    await open(world, ALICE)
    expect(words(world, ALICE)).toContain('A job failed')
    expect(words(world, ALICE)).toContain('text as it was when #1 opened')
    await tick(world, ALICE, 'Check the input')
    world.spark.faults.clear()
    await world.store.transaction((tx) => startAgain(tx))
    await world.until(
      async () => (await recorded(world)).join().includes('runbook_switched'),
      'the switch',
      500,
    )
    await world.until(() => told(world).includes('Runbook: now'), 'the word of it', 500)
    expect(told(world)).toContain('Runbook: now *executor-oom*, was *first*, because death.signature is F02.')
    await tick(world, ALICE, 'Ask its owner')
    expect(words(world, ALICE)).toContain('The runbook was replaced while this was open.')
    expect(words(world, ALICE)).toContain('Executor out of memory')
    expect(words(world, ALICE)).not.toContain('text as it was when #1 opened')
    expect(words(world, ALICE)).toContain('text as it was when #1 went over to it at <!date^')
    expect(words(world, ALICE)).toContain('Before the switch to this runbook: 1 step of *first* done.')
    await tick(world, ALICE, 'Tell it from look-alikes')
    expect(boxes(world, ALICE).get('Tell it from look-alikes')).toMatchObject({ ticked: true })
    const ticks = await world.store.db.selectFrom('runbook_ticks').select(['runbook_id', 'section']).execute()
    expect(ticks.map((row) => `${row.runbook_id}/${row.section}`).sort()).toEqual([
      'executor-oom/tell-it-from-look-alikes',
      'first/check-the-input',
    ])
  })
})
