// View Runbook pressed on a card: a modal within Slack's three seconds, pages turned in place.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type World, findButton, startWorld } from '../support/world.ts'
import { fire } from '../flow/support.ts'

const modal = (world: World) =>
  world.slack
    .state()
    .views.find((one) => one.user === 'U0MALLORY')
    ?.stack.at(-1)

const LONG = `---
id: long
title: A long one
owner: us
match:
  - 'alertname=~"Spark.*"'
---

# A long one

${Array.from({ length: 60 }, (_, part) => `## Part ${part}\n\n${'Many words. '.repeat(40)}`).join('\n\n')}
`

describe('View Runbook', { timeout: 60_000 }, () => {
  it('opens for everybody, shows the text pinned to the incident, and turns its pages', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-runbooks-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(path.join(folder, 'long.md'), LONG)
    const world = await startWorld({ config: (yaml) => `${yaml}\nrunbooks: { folders: ['${folder}'] }\n` })
    await fire(world)
    await world.press('U0MALLORY', 'view_runbook')
    await world.until(() => modal(world) !== undefined, 'the modal')
    const first = modal(world)
    expect(JSON.stringify(first)).toContain('A long one')
    expect(JSON.stringify(first)).toContain('text as it was when #1 opened')
    const next = findButton({ blocks: first?.blocks ?? [] } as never, 'runbook_page:next')
    if (next === undefined) throw new Error('there is no second page')
    const turn = { user: 'U0MALLORY', view_id: first?.id ?? '' }
    await world.slack.clickInView({ ...turn, block_id: next.blockId, action_id: next.actionId })
    await world.until(() => JSON.stringify(modal(world)).includes('Page 2 of'), 'the second page')
    const back = findButton({ blocks: modal(world)?.blocks ?? [] } as never, 'runbook_page:back')
    await world.slack.clickInView({ ...turn, block_id: back?.blockId ?? '', action_id: back?.actionId ?? '' })
    await world.until(() => JSON.stringify(modal(world)).includes('Page 1 of'), 'the first page')
    expect(modal(world)?.id).toBe(first?.id)
  })

  it('that Slack did not open is said to the person, not left to silence', async () => {
    const world = await startWorld()
    await fire(world)
    world.slack.faults.add({ kind: 'server_error', match: 'views.open' })
    await world.press('U0MALLORY', 'view_runbook')
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the answer')
    expect(world.slack.state().ephemerals[0]?.text).toContain('Press the button again')
    await world.press('U0MALLORY', 'view_runbook')
    await world.until(() => modal(world) !== undefined, 'the modal')
  })

  it('is not held up by deliveries that Slack slows down', async () => {
    const world = await startWorld()
    await fire(world)
    world.slack.faults.add({ kind: 'rate_limited', match: 'chat.update', count: 0, retryAfter: 30 })
    await fire(world, {}, 'another')
    await world.press('U0MALLORY', 'view_runbook')
    await world.until(() => modal(world) !== undefined, 'the modal')
  })
})
