// Modals and Home tabs with the real Bolt app: triggers, stack, hash, submission, closing.
import type { App } from '@slack/bolt'
import type { HomeView, ModalView } from '@slack/types'
import { expect, test } from 'vitest'

import type { SlackServer, View } from '../../../src/sandbox/slack/types.ts'
import { clientOf, deferred, errorOf, startBolt, startSlack } from './support.ts'

function modal(title: string, extra: Partial<ModalView> = {}): ModalView {
  return {
    type: 'modal',
    callback_id: 'assign',
    title: { type: 'plain_text', text: title },
    submit: { type: 'plain_text', text: 'Save' },
    blocks: [
      {
        type: 'input',
        block_id: 'why',
        label: { type: 'plain_text', text: 'Why' },
        element: { type: 'plain_text_input', action_id: 'text', max_length: 10 },
      },
      {
        type: 'input',
        block_id: 'who',
        optional: true,
        label: { type: 'plain_text', text: 'Who' },
        element: { type: 'users_select', action_id: 'user' },
      },
      {
        type: 'actions',
        block_id: 'more',
        elements: [
          { type: 'button', action_id: 'push', text: { type: 'plain_text', text: 'More' } },
          {
            type: 'static_select',
            action_id: 'pick',
            options: [{ text: { type: 'plain_text', text: 'One' }, value: '1' }],
          },
        ],
      },
    ],
    ...extra,
  }
}

/** A Bolt app whose `/spark` hands over a trigger. */
async function withTriggers(
  slack: SlackServer,
  prepare: (app: App) => void = () => undefined,
): Promise<() => Promise<string>> {
  let heard = deferred<string>()
  await startBolt(slack, (app) => {
    app.command('/spark', async ({ ack, command }) => {
      await ack()
      heard.resolve(command.trigger_id)
    })
    prepare(app)
  })
  return async () => {
    heard = deferred<string>()
    await slack.command({ user: 'U0ALICE', channel: 'C0DATA', command: '/spark', text: '' })
    return await heard.promise
  }
}

function top(slack: SlackServer): View | undefined {
  return slack
    .state()
    .views.find(({ user }) => user === 'U0ALICE')
    ?.stack.at(-1)
}

test('a trigger opens one modal within three seconds', async () => {
  let now = 1_700_000_000_000
  const slack = await startSlack({ now: () => now })
  const client = clientOf(slack)
  const trigger = await withTriggers(slack)
  const open = async (trigger_id: string): Promise<string> =>
    (await errorOf(client.views.open({ trigger_id, view: modal('x') }))).data.error
  expect(await open('1.2.nonsense')).toBe('invalid_trigger_id')
  const first = await trigger()
  const { view } = await client.views.open({ trigger_id: first, view: modal('Assign') })
  expect(view).toMatchObject({
    type: 'modal',
    callback_id: 'assign',
    team_id: 'T0SANDBOX',
    root_view_id: view?.id,
    previous_view_id: null,
    state: {
      values: {
        why: { text: { type: 'plain_text_input', value: null } },
        who: { user: { selected_user: null } },
      },
    },
  })
  expect(await open(first)).toBe('exchanged_trigger_id')
  const late = await trigger()
  now += 3001
  expect(await open(late)).toBe('expired_trigger_id')
})

test('a view that is refused names what is wrong and leaves the trigger usable', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const trigger_id = await (await withTriggers(slack))()
  const refused = await errorOf(
    client.views.open({ trigger_id, view: modal('A title of more than 24 characters') }),
  )
  expect(refused.data).toMatchObject({
    error: 'invalid_arguments',
    response_metadata: {
      messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
    },
  })
  await client.views.open({ trigger_id, view: modal('Short') })
  expect(top(slack)).toMatchObject({ title: { text: 'Short' } })
})

test('three modals are stacked and not a fourth; a push needs a modal below', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const trigger = await withTriggers(slack)
  const push = async (title: string): Promise<unknown> =>
    await client.views.push({ trigger_id: await trigger(), view: modal(title) })
  expect((await errorOf(push('nothing below'))).data.error).toBe('invalid_arguments')
  const opened = await client.views.open({ trigger_id: await trigger(), view: modal('1') })
  await push('2')
  await push('3')
  expect((await errorOf(push('4'))).data.error).toBe('push_limit_reached')
  const stack = slack.state().views[0]?.stack ?? []
  expect(stack.map(({ previous_view_id, root_view_id }) => [previous_view_id, root_view_id])).toEqual([
    [null, opened.view?.id],
    [stack[0]?.id, opened.view?.id],
    [stack[1]?.id, opened.view?.id],
  ])
})

test('an update keeps what was typed, minds the hash and finds by external id', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const trigger = await withTriggers(slack)
  const { view } = await client.views.open({
    trigger_id: await trigger(),
    view: modal('1', { external_id: 'mine' }),
  })
  const view_id = view?.id as string
  const press = {
    user: 'U0ALICE',
    view_id,
    block_id: 'more',
    action_id: 'push',
    state_values: { why: { text: 'because' } },
  }
  // Nobody listens for the press; what was typed is there all the same.
  await Promise.race([slack.clickInView(press), Promise.resolve()])
  const updated = await client.views.update({
    view_id,
    hash: view?.hash as string,
    view: modal('2', { external_id: 'mine' }),
  })
  expect(updated.view).toMatchObject({
    id: view_id,
    title: { text: '2' },
    state: { values: { why: { text: { value: 'because' } } } },
  })
  const stale = client.views.update({ view_id, hash: view?.hash as string, view: modal('3') })
  expect((await errorOf(stale)).data.error).toBe('hash_conflict')
  await client.views.update({ external_id: 'mine', view: modal('4', { external_id: 'mine' }) })
  expect(top(slack)).toMatchObject({ title: { text: '4' } })
  const missing = client.views.update({ view_id: 'V999999', view: modal('5') })
  expect((await errorOf(missing)).data.error).toBe('not_found')
  const twin = client.views.push({ trigger_id: await trigger(), view: modal('6', { external_id: 'mine' }) })
  expect((await errorOf(twin)).data.error).toBe('duplicate_external_id')
})

test('a submission carries the state; an empty acknowledgement closes the modal', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const trigger = await withTriggers(slack, (app) => {
    app.view('assign', async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const opened = await clientOf(slack).views.open({
    trigger_id: await trigger(),
    view: modal('Assign', { private_metadata: 'i-1' }),
  })
  const view_id = opened.view?.id as string
  const values = { why: { text: 'because' }, who: { user: 'U0BOB' } }
  expect(await slack.submitView({ user: 'U0ALICE', view_id, values })).toEqual({ ok: true })
  expect(await heard.promise).toMatchObject({
    type: 'view_submission',
    user: { id: 'U0ALICE' },
    view: {
      id: view_id,
      private_metadata: 'i-1',
      callback_id: 'assign',
      state: {
        values: {
          why: { text: { type: 'plain_text_input', value: 'because' } },
          who: { user: { type: 'users_select', selected_user: 'U0BOB' } },
          more: { pick: { type: 'static_select', selected_option: null } },
        },
      },
    },
    response_urls: [],
  })
  expect(slack.state().views).toEqual([])
  expect(await slack.submitView({ user: 'U0ALICE', view_id, values })).toEqual({
    ok: false,
    error: 'no_such_view',
  })
})

test('a form is checked before it is sent, and the app may find errors of its own', async () => {
  const slack = await startSlack()
  const trigger = await withTriggers(slack, (app) => {
    app.view('assign', async ({ ack }) => {
      await ack({ response_action: 'errors', errors: { why: 'Not good enough' } })
    })
  })
  const opened = await clientOf(slack).views.open({ trigger_id: await trigger(), view: modal('Assign') })
  const view_id = opened.view?.id as string
  const submit = async (text: string): Promise<unknown> =>
    await slack.submitView({ user: 'U0ALICE', view_id, values: { why: { text } } })
  expect(await submit('')).toEqual({
    ok: false,
    error: 'field_errors',
    errors: { why: 'Please complete this required field.' },
  })
  expect(await submit('x'.repeat(11))).toMatchObject({
    errors: { why: 'Please enter at most 10 characters.' },
  })
  expect(await submit('because')).toEqual({
    ok: false,
    error: 'field_errors',
    errors: { why: 'Not good enough' },
  })
  expect(top(slack)?.id).toBe(view_id)
  const strange = { user: 'U0ALICE', view_id, values: { why: { other: 'x' } } }
  expect(await slack.submitView(strange)).toEqual({ ok: false, error: 'no_such_input' })
})

test.each([
  ['update', ['Assign 2']],
  ['push', ['Assign', 'Assign 2']],
  ['clear', []],
] as const)('the answer "%s" leaves the stack %j', async (response_action, titles) => {
  const slack = await startSlack()
  const trigger = await withTriggers(slack, (app) => {
    app.view('assign', async ({ ack }) => {
      if (response_action === 'clear') await ack({ response_action })
      else await ack({ response_action, view: modal('Assign 2') })
    })
  })
  const opened = await clientOf(slack).views.open({ trigger_id: await trigger(), view: modal('Assign') })
  const result = await slack.submitView({
    user: 'U0ALICE',
    view_id: opened.view?.id as string,
    values: { why: { text: 'x' } },
  })
  expect(result).toMatchObject({ ok: true, response_action })
  const stack = slack.state().views[0]?.stack ?? []
  expect(stack.map((view) => (view['title'] as { text: string }).text)).toEqual(titles)
})

test('an answer that cannot be carried out is an error to the person and a warning to the developer', async () => {
  const slack = await startSlack()
  const trigger = await withTriggers(slack, (app) => {
    app.view('assign', async ({ ack }) => {
      await ack({ response_action: 'errors', errors: { nowhere: 'x' } })
    })
  })
  const opened = await clientOf(slack).views.open({ trigger_id: await trigger(), view: modal('Assign') })
  const result = await slack.submitView({
    user: 'U0ALICE',
    view_id: opened.view?.id as string,
    values: { why: { text: 'x' } },
  })
  expect(result).toEqual({ ok: false, error: 'invalid_response_action' })
  expect(slack.state().warnings.join()).toContain('nowhere')
})

test('closing is told only where it was asked for', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const trigger = await withTriggers(slack, (app) => {
    app.view({ callback_id: 'assign', type: 'view_closed' }, async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const client = clientOf(slack)
  const quiet = await client.views.open({ trigger_id: await trigger(), view: modal('Quiet') })
  expect(await slack.closeView({ user: 'U0ALICE', view_id: quiet.view?.id as string })).toEqual({ ok: true })
  const told = await client.views.open({
    trigger_id: await trigger(),
    view: modal('Told', { notify_on_close: true }),
  })
  expect(await slack.closeView({ user: 'U0ALICE', view_id: told.view?.id as string })).toEqual({ ok: true })
  expect(await heard.promise).toMatchObject({
    type: 'view_closed',
    is_cleared: false,
    view: { id: told.view?.id },
  })
  expect(slack.state().views).toEqual([])
})

test('a press in a modal brings the view and its state', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const trigger = await withTriggers(slack, (app) => {
    app.action('pick', async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const opened = await clientOf(slack).views.open({ trigger_id: await trigger(), view: modal('Assign') })
  const view_id = opened.view?.id as string
  const press = { user: 'U0ALICE', view_id, block_id: 'more', action_id: 'pick', selected_option: '1' }
  expect(await slack.clickInView({ ...press, selected_option: '2' })).toEqual({
    ok: false,
    error: 'no_such_button',
  })
  expect(await slack.clickInView(press)).toEqual({ ok: true })
  const body = (await heard.promise) as Record<string, unknown>
  expect(body).toMatchObject({
    type: 'block_actions',
    container: { type: 'view', view_id },
    view: { id: view_id, state: { values: { more: { pick: { selected_option: { value: '1' } } } } } },
    actions: [{ type: 'static_select', action_id: 'pick', selected_option: { value: '1' } }],
  })
  expect(body).not.toHaveProperty('response_url')
  expect(body).not.toHaveProperty('channel')
})

test('a Home tab is published per person under its hash', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const home: HomeView = { type: 'home', blocks: [{ type: 'divider' }] }
  const first = await client.views.publish({ user_id: 'U0ALICE', view: home })
  await client.views.publish({ user_id: 'U0ALICE', view: home, hash: first.view?.hash as string })
  const stale = client.views.publish({ user_id: 'U0ALICE', view: home, hash: first.view?.hash as string })
  expect((await errorOf(stale)).data.error).toBe('hash_conflict')
  expect(slack.state().homes).toMatchObject([{ user: 'U0ALICE', view: { type: 'home', id: first.view?.id } }])
  const nobody = client.views.publish({ user_id: 'U0NONE', view: home })
  expect((await errorOf(nobody)).data.error).toBe('user_not_found')
  const wrong = client.apiCall('views.publish', { user_id: 'U0ALICE', view: modal('x') })
  expect((await errorOf(wrong)).data.error).toBe('invalid_arguments')
})
