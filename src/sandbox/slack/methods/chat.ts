// Posting, editing and removing messages.
import type { Args } from '../args.ts'
import { POST_TEXT_LIMIT, UPDATE_TEXT_LIMIT, readContent, readMetadata, whole } from '../content.ts'
import {
  addEphemeral,
  addMessage,
  changeMessage,
  channelFor,
  directMessage,
  removeMessage,
  threadRoot,
} from '../messages.ts'
import { Refusal } from '../refusal.ts'
import type { Channel, JsonObject, Message } from '../types.ts'
import type { Call, Methods, World } from '../world.ts'

/** A post may name a person: it then goes to the direct conversation with them. */
function target(world: World, args: Args): Channel {
  const name = args.need('channel')
  if (world.store.seed.users.some(({ id }) => id === name)) return directMessage(world, name)
  return channelFor(world, name, true)
}

function ownMessage({ world, args }: Call, refusal: string): { channel: Channel; message: Message } {
  const channel = channelFor(world, args.need('channel'), false)
  const message = world.store.message(channel, args.need('ts'))
  if (message === undefined || message.subtype === 'tombstone') throw new Refusal('message_not_found')
  if (message.user !== world.store.seed.botUser.id) throw new Refusal(refusal)
  return { channel, message }
}

function postMessage({ world, args }: Call): JsonObject {
  const channel = target(world, args)
  const content = whole(readContent(args))
  const metadata = readMetadata(args)
  const thread_ts = threadRoot(world, channel, args.text('thread_ts'))
  const long = content.text.length > POST_TEXT_LIMIT
  if (long) content.text = content.text.slice(0, POST_TEXT_LIMIT)
  const broadcast = thread_ts !== undefined && args.flag('reply_broadcast')
  const message = addMessage(
    world,
    channel,
    {
      ...content,
      ...(metadata === undefined || metadata === null ? {} : { metadata }),
      ...(broadcast ? { subtype: 'thread_broadcast' } : {}),
    },
    { author: world.store.seed.botUser.id, thread_ts },
  )
  return {
    channel: channel.id,
    ts: message.ts,
    message,
    ...(long ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {}),
  }
}

function update(call: Call): JsonObject {
  const { world, args } = call
  const { channel, message } = ownMessage(call, 'cant_update_message')
  const seconds = world.options.editWindowSeconds
  if (seconds !== undefined && world.store.now() / 1000 - Number(message.ts) > seconds)
    throw new Refusal('edit_window_closed')
  const given = readContent(args)
  const metadata = readMetadata(args)
  if ((given.text?.length ?? 0) > UPDATE_TEXT_LIMIT) throw new Refusal('msg_too_long')
  // Text alone removes the blocks; with neither, the message stays as it is and only metadata changes.
  const says = given.text !== undefined || given.blocks !== undefined || given.attachments !== undefined
  if (!says && metadata === undefined) throw new Refusal('no_text')
  const content = says ? whole(given) : undefined
  changeMessage(world, channel, message, (changed) => {
    if (content !== undefined) {
      delete changed.blocks
      delete changed.attachments
      Object.assign(changed, content)
      if (given.blocks === undefined) changed.edited = { user: message.user, ts: world.store.mintTs() }
    }
    if (metadata === null) delete changed.metadata
    else if (metadata !== undefined) changed.metadata = metadata
  })
  return { channel: channel.id, ts: message.ts, text: message.text, message }
}

function remove(call: Call): JsonObject {
  const { channel, message } = ownMessage(call, 'cant_delete_message')
  removeMessage(call.world, channel, message)
  return { channel: channel.id, ts: message.ts }
}

function postEphemeral({ world, args }: Call): JsonObject {
  const { store } = world
  const channel = channelFor(world, args.need('channel'), true)
  const user = args.need('user')
  if (!store.seed.users.some(({ id }) => id === user)) throw new Refusal('user_not_found')
  if (!channel.members.includes(user)) throw new Refusal('user_not_in_channel')
  const content = whole(readContent(args))
  if (content.text.length > POST_TEXT_LIMIT) throw new Refusal('msg_too_long')
  const thread_ts = threadRoot(world, channel, args.text('thread_ts'))
  const ts = addEphemeral(world, { channel: channel.id, user, thread_ts }, content)
  return { message_ts: ts }
}

function getPermalink({ world, args }: Call): JsonObject {
  const channel = channelFor(world, args.need('channel'), false)
  const ts = args.need('message_ts')
  const message = world.store.message(channel, ts)
  if (message === undefined) throw new Refusal('message_not_found')
  const reply = message.thread_ts !== undefined && message.thread_ts !== ts
  const query = reply ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : ''
  const { domain } = world.store.seed.team
  return {
    channel: channel.id,
    permalink: `https://${domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}${query}`,
  }
}

export const chatMethods: Methods = {
  'chat.postMessage': { token: 'bot', tier: 'post', scopes: ['chat:write'], run: postMessage },
  'chat.update': { token: 'bot', tier: 'tier3', scopes: ['chat:write'], run: update },
  'chat.delete': { token: 'bot', tier: 'tier3', scopes: ['chat:write'], run: remove },
  'chat.postEphemeral': { token: 'bot', tier: 'tier4', scopes: ['chat:write'], run: postEphemeral },
  'chat.getPermalink': { token: 'bot', tier: 'special', run: getPermalink },
}
