// A modal to open, a Bolt app that hands over triggers, and the modal on top.
import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/types'

import type { SlackServer, View } from '../../../src/sandbox/slack/types.ts'
import { deferred, startBolt } from './support.ts'

/** A modal with two inputs, a button and a select. */
export function modal(title: string, extra: Partial<ModalView> = {}): ModalView {
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
export async function withTriggers(
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

/** The modal that alice sees. */
export function top(slack: SlackServer): View | undefined {
  return slack
    .state()
    .views.find(({ user }) => user === 'U0ALICE')
    ?.stack.at(-1)
}
