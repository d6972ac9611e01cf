// Folders of teams: whose runbooks serve whom, and what is said of two with one id.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, loadRunbooks } from '../../src/runbooks/load.ts'
import { source } from './support.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'arrestor-teams-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function put(name: string, title: string): Promise<void> {
  const file = path.join(root, name)
  await mkdir(path.dirname(file), { recursive: true })
  const id = path.parse(name).name
  await writeFile(file, source(`id: ${id}\ntitle: ${title}\nowner: us\nmatch: ['alertname="${id}"']`))
}
const at = (name: string): string => path.join(root, name)
const titles = (library: Library, team: string): string[] =>
  library.indexFor(team).runbooks.map(({ title }) => title)

test('a team is served its own and the shared ones, never another team’s; its own hides the shared', async () => {
  await put('shared/a.md', 'Shared a')
  await put('shared/b.md', 'Shared b')
  await put('data/a.md', 'Data a')
  await put('data/c.md', 'Data c')
  await put('ml/d.md', 'ML d')
  const library = await loadRunbooks([
    at('shared'),
    { path: at('data'), team: 'data' },
    { path: at('ml'), team: 'ml' },
  ])
  expect(titles(library, 'data')).toEqual(['Data a', 'Shared b', 'Data c'])
  expect(titles(library, 'ml')).toEqual(['Shared a', 'Shared b', 'ML d'])
  expect(titles(library, 'nobody')).toEqual(['Shared a', 'Shared b'])
  expect(library.index.runbooks.map(({ title }) => title)).toEqual(['Shared a', 'Shared b', 'Data c', 'ML d'])
  expect(library.served.map(({ runbook, team }) => [runbook.title, team])).toEqual([
    ['Shared a', null],
    ['Data a', 'data'],
    ['Shared b', null],
    ['Data c', 'data'],
    ['ML d', 'ml'],
  ])
  expect(library.problems).toMatchObject([{ level: 'warning', code: 'overridden', file: at('shared/a.md') }])
  expect(library.problems[0]?.message).toContain('for team data')
})

test('several folders of one team: the first counts, and it is said; two teams may have one id', async () => {
  await put('one/a.md', 'First')
  await put('two/a.md', 'Second')
  await put('ml/a.md', 'Theirs')
  const library = await loadRunbooks([
    { path: at('one'), team: 'data' },
    { path: at('two'), team: 'data' },
    { path: at('ml'), team: 'ml' },
  ])
  expect([titles(library, 'data'), titles(library, 'ml')]).toEqual([['First'], ['Theirs']])
  expect(library.problems.map(({ code, file }) => [code, file])).toEqual([['overridden', at('two/a.md')]])
})

test('teams without runbooks of their own share one index', async () => {
  await put('shared/a.md', 'A')
  await put('data/b.md', 'B')
  const library = await loadRunbooks([at('shared'), { path: at('data'), team: 'data' }])
  expect(library.indexFor('x')).toBe(library.indexFor('y'))
  expect(library.indexFor('data')).toBe(library.indexFor('data'))
})

test('a team’s folder within a shared one stays the team’s', async () => {
  await put('all/a.md', 'A')
  await put('all/teams/data/b.md', 'B')
  const folders = [at('all'), { path: `${at('all/teams')}/./data/`, team: 'data' }]
  const library = await loadRunbooks(folders)
  expect(titles(library, 'data')).toEqual(['A', 'B'])
  expect(titles(library, 'ml')).toEqual(['A'])
})

test('two teams may name one folder, and each has its runbooks', async () => {
  await put('both/a.md', 'A')
  const library = await loadRunbooks([
    { path: at('both'), team: 'data' },
    { path: at('both'), team: 'ml' },
  ])
  expect([titles(library, 'data'), titles(library, 'ml'), titles(library, 'x')]).toEqual([['A'], ['A'], []])
  expect(library.problems).toEqual([])
})

test('the hash tells that a runbook went from one team to another', async () => {
  await put('a/a.md', 'A')
  const of = async (team: string | null): Promise<string> =>
    (await loadRunbooks([{ path: at('a'), team }])).hash
  expect(new Set([await of('data'), await of('ml'), await of(null)]).size).toBe(3)
  expect(await of('data')).toBe(await of('data'))
})

test('files of a checkout are called after it, wherever it lies', async () => {
  await put('x1/sub/a.md', 'A')
  const library = await loadRunbooks([{ path: at('x1'), shownAs: 'platform:' }])
  expect([...library.files.values()].map(({ file }) => file)).toEqual(['platform:sub/a.md'])
  expect(library.index.byId.get('a')?.file).toBe('platform:sub/a.md')
})
