// Reading channels: who is in them and what was said.
import type { Args } from '../args.ts'
import { channelFor, directMessage, shown } from '../messages.ts'
import { type PageRequest, page } from '../paging.ts'
import { Refusal } from '../refusal.ts'
import type { Channel, JsonObject, Message } from '../types.ts'
import type { Call, Methods, World } from '../world.ts'

function described(world: World, channel: Channel): JsonObject {
  const is_im = channel.im !== undefined
  const is_member = channel.members.includes(world.store.seed.botUser.id)
  const base = { id: channel.id, is_im, is_mpim: false, is_archived: false, is_org_shared: false, created: 1 }
  if (is_im) return { ...base, user: channel.im, is_open: true }
  return {
    ...base,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_private: false,
    is_general: channel.name === 'general',
    is_member,
    num_members: channel.members.length,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  }
}

/** Pages of `conversations.history` and `.replies`: 1 to 999 messages, default 100. */
function byTs(args: Args): PageRequest<Message> {
  const limit = args.whole('limit') ?? 100
  if (limit > 999) throw new Refusal('invalid_limit')
  return { cursor: args.text('cursor'), limit, key: ({ ts }) => ts, reached: ({ ts }, at) => ts >= at }
}

function timeOf(args: Args, name: 'oldest' | 'latest'): number | undefined {
  const text = args.text(name)
  if (text === undefined || text === '') return undefined
  const seconds = Number(text)
  if (!Number.isFinite(seconds)) throw new Refusal(`invalid_ts_${name}`)
  return seconds
}

/** Messages between `oldest` and `latest`; the ends belong to it when `inclusive`. */
function between(args: Args, messages: readonly Message[]): Message[] {
  const oldest = timeOf(args, 'oldest')
  const latest = timeOf(args, 'latest')
  const inclusive = args.flag('inclusive')
  return messages.filter(({ ts }) => {
    const at = Number(ts)
    if (oldest !== undefined && (inclusive ? at < oldest : at <= oldest)) return false
    return latest === undefined || (inclusive ? at <= latest : at < latest)
  })
}

function history({ world, args }: Call): JsonObject {
  const channel = channelFor(world, args.need('channel'), true)
  const top = channel.messages.filter(
    ({ ts, thread_ts, subtype }) =>
      thread_ts === undefined || thread_ts === ts || subtype === 'thread_broadcast',
  )
  const found = between(args, top)
  // With `oldest` alone Slack pages forward: the messages nearest to `oldest` come first.
  const forward = timeOf(args, 'oldest') !== undefined && timeOf(args, 'latest') === undefined
  const { items, next_cursor } = page(forward ? found : found.toReversed(), {
    ...byTs(args),
    reached: ({ ts }, at) => (forward ? ts >= at : ts <= at),
  })
  const withMetadata = args.flag('include_all_metadata')
  return {
    messages: (forward ? items.toReversed() : items).map((message) => shown(channel, message, withMetadata)),
    has_more: next_cursor !== '',
    pin_count: 0,
    ...(next_cursor === '' ? {} : { response_metadata: { next_cursor } }),
  }
}

function replies({ world, args }: Call): JsonObject {
  const channel = channelFor(world, args.need('channel'), true)
  const asked = world.store.message(channel, args.need('ts'))
  if (asked === undefined) throw new Refusal('thread_not_found')
  const root = asked.thread_ts ?? asked.ts
  const thread = channel.messages.filter(({ ts, thread_ts }) => ts === root || thread_ts === root)
  // The root is always there, whatever the bounds.
  const [first, ...rest] = thread
  const bounded = first === undefined ? [] : [first, ...between(args, rest)]
  const { items, next_cursor } = page(bounded, byTs(args))
  const withMetadata = args.flag('include_all_metadata')
  return {
    messages: items.map((message) => shown(channel, message, withMetadata)),
    has_more: next_cursor !== '',
    ...(next_cursor === '' ? {} : { response_metadata: { next_cursor } }),
  }
}

function list({ world, args }: Call): JsonObject {
  const types = (args.text('types') ?? 'public_channel').split(',')
  const kinds = ['public_channel', 'private_channel', 'im', 'mpim']
  if (!types.every((type) => kinds.includes(type))) throw new Refusal('invalid_types')
  const wanted = world.store.kept.channels.filter(({ im }) =>
    types.includes(im === undefined ? 'public_channel' : 'im'),
  )
  const { items, next_cursor } = page(wanted, {
    cursor: args.text('cursor'),
    limit: args.whole('limit') ?? 100,
    key: ({ id }) => id,
  })
  return { channels: items.map((channel) => described(world, channel)), response_metadata: { next_cursor } }
}

function members({ world, args }: Call): JsonObject {
  const channel = channelFor(world, args.need('channel'), false)
  const { items, next_cursor } = page(channel.members, {
    cursor: args.text('cursor'),
    limit: args.whole('limit') ?? 100,
    key: (id) => id,
  })
  return { members: items, response_metadata: { next_cursor } }
}

function open({ world, args }: Call): JsonObject {
  const known = args.text('channel')
  const users = (args.text('users') ?? '').split(',').filter((user) => user !== '')
  if (known === undefined && users.length === 0) throw new Refusal('users_list_not_supplied')
  // The sandbox has no group conversations.
  if (users.length > 1) throw new Refusal('not_enough_users')
  const existed = world.store.kept.channels.length
  const channel = known === undefined ? directMessage(world, users[0] ?? '') : channelFor(world, known, false)
  const opened = existed === world.store.kept.channels.length
  return {
    ...(opened ? { no_op: true, already_open: true } : {}),
    channel: args.flag('return_im') ? described(world, channel) : { id: channel.id },
  }
}

function join({ world, args }: Call): JsonObject {
  const channel = channelFor(world, args.need('channel'), false)
  if (channel.im !== undefined) throw new Refusal('method_not_supported_for_channel_type')
  const { id } = world.store.seed.botUser
  const already = channel.members.includes(id)
  if (!already) channel.members.push(id)
  world.store.changed('channel')
  return {
    channel: described(world, channel),
    ...(already
      ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } }
      : {}),
  }
}

export const conversationMethods: Methods = {
  'conversations.info': {
    token: 'bot',
    tier: 'tier3',
    scopes: ['channels:read', 'groups:read', 'im:read'],
    run: ({ world, args }) => ({ channel: described(world, channelFor(world, args.need('channel'), false)) }),
  },
  'conversations.list': {
    token: 'bot',
    tier: 'tier2',
    scopes: ['channels:read', 'groups:read', 'im:read'],
    run: list,
  },
  'conversations.history': {
    token: 'bot',
    tier: 'tier3',
    scopes: ['channels:history', 'groups:history', 'im:history'],
    run: history,
  },
  'conversations.replies': {
    token: 'bot',
    tier: 'tier3',
    scopes: ['channels:history', 'groups:history', 'im:history'],
    run: replies,
  },
  'conversations.members': {
    token: 'bot',
    tier: 'tier4',
    scopes: ['channels:read', 'groups:read', 'im:read'],
    run: members,
  },
  'conversations.open': { token: 'bot', tier: 'tier3', scopes: ['im:write'], run: open },
  'conversations.join': { token: 'bot', tier: 'tier3', scopes: ['channels:join'], run: join },
}
