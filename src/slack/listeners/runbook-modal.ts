// View Runbook: the whole pinned text in a modal, page by page, inert.
import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { reasonOf } from '../../errors.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { readCard } from '../../flow/card.ts'
import { pinnedRunbook } from '../../flow/runbook-text.ts'
import { runbookModal } from '../blocks/runbook-modal.ts'
import { ACTION } from '../ids.ts'

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs

export function registerRunbookModal(app: App, deps: FlowDeps): void {
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: ACTION.viewRunbook },
    async (args) => {
      await open(args, deps)
    },
  )
  // Turning a page replaces the modal's content; the value is `<incident>/<page>`.
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: /^runbook_page:/ },
    async ({ ack, body, payload, client }) => {
      await ack()
      const [incidentId = '', page = '0'] = (payload.value ?? '').split('/')
      const view = await modalFor(deps, incidentId, Number(page))
      if (body.view !== undefined)
        await client.views.update({ view_id: body.view.id, hash: body.view.hash, view })
    },
  )
}

/** A trigger lives three seconds, so nothing but the database stands between the press and the modal. */
async function open({ ack, body, payload, client, respond }: ButtonArgs, deps: FlowDeps): Promise<void> {
  await ack()
  const view = await modalFor(deps, payload.value ?? '', 0)
  try {
    await client.views.open({ trigger_id: body.trigger_id, view })
  } catch (error) {
    deps.logger.warn({ reason: reasonOf(error) }, 'Slack did not open a runbook')
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: 'Slack did not open the runbook in time. Press the button again.',
    })
  }
}

async function modalFor(deps: FlowDeps, incidentId: string, page: number): Promise<ModalView> {
  return await deps.store.transaction(async (tx) => {
    const card = await readCard(tx, deps, incidentId)
    const runbook = card === null ? null : await pinnedRunbook(tx, card.incident.runbookHash)
    return runbookModal(card, runbook, page)
  })
}
