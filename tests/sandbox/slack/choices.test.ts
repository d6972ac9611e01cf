// Checkboxes and radio buttons wherever they may stand: what a press sends, what stays after an update.
import type { App } from '@slack/bolt'
import type { KnownBlock, ModalView } from '@slack/types'
import { expect, test } from 'vitest'

import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { modal, top, withTriggers } from './modals.ts'
import { clientOf, errorOf, say, startBolt, startSlack } from './support.ts'

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const option = (value: string) => ({ text: plain(`Step ${value}`), value })
const boxes = (values: string[], initial: string[] = []) => ({
  type: 'checkboxes' as const,
  action_id: 'tick',
  options: values.map(option),
  ...(initial.length === 0 ? {} : { initial_options: initial.map(option) }),
})
const radio = {
  type: 'radio_buttons' as const,
  action_id: 'mode',
  options: [option('dry'), option('real')],
  initial_option: option('dry'),
  confirm: { title: plain('Sure?'), text: plain('For real'), confirm: plain('Yes'), deny: plain('No') },
}
const blocks = (values: string[], initial: string[] = []): KnownBlock[] => [
  { type: 'section', block_id: 'beside', text: plain('Look at heap'), accessory: boxes(values, initial) },
  { type: 'actions', block_id: 'row', elements: [radio] },
]

async function heardBy(slack: SlackServer): Promise<Record<string, unknown>[]> {
  const heard: Record<string, unknown>[] = []
  await startBolt(slack, (app) => listen(app, heard))
  return heard
}

function listen(app: App, heard: Record<string, unknown>[]): void {
  app.action(/.*/, async ({ ack, body }) => {
    await ack()
    heard.push(body as unknown as Record<string, unknown>)
  })
}

test('a tick in a message sends all that is ticked, in the order offered, and the state of the rest', async () => {
  const slack = await startSlack()
  const heard = await heardBy(slack)
  const { ts } = await say(clientOf(slack), {
    channel: 'C0DATA',
    text: 'x',
    blocks: blocks(['1', '2', '3'], ['1']),
  })
  const press = { user: 'U0ALICE', channel: 'C0DATA', ts, block_id: 'beside', action_id: 'tick' }
  expect(await slack.click({ ...press, selected_option: ['1', '3'] })).toMatchObject({ ok: true })
  const chosen = [option('1'), option('3')]
  expect(heard[0]).toMatchObject({
    container: { type: 'message', message_ts: ts },
    actions: [
      {
        type: 'checkboxes',
        block_id: 'beside',
        action_id: 'tick',
        initial_options: [option('1')],
        selected_options: chosen,
      },
    ],
    state: {
      values: {
        beside: { tick: { type: 'checkboxes', selected_options: chosen } },
        row: { mode: { type: 'radio_buttons', selected_option: option('dry') } },
      },
    },
  })
  expect(await slack.click({ ...press, selected_option: [] })).toMatchObject({ ok: true })
  expect(heard[1]).toMatchObject({ actions: [{ selected_options: [] }] })
  const gone = { ok: false, error: 'no_such_button' }
  expect(await slack.click({ ...press, selected_option: ['1', '4'] })).toEqual(gone)
  expect(await slack.click({ ...press, action_id: 'mode', block_id: 'row', selected_option: 'no' })).toEqual(
    gone,
  )
})

test('a radio button sends the one choice with the question that was asked first', async () => {
  const slack = await startSlack()
  const heard = await heardBy(slack)
  const { ts } = await say(clientOf(slack), { channel: 'C0DATA', text: 'x', blocks: blocks(['1']) })
  await slack.click({
    user: 'U0BOB',
    channel: 'C0DATA',
    ts,
    block_id: 'row',
    action_id: 'mode',
    selected_option: 'real',
  })
  expect(heard[0]).toMatchObject({
    user: { id: 'U0BOB' },
    actions: [
      {
        type: 'radio_buttons',
        selected_option: option('real'),
        initial_option: option('dry'),
        confirm: radio.confirm,
      },
    ],
  })
})

test('in a modal a tick carries the view, its hash and what else was filled in', async () => {
  const slack = await startSlack()
  const heard: Record<string, unknown>[] = []
  const trigger = await withTriggers(slack, (app) => listen(app, heard))
  const input: KnownBlock = {
    type: 'input',
    block_id: 'note',
    label: plain('Note'),
    optional: true,
    element: { type: 'plain_text_input', action_id: 'text', multiline: true },
  }
  const opened = await clientOf(slack).views.open({
    trigger_id: await trigger(),
    view: modal('Steps', { blocks: [...blocks(['1', '2']), input], private_metadata: '{"incident":"1"}' }),
  })
  const view_id = opened.view?.id as string
  const press = { user: 'U0ALICE', view_id, block_id: 'beside', action_id: 'tick', selected_option: ['2'] }
  expect(await slack.clickInView({ ...press, state_values: { note: { text: 'half\ntyped' } } })).toEqual({
    ok: true,
  })
  expect(heard[0]).toMatchObject({
    container: { type: 'view', view_id },
    view: {
      id: view_id,
      hash: opened.view?.hash,
      private_metadata: '{"incident":"1"}',
      state: {
        values: {
          beside: { tick: { type: 'checkboxes', selected_options: [option('2')] } },
          row: { mode: { type: 'radio_buttons', selected_option: option('dry') } },
          note: { text: { type: 'plain_text_input', value: 'half\ntyped' } },
        },
      },
    },
    actions: [{ block_id: 'beside', action_id: 'tick', selected_options: [option('2')] }],
  })
  // An input that does not dispatch fills its form and sends nothing.
  expect(await slack.clickInView({ ...press, block_id: 'note', action_id: 'text', value: 'x' })).toEqual({
    ok: false,
    error: 'no_such_button',
  })
})

test('an update keeps the ticks that are still offered, and begins anew under another block_id', async () => {
  const slack = await startSlack()
  const trigger = await withTriggers(slack, (app) => listen(app, []))
  const client = clientOf(slack)
  const { view } = await client.views.open({
    trigger_id: await trigger(),
    view: modal('Steps', { blocks: blocks(['1', '2']) }),
  })
  const view_id = view?.id as string
  const tick = { user: 'U0ALICE', view_id, block_id: 'beside', action_id: 'tick' }
  await slack.clickInView({ ...tick, selected_option: ['2'] })
  const ticked = (block_id: string): unknown =>
    top(slack)?.state.values[block_id]?.['tick']?.['selected_options']
  const update = async (next: ModalView['blocks'], hash?: string): Promise<unknown> =>
    await client.views.update({
      view_id,
      view: modal('Steps', { blocks: next }),
      ...(hash === undefined ? {} : { hash }),
    })
  await update(blocks(['1', '2', '3'], ['1']), view?.hash)
  expect(ticked('beside')).toEqual([option('2')])
  // The step is gone, and so is what was said of it: the new beginning counts.
  await update(blocks(['1', '3'], ['1']))
  expect(ticked('beside')).toEqual([option('1')])
  const renamed = blocks(['1', '3'], ['3']).map((block) => ({
    ...block,
    block_id: `${block.block_id ?? ''}-2`,
  }))
  await update(renamed)
  expect(ticked('beside-2')).toEqual([option('3')])
  expect(ticked('beside')).toBeUndefined()
  const stale = await errorOf(update(renamed, view?.hash))
  expect(stale.data.error).toBe('hash_conflict')
})

test('an input that dispatches is pressed when it is filled in', async () => {
  const slack = await startSlack()
  const heard: Record<string, unknown>[] = []
  const trigger = await withTriggers(slack, (app) => listen(app, heard))
  const { view } = await clientOf(slack).views.open({
    trigger_id: await trigger(),
    view: modal('Rerun', {
      blocks: [
        {
          type: 'input',
          block_id: 'mib',
          dispatch_action: true,
          label: plain('Overhead'),
          element: { type: 'number_input', action_id: 'n', is_decimal_allowed: false },
        },
      ],
    }),
  })
  const at = { user: 'U0ALICE', view_id: view?.id as string, block_id: 'mib', action_id: 'n' }
  expect(await slack.clickInView({ ...at, value: '1024' })).toEqual({ ok: true })
  expect(heard[0]).toMatchObject({ actions: [{ type: 'number_input', value: '1024' }] })
})

test('a view with two blocks of one id, or two elements of one id in a block, is never opened', async () => {
  const slack = await startSlack()
  const trigger = await withTriggers(slack)
  const open = async (next: KnownBlock[]): Promise<string> =>
    JSON.stringify(
      (
        await errorOf(
          clientOf(slack).views.open({ trigger_id: await trigger(), view: modal('Twins', { blocks: next }) }),
        )
      ).data,
    )
  const [beside] = blocks(['1'])
  expect(await open([beside as KnownBlock, beside as KnownBlock])).toContain(
    '`block_id` \\"beside\\" already exists',
  )
  const row: KnownBlock = {
    type: 'actions',
    block_id: 'row',
    elements: [radio, { ...boxes(['1']), action_id: 'mode' }],
  }
  expect(await open([row])).toContain('`action_id` \\"mode\\" already exists')
  expect(top(slack)).toBeUndefined()
})
