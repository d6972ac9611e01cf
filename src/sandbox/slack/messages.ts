// Messages as things that happen: posted, changed, removed, each echoed to the app as an event.
import type { Channel, JsonObject, Message } from './types.ts'
import { Refusal } from './refusal.ts'
import type { Content } from './content.ts'
import type { World } from './world.ts'

/** The channel of a call, where the bot may be: refuses what it cannot see or is not in. */
export function channelFor(world: World, idOrName: string, membership: boolean): Channel {
  const channel = world.store.channel(idOrName)
  if (channel === undefined) throw new Refusal('channel_not_found')
  if (membership && channel.im === undefined && !channel.members.includes(world.store.seed.botUser.id))
    throw new Refusal('not_in_channel')
  return channel
}

/** The direct conversation between the bot and a person, made when it is first needed. */
export function directMessage(world: World, user: string): Channel {
  const { store } = world
  const seen = store.kept.channels.find(({ im }) => im === user)
  if (seen !== undefined) return seen
  const person = store.seed.users.find(({ id }) => id === user)
  if (person === undefined) throw new Refusal('user_not_found')
  const channel: Channel = {
    id: `D${user.slice(1)}`,
    name: `@${person.name}`,
    members: [user, store.seed.botUser.id],
    im: user,
    messages: [],
  }
  store.kept.channels.push(channel)
  store.changed('channel')
  return channel
}

const TS = /^\d{10}\.\d{6}$/

/** The root of the thread that a reply joins. Slack takes a reply's ts for its thread's as well. */
export function threadRoot(
  world: World,
  channel: Channel,
  thread_ts: string | undefined,
): string | undefined {
  if (thread_ts === undefined || thread_ts === '') return undefined
  if (!TS.test(thread_ts)) throw new Refusal('invalid_thread_ts', [`${thread_ts} is not a valid thread_ts`])
  const parent = world.store.message(channel, thread_ts)
  if (parent === undefined) throw new Refusal('thread_not_found')
  return parent.thread_ts ?? parent.ts
}

/** An event about a message, as the Events API words it. */
function tell(world: World, channel: Channel, event: JsonObject): void {
  world.hub.emit({
    channel: channel.id,
    channel_type: channel.im === undefined ? 'channel' : 'im',
    event_ts: event['ts'],
    ...event,
  })
}

/** Appends a message by `author` and echoes it, the app's own ones too. */
export function addMessage(
  world: World,
  channel: Channel,
  content: Content & Partial<Pick<Message, 'metadata' | 'files' | 'subtype'>>,
  place: { author: string; thread_ts?: string | undefined },
): Message {
  const { store } = world
  const { seed } = store
  const bot = place.author === seed.botUser.id
  const message: Message = {
    type: 'message',
    user: place.author,
    ts: store.mintTs(),
    ...(bot ? { bot_id: store.botId, app_id: store.appId } : {}),
    team: seed.team.id,
    ...content,
    ...(place.thread_ts === undefined ? {} : { thread_ts: place.thread_ts }),
  }
  if (place.thread_ts !== undefined) {
    const root = store.message(channel, place.thread_ts)
    if (root !== undefined) {
      root.thread_ts = root.ts
      message.parent_user_id = root.user
    }
  }
  channel.messages.push(message)
  store.changed('message')
  tell(world, channel, { ...message })
  return message
}

/** Records what the app says to one person alone. */
export function addEphemeral(
  world: World,
  to: { channel: string; user: string; thread_ts?: string | undefined },
  content: Content,
): string {
  const ts = world.store.mintTs()
  world.store.kept.ephemerals.push({
    ts,
    channel: to.channel,
    user: to.user,
    ...content,
    ...(to.thread_ts === undefined ? {} : { thread_ts: to.thread_ts }),
  })
  world.store.changed('ephemeral')
  return ts
}

/** Changes a message in place and tells the app what it was before. */
export function changeMessage(
  world: World,
  channel: Channel,
  message: Message,
  change: (message: Message) => void,
): void {
  const previous_message = structuredClone(message)
  change(message)
  world.store.changed('message')
  const ts = world.store.mintTs()
  tell(world, channel, {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    message,
    previous_message,
    ts,
  })
}

/** Removes a message. The root of a thread with replies leaves a tombstone, as in Slack. */
export function removeMessage(world: World, channel: Channel, message: Message): void {
  const replies = channel.messages.some(({ ts, thread_ts }) => thread_ts === message.ts && ts !== message.ts)
  const at = channel.messages.indexOf(message)
  if (replies) {
    const { type, ts, user, team, thread_ts } = message
    const tombstone: Message = {
      type,
      ts,
      user,
      team,
      subtype: 'tombstone',
      text: 'This message was deleted.',
    }
    channel.messages[at] = thread_ts === undefined ? tombstone : { ...tombstone, thread_ts }
  } else {
    channel.messages.splice(at, 1)
  }
  world.store.changed('message')
  const ts = world.store.mintTs()
  tell(world, channel, {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    deleted_ts: message.ts,
    previous_message: message,
    ts,
  })
}

/** The message as the Web API returns it: a thread's root counts its replies; metadata only when asked for. */
export function shown(channel: Channel, message: Message, withMetadata: boolean): JsonObject {
  const { metadata, ...rest } = message
  const base: JsonObject = withMetadata && metadata !== undefined ? { ...rest, metadata } : rest
  if (message.thread_ts !== message.ts) return base
  const replies = channel.messages.filter(
    ({ ts, thread_ts }) => thread_ts === message.ts && ts !== message.ts,
  )
  if (replies.length === 0) return base
  const reply_users = [...new Set(replies.map(({ user }) => user))]
  return {
    ...base,
    reply_count: replies.length,
    reply_users_count: reply_users.length,
    reply_users,
    latest_reply: replies.at(-1)?.ts,
    subscribed: false,
    is_locked: false,
  }
}
