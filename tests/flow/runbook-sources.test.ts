// The whole product on runbooks of teams and of a repository: matched by team, pushed and announced, broken and said.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { source as runbookText } from '../runbooks/support.ts'
import { HAS_GIT, createOrigin, temporary } from '../checkout/support.ts'
import { type World, alertBody, startWorld } from '../support/world.ts'
import { card, metrics, told } from './support.ts'

const book = (id: string, title: string, front = ''): string =>
  runbookText(`id: ${id}\ntitle: ${title}\nowner: us\nmatch: ['alertname="Disk"']\n${front}`)

async function disk(
  world: World,
  team: string,
  job: string,
  annotations?: Record<string, string>,
): Promise<void> {
  await world.send(
    alertBody({ alertname: 'Disk', team, job_name: job }, annotations === undefined ? {} : { annotations }),
  )
  await world.settle()
}

async function runbookOf(world: World, job: string): Promise<{ id: string | null; reason: string }> {
  const rows = await world.store.db.selectFrom('incidents').selectAll().execute()
  const row = rows.find(({ run }) => (run as { jobName: string }).jobName === job)
  return {
    id: row?.runbook_id ?? null,
    reason: (row?.match as { reason: string } | undefined)?.reason ?? 'none',
  }
}

describe('runbooks of teams', { timeout: 60_000 }, () => {
  it('each team’s alert gets its own; one with the same id is another text; none may name another’s', async () => {
    const root = temporary()
    for (const [name, text] of Object.entries({
      'shared/disk.md': book('disk', 'Shared disk'),
      'streaming/disk.md': book('disk', 'Streaming disk'),
      'streaming/secret.md': book('secret', 'Streaming alone', 'priority: -1'),
    })) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), text)
    }
    const world = await startWorld({
      config: (yaml) =>
        `${yaml}\nrunbooks:\n  folders:\n    - ${root}/shared\n    - { path: ${root}/streaming, team: streaming }\n`,
    })
    await disk(world, 'streaming', 'a')
    await disk(world, 'data-platform', 'b')
    await disk(world, 'data-platform', 'c', { runbook: 'secret' })
    await disk(world, 'streaming', 'd', { runbook: 'secret' })
    const { rows } = { rows: await world.store.db.selectFrom('incidents').selectAll().execute() }
    expect(
      new Map(rows.map((row) => [row.team + (row.run as { jobName: string }).jobName, row.title])),
    ).toEqual(
      new Map([
        ['streaminga', 'Streaming disk: a'],
        ['data-platformb', 'Shared disk: b'],
        ['data-platformc', 'Shared disk: c'],
        ['streamingd', 'Streaming alone: d'],
      ]),
    )
    expect(await runbookOf(world, 'c')).toMatchObject({ id: 'disk', reason: 'matched' })
    expect(card(world)).toContain('Shared disk')
    const hashes = rows.filter(({ runbook_id: id }) => id === 'disk').map(({ runbook_hash: hash }) => hash)
    expect(new Set(hashes).size).toBe(2)
    const list = async (token: string): Promise<unknown[]> => {
      const answer = await fetch(`${world.service.http.url}/api/v1/runbooks`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const { runbooks } = (await answer.json()) as { runbooks: { id: string; team: string | null }[] }
      return runbooks.map(({ id, team }) => [id, team])
    }
    expect(await list('sandbox')).toEqual([
      ['disk', null],
      ['disk', 'streaming'],
      ['secret', 'streaming'],
    ])
  })
})

describe.skipIf(!HAS_GIT)('runbooks of a repository', { timeout: 120_000 }, () => {
  const withGit =
    (bare: string, more = '') =>
    (yaml: string): string =>
      `${yaml}\nrunbooks:\n  folders: []\n  webhook_secrets: [hook-secret]\n  git:\n    - { name: platform, url: ${bare}, every: 1h${more} }\n`
  const ring = async (world: World): Promise<number> =>
    (
      await fetch(`${world.service.http.url}/webhooks/runbooks`, {
        method: 'POST',
        headers: { 'x-gitlab-token': 'hook-secret' },
      })
    ).status

  it('are there at the first alert; a push that is announced serves the next; a broken one keeps the last', async () => {
    const origin = createOrigin()
    origin.push({ 'disk.md': book('disk', 'First words') })
    const world = await startWorld({
      environment: { ARRESTOR_DATA_DIR: temporary() },
      config: withGit(origin.bare),
    })
    await disk(world, 'data-platform', 'a')
    expect(card(world)).toContain('First words')
    origin.push({ 'disk.md': book('disk', 'Second words') })
    expect(await ring(world)).toBe(202)
    const titleNow = (): string | undefined =>
      world.service.deps.runbooks('data-platform').byId.get('disk')?.title
    await world.until(() => titleNow() === 'Second words', 'the pushed runbook')
    await disk(world, 'data-platform', 'b')
    expect(card(world, 1)).toContain('Second words')
    expect(card(world, 0)).toContain('First words')
    origin.push({ 'disk.md': '# broken', 'other.md': '# never good' })
    await ring(world)
    await world.until(() => world.service.deps.library().stale.length === 1, 'the broken runbook')
    expect(titleNow()).toBe('Second words')
    const text = await metrics(world)
    expect(text).toContain('arrestor_runbooks{state="loaded"} 0')
    expect(text).toContain('arrestor_runbooks{state="stale"} 1')
    expect(text).toContain('arrestor_runbooks{state="refused"} 1')
    expect(text).toContain('arrestor_runbook_source_sync_failed{source="platform"} 0')
    expect(text).toMatch(/arrestor_runbook_source_sync_timestamp_seconds\{source="platform"\} 1\d{9}/)
    expect(told(world, 'ARR-601').join('')).toContain('platform:disk.md:1')
  })

  it('a start without the repository says so, takes alerts all the same, and finds it when it comes', async () => {
    const world = await startWorld({
      environment: { ARRESTOR_DATA_DIR: temporary() },
      config: withGit('/no/such/repository'),
    })
    await disk(world, 'data-platform', 'a')
    expect(world.cards()).toHaveLength(1)
    expect(told(world, 'ARR-603')).toHaveLength(1)
    expect(await metrics(world)).toContain('arrestor_runbook_source_sync_failed{source="platform"} 1')
    expect(world.service.deps.runbookSources()).toMatchObject([
      { commit: null, failure: { code: 'ARR-603' } },
    ])
  })

  it('of one team serve that team alone', async () => {
    const origin = createOrigin()
    origin.push({ 'disk.md': book('disk', 'Theirs') })
    const world = await startWorld({
      environment: { ARRESTOR_DATA_DIR: temporary() },
      config: withGit(origin.bare, ', team: streaming'),
    })
    await disk(world, 'streaming', 'a')
    await disk(world, 'data-platform', 'b')
    expect(await runbookOf(world, 'a')).toMatchObject({ id: 'disk' })
    expect(await runbookOf(world, 'b')).toMatchObject({ id: null })
  })
})
