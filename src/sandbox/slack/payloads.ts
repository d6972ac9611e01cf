// The payloads of Socket Mode, field by field as Slack sends them.
import type { Channel, JsonObject, Message, View } from './types.ts'
import type { World } from './world.ts'

/** Verification token of old: still in every payload, of no meaning in Socket Mode. */
const TOKEN = 'sandbox-verification-token'

/** The fields that every interactive payload has. */
function interactive(world: World, user: string): JsonObject {
  const { store } = world
  const person = store.seed.users.find(({ id }) => id === user)
  const name = person?.name ?? user
  return {
    team: { id: store.seed.team.id, domain: store.seed.team.domain },
    user: { id: user, username: name, name, team_id: store.seed.team.id },
    api_app_id: store.appId,
    token: TOKEN,
    enterprise: null,
    is_enterprise_install: false,
  }
}

/** A press in a message. An ephemeral message's content is not sent, as in Slack. */
export function messageAction(
  world: World,
  user: string,
  place: {
    channel: Channel
    ts: string
    thread_ts?: string | undefined
    message?: Message
    attachment_id?: unknown
  },
  rest: { actions: JsonObject[]; values: JsonObject; response_url: string },
): JsonObject {
  const { channel, ts, thread_ts, message, attachment_id } = place
  return {
    type: 'block_actions',
    ...interactive(world, user),
    container: {
      type: attachment_id === undefined ? 'message' : 'message_attachment',
      ...(attachment_id === undefined ? {} : { attachment_id }),
      message_ts: ts,
      channel_id: channel.id,
      is_ephemeral: message === undefined,
      ...(thread_ts === undefined ? {} : { thread_ts }),
    },
    trigger_id: world.triggers.mint(user),
    channel: { id: channel.id, name: channel.im === undefined ? channel.name : 'directmessage' },
    ...(message === undefined ? {} : { message }),
    state: { values: rest.values },
    response_url: rest.response_url,
    actions: rest.actions,
  }
}

/** A press in a modal or on a Home tab. */
export function viewAction(world: World, user: string, view: View, actions: JsonObject[]): JsonObject {
  return {
    type: 'block_actions',
    ...interactive(world, user),
    container: { type: 'view', view_id: view.id },
    trigger_id: world.triggers.mint(user),
    view,
    actions,
  }
}

export function viewSubmission(world: World, user: string, view: View): JsonObject {
  return {
    type: 'view_submission',
    ...interactive(world, user),
    trigger_id: world.triggers.mint(user),
    view,
    response_urls: [],
  }
}

export function viewClosed(world: World, user: string, view: View, is_cleared: boolean): JsonObject {
  return { type: 'view_closed', ...interactive(world, user), view, is_cleared }
}

export function slashCommand(
  world: World,
  user: string,
  channel: Channel,
  rest: { command: string; text: string; response_url: string },
): JsonObject {
  const { store } = world
  return {
    token: TOKEN,
    team_id: store.seed.team.id,
    team_domain: store.seed.team.domain,
    channel_id: channel.id,
    channel_name: channel.im === undefined ? channel.name : 'directmessage',
    user_id: user,
    user_name: store.seed.users.find(({ id }) => id === user)?.name ?? user,
    api_app_id: store.appId,
    // A string, unlike in every other payload.
    is_enterprise_install: 'false',
    trigger_id: world.triggers.mint(user),
    ...rest,
  }
}
