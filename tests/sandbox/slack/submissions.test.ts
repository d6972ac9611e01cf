// What a person does in a modal and what the app may answer: submit, errors, update, push, clear, close.
import type { ModalView } from '@slack/types'
import { expect, test } from 'vitest'

import { modal, top, withTriggers } from './modals.ts'
import { clientOf, deferred, startBolt, startSlack } from './support.ts'

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

test('numbers and lengths are checked by the form, options by what is offered', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const trigger = await withTriggers(slack, (app) => {
    app.view('assign', async ({ ack, view }) => {
      await ack()
      heard.resolve(view.state.values)
    })
  })
  const label = { type: 'plain_text' as const, text: 'Label' }
  const option = { text: label, value: 'a' }
  const blocks: ModalView['blocks'] = [
    {
      type: 'input',
      block_id: 'mib',
      label,
      element: {
        type: 'number_input',
        action_id: 'n',
        is_decimal_allowed: false,
        min_value: '512',
        max_value: '8192',
      },
    },
    {
      type: 'input',
      block_id: 'why',
      label,
      element: { type: 'plain_text_input', action_id: 't', min_length: 3 },
    },
    {
      type: 'input',
      block_id: 'pick',
      label,
      element: { type: 'multi_static_select', action_id: 'o', option_groups: [{ label, options: [option] }] },
    },
  ]
  const { view } = await clientOf(slack).views.open({
    trigger_id: await trigger(),
    view: modal('Rerun', { blocks }),
  })
  const submit = async (n: string, t: string, o: string[]): Promise<unknown> =>
    await slack.submitView({
      user: 'U0ALICE',
      view_id: view?.id as string,
      values: { mib: { n }, why: { t }, pick: { o } },
    })
  const errors = async (n: string): Promise<unknown> =>
    ((await submit(n, 'because', ['a'])) as { errors: unknown }).errors
  expect(await errors('1.5')).toEqual({ mib: 'Please enter a valid number.' })
  expect(await errors('511')).toEqual({ mib: 'Please enter a number no less than 512.' })
  expect(await errors('8193')).toEqual({ mib: 'Please enter a number no more than 8192.' })
  expect(await submit('1024', 'no', [])).toEqual({
    ok: false,
    error: 'field_errors',
    errors: { why: 'Please enter at least 3 characters.', pick: 'Please complete this required field.' },
  })
  expect(await submit('1024', 'because', ['b'])).toEqual({ ok: false, error: 'no_such_input' })
  expect(await submit('1024', 'because', ['a'])).toEqual({ ok: true })
  expect(await heard.promise).toMatchObject({
    mib: { n: { type: 'number_input', value: '1024' } },
    pick: { o: { type: 'multi_static_select', selected_options: [option] } },
  })
})

test('a button on the Home tab is pressed there; a Home tab is neither submitted nor closed', async () => {
  const slack = await startSlack()
  const heard = deferred<unknown>()
  const app = await startBolt(slack, (bolt) => {
    bolt.action('mine', async ({ ack, body }) => {
      await ack()
      heard.resolve(body)
    })
  })
  const elements = [
    { type: 'button' as const, action_id: 'mine', text: { type: 'plain_text' as const, text: 'Mine' } },
  ]
  const { view } = await app.client.views.publish({
    user_id: 'U0ALICE',
    view: { type: 'home', blocks: [{ type: 'actions', block_id: 'b', elements }] },
  })
  const view_id = view?.id as string
  const press = { user: 'U0ALICE', view_id, block_id: 'b', action_id: 'mine' }
  expect(await slack.clickInView({ ...press, user: 'U0BOB' })).toEqual({ ok: false, error: 'no_such_view' })
  expect(await slack.clickInView(press)).toEqual({ ok: true })
  expect(await heard.promise).toMatchObject({ container: { type: 'view', view_id }, view: { type: 'home' } })
  const none = { ok: false, error: 'no_such_view' }
  expect(await slack.submitView({ user: 'U0ALICE', view_id, values: {} })).toEqual(none)
  expect(await slack.closeView({ user: 'U0ALICE', view_id })).toEqual(none)
})
