// An action that asks for more: its button opens a form, the form's answers are held against the offer at the server.
import { setTimeout as delay } from 'node:timers/promises'
import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import type { Origin, Pressed } from '../../flow/press.ts'
import { askForInputs, requestAction } from '../../flow/request-action.ts'
import {
  type FormMemory,
  actionInputsModal,
  answersOf,
  blockOf,
  refusalModal,
} from '../blocks/action-inputs-modal.ts'
import { inline } from '../blocks/text.ts'
import { ACTION, SUBMIT } from '../ids.ts'
import { FAILED, personOf } from '../person.ts'

/** Slack gives up after three seconds, and so does a trigger. */
const ANSWER_WITHIN_MS = 2_000

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

/** What we wrote into `private_metadata`; anything else is not our form. */
const memorySchema: z.ZodType<FormMemory> = z.object({
  offer: z.string(),
  channel: z.string().nullable(),
  messageTs: z.string().nullable(),
})

export function registerActionInputs(app: App, deps: FlowDeps): void {
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: new RegExp(`^${ACTION.ask}:\\d+$`) },
    (args) => openForm(args, deps),
  )
  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: SUBMIT.actionInputs }, (args) =>
    submit(args, deps),
  )
}

async function openForm({ ack, body, payload, client, respond }: ButtonArgs, deps: FlowDeps): Promise<void> {
  await ack()
  const origin =
    body.container['type'] === 'message'
      ? { channel: String(body.container['channel_id']), messageTs: String(body.container['message_ts']) }
      : null
  const say = async (sentence: string): Promise<void> =>
    void (await respond({ response_type: 'ephemeral', replace_original: false, text: inline(sentence, 500) }))
  const offer = payload.value ?? ''
  try {
    const asked = await askForInputs(deps, offer, personOf(body.user), origin)
    if (asked.kind === 'refused') return await say(asked.sentence)
    const memory = { offer, channel: origin?.channel ?? null, messageTs: origin?.messageTs ?? null }
    await client.views.open({ trigger_id: body.trigger_id, view: actionInputsModal(asked.form, memory) })
  } catch (error) {
    deps.logger.warn({ reason: reasonOf(error) }, 'the form of an action was not opened')
    await say('The form could not be opened in time. Press the button again.')
  }
}

/** Errors stand at their fields, a refusal in place of the form; what takes longer is told to the person alone. */
async function submit({ ack, body, view, client }: SubmitArgs, deps: FlowDeps): Promise<void> {
  const memory = memoryOf(view.private_metadata)
  const work = pressed()
  const soon = await Promise.race([work, delay(ANSWER_WITHIN_MS, null, { ref: false })])
  if (soon !== null) return await answer(soon)
  await ack()
  const late = await work
  if (late.kind === 'done' || memory?.channel == null) return
  await client.chat.postEphemeral({
    channel: memory.channel,
    user: body.user.id,
    text: inline(late.sentence, 500),
  })

  async function pressed(): Promise<Pressed> {
    if (memory === null) return { kind: 'refused', sentence: FAILED }
    const origin: Origin | null =
      memory.channel === null || memory.messageTs === null
        ? null
        : { channel: memory.channel, messageTs: memory.messageTs }
    try {
      return await requestAction(
        deps,
        memory.offer,
        personOf(body.user),
        origin,
        answersOf(view.state.values),
      )
    } catch (error) {
      deps.logger.error({ reason: reasonOf(error) }, 'a submitted form failed')
      return { kind: 'refused', sentence: FAILED }
    }
  }

  async function answer(result: Pressed): Promise<void> {
    switch (result.kind) {
      case 'done':
        return await ack()
      case 'invalid': {
        const errors = Object.entries(result.errors).map(([name, error]) => [blockOf(name), error])
        return await ack({
          response_action: 'errors',
          errors: Object.fromEntries(errors) as Record<string, string>,
        })
      }
      case 'already':
      case 'refused':
        return await ack({ response_action: 'update', view: refusalModal(result.sentence) })
    }
  }
}

function memoryOf(text: string): FormMemory | null {
  try {
    return memorySchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
