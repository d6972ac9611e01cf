// What a person does in the workspace: writes, types a command, presses what is there to be pressed.
import { actionOf, elementsOf, initialState, withAnswers } from './elements.ts'
import { addEphemeral, addMessage, threadRoot } from './messages.ts'
import { readContent, whole } from './content.ts'
import { argsOf } from './args.ts'
import { messageAction, slashCommand } from './payloads.ts'
import { Refusal } from './refusal.ts'
import { mintResponseUrl } from './response-urls.ts'
import type { Delivery } from './socket.ts'
import type { Blocks, Channel, JsonObject, Press, PressResult, SlackServer } from './types.ts'
import type { World } from './world.ts'

/** Sends a payload and turns what came back into a result; the app's silence is a warning too. */
export async function ask(
  world: World,
  type: Parameters<World['hub']['deliver']>[0],
  payload: JsonObject,
  what: string,
): Promise<{ ok: true; answer: JsonObject } | { ok: false; error: string }> {
  const delivery: Delivery = await world.hub.deliver(type, payload)
  if (delivery.kind === 'no_socket') return { ok: false, error: 'no_socket' }
  if (delivery.kind === 'acked') return { ok: true, answer: delivery.payload }
  world.store.warn(`The app did not respond to ${what} in ${(world.options.ackTimeoutMs ?? 3000) / 1000} s`)
  return { ok: false, error: 'app_did_not_respond' }
}

export function personKnown(world: World, user: string): boolean {
  return world.store.seed.users.some(({ id }) => id === user)
}

interface Target {
  /** Those of attachments too. */
  blocks: Blocks
  attachments: JsonObject[]
  ephemeral: boolean
  thread_ts?: string | undefined
}

function everything(said: {
  blocks?: Blocks
  attachments?: JsonObject[]
}): Pick<Target, 'blocks' | 'attachments'> {
  const attachments = said.attachments ?? []
  const inside = attachments.flatMap(({ blocks }) => (blocks as Blocks | undefined) ?? [])
  return { blocks: [...(said.blocks ?? []), ...inside], attachments }
}

/** The message a person sees at this ts: one of the channel, or an ephemeral one of their own. */
function visible(world: World, user: string, channel: Channel, ts: string): Target | undefined {
  if (channel.im !== undefined && channel.im !== user) return undefined
  const message = world.store.message(channel, ts)
  if (message !== undefined) return { ...everything(message), ephemeral: false, thread_ts: message.thread_ts }
  const ephemeral = world.store.kept.ephemerals.find((one) => one.ts === ts && one.channel === channel.id)
  if (ephemeral === undefined || ephemeral.user !== user) return undefined
  return { ...everything(ephemeral), ephemeral: true, thread_ts: ephemeral.thread_ts }
}

/** The action that a press makes on these blocks; a stale one is taken at its word. */
export function pressed(world: World, blocks: Blocks, press: Press, stale: boolean): JsonObject | undefined {
  const action_ts = world.store.mintTs()
  const placed = elementsOf(blocks).find(
    ({ block_id, element }) => block_id === press.block_id && element['action_id'] === press.action_id,
  )
  // An input without dispatch_action only fills its form: Slack sends nothing before the submission.
  const silent = placed?.block['type'] === 'input' && placed.block['dispatch_action'] !== true
  const action = placed === undefined || silent ? undefined : actionOf(placed.element, press, action_ts)
  if (action !== undefined || !stale) return action
  const { block_id, action_id, value } = press
  const text = { type: 'plain_text', text: 'Stale', emoji: true }
  return { type: 'button', block_id, action_id, action_ts, text, ...(value === undefined ? {} : { value }) }
}

/** What a press leaves in the state: the answer of a choice, nothing of a button or an overflow menu. */
export function chosenIn(action: JsonObject): Record<string, Record<string, unknown>> {
  const { type, block_id, action_id } = action
  if (type === 'button' || type === 'overflow') return {}
  return { [String(block_id)]: { [String(action_id)]: action } }
}

/** A press of something in a message. `no_such_button` unless it is there now and this person sees it. */
export async function click(world: World, press: Parameters<SlackServer['click']>[0]): Promise<PressResult> {
  const stale = press.stale === true
  const channel = world.store.channel(press.channel)
  if (!personKnown(world, press.user)) return { ok: false, error: 'no_such_user' }
  if (channel === undefined) return { ok: false, error: 'no_such_channel' }
  const seen = visible(world, press.user, channel, press.ts)
  const target = seen ?? (stale ? { blocks: [], attachments: [], ephemeral: false } : undefined)
  const action = target === undefined ? undefined : pressed(world, target.blocks, press, stale)
  if (target === undefined || action === undefined) return { ok: false, error: 'no_such_button' }
  const filled = withAnswers(target.blocks, initialState(target.blocks), press.state_values ?? {})
  const values = filled === undefined ? undefined : withAnswers(target.blocks, filled, chosenIn(action))
  if (values === undefined) return { ok: false, error: 'no_such_input' }
  const { ts, user } = press
  const original = { ts, ephemeral: target.ephemeral }
  const message = world.store.message(channel, ts)
  const attachment = target.attachments.find(({ blocks }) =>
    ((blocks as Blocks | undefined) ?? []).some(({ block_id }) => block_id === press.block_id),
  )
  const payload = messageAction(
    world,
    user,
    {
      channel,
      ts,
      thread_ts: target.thread_ts,
      ...(message === undefined ? {} : { message }),
      ...(attachment === undefined ? {} : { attachment_id: attachment['id'] }),
    },
    {
      actions: [action],
      values,
      response_url: mintResponseUrl(world, { channel: channel.id, user, original }),
    },
  )
  const asked = await ask(world, 'interactive', payload, `the press of "${press.action_id}"`)
  return asked.ok ? { ok: true, ts } : asked
}

/** A slash command. What the app answers at once is said to this person, or to the channel if it wants so. */
export async function command(
  world: World,
  typed: { user: string; channel: string; command: string; text: string },
): Promise<PressResult> {
  const { user } = typed
  const channel = world.store.channel(typed.channel)
  if (!personKnown(world, user)) return { ok: false, error: 'no_such_user' }
  if (channel === undefined) return { ok: false, error: 'no_such_channel' }
  if (!channel.members.includes(user)) return { ok: false, error: 'not_in_channel' }
  if (!world.store.seed.commands.some((known) => known.command === typed.command))
    return { ok: false, error: 'no_such_command' }
  const response_url = mintResponseUrl(world, { channel: channel.id, user })
  const payload = slashCommand(world, user, channel, {
    command: typed.command,
    text: typed.text,
    response_url,
  })
  const asked = await ask(world, 'slash_commands', payload, typed.command)
  if (!asked.ok) return asked
  if (Object.keys(asked.answer).length === 0) return { ok: true }
  try {
    const content = whole(readContent(argsOf(asked.answer)))
    const said = { text: content.text, ...(content.blocks === undefined ? {} : { blocks: content.blocks }) }
    const ts =
      asked.answer['response_type'] === 'in_channel'
        ? addMessage(world, channel, content, { author: world.store.seed.botUser.id }).ts
        : addEphemeral(world, { channel: channel.id, user }, content)
    return { ok: true, ts, ...said }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    world.store.warn(`${typed.command} was answered with ${error.code}: ${error.messages.join('; ')}`)
    return { ok: false, error: 'invalid_command_response' }
  }
}

/** Slack escapes what people type, except the mentions that its own composer makes. */
function escaped(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return safe.replaceAll(/&lt;([@#][A-Z0-9]+)&gt;/g, '<$1>')
}

/** A message by a person; mentioning the bot reaches it as `app_mention` too. */
export function post(
  world: World,
  said: { user: string; channel: string; text: string; thread_ts?: string },
): PressResult {
  const channel = world.store.channel(said.channel)
  if (!personKnown(world, said.user)) return { ok: false, error: 'no_such_user' }
  if (channel === undefined) return { ok: false, error: 'no_such_channel' }
  if (!channel.members.includes(said.user)) return { ok: false, error: 'not_in_channel' }
  if (said.text === '') return { ok: false, error: 'no_text' }
  try {
    const thread_ts = threadRoot(world, channel, said.thread_ts)
    const text = escaped(said.text)
    const message = addMessage(world, channel, { text }, { author: said.user, thread_ts })
    if (text.includes(`<@${world.store.seed.botUser.id}>`))
      world.hub.emit({ ...message, type: 'app_mention', channel: channel.id, event_ts: message.ts })
    return { ok: true, ts: message.ts }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.code }
    throw error
  }
}
