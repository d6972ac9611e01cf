// Files in three steps: an address to upload to, the bytes, then the message that shows them.
import { readContent } from '../content.ts'
import { addMessage, channelFor, threadRoot } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import type { FileRecord, JsonObject } from '../types.ts'
import type { Call, Methods, World } from '../world.ts'

/** What browsers should make of a file; the name decides. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  json: 'application/json',
  csv: 'text/csv',
  md: 'text/markdown',
  txt: 'text/plain',
  log: 'text/plain',
}

function getUploadUrl({ world, args }: Call): JsonObject {
  const { store } = world
  const name = args.need('filename')
  const size = args.whole('length')
  if (size === undefined) throw new Refusal('invalid_arguments', ['missing required field: length'])
  if (size < 1) throw new Refusal('file_size_invalid')
  // The documentation says `alt_txt`, Slack's own client sends `alt_text`.
  const alt_txt = args.text('alt_txt') ?? args.text('alt_text')
  if ((alt_txt?.length ?? 0) > 1000) throw new Refusal('alt_txt_too_large')
  const id = store.mintId('F')
  const path = `/files/${id}/${encodeURIComponent(name)}`
  store.kept.files.push({
    id,
    name,
    title: name,
    mimetype: TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream',
    size,
    ...(alt_txt === undefined ? {} : { alt_txt }),
    url_private: `${world.origin()}${path}`,
    permalink: `https://${store.seed.team.domain}.slack.com${path}`,
    user: store.seed.botUser.id,
    created: Math.floor(store.now() / 1000),
  })
  return { upload_url: `${world.origin()}/upload/${id}`, file_id: id }
}

/** Takes the bytes of an upload, bare or as the one file of a form; false when the id was never given out. */
export async function receiveUpload(
  world: World,
  id: string,
  contentType: string,
  body: Buffer,
): Promise<boolean> {
  const { store } = world
  if (!store.kept.files.some((file) => file.id === id)) return false
  let bytes = body
  if (contentType.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData()
    const file = [...form.values()].find((value) => typeof value !== 'string')
    bytes = Buffer.from((await file?.arrayBuffer()) ?? new ArrayBuffer(0))
  }
  store.kept.contents[id] = bytes.toString('base64')
  store.changed('file')
  return true
}

function completeUpload({ world, args }: Call): JsonObject {
  const { store } = world
  const asked = args.structure('files', 'invalid_arguments')
  if (!Array.isArray(asked) || asked.length === 0)
    throw new Refusal('invalid_arguments', ['missing required field: files'])
  const files = asked.map((entry: { id?: string; title?: string } | null): FileRecord => {
    const { id, title } = entry ?? {}
    const file = store.kept.files.find((one) => one.id === id)
    if (file === undefined || store.kept.contents[file.id] === undefined) throw new Refusal('file_not_found')
    if (title !== undefined) file.title = title
    return file
  })
  const place = args.text('channel_id')
  if (place !== undefined && place !== '') {
    const channel = channelFor(world, place, true)
    const { blocks } = readContent(args)
    const text = args.text('initial_comment') ?? ''
    const thread_ts = threadRoot(world, channel, args.text('thread_ts'))
    addMessage(
      world,
      channel,
      { text, ...(blocks === undefined ? {} : { blocks }), files, subtype: 'file_share' },
      { author: store.seed.botUser.id, thread_ts },
    )
  }
  return { files }
}

export const fileMethods: Methods = {
  'files.getUploadURLExternal': { token: 'bot', tier: 'tier4', run: getUploadUrl },
  'files.completeUploadExternal': { token: 'bot', tier: 'tier4', run: completeUpload },
}
