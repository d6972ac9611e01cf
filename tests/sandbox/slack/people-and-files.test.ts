// People, groups and reactions, and the workspace on disk.
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { expect, test } from 'vitest'

import { createSlackServer } from '../../../src/sandbox/slack/server.ts'
import { SEED, clientOf, errorOf, say, startSlack } from './support.ts'

const channel = 'C0DATA'

test('people are found by id and by e-mail, and listed page by page with the bot', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  expect((await client.users.info({ user: 'U0BOB' })).user).toMatchObject({
    name: 'bob',
    profile: { email: 'bob@example.com' },
  })
  expect((await client.users.lookupByEmail({ email: 'Alice@example.com' })).user?.id).toBe('U0ALICE')
  expect((await errorOf(client.users.lookupByEmail({ email: 'no@example.com' }))).data.error).toBe(
    'users_not_found',
  )
  expect((await errorOf(client.users.info({ user: 'U0NONE' }))).data.error).toBe('user_not_found')
  const ids: unknown[] = []
  for await (const page of client.paginate('users.list', { limit: 3 }))
    ids.push(...(page as unknown as { members: { id: string }[] }).members.map(({ id }) => id))
  expect(ids).toEqual(['U0ALICE', 'U0BOB', 'U0EVE', 'U0BOT'])
})

test('user groups belong to paid workspaces', async () => {
  const paid = clientOf(await startSlack())
  expect((await paid.usergroups.list()).usergroups).toMatchObject([{ id: 'S0DATA', handle: 'data' }])
  expect((await paid.usergroups.users.list({ usergroup: 'S0DATA' })).users).toEqual(['U0ALICE'])
  expect((await errorOf(paid.usergroups.users.list({ usergroup: 'S0NONE' }))).data.error).toBe(
    'no_such_subteam',
  )
  const { usergroups: _none, ...seed } = SEED
  const free = clientOf(await startSlack({ workspace: seed }))
  expect((await errorOf(free.usergroups.list())).data.error).toBe('plan_upgrade_required')
})

test('a reaction is added once and removed once', async () => {
  const slack = await startSlack()
  const client = clientOf(slack)
  const { ts: timestamp } = await say(client, { channel, text: 'x' })
  const reaction = { channel, timestamp, name: 'eyes' }
  await client.reactions.add(reaction)
  expect(slack.state().channels[0]?.messages[0]?.reactions).toEqual([
    { name: 'eyes', users: ['U0BOT'], count: 1 },
  ])
  expect((await errorOf(client.reactions.add(reaction))).data.error).toBe('already_reacted')
  await client.reactions.remove(reaction)
  expect(slack.state().channels[0]?.messages[0]).not.toHaveProperty('reactions')
  expect((await errorOf(client.reactions.remove(reaction))).data.error).toBe('no_reaction')
  const missing = client.reactions.add({ ...reaction, timestamp: '1700000000.000001' })
  expect((await errorOf(missing)).data.error).toBe('message_not_found')
  expect((await errorOf(client.reactions.add({ ...reaction, name: 'No Name' }))).data.error).toBe(
    'invalid_name',
  )
})

test('a restart keeps the workspace, whole at any moment', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'sandbox-slack-'))
  const stateFile = path.join(directory, 'slack.json')
  const first = await createSlackServer({ port: 0, workspace: SEED, stateFile })
  const metadata = { event_type: 'incident', event_payload: { id: 'i-1' } }
  const { ts } = await say(clientOf(first), { channel, text: 'kept', metadata })
  await clientOf(first).conversations.open({ users: 'U0BOB' })
  await first.close()
  expect(await readdir(directory)).toEqual(['slack.json'])
  expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({
    channels: [{ id: 'C0DATA' }, {}, { id: 'D0BOB' }],
  })

  const grown = { ...SEED, channels: [...SEED.channels, { id: 'C0NEW', name: 'new', members: [] }] }
  const second = await startSlack({ workspace: grown, stateFile, now: () => 1000 })
  const { messages } = await clientOf(second).conversations.history({ channel, include_all_metadata: true })
  expect(messages).toMatchObject([{ ts, text: 'kept', metadata }])
  expect(second.state().channels.map(({ id }) => id)).toEqual(['C0DATA', 'C0OTHER', 'D0BOB', 'C0NEW'])
  // A clock that went back mints no ts twice.
  expect((await say(clientOf(second), { channel, text: 'next' })).ts > ts).toBe(true)
})

test('a state file that is no JSON is named, with what to do', async () => {
  const stateFile = path.join(await mkdtemp(path.join(tmpdir(), 'sandbox-slack-')), 'slack.json')
  await writeFile(stateFile, '{')
  await expect(createSlackServer({ port: 0, workspace: SEED, stateFile })).rejects.toThrow(
    `${stateFile} is no JSON: remove it`,
  )
})

test('a reset goes back to the seed and forgets calls, and no ts is used again', async () => {
  const slack = await startSlack({ now: () => 1_700_000_000_000 })
  const { ts } = await say(clientOf(slack), { channel, text: 'x' })
  slack.reset()
  expect(slack.state()).toMatchObject({ calls: {}, warnings: [], ephemerals: [], views: [] })
  expect(slack.state().channels.map(({ messages }) => messages)).toEqual([[], []])
  expect((await say(clientOf(slack), { channel, text: 'y' })).ts).not.toBe(ts)
})

test('listeners hear of changes until they stop', async () => {
  const slack = await startSlack()
  const heard: string[] = []
  const stop = slack.subscribe((change) => heard.push(change))
  await say(clientOf(slack), { channel, text: 'x' })
  expect(heard).toEqual(['call', 'message'])
  stop()
  await say(clientOf(slack), { channel, text: 'y' })
  expect(heard).toEqual(['call', 'message'])
})

test('what state() gives is a copy', async () => {
  const slack = await startSlack()
  slack.state().channels[0]?.members.push('U0EVE')
  expect(slack.state().channels[0]?.members).toEqual(['U0ALICE', 'U0BOB', 'U0BOT'])
})
