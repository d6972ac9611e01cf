// `/spark runbook stats`, the API and the terminal, of one world: who may read which teams' record, and what they read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunbookStats } from '../../src/http/api/schemas.ts'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import { arrestor } from '../cli/run.ts'
import { type World, alertBody, startWorld } from '../support/world.ts'
import { fire } from '../flow/support.ts'
import { FIRST, api, pressIn, tick } from './runbook-support.ts'

async function type(world: World, text: string, user: string): Promise<{ text: string; all: string }> {
  const before = world.slack.state().ephemerals.length
  await world.slack.command({ user, channel: 'C0GENERAL', command: '/spark', text })
  await world.until(() => world.slack.state().ephemerals.length > before, `the answer to /spark ${text}`)
  const said = world.slack.state().ephemerals.at(-1)
  expect(validateBlocks('message', said?.blocks ?? [])).toEqual([])
  return { text: said?.text ?? '', all: JSON.stringify(said?.blocks ?? []) }
}

describe('the record of runbooks', { timeout: 60_000 }, () => {
  it('is what people did, the same in Slack, in the API and in the terminal', async () => {
    const world = await startWorld()
    await fire(world)
    await world.send(
      alertBody({ alertname: 'Odd<!channel>', severity: 'high', team: 'data-platform', job_name: 'odd' }),
    )
    await world.settle()
    const first = world.cards()[0]!
    await world.press('U0ALICE', 'view_runbook', { ts: first.ts })
    await world.until(
      () => JSON.stringify(world.slack.state().views).includes('Executor out of memory'),
      'the modal',
    )
    await tick(world, 'U0ALICE', 'Tell it from look-alikes')
    await pressIn(world, 'U0ALICE', 'runbook_vote:no')
    await world.press('U0ALICE', 'resolve', { ts: first.ts })
    await world.settle()

    const stats = RunbookStats.parse(await api(world, '/api/v1/runbooks/stats'))
    const oom = stats.runbooks.find((one) => one.runbook === 'executor-oom')
    expect(oom).toMatchObject({
      incidents: 1,
      opened: 1,
      steps_done: 1,
      useful: 0,
      useless: 1,
      resolved_median_s: expect.any(Number),
    })
    expect(stats.runbooks[0]?.runbook).toBe('executor-oom')
    expect(stats.gaps).toMatchObject([{ alert: 'Odd<!channel>', incidents: 1 }])
    expect(stats.unused).toContainEqual({ runbook: 'driver-oom', team: null })
    expect(stats.unused.map(({ runbook }) => runbook)).not.toContain('unknown-alert')
    expect(await api(world, '/api/v1/runbooks/stats?days=0')).toMatchObject({
      error: expect.stringContaining('days'),
    })
    expect(await api(world, '/api/v1/runbooks/stats?days=9999')).toMatchObject({
      error: expect.stringContaining('days'),
    })

    const said = await type(world, 'runbook stats', 'U0ALICE')
    expect(said.all).toContain('• *executor-oom*: 1 incident · opened in 1 · 1 of ')
    expect(said.all).toContain('useful 0, not 1')
    expect(said.all).toContain('Odd&lt;!channel&gt;: 1 incident')
    expect((await type(world, 'runbook STATS 7', 'U0BOB')).text).toBe('Runbooks of the last 7 days')

    const env = { ARRESTOR_URL: world.service.http.url, ARRESTOR_TOKEN: 'sandbox' }
    const told = await arrestor(['runbook', 'stats', '--days', '7'], { env })
    expect(told.code).toBe(0)
    expect(told.stdout).toMatch(/^runbook +incidents +opened/)
    expect(told.stdout).toMatch(/\nexecutor-oom +1 +1 +1\/\d+/)
    expect(told.stdout).toContain('Alerts that no runbook caught\n  Odd')
    const json = await arrestor(['runbook', 'stats', '--json'], { env })
    expect(RunbookStats.parse(JSON.parse(json.stdout)).days).toBe(30)
    const odd = await arrestor(['runbook', 'stats', '--days', 'many'], { env })
    expect([odd.code, odd.stderr.includes('ARR-704')]).toEqual([1, true])
  })

  it('P8: is for those who are something to a team, of their teams alone; others are told so', async () => {
    const world = await startWorld()
    await fire(world)
    expect((await type(world, 'runbook stats', 'U0MALLORY')).text).toContain(
      'for its responders and commanders',
    )
    const carol = await type(world, 'runbook stats', 'U0CAROL')
    expect(carol.all).toContain('streaming')
    expect(carol.all).not.toContain('*executor-oom*')
    const bob = await type(world, 'runbook stats', 'U0BOB')
    expect(bob.all).toContain('data-platform, streaming')
    expect(bob.all).toContain('*executor-oom*')
  })

  it('keeps the runbooks of one name that two teams have apart, used and not', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-stats-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const folders = ['data-platform', 'streaming'].map((team) => {
      mkdirSync(path.join(folder, team))
      writeFileSync(path.join(folder, team, 'first.md'), FIRST)
      return `{ path: '${folder}/${team}', team: ${team} }`
    })
    const world = await startWorld({
      config: (yaml) => `${yaml}\nrunbooks: { folders: [${folders.join(', ')}] }\n`,
    })
    await fire(world, { alertname: 'SparkJobFailed' })
    const mine = { runbook: 'first', team: 'data-platform', incidents: 1 }
    const theirs = { runbook: 'first', team: 'streaming' }
    const stats = async () => RunbookStats.parse(await api(world, '/api/v1/runbooks/stats'))
    expect(await stats()).toMatchObject({ runbooks: [mine], unused: [theirs] })
    await fire(world, { alertname: 'SparkJobFailed', team: 'streaming' })
    expect((await stats()).unused).toEqual([])
    expect((await stats()).runbooks).toMatchObject([mine, { ...theirs, incidents: 1 }])
    const { all } = await type(world, 'runbook stats', 'U0BOB')
    expect(all).toContain('*first (data-platform)*: 1 incident ')
    expect(all).toContain('*first (streaming)*: 1 incident ')
    expect((await type(world, 'runbook stats', 'U0CAROL')).all).not.toContain('data-platform')
  })

  it('helps with what was mistyped', async () => {
    const world = await startWorld()
    expect((await type(world, 'runbook', 'U0ALICE')).text).toContain('`/spark runbook stats [days]`')
    expect((await type(world, 'runbook stat', 'U0ALICE')).text).toContain(
      'did you mean `/spark runbook stats`?',
    )
    expect((await type(world, 'runbook <!channel>', 'U0ALICE')).text).not.toContain('<!')
    for (const days of ['0', '367', '-1', 'many', '1e2', '30 days'])
      expect((await type(world, `runbook stats ${days}`, 'U0ALICE')).text).toContain(
        'is no number of days from 1 to 366',
      )
  })
})
