// Emoji on messages.
import { channelFor } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import type { JsonObject, Message } from '../types.ts'
import type { Call, Methods } from '../world.ts'

function reacted({ world, args }: Call): { message: Message; name: string; user: string } {
  const name = args.need('name').replaceAll(':', '')
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new Refusal('invalid_name')
  const channel = channelFor(world, args.need('channel'), true)
  const message = world.store.message(channel, args.need('timestamp'))
  if (message === undefined) throw new Refusal('message_not_found')
  return { message, name, user: world.store.seed.botUser.id }
}

function add(call: Call): JsonObject {
  const { message, name, user } = reacted(call)
  const reactions = (message.reactions ??= [])
  const reaction = reactions.find((one) => one.name === name)
  if (reaction === undefined) reactions.push({ name, users: [user], count: 1 })
  else if (reaction.users.includes(user)) throw new Refusal('already_reacted')
  else {
    reaction.users.push(user)
    reaction.count += 1
  }
  call.world.store.changed('message')
  return {}
}

function remove(call: Call): JsonObject {
  const { message, name, user } = reacted(call)
  const reaction = message.reactions?.find((one) => one.name === name)
  if (reaction === undefined || !reaction.users.includes(user)) throw new Refusal('no_reaction')
  reaction.users.splice(reaction.users.indexOf(user), 1)
  reaction.count -= 1
  const left = (message.reactions ?? []).filter(({ count }) => count > 0)
  if (left.length > 0) message.reactions = left
  else delete message.reactions
  call.world.store.changed('message')
  return {}
}

export const reactionMethods: Methods = {
  'reactions.add': { token: 'bot', tier: 'tier3', scopes: ['reactions:write'], run: add },
  'reactions.remove': { token: 'bot', tier: 'tier2', scopes: ['reactions:write'], run: remove },
}
