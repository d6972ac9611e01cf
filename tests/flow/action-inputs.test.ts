// An action that asks for more: button, form, answers held against the offer at the server, then run as a press would.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requestAction } from '../../src/flow/request-action.ts'
import { blockOf } from '../../src/slack/blocks/action-inputs-modal.ts'
import type { Person } from '../../src/flow/press.ts'
import { json } from '../../src/store/store.ts'
import { type World, alertBody, findButton, startWorld, textOf } from '../support/world.ts'
import { OOM, card, refusals, replies, stateOf } from './support.ts'

const RUNBOOK = `---
id: asks
title: Asks first
owner: us
match: ['alertname=~"Spark.*"']
---

# Asks first

Words.

## Do

### Kill

All is lost.

\`\`\`yaml action
id: kill
use: spark.kill-application
reason: unsaid
inputs:
  reason: { type: string, label: Why, min: 3, max: 300, default: "{{ alertname }} of {{ job_name }}" }
verify: { within: 60s }
\`\`\`
`
const BOB: Person = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }

/** A broken application whose card offers to kill it, after asking why. */
async function asking(runbook = RUNBOOK, shows = '"ask:0"'): Promise<{ world: World; appId: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-asks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'asks.md'), runbook)
  const world = await startWorld({ config: (yaml) => `${yaml}\nrunbooks: { folders: ['${folder}'] }\n` })
  const { appId, name } = world.spark.start('executor-oom')
  await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
  await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes(shows), shows, 500)
  return { world, appId }
}

const view = (world: World, user = 'U0BOB') =>
  world.slack
    .state()
    .views.find((one) => one.user === user)
    ?.stack.at(-1)

async function open(world: World, user = 'U0BOB'): Promise<string> {
  await world.press(user, 'ask')
  await world.until(() => view(world, user) !== undefined, 'the form')
  return view(world, user)?.id ?? ''
}

const submit = (world: World, viewId: string, reason: string, user = 'U0BOB') =>
  world.slack.submitView({ user, view_id: viewId, values: { [blockOf('reason')]: { answer: reason } } })

const offerId = async (world: World): Promise<string> =>
  (
    await world.store.db
      .selectFrom('offers')
      .select('id')
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow()
  ).id
const runs = (world: World) => world.store.db.selectFrom('action_runs').selectAll().execute()
const ephemerals = (world: World): string =>
  world.slack
    .state()
    .ephemerals.map(({ text }) => text)
    .join('\n')

describe('an action that asks for more', { timeout: 60_000 }, () => {
  it('opens a form with what it will do and what is proposed; answered, it runs with that, and everybody reads it', async () => {
    const { world, appId } = await asking()
    const form = await open(world)
    const words = JSON.stringify(view(world))
    expect(words).toContain(`Ends ${appId} now.`)
    expect(words).toContain('needs a commander')
    expect(words).toContain('"initial_value":"SparkExecutorOOMKilled of')
    expect(stateOf(world, appId)).toBe('RUNNING')
    expect(await submit(world, form, ' It eats <!channel> the cluster ')).toEqual({ ok: true })
    expect(view(world)).toBeUndefined()
    await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
    expect(stateOf(world, appId)).toBe('KILLED')
    // The person's word goes over the runbook's.
    const params = { reason: 'It eats <!channel> the cluster' }
    expect((await runs(world)).map((run) => run.params)).toEqual([params])
    const { rows } = await sql<{ kind: string; data: unknown }>`
      select kind, data from timeline where kind = 'action_requested'
      union all select action, data from audit where action = 'action.requested'`.execute(world.store.db)
    expect(rows.map(({ data }) => (data as { params: unknown }).params)).toEqual([params, params])
    const told = replies(world).map(textOf).join('\n')
    expect(told).toContain('Asked by <@U0BOB> with reason="It eats &lt;!channel&gt; the cluster"')
    expect(`${card(world)}\n${told}`).not.toContain('<!channel>')
  })

  it('P8: a press without the answers runs nothing, however it comes', async () => {
    const { world, appId } = await asking()
    const origin = null
    for (const inputs of [
      null,
      {},
      { reason: '' },
      { reason: 7 },
      { reason: 'long enough', target: 'app-2' },
    ]) {
      const pressed = await requestAction(world.service.deps, await offerId(world), BOB, origin, inputs)
      expect(pressed.kind).not.toBe('done')
    }
    expect(
      (await requestAction(world.service.deps, await offerId(world), BOB, origin)).kind === 'refused',
    ).toBe(true)
    await world.press('U0BOB', 'act:0')
    await world.settle()
    expect(await runs(world)).toEqual([])
    expect(stateOf(world, appId)).toBe('RUNNING')
    expect(await refusals(world)).toContainEqual(expect.stringContaining('asks for more first'))
  })

  it('P8: a responder, a stranger and another team’s responder get no form, and read why', async () => {
    const { world } = await asking()
    for (const user of ['U0ALICE', 'U0CAROL', 'U0MALLORY']) await world.press(user, 'ask')
    await world.until(() => world.slack.state().ephemerals.length === 3, 'three refusals')
    expect(ephemerals(world).match(/needs a commander/g)).toHaveLength(3)
    expect(world.slack.state().views).toEqual([])
  })

  it('P8: who fills in the form is asked again at its submission', async () => {
    const { world, appId } = await asking()
    const requires = async (role: string): Promise<void> => {
      await world.store.db.updateTable('offers').set({ requires: role }).execute()
    }
    await requires('responder')
    const form = await open(world, 'U0ALICE')
    await requires('commander')
    expect(await submit(world, form, 'because', 'U0ALICE')).toMatchObject({
      ok: true,
      response_action: 'update',
    })
    expect(JSON.stringify(view(world, 'U0ALICE'))).toContain('needs a commander')
    expect([await runs(world), stateOf(world, appId)]).toEqual([[], 'RUNNING'])
  })

  it('answers that do not do stand at their field, and may be mended in the same form', async () => {
    const { world } = await asking()
    const form = await open(world)
    // The form takes 300 characters as the runbook says; the action itself no more than 200.
    expect(await submit(world, form, 'x'.repeat(250))).toEqual({
      ok: false,
      error: 'field_errors',
      errors: { [blockOf('reason')]: 'Has more than 200 characters.' },
    })
    expect(await submit(world, form, 'ab')).toMatchObject({ ok: false, error: 'field_errors' })
    expect(await runs(world)).toEqual([])
    expect(await submit(world, form, 'good enough')).toEqual({ ok: true })
    await world.until(async () => (await runs(world)).length === 1, 'the run')
  })

  it('P7: two people who fill it in at once run it once; the other reads why not', async () => {
    const { world, appId } = await asking()
    const form = await open(world)
    const [one, two] = await Promise.all([
      submit(world, form, 'the first'),
      requestAction(world.service.deps, await offerId(world), BOB, null, { reason: 'the second' }),
    ])
    const done = [one.ok && !('response_action' in one), two.kind === 'done'].filter(Boolean)
    expect(done).toHaveLength(1)
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill', 500)
    expect(await runs(world)).toHaveLength(1)
  })

  it('a resolved incident and a form from another card run nothing, and say so in its place', async () => {
    const { world, appId } = await asking()
    const form = await open(world)
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).toLowerCase().includes('resolved'), 'the resolution')
    expect(await submit(world, form, 'because')).toMatchObject({ ok: true, response_action: 'update' })
    expect(JSON.stringify(view(world))).toMatch(/out of date|resolved/)
    expect([await runs(world), stateOf(world, appId)]).toEqual([[], 'RUNNING'])
  })

  it('a form that Slack did not open is said to the person', async () => {
    const { world } = await asking()
    world.slack.faults.add({ kind: 'server_error', match: 'views.open' })
    await world.press('U0BOB', 'ask')
    await world.until(() => ephemerals(world).includes('Press the button again'), 'the answer')
    await open(world)
  })

  it('that did not happen asks again, with the same questions', async () => {
    const { world, appId } = await asking()
    world.spark.faults.add({ kind: 'server_error', match: '/app/kill/' })
    await submit(world, await open(world), 'first try')
    await world.until(
      async () => (await runs(world))[0]?.state === 'failed' || (await runs(world))[0]?.state === 'unknown',
      'the end',
      500,
    )
    if ((await runs(world))[0]?.state === 'unknown') {
      await world.until(() => findButton(world.cards()[0]!, 'settle_not') !== undefined, 'the question', 500)
      await world.press('U0BOB', 'settle_not')
    }
    await world.until(() => findButton(world.cards()[0]!, 'ask') !== undefined, 'the button again', 500)
    await submit(world, await open(world), 'second try')
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill', 500)
    expect((await runs(world)).map((run) => run.params)).toEqual([
      { reason: 'first try' },
      { reason: 'second try' },
    ])
  })

  it('P12: a secret that somebody types goes to the action alone, and into no record', async () => {
    const { world } = await asking()
    await submit(world, await open(world), 'password=hunter2')
    await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
    const seen = JSON.stringify([
      world.messages(),
      await sql`select data from timeline union all select data from audit`.execute(world.store.db),
    ])
    expect(seen).toContain('password=[redacted]')
    expect(seen).not.toContain('hunter2')
    expect(world.logs.join('')).not.toContain('hunter2')
  })
})

describe('a form of every kind of question', { timeout: 60_000 }, () => {
  it('is taken by Slack, and what does not fit the action is refused with its words', async () => {
    const { world, appId } = await asking()
    // An offer of an earlier version: today its button would be withheld.
    const asked = { label: 'L', choices: [], min: null, max: null, default: null }
    const inputs = {
      reason: { ...asked, type: 'choice', choices: ['memory', 'skew'], default: 'skew', position: 0 },
      mib: { ...asked, type: 'integer', min: 512, max: 8192, position: 1 },
      share: { ...asked, type: 'number', min: 0.1, max: 1, position: 2 },
      sure: { ...asked, type: 'boolean', label: 'Are you sure, *really*?', position: 3 },
    }
    await world.store.db
      .updateTable('offers')
      .set({ inputs: json(inputs) })
      .execute()
    const form = await open(world)
    expect(
      JSON.stringify(view(world)?.blocks).match(/number_input|static_select|radio_buttons/g),
    ).toHaveLength(4)
    const answers = { reason: 'memory', mib: '1024', share: '0.5', sure: 'true' }
    const values = Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [blockOf(name), { answer }]),
    )
    // Kill takes no mib: that is the runbook's mistake, so no field can mend it.
    const sent = await world.slack.submitView({ user: 'U0BOB', view_id: form, values })
    expect(sent.ok && 'response_action' in sent ? sent.response_action : sent).toBe('update')
    expect(JSON.stringify(view(world))).toContain('cannot run so. Unrecognized keys: ')
    expect([await runs(world), stateOf(world, appId)]).toEqual([[], 'RUNNING'])
  })
})

describe('a button that could only fail', { timeout: 60_000 }, () => {
  it.each([
    ['an input', /inputs:\n/, 'inputs:\n  note: { type: string }\n', 'Unrecognized key: "note"'],
    ['a parameter', /reason: unsaid\n/, 'app_id: x\n', 'Unrecognized key: "app_id"'],
    ['a mere parameter', /reason: unsaid\ninputs:\n.*\n/, 'app_id: x\n', 'Unrecognized key: "app_id"'],
    [
      'a parameter that stays and does not fit',
      /reason: unsaid\ninputs:\n.*\n/,
      'reason: [1]\ninputs:\n  other: { type: string }\n',
      'reason: expected text',
    ],
  ])('since its action does not take %s is withheld, and the card says why', async (_what, from, to, why) => {
    const { world } = await asking(RUNBOOK.replace(from, to), 'Withheld')
    expect(card(world)).toContain('Withheld: its parameters are not usable (')
    expect(card(world)).toContain(why)
    expect(await world.store.db.selectFrom('offers').selectAll().execute()).toEqual([])
  })
})
