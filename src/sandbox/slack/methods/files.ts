// Files in three steps: an address to upload to, the bytes, then the message that shows them.
import { readContent } from '../content.ts'
import { knownSnippet, newFile } from '../files/record.ts'
import { addMessage, channelFor, threadRoot } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import type { Channel, FileRecord, JsonObject } from '../types.ts'
import type { Call, Methods, World } from '../world.ts'

/** Slack: a file is at most 1 GB. */
const SIZE_LIMIT = 1024 ** 3

function getUploadUrl({ world, args }: Call): JsonObject {
  const name = args.need('filename')
  const size = args.whole('length')
  if (size === undefined) throw new Refusal('invalid_arguments', ['missing required field: length'])
  if (size < 1 || size > SIZE_LIMIT) throw new Refusal('file_size_invalid')
  // The documentation says `alt_txt`, Slack's own client sends `alt_text`.
  const alt_txt = args.text('alt_txt') ?? args.text('alt_text')
  if ((alt_txt?.length ?? 0) > 1000) throw new Refusal('alt_txt_too_large')
  const snippet_type = args.text('snippet_type')
  if (snippet_type !== undefined && !knownSnippet(snippet_type)) throw new Refusal('unknown_snippet_type')
  const file = newFile(world, { name, size, alt_txt, snippet_type })
  world.store.kept.files.push(file)
  return { upload_url: `${world.origin()}/upload/${file.id}`, file_id: file.id }
}

/** The channel of a completion; this method has a word of its own for one that is not there. */
function shareChannel(world: World, place: string): Channel {
  try {
    return channelFor(world, place, true)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'channel_not_found') throw new Refusal('invalid_channel')
    throw error
  }
}

function completeUpload({ world, args }: Call): JsonObject {
  const { store } = world
  const asked = args.structure('files', 'invalid_arguments')
  if (!Array.isArray(asked) || asked.length === 0)
    throw new Refusal('invalid_arguments', ['missing required field: files'])
  const entries = asked.map((entry: { id?: string; title?: string } | null) => {
    const file = store.kept.files.find(({ id }) => id === entry?.id)
    if (file === undefined || store.kept.contents[file.id] === undefined) throw new Refusal('file_not_found')
    return { file, title: entry?.title }
  })
  const place = args.text('channel_id')
  // All is checked before anything is changed: a refused completion leaves no title behind.
  const channel = place === undefined || place === '' ? undefined : shareChannel(world, place)
  const { blocks } = readContent(args)
  const thread_ts = channel === undefined ? undefined : threadRoot(world, channel, args.text('thread_ts'))
  const files = entries.map(({ file, title }): FileRecord => {
    if (title !== undefined) file.title = title
    return file
  })
  if (channel !== undefined)
    addMessage(
      world,
      channel,
      {
        text: args.text('initial_comment') ?? '',
        ...(blocks === undefined ? {} : { blocks }),
        files,
        subtype: 'file_share',
      },
      { author: store.seed.botUser.id, thread_ts },
    )
  return { files }
}

/** The file with where it is shown, as far as Slack's own answer says. */
function info({ world, args }: Call): JsonObject {
  const { store } = world
  const id = args.need('file')
  const file = store.kept.files.find((one) => one.id === id)
  if (file === undefined || store.kept.contents[id] === undefined) throw new Refusal('file_not_found')
  const shares = store.kept.channels.flatMap((channel) =>
    channel.messages
      .filter(({ files }) => files?.some((one) => one.id === id))
      .map(({ ts, thread_ts }) => ({ channel: channel.id, ts, thread_ts })),
  )
  const channels = [...new Set(shares.map(({ channel }) => channel))]
  const of = (channel: string): JsonObject[] =>
    shares
      .filter((share) => share.channel === channel)
      .map(({ ts, thread_ts }) => (thread_ts === undefined ? { ts } : { ts, thread_ts }))
  const shown = {
    ...file,
    channels,
    shares: { public: Object.fromEntries(channels.map((channel) => [channel, of(channel)])) },
  }
  return { file: shown, comments: [], response_metadata: { next_cursor: '' } }
}

export const fileMethods: Methods = {
  'files.getUploadURLExternal': {
    token: 'bot',
    tier: 'tier4',
    scopes: ['files:write'],
    run: getUploadUrl,
  },
  'files.completeUploadExternal': {
    token: 'bot',
    tier: 'tier4',
    scopes: ['files:write'],
    run: completeUpload,
  },
  'files.info': { token: 'bot', tier: 'tier4', scopes: ['files:read'], run: info },
}
