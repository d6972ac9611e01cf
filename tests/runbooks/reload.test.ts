// Loading again: what did not change is not opened, what is broken keeps what it had, and a switched ConfigMap is noticed.
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Library, loadRunbooks } from '../../src/runbooks/load.ts'
import { watchRunbooks } from '../../src/runbooks/watch.ts'
import { source } from './support.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-reload-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)
const book = (id: string, title = id): string =>
  source(`id: ${id}\ntitle: ${title}\nowner: us\nmatch: ['alertname="${id}"']`)
const broken = (id: string): string => book(id).replace('owner', 'onwer')
/** Long enough after a write that the file system's clock has moved on. */
const LATER = new Date(Date.now() + 3_600_000)
const title = (library: Library, id: string): string | undefined => library.index.byId.get(id)?.title

describe('what is opened', () => {
  test('of 500 files with one changed, one', async () => {
    for (let i = 0; i < 500; i += 1) await writeFile(at(`r${i}.md`), book(`r${i}`))
    const first = await loadRunbooks([folder], undefined, LATER)
    expect(first.opened).toBe(500)
    await writeFile(at('r7.md'), book('r7', 'New'))
    const second = await loadRunbooks([folder], first, LATER)
    expect(second.opened).toBe(1)
    expect(title(second, 'r7')).toBe('New')
    expect(second.index.byId.get('r8')).toBe(first.index.byId.get('r8'))
  })

  test('nothing where nothing changed, and then the library is the same one', async () => {
    await writeFile(at('a.md'), book('a'))
    await writeFile(at('b.md'), broken('b'))
    await symlink(at('nowhere'), at('c.md'))
    const first = await loadRunbooks([folder], undefined, LATER)
    expect(first.refused).toEqual([at('b.md'), at('c.md')])
    expect(await loadRunbooks([folder], first, LATER)).toBe(first)
  })

  test('what was written this very moment is opened again: two versions may look the same', async () => {
    await writeFile(at('a.md'), book('a', 'One'))
    const now = new Date()
    const first = await loadRunbooks([folder], undefined, now)
    await writeFile(at('a.md'), book('a', 'Two'))
    expect(title(await loadRunbooks([folder], first, now), 'a')).toBe('Two')
  })

  test('a file put in the place of another of the same length and time', async () => {
    await writeFile(at('a.md'), book('a', 'One'))
    const first = await loadRunbooks([folder], undefined, LATER)
    await writeFile(at('.new'), book('a', 'Two'))
    await rename(at('.new'), at('a.md'))
    expect(title(await loadRunbooks([folder], first, LATER), 'a')).toBe('Two')
  })
})

describe('the last good version', () => {
  test('survives that the broken file is moved, with the same text or under the same name', async () => {
    await writeFile(at('a.md'), book('a', 'Good'))
    const first = await loadRunbooks([folder])
    await writeFile(at('a.md'), broken('a'))
    const second = await loadRunbooks([folder], first)
    await rename(at('a.md'), at('b.md'))
    const third = await loadRunbooks([folder], second)
    expect([title(third, 'a'), third.stale]).toEqual(['Good', [at('b.md')]])
    await mkdir(at('sub'))
    await rm(at('b.md'))
    await writeFile(at('sub/b.md'), `${broken('a')}\nmore`)
    const fourth = await loadRunbooks([folder], third)
    expect([title(fourth, 'a'), fourth.stale]).toEqual(['Good', [at('sub/b.md')]])
  })

  test('goes with its file, also when the file was broken', async () => {
    await writeFile(at('a.md'), book('a'))
    const first = await loadRunbooks([folder])
    await writeFile(at('a.md'), broken('a'))
    const second = await loadRunbooks([folder], first)
    await rm(at('a.md'))
    const third = await loadRunbooks([folder], second)
    expect([third.index.runbooks, third.stale, third.problems]).toEqual([[], [], []])
  })

  test('of a file that moved and is well, there is no second', async () => {
    await writeFile(at('a.md'), book('a'))
    const first = await loadRunbooks([folder])
    await mkdir(at('sub'))
    await rename(at('a.md'), at('sub/a.md'))
    const second = await loadRunbooks([folder], first)
    expect([...second.files.keys()]).toEqual([at('sub/a.md')])
    expect(second.problems).toEqual([])
  })

  test('survives another checkout under the same name', async () => {
    await mkdir(at('one'))
    await mkdir(at('two'))
    await writeFile(at('one/a.md'), book('a', 'Good'))
    await writeFile(at('one/b.md'), book('b'))
    await writeFile(at('two/a.md'), broken('a'))
    await writeFile(at('two/b.md'), book('b'))
    const first = await loadRunbooks([{ path: at('one'), shownAs: 'platform:' }])
    const second = await loadRunbooks([{ path: at('two'), shownAs: 'platform:' }], first)
    expect([title(second, 'a'), second.stale]).toEqual(['Good', ['platform:a.md']])
    expect(second.index.byId.get('b')).toBe(first.index.byId.get('b'))
  })
})

describe('following', () => {
  /** As the kubelet mounts a ConfigMap: files are links through `..data`, which is turned to a new folder in one step. */
  async function mount(version: string, files: Record<string, string>): Promise<void> {
    await mkdir(at(`..${version}`))
    for (const [name, text] of Object.entries(files)) await writeFile(at(`..${version}/${name}`), text)
    await symlink(`..${version}`, at('..data_tmp'))
    await rename(at('..data_tmp'), at('..data'))
    for (const old of (await readdir(folder)).filter(
      (name) => /^\.\.\d/.test(name) && name !== `..${version}`,
    ))
      await rm(at(old), { recursive: true })
  }

  test.each([
    ['told by the system', {}],
    ['by looking, where nothing is told', { watch: false, pollMs: 20 }],
  ])('a ConfigMap that is switched is noticed: %s', async (_how, options) => {
    await mount('2026_11_01', { 'a.md': book('a', 'One') })
    await symlink('..data/a.md', at('a.md'))
    const told = Promise.withResolvers<Library>()
    const watched = await watchRunbooks([folder], { debounceMs: 5, ...options, onChange: told.resolve })
    try {
      expect(title(watched.current(), 'a')).toBe('One')
      await mount('2026_11_02', { 'a.md': book('a', 'Two') })
      expect(title(await told.promise, 'a')).toBe('Two')
    } finally {
      watched.close()
    }
  })

  test('a folder that was not there at first is found by looking', async () => {
    const told = Promise.withResolvers<Library>()
    const watched = await watchRunbooks([at('later')], { pollMs: 20, onChange: told.resolve })
    try {
      await mkdir(at('.later'))
      await writeFile(at('.later/a.md'), book('a'))
      await rename(at('.later'), at('later'))
      expect(title(await told.promise, 'a')).toBe('a')
    } finally {
      watched.close()
    }
  })

  test('folders that come and go are asked for at each load', async () => {
    await mkdir(at('one'))
    await writeFile(at('one/a.md'), book('a'))
    let also: { path: string; team: string }[] = []
    const watched = await watchRunbooks([], { watch: false, also: () => also })
    expect(watched.current().served).toEqual([])
    also = [{ path: at('one'), team: 'data' }]
    expect((await watched.reload()).served.map(({ team }) => team)).toEqual(['data'])
    also = []
    expect((await watched.reload()).served).toEqual([])
    watched.close()
  })
})
