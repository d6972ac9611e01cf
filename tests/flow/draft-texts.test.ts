// Which texts a draft may read: those that served its incident and no others, whatever other teams call theirs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type World, alertBody, startWorld } from '../support/world.ts'
import { pressIn, libraryWorld, open, tick } from '../slack/runbook-support.ts'
import { timeline } from './support.ts'

const SECRET = 'sum(secret_revenue_of_streaming)'

const text = (id: string, match: string, rest: string): string =>
  `---\nid: ${id}\ntitle: ${id}\nowner: us\nmatch: ['${match}']\n---\n\nWords.\n\n${rest}`
const probe = (heading: string, lines: string): string =>
  `## ${heading}\n\nWords.\n\n\`\`\`yaml probe\n${lines}\n\`\`\`\n`

async function draftText(world: World, number: number): Promise<string> {
  const response = await fetch(`${world.service.http.url}/api/v1/incidents/${number}/runbook-draft`, {
    headers: { authorization: 'Bearer sandbox' },
  })
  const { files } = (await response.json()) as { files: { text: string }[] }
  return files.map((file) => file.text).join('\n')
}

const happened = async (world: World, kind: string, times = 1): Promise<boolean> =>
  (await timeline(world)).filter((entry) => entry.kind === kind).length >= times

const failed = (labels: Record<string, string>): Record<string, unknown> =>
  alertBody({ alertname: 'DpFail', severity: 'critical', team: 'data-platform', ...labels })

/** Two teams that both have a runbook `foo`; that of data-platform gives way to its `bar`. */
async function twoTeams(): Promise<World> {
  const root = mkdtempSync(path.join(tmpdir(), 'arrestor-draft-texts-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const files = {
    'streaming/foo.md': text(
      'foo',
      'alertname="StreamFail"',
      probe('Revenue', `id: death\nuse: prometheus.query\nquery: ${SECRET}`),
    ),
    'data-platform/foo.md': text(
      'foo',
      'alertname="DpFail"',
      probe('Why executors died', 'id: death\nuse: spark.executor-deaths'),
    ),
    'data-platform/bar.md': text(
      'bar',
      'alertname="DpFail", death.signature=~"F.*"',
      '## Look\n\nWith your eyes.\n',
    ),
  }
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(root, file), content)
  }
  const folders = ['streaming', 'data-platform'].map((team) => `{ path: '${root}/${team}', team: ${team} }`)
  return await startWorld({
    config: (yaml) => `${yaml}\nrunbooks: { folders: [${folders.join(', ')}] }\n`,
  })
}

describe('P8: the texts of a draft', { timeout: 60_000 }, () => {
  it('are those of its team, though another team’s runbook with the same id and step was pinned first', async () => {
    const world = await twoTeams()
    await world.send(failed({ alertname: 'StreamFail', team: 'streaming', job_name: 'clicks' }))
    await world.until(() => happened(world, 'diagnosed'), 'the diagnosis of streaming', 500)
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(failed({ job_name: name, app_id: appId }))
    await world.until(() => happened(world, 'runbook_switched'), 'the switch', 500)
    const pinned = await world.store.db.selectFrom('runbook_texts').select('runbook_id').execute()
    expect(pinned.map((row) => row.runbook_id).sort()).toEqual(['bar', 'foo', 'foo'])
    const drafted = await draftText(world, 2)
    expect(drafted).not.toContain('secret_revenue')
    expect(drafted).not.toContain('Revenue')
    expect(drafted).toContain('### Why executors died')
    expect(drafted).toContain('use: spark.executor-deaths')
  })

  it('are named by their hashes on the timeline, so that nothing has to be guessed', async () => {
    const world = await twoTeams()
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(failed({ job_name: name, app_id: appId }))
    await world.until(() => happened(world, 'runbook_switched'), 'the switch', 500)
    const hashes = new Map(
      (await world.store.db.selectFrom('runbook_texts').select(['runbook_id', 'hash']).execute()).map(
        (row) => [row.runbook_id, row.hash],
      ),
    )
    const { data } = await world.store.db
      .selectFrom('timeline')
      .select('data')
      .where('kind', '=', 'runbook_switched')
      .executeTakeFirstOrThrow()
    expect(data).toEqual({
      from: 'foo',
      to: 'bar',
      from_hash: hashes.get('foo'),
      to_hash: hashes.get('bar'),
    })
  })

  it('go on to hold what was looked at and ticked before newer texts that have no probe', async () => {
    const { world, change } = await libraryWorld()
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(failed({ alertname: 'SparkJobFailed', job_name: name, app_id: appId }))
    await world.until(() => happened(world, 'diagnosed'), 'the diagnosis', 500)
    await open(world, 'U0ALICE')
    await tick(world, 'U0ALICE', 'Check the input')
    for (const words of ['Short now.', 'Shorter.']) {
      await change(text('first', 'alertname="SparkJobFailed"', `## Ask its owner\n\n${words}\n`))
      await open(world, 'U0BOB')
      await pressIn(world, 'U0BOB', 'runbook_newer')
      await world.settle()
    }
    const drafted = await draftText(world, 1)
    expect(drafted).not.toContain('No probe ran in this incident')
    expect(drafted).toContain('use: spark.executor-deaths')
    expect(drafted).toMatch(/> \w+: .*executor/)
    expect(drafted).toContain('- Check the input')
  })
})
