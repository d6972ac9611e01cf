// What tests of runbooks in Slack share: a folder of their own to change, a modal to read and press in.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished } from 'vitest'
import { type World, findButton, startWorld, textOf } from '../support/world.ts'
import { FOLDER } from './runbook-views.ts'

/** A runbook of its own for failed jobs: two steps of words, one that looks, one with a button. */
export const FIRST = `---
id: first
title: A job failed
owner: us
match:
  - 'alertname="SparkJobFailed"'
---

# A job failed

## Check the input

Is it there?

## Why executors died

\`\`\`yaml probe
id: deaths
use: spark.executor-deaths
\`\`\`

## Ask its owner

They know.

## End it

Only if it goes in circles.

\`\`\`yaml action
id: kill
use: spark.kill-application
verify: { within: 60s }
\`\`\`
`

export interface Library {
  readonly world: World
  /** Puts a text in the place of `first.md` and waits until it is loaded. */
  readonly change: (text: string | null) => Promise<void>
}

/** A world whose runbooks are `first.md` and, where wished, the shipped one for executors out of memory. */
export async function libraryWorld(text = FIRST, also: readonly string[] = []): Promise<Library> {
  const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-record-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'first.md')
  writeFileSync(file, text)
  for (const id of also) copyFileSync(new URL(`${id}.md`, FOLDER), path.join(folder, `${id}.md`))
  const world = await startWorld({ config: (yaml) => `${yaml}\nrunbooks: { folders: ['${folder}'] }\n` })
  const loaded = async (): Promise<string | undefined> => {
    const answer = await api(world, '/api/v1/runbooks')
    const { runbooks } = answer as { runbooks: { id: string; hash: string }[] }
    return runbooks.find(({ id }) => id === 'first')?.hash
  }
  return {
    world,
    async change(next) {
      const before = await loaded()
      if (next === null) rmSync(file)
      else writeFileSync(file, next)
      await world.until(async () => (await loaded()) !== before, 'the other text')
    },
  }
}

export async function api(world: World, where: string): Promise<unknown> {
  const headers = { authorization: 'Bearer sandbox' }
  return await (await fetch(`${world.service.http.url}${where}`, { headers })).json()
}

interface Open {
  readonly id: string
  readonly hash: string
  readonly blocks: readonly Record<string, unknown>[]
}

/** The modal that a person has before them. */
export function modal(world: World, user: string): Open | undefined {
  return world.slack
    .state()
    .views.find((one) => one.user === user)
    ?.stack.at(-1)
}

export const words = (world: World, user: string): string =>
  textOf({ blocks: modal(world, user)?.blocks ?? [] } as never)

/** Presses View Runbook on the newest card and waits for the modal; one that was open is closed first. */
export async function open(world: World, user: string): Promise<void> {
  const before = modal(world, user)
  if (before !== undefined) await world.slack.closeView({ user, view_id: before.id })
  expect(await world.press(user, 'view_runbook')).toMatchObject({ ok: true })
  await world.until(() => modal(world, user) !== undefined, 'the modal')
  await world.settle()
}

export interface Box {
  readonly blockId: string
  readonly line: string
  readonly ticked: boolean
}

/** The boxes of the open page, by the heading before them. */
export function boxes(world: World, user: string): Map<string, Box> {
  const found = new Map<string, Box>()
  let heading = ''
  for (const block of modal(world, user)?.blocks ?? []) {
    if (block['type'] === 'header') heading = (block['text'] as { text: string }).text
    const accessory = block['accessory'] as { type?: string; initial_options?: unknown[] } | undefined
    if (accessory?.type !== 'checkboxes') continue
    found.set(heading, {
      blockId: String(block['block_id']),
      line: (block['text'] as { text: string }).text,
      ticked: accessory.initial_options !== undefined,
    })
  }
  return found
}

/** Ticks or unticks a box, and does not wait for what comes of it. */
export async function clickBox(world: World, user: string, heading: string, done = true): Promise<void> {
  const box = boxes(world, user).get(heading)
  if (box === undefined) throw new Error(`there is no box under ${heading}`)
  const pressed = await world.slack.clickInView({
    user,
    view_id: modal(world, user)?.id ?? '',
    block_id: box.blockId,
    action_id: 'runbook_tick',
    selected_option: done ? ['done'] : [],
  })
  expect(pressed).toMatchObject({ ok: true })
}

/** Presses a button of the modal, and does not wait for what comes of it. */
export async function clickIn(world: World, user: string, actionId: string): Promise<void> {
  const { id = '', blocks = [] } = modal(world, user) ?? {}
  const all = blocks.map((block) =>
    block['accessory'] === undefined ? block : { ...block, elements: [block['accessory']] },
  )
  const found = findButton({ blocks: all } as never, actionId)
  if (found === undefined) throw new Error(`there is no button ${actionId}`)
  const press = { user, view_id: id, block_id: found.blockId, action_id: found.actionId }
  expect(await world.slack.clickInView(press)).toMatchObject({ ok: true })
}

/** Ticks or unticks a box, and waits until the modal was drawn anew. */
export async function tick(world: World, user: string, heading: string, done = true): Promise<void> {
  const before = modal(world, user)?.hash
  await clickBox(world, user, heading, done)
  await world.until(() => modal(world, user)?.hash !== before, 'the modal anew')
}

/** Presses a button of the modal, and waits until it was drawn anew. */
export async function pressIn(world: World, user: string, actionId: string): Promise<void> {
  const before = modal(world, user)?.hash
  await clickIn(world, user, actionId)
  await world.until(() => modal(world, user)?.hash !== before, 'the modal anew')
}

/** The timeline's entries about runbooks, oldest first: kind, reason, who, how often. */
export async function recorded(world: World): Promise<string[]> {
  const { rows } = await sql<{ kind: string; reason: string; name: string; count: number }>`
    select kind, reason, actor ->> 'name' as name, count from timeline
     where kind like 'runbook%' order by at, seq`.execute(world.store.db)
  return rows.map(({ kind, reason, name, count }) => `${kind} ${reason} by ${name} x${count}`)
}
