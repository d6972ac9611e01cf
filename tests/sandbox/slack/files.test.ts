// Slack's way of taking files in three steps, driven by Slack's own client: what is taken, shown and refused.
import { expect, test } from 'vitest'

import { SEED, clientOf, errorOf, say, startSlack } from './support.ts'

const channel = 'C0DATA'
const bot = { headers: { authorization: 'Bearer xoxb-test' } }

test("a file goes up in Slack's three steps, by its own client, and is there to be read", async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: root.ts,
    filename: 'driver.log',
    title: 'Driver log',
    alt_text: 'the last lines',
    file: Buffer.from('java.lang.OutOfMemoryError\n'),
    initial_comment: 'Evidence',
  })
  const message = slack.state().channels[0]?.messages[1]
  expect(message).toMatchObject({ text: 'Evidence', thread_ts: root.ts, subtype: 'file_share' })
  const [file] = message?.files ?? []
  expect(file).toMatchObject({
    name: 'driver.log',
    title: 'Driver log',
    mimetype: 'text/plain',
    alt_txt: 'the last lines',
    size: 27,
    mode: 'hosted',
    preview: 'java.lang.OutOfMemoryError\n',
    preview_is_truncated: false,
  })
  const response = await fetch(file?.url_private as string, bot)
  expect(response.headers.get('content-type')).toBe('text/plain')
  expect(await response.text()).toBe('java.lang.OutOfMemoryError\n')
})

test('two files of one upload are one message, in their order, and files.info says where they are', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const root = await say(client, { channel, text: 'root' })
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: root.ts,
    file_uploads: [
      { filename: 'oom.md', title: 'oom.md', content: '# Out of memory\n', snippet_type: 'markdown' },
      { filename: 'oom.test.yml', title: 'oom.test.yml', content: 'alerts: []\n' },
    ],
  })
  const replies = slack.state().channels[0]?.messages.slice(1) ?? []
  expect(replies).toHaveLength(1)
  expect(replies[0]?.files).toMatchObject([
    { name: 'oom.md', mimetype: 'text/markdown', filetype: 'markdown', mode: 'snippet' },
    { name: 'oom.test.yml', filetype: 'yaml', mode: 'hosted' },
  ])
  const { file } = await client.files.info({ file: replies[0]?.files?.[0]?.id as string })
  expect(file).toMatchObject({
    name: 'oom.md',
    channels: [channel],
    shares: { public: { [channel]: [{ ts: replies[0]?.ts, thread_ts: root.ts }] } },
  })
})

test('a text shows how it begins, cut on a character; what is no text shows nothing', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const long = `${'x'.repeat(799)}\u{1F525}\n\u{202E}two\nthree`
  const upload = async (filename: string, content: string): Promise<void> => {
    await client.filesUploadV2({ channel_id: channel, filename, file: Buffer.from(content) })
  }
  await upload('long.md', long)
  await upload('heap.bin', 'text in disguise')
  const [text, binary] = slack.state().channels[0]?.messages.map(({ files }) => files?.[0]) ?? []
  expect(text).toMatchObject({
    preview: 'x'.repeat(799),
    preview_is_truncated: true,
    lines: 3,
    lines_more: 2,
  })
  expect(binary).not.toHaveProperty('preview')
})

test('a bare body is taken as a form is; one of another length is not, and nothing can be made of it', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const announced = await client.files.getUploadURLExternal({ filename: 'a.md', length: 3 })
  const files: [{ id: string; title: string }] = [{ id: announced.file_id as string, title: 'A' }]
  const post = async (body: BodyInit): Promise<number> =>
    (await fetch(announced.upload_url as string, { method: 'POST', body })).status
  expect(await post('four')).toBe(400)
  expect(await post(new FormData())).toBe(400)
  expect((await errorOf(client.files.completeUploadExternal({ files }))).data.error).toBe('file_not_found')
  expect(slack.state().warnings.join()).toContain('a.md has 4 bytes where 3 were announced')
  expect(await post('abc')).toBe(200)
  expect((await client.files.completeUploadExternal({ files })).files).toMatchObject([{ title: 'A' }])
  // Completed for no channel: it exists, and nobody sees it.
  expect(slack.state().channels.flatMap(({ messages }) => messages)).toEqual([])
})

test('an upload that never came, an empty one, and addresses that were never given out are refused', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const { file_id } = await client.files.getUploadURLExternal({ filename: 'a.png', length: 3 })
  const id = file_id as string
  const complete = client.files.completeUploadExternal({ files: [{ id, title: 'A' }], channel_id: channel })
  expect((await errorOf(complete)).data.error).toBe('file_not_found')
  expect((await errorOf(client.files.info({ file: id }))).data.error).toBe('file_not_found')
  const code = async (args: { filename: string; length: number; snippet_type?: string }): Promise<unknown> =>
    (await errorOf(client.files.getUploadURLExternal(args))).data.error
  expect(await code({ filename: 'a.png', length: 0 })).toBe('file_size_invalid')
  expect(await code({ filename: '', length: 3 })).toBe('invalid_arguments')
  expect(await code({ filename: 'a', length: 3, snippet_type: 'klingon' })).toBe('unknown_snippet_type')
  const nowhere = await fetch(slack.apiUrl.replace('/api/', '/upload/F999999'), { method: 'POST', body: 'x' })
  expect(nowhere.status).toBe(404)
  expect((await fetch(slack.apiUrl.replace('/api/', '/files/F999999/x'), bot)).status).toBe(404)
})

test('a completion for where the bot is not says so in its own words and changes nothing', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const upload = async (channel_id: string, thread_ts?: string): Promise<unknown> =>
    (
      await errorOf(
        client.filesUploadV2({
          channel_id,
          filename: 'a.md',
          title: 'Changed',
          content: 'a',
          ...(thread_ts === undefined ? {} : { thread_ts }),
        } as Parameters<typeof client.filesUploadV2>[0]),
      )
    ).data.error
  expect(await upload('C0NONE')).toBe('invalid_channel')
  expect(await upload('C0OTHER')).toBe('not_in_channel')
  expect(await upload(channel, 'yesterday')).toBe('invalid_thread_ts')
  expect(slack.state().files.map(({ title }) => title)).toEqual(['a.md', 'a.md', 'a.md'])
})

test('without files:write nothing goes up, and Slack names what is missing', async () => {
  const slack = await startSlack({ workspace: { ...SEED, scopes: ['chat:write', 'files:read'] } })
  const refused = await errorOf(
    clientOf(slack).filesUploadV2({ channel_id: channel, filename: 'a.md', content: 'a' }),
  )
  expect(refused.data).toMatchObject({
    error: 'missing_scope',
    needed: 'files:write',
    provided: 'chat:write,files:read',
  })
  expect((await say(clientOf(slack), { channel, text: 'still heard' })).ok).toBe(true)
})

test('a file is read with the token or in a signed-in browser; others are led to the front door', async () => {
  const slack = await startSlack()
  await clientOf(slack).filesUploadV2({ channel_id: channel, filename: 'a.md', content: '<script>' })
  const address = slack.state().channels[0]?.messages[0]?.files?.[0]?.url_private_download as string
  const read = async (headers: Record<string, string>): Promise<Response> =>
    await fetch(address, { headers, redirect: 'manual' })
  for (const headers of [{}, { authorization: 'Bearer xoxb-other' }, { 'sec-fetch-site': 'cross-site' }])
    expect((await read(headers as Record<string, string>)).status).toBe(302)
  const page = await fetch(address)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).not.toContain('script')
  const file = await read({ 'sec-fetch-site': 'same-site' })
  expect(file.status).toBe(200)
  expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''a.md")
  expect(file.headers.get('content-security-policy')).toContain("default-src 'none'")
  // Else the page, on another port of the same address, shows no picture in Chromium.
  expect(file.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  expect(await file.text()).toBe('<script>')
})
