// What the running service says of itself: all well, each thing that is not, and to whom it says it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/flow/check.ts'
import { examine } from '../../src/flow/examine.ts'
import { checkRunbooks, checkSource } from '../../src/flow/examine-runbooks.ts'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import type { SourceState } from '../../src/runbooks/source-state.ts'
import { temporary } from '../checkout/support.ts'
import { source as runbookText } from '../runbooks/support.ts'
import { type World, startWorld } from '../support/world.ts'
import { fire } from './support.ts'

const find = (checks: readonly Check[], what: string): Check | undefined =>
  checks.find((one) => one.what === what)

async function type(world: World, text: string, user: string): Promise<{ text: string; all: string }> {
  const before = world.slack.state().ephemerals.length
  await world.slack.command({ user, channel: 'C0GENERAL', command: '/spark', text })
  await world.until(() => world.slack.state().ephemerals.length > before, `the answer to /spark ${text}`)
  const said = world.slack.state().ephemerals.at(-1)
  expect(said).toMatchObject({ user })
  expect(validateBlocks('message', said?.blocks ?? [])).toEqual([])
  return { text: said?.text ?? '', all: JSON.stringify(said) }
}

async function api(world: World, token: string): Promise<{ status: number; checks: Check[] }> {
  const answer = await fetch(`${world.service.http.url}/api/v1/doctor`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: answer.status, ...((await answer.json()) as { checks: Check[] }) }
}

describe('the running service', { timeout: 60_000 }, () => {
  it('says that all is well, to Slack and to the API alike', async () => {
    const world = await startWorld()
    const checks = await examine(world.service.deps)
    expect(checks.map(({ what, state }) => [what, state])).toEqual([
      ['database', 'ok'],
      ['deliveries', 'ok'],
      ['PagerDuty', 'ok'],
      ['Slack', 'ok'],
      ['platform sandbox', 'ok'],
      ['runbooks', 'ok'],
    ])
    expect(find(checks, 'Slack')?.says).toMatch(/^connected since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
    expect(find(checks, 'runbooks')?.says).toMatch(/^\d+ serve from \d+ files, 0 of them/)
    expect((await api(world, 'sandbox')).checks).toEqual(checks)
    const said = await type(world, 'doctor', 'U0ALICE')
    expect(said.text).toBe('All is well.')
    for (const { what } of checks) expect(said.all).toContain(what)
  })

  it('P8: tells responders and commanders of any team, and nobody else', async () => {
    const world = await startWorld({
      config: (yaml) =>
        yaml.replace(
          'tokens: [{ name: sandbox, token: sandbox }]',
          'tokens: [{ name: sandbox, token: sandbox }, { name: one, token: one, teams: [streaming] }]',
        ),
    })
    for (const user of ['U0ALICE', 'U0BOB', 'U0CAROL'])
      expect((await type(world, 'doctor', user)).text).toBe('All is well.')
    const refused = await type(world, 'doctor', 'U0MALLORY')
    expect(refused.text).toContain('Only responders and commanders')
    expect(refused.all).not.toContain('platform')
    expect((await api(world, 'one')).status).toBe(404)
    expect((await api(world, 'nobody')).status).toBe(401)
  })

  it('P8: tells a responder of one team nothing of what another has alone', async () => {
    const folder = temporary()
    const own = ['data-platform', 'streaming'].map((team) => ({ team, path: path.join(folder, team) }))
    for (const one of own) {
      mkdirSync(one.path)
      writeFileSync(path.join(one.path, `of-${one.team}.md`), '# nothing')
    }
    writeFileSync(path.join(folder, 'of-all.md'), '# nothing')
    const all = [{ team: 'streaming', path: path.join(folder, 'gone') }, ...own]
    const world = await startWorld({
      config: (yaml) =>
        `${yaml.replace(/(streaming:[^]*?)platforms: \[sandbox\]/, '$1platforms: [lake]')}
runbooks: { folders: ['${folder}', ${all.map(({ path: where, team }) => `{ path: '${where}', team: ${team} }`).join(', ')}] }
`.replace(
          'platforms:\n  sandbox:',
          "platforms:\n  lake: { kind: spark-standalone, master_url: 'http://127.0.0.1:9' }\n  sandbox:",
        ),
    })
    await fire(world, { team: 'streaming' })
    await world.store.db
      .updateTable('outbox')
      .set({ state: 'dead', attempts: 3, last_error: 'not in C0STREAM' })
      .where('destination', '=', 'slack.card')
      .execute()
    const theirs = ['platform lake', 'of-streaming.md', `folder ${folder}/gone`, 'C0STREAM']
    const alice = await type(world, 'doctor', 'U0ALICE')
    for (const word of ['platform sandbox', 'of-data-platform.md', 'of-all.md'])
      expect(alice.all).toContain(word)
    for (const word of theirs) expect(alice.all).not.toContain(word)
    expect(alice.all).toContain('0 serve from 2 files')
    const carol = await type(world, 'doctor', 'U0CAROL')
    for (const word of ['platform lake', 'of-streaming.md', 'of-all.md', 'C0STREAM', `${folder}/gone`])
      expect(carol.all).toContain(word)
    for (const word of ['platform sandbox', 'of-data-platform.md']) expect(carol.all).not.toContain(word)
    const whole = JSON.stringify((await api(world, 'sandbox')).checks)
    for (const word of [...theirs, 'platform sandbox', 'of-data-platform.md']) expect(whole).toContain(word)
  })

  it('tells a platform that does not answer, a page that did not go out, and what waits', async () => {
    const world = await startWorld({ environment: { PAGERDUTY_EVENTS_URL: 'https://127.0.0.1:1' } })
    await fire(world)
    await world.clock.advance(120_000)
    await world.spark.close()
    const checks = await examine(world.service.deps)
    expect(find(checks, 'platform sandbox')).toMatchObject({
      state: 'failed',
      says: expect.stringMatching(/^ARR-501: /),
    })
    expect(find(checks, 'deliveries')).toMatchObject({
      state: 'warning',
      says: expect.stringMatching(/1 for pagerduty\.event waiting although tried, the oldest \d+ min ago/),
    })
    expect(find(checks, 'PagerDuty')?.state).toBe('failed')
    expect((await type(world, 'doctor', 'U0BOB')).text).toMatch(/2 failed, 1 to look at/)
  })

  it('after a page that went out says so', async () => {
    const world = await startWorld()
    await fire(world)
    await world.clock.advance(70_000)
    await world.settle()
    expect(find(await examine(world.service.deps), 'PagerDuty')?.says).toMatch(
      /^the last page, 0 min ago: sent$/,
    )
  })

  it('without its database answers all the same', async () => {
    const world = await startWorld()
    const { deps } = world.service
    const gone = { ...deps, store: { ...deps.store, ping: () => Promise.reject(new Error('gone')) } }
    const checks = await examine(gone)
    expect(find(checks, 'database')).toEqual({ what: 'database', state: 'failed', says: 'gone' })
    expect(find(checks, 'deliveries')).toBeUndefined()
    expect(find(checks, 'Slack')?.state).toBe('ok')
  })

  it('P9: names a broken runbook with file, line and mend, inert, in Slack too', async () => {
    const folder = temporary()
    const good = runbookText(`id: a\ntitle: A\nowner: us\nmatch: ['a="1"']`)
    const file = path.join(folder, 'a.md')
    writeFileSync(file, good)
    const world = await startWorld({ config: (yaml) => `${yaml}\nrunbooks: { folders: [${folder}] }\n` })
    writeFileSync(file, good.replace('owner: us', 'owner: us\n"<!channel> *x*": us'))
    const checks = async (): Promise<readonly Check[]> => await examine(world.service.deps)
    await world.until(async () => (await checks()).length > 6, 'the broken file')
    expect((await checks()).at(-1)).toMatchObject({
      what: `runbook ${file}:5`,
      state: 'warning',
      says: expect.stringContaining('its last good version serves'),
    })
    const said = await type(world, 'doctor', 'U0ALICE')
    expect(said.all).toContain(`${file}:5`)
    expect(said.all).toContain('&lt;!channel&gt;')
    expect(said.all).not.toContain('<!channel>')
  })
})

describe('runbooks', () => {
  it('a library that serves nobody, one whose folder is gone, many broken files: each in few lines', async () => {
    const empty = temporary()
    expect(checkRunbooks(await loadRunbooks([empty]))).toMatchObject([{ what: 'runbooks', state: 'failed' }])
    const folder = temporary()
    for (let i = 0; i < 30; i += 1) writeFileSync(path.join(folder, `r${i}.md`), '# nothing')
    writeFileSync(path.join(folder, 'a.md'), runbookText(`id: a\ntitle: A\nowner: us\nmatch: ['a="1"']`))
    const first = await loadRunbooks([folder])
    const many = checkRunbooks(first)
    expect(many).toHaveLength(12)
    expect(many[1]).toMatchObject({ state: 'failed', says: expect.stringContaining('nothing of it serves') })
    expect(many.at(-1)?.says).toBe('and 20 more broken files')
    rmSync(folder, { recursive: true })
    const gone = checkRunbooks(await loadRunbooks([folder], first))
    expect(gone[1]).toMatchObject({ what: `folder ${folder}`, state: 'failed' })
    expect(gone[1]?.says).toContain('what was read from it before serves')
  })
})

describe('a repository', () => {
  const state: SourceState = {
    name: 'platform',
    team: null,
    ref: 'main',
    commit: '0123456789abcdef0123456789abcdef01234567',
    fetchedAt: new Date('2026-11-02T03:00:00Z'),
    lookedAt: new Date('2026-11-02T03:05:00Z'),
    failure: null,
    skipped: [],
  }
  const failure = {
    code: 'ARR-603',
    says: 'ARR-603: no\n  Mend it.',
    since: new Date('2026-11-02T03:01:00Z'),
  }

  it.each<[string, Partial<SourceState>, Check['state'], RegExp]>([
    [
      'well',
      {},
      'ok',
      /^main at 0123456789ab, fetched 2026-11-02 03:00 UTC, looked at 2026-11-02 03:05 UTC$/,
    ],
    [
      'on its default branch, just read from disk',
      { ref: null, lookedAt: null },
      'ok',
      /^the default branch at .*not looked at yet$/,
    ],
    [
      'failing, while something serves',
      { failure },
      'warning',
      /^main at 0123456789ab.*since 2026-11-02 03:01 UTC: ARR-603: no Mend it\.$/,
    ],
    [
      'never fetched',
      { commit: null, fetchedAt: null, failure },
      'failed',
      /^nothing was ever fetched; since/,
    ],
    ['with links', { skipped: ['a.md', 'b.md'] }, 'warning', /left out since they are links: a\.md, b\.md$/],
  ])('%s', (_what, change, expected, words) => {
    const told = checkSource({ ...state, ...change })
    expect(told).toMatchObject({ what: 'repository platform', state: expected })
    expect(told.says).toMatch(words)
  })
})
