// response_url: five answers within half an hour to the place where something was pressed or typed.
import { randomBytes } from 'node:crypto'

import { argsOf } from './args.ts'
import { type Content, readContent, whole } from './content.ts'
import { addEphemeral, addMessage, changeMessage, removeMessage, threadRoot } from './messages.ts'
import { Refusal } from './refusal.ts'
import type { ResponseUrl } from './store.ts'
import type { Channel, JsonObject } from './types.ts'
import type { World } from './world.ts'

/** Slack: up to five times within thirty minutes. */
const MAX_USES = 5
const LIFETIME_MS = 30 * 60_000

/** Makes a response_url for a press (with its message) or a command (without). */
export function mintResponseUrl(
  world: World,
  to: { channel: string; user: string; original?: { ts: string; ephemeral: boolean } },
): string {
  const id = `${world.store.mintId('R')}-${randomBytes(12).toString('base64url')}`
  world.store.kept.responseUrls[id] = { ...to, expiresAt: world.store.now() + LIFETIME_MS, uses: 0 }
  return `${world.origin()}/response/${id}`
}

function withdraw(world: World, url: ResponseUrl, channel: Channel): void {
  const { original } = url
  if (original === undefined) throw new Refusal('message_not_found')
  if (original.ephemeral) {
    const { ephemerals } = world.store.kept
    const at = ephemerals.findIndex(({ ts }) => ts === original.ts)
    if (at < 0) throw new Refusal('message_not_found')
    ephemerals.splice(at, 1)
    world.store.changed('ephemeral')
    return
  }
  const message = world.store.message(channel, original.ts)
  if (message === undefined) throw new Refusal('message_not_found')
  removeMessage(world, channel, message)
}

function replace(world: World, url: ResponseUrl, channel: Channel, content: Content): void {
  const { original } = url
  if (original === undefined) throw new Refusal('message_not_found')
  const target = original.ephemeral
    ? world.store.kept.ephemerals.find(({ ts }) => ts === original.ts)
    : world.store.message(channel, original.ts)
  if (target === undefined) throw new Refusal('message_not_found')
  const put = (into: { blocks?: unknown; attachments?: unknown }): void => {
    delete into.blocks
    delete into.attachments
    Object.assign(into, content)
  }
  if ('type' in target) changeMessage(world, channel, target, put)
  else {
    put(target)
    world.store.changed('ephemeral')
  }
}

/** Carries out one answer; refuses `expired_url`, `used_url` and what a message would be refused for. */
export function answerResponseUrl(world: World, id: string, body: JsonObject): void {
  const url = world.store.kept.responseUrls[id]
  if (url === undefined || world.store.now() > url.expiresAt) throw new Refusal('expired_url')
  if (url.uses >= MAX_USES) throw new Refusal('used_url')
  const channel = world.store.channel(url.channel)
  if (channel === undefined) throw new Refusal('channel_not_found')
  const args = argsOf(body)
  if (args.flag('delete_original')) withdraw(world, url, channel)
  else {
    const content = whole(readContent(args))
    const thread_ts = threadRoot(world, channel, args.text('thread_ts'))
    if (args.flag('replace_original')) replace(world, url, channel, content)
    else if (args.text('response_type') === 'in_channel')
      addMessage(world, channel, content, { author: world.store.seed.botUser.id, thread_ts })
    else addEphemeral(world, { channel: url.channel, user: url.user, thread_ts }, content)
  }
  url.uses += 1
}
