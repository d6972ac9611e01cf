// Modals and Home tabs through the Web API: triggers, stack, hash, external ids.
import type { HomeView } from '@slack/types'
import { expect, test } from 'vitest'

import { modal, top, withTriggers } from './modals.ts'
import { clientOf, errorOf, startSlack } from './support.ts'

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

test('ids of an app are names, whatever they are', async () => {
  const slack = await startSlack()
  const trigger_id = await (await withTriggers(slack))()
  const blocks = ['__proto__', 'constructor'].map((id) => ({
    type: 'input',
    block_id: id,
    label: { type: 'plain_text', text: id },
    element: { type: 'plain_text_input', action_id: id, initial_value: id },
  }))
  const { view } = await clientOf(slack).views.open({ trigger_id, view: { ...modal('x'), blocks } })
  const { state } = top(slack) as { state: { values: Record<string, object> } }
  expect(Object.entries(state.values)).toEqual(
    ['__proto__', 'constructor'].map((id) => [id, { [id]: { type: 'plain_text_input', value: id } }]),
  )
  expect(Object.keys(Object.prototype)).toEqual([])
  const values = JSON.parse('{"__proto__":{"__proto__":""}}') as Record<string, Record<string, unknown>>
  const refused = await slack.submitView({ user: 'U0ALICE', view_id: view?.id as string, values })
  expect(JSON.stringify(refused)).toContain('{"__proto__":"Please complete this required field."}')
})
