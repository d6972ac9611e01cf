// The card's buttons: acknowledge Slack at once, call one function of flow, tell the person what came of it.
import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import { reasonOf } from '../../errors.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { type Origin, type Person, type Pressed, acknowledge, resolve } from '../../flow/press.ts'
import { requestAction } from '../../flow/request-action.ts'
import { settleUnknown } from '../../flow/verify.ts'
import { ackInTime } from '../ack-in-time.ts'
import { inline } from '../blocks/text.ts'
import { ACTION } from '../ids.ts'
import { FAILED, personOf } from '../person.ts'

type Press = (value: string, person: Person, origin: Origin | null) => Promise<Pressed>
type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs

export function registerButtons(app: App, deps: FlowDeps): void {
  const on = (id: string | RegExp, press: Press): void => {
    app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: id }, (args) =>
      handle(args, press, deps),
    )
  }
  on(ACTION.acknowledge, (value, person, origin) => acknowledge(deps, value, person, origin))
  on(ACTION.resolve, (value, person, origin) => resolve(deps, value, person, origin))
  on(new RegExp(`^${ACTION.act}:\\d+$`), (value, person, origin) =>
    requestAction(deps, value, person, origin),
  )
  on(ACTION.settleHappened, (value, person, origin) => settleUnknown(deps, value, person, true, origin))
  on(ACTION.settleNot, (value, person, origin) => settleUnknown(deps, value, person, false, origin))
}

/** The card itself says what was done; only what was not done is said to the person alone. */
async function handle(
  { ack, body, payload, respond }: ButtonArgs,
  press: Press,
  deps: FlowDeps,
): Promise<void> {
  const origin =
    body.container['type'] === 'message'
      ? { channel: String(body.container['channel_id']), messageTs: String(body.container['message_ts']) }
      : null
  const sentence = await ackInTime(refusal(), () => ack())
  if (sentence !== null)
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: inline(sentence, 500),
    })

  async function refusal(): Promise<string | null> {
    try {
      const pressed = await press(payload.value ?? '', personOf(body.user), origin)
      return pressed.kind === 'done' ? null : pressed.sentence
    } catch (error) {
      deps.logger.error({ reason: reasonOf(error) }, 'a press failed')
      return FAILED
    }
  }
}
