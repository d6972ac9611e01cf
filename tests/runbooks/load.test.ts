// Loading from folders: last good versions, duplicates, and files that are not what they seem.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadRunbooks, type Library } from '../../src/runbooks/load.ts'
import { watchRunbooks } from '../../src/runbooks/watch.ts'
import { source } from './support.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-runbooks-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const book = (id: string, title = id): string =>
  source(`id: ${id}\ntitle: ${title}\nowner: us\nmatch: ['alertname="${id}"']`)
const put = (name: string, text: string | Uint8Array): Promise<void> =>
  writeFile(path.join(folder, name), text)
const ids = (library: Library): string[] => library.index.runbooks.map(({ id }) => id)
const codes = (library: Library): string[] => library.problems.map(({ code }) => code)

describe('one load', () => {
  test('reads folders within folders, and leaves READMEs and hidden files alone', async () => {
    await mkdir(path.join(folder, 'team/.git'), { recursive: true })
    await put('a.md', book('a'))
    await put('team/b.md', book('b'))
    await put('team/.git/c.md', 'no runbook')
    await put('README.md', '# How to write one')
    await put('a.test.yml', 'tests: []')
    const library = await loadRunbooks([folder])
    expect(ids(library)).toEqual(['a', 'b'])
    expect(library.problems).toEqual([])
  })

  test('follows links to files, as mounted ConfigMaps have them', async () => {
    await mkdir(path.join(folder, '..data'))
    await put('..data/a.md', book('a'))
    await symlink(path.join(folder, '..data/a.md'), path.join(folder, 'a.md'))
    expect(ids(await loadRunbooks([folder]))).toEqual(['a'])
  })

  test('a broken file is told and hides no other', async () => {
    await put('a.md', book('a'))
    await put('b.md', '# nothing')
    await put('c.md', Uint8Array.of(0xff, 0xfe, 0x00))
    await put('d.md', 'x'.repeat(300_000))
    await symlink(path.join(folder, 'gone'), path.join(folder, 'e.md'))
    const library = await loadRunbooks([folder])
    expect(ids(library)).toEqual(['a'])
    expect(codes(library)).toEqual(['front-matter', 'encoding', 'bounds', 'unreadable'])
  })

  test('one id twice: in one folder a mistake, over two folders the first one overrides', async () => {
    await mkdir(path.join(folder, 'ours'))
    await mkdir(path.join(folder, 'theirs'))
    await put('ours/a.md', book('a', 'Ours'))
    await put('ours/z.md', book('a', 'Twin'))
    await put('theirs/a.md', book('a', 'Theirs'))
    const library = await loadRunbooks([path.join(folder, 'ours'), path.join(folder, 'theirs')])
    expect(library.index.byId.get('a')?.title).toBe('Ours')
    expect(library.problems.map(({ code, level }) => [code, level])).toEqual([
      ['duplicate-id', 'error'],
      ['overridden', 'warning'],
    ])
  })

  test('a folder that is not there is told', async () => {
    const library = await loadRunbooks([path.join(folder, 'nowhere')])
    expect(codes(library)).toEqual(['folder'])
  })
})

describe('the next load', () => {
  test('a file that broke is served by its last good version, until it is mended or gone', async () => {
    await put('a.md', book('a', 'Good'))
    const first = await loadRunbooks([folder])
    await put('a.md', book('a', 'Good').replace('owner', 'onwer'))
    const second = await loadRunbooks([folder], first)
    expect(second.index.byId.get('a')?.title).toBe('Good')
    expect(second.stale).toEqual([path.join(folder, 'a.md')])
    expect(codes(second)).toContain('unknown-key')
    const again = await loadRunbooks([folder], second)
    expect(again.index.byId.get('a')?.title).toBe('Good')
    expect(again.stale).toHaveLength(1)
    await put('a.md', book('a', 'Mended'))
    const third = await loadRunbooks([folder], again)
    expect(third.index.byId.get('a')?.title).toBe('Mended')
    expect(third.stale).toEqual([])
    await rm(path.join(folder, 'a.md'))
    expect(ids(await loadRunbooks([folder], third))).toEqual([])
  })

  test('a folder that went away keeps what was read from it', async () => {
    await put('a.md', book('a'))
    const first = await loadRunbooks([folder])
    await rm(folder, { recursive: true })
    const second = await loadRunbooks([folder], first)
    expect(ids(second)).toEqual(['a'])
    expect(codes(second)).toEqual(['folder'])
  })

  test('what did not change is not parsed again', async () => {
    await put('a.md', book('a'))
    await put('b.md', book('b'))
    const first = await loadRunbooks([folder])
    await put('b.md', book('b', 'New'))
    const second = await loadRunbooks([folder], first)
    expect(second.index.byId.get('a')).toBe(first.index.byId.get('a'))
    expect(second.index.byId.get('b')?.title).toBe('New')
    expect(second.index.hash).not.toBe(first.index.hash)
  })
})

describe('following', () => {
  test('a saved file is there a moment later, and nothing is told when nothing changed', async () => {
    await put('a.md', book('a'))
    const told = Promise.withResolvers<Library>()
    let times = 0
    const watched = await watchRunbooks([folder], {
      debounceMs: 5,
      onChange: (library) => {
        times += 1
        told.resolve(library)
      },
    })
    try {
      await watched.reload()
      expect(times).toBe(0)
      await put('b.md', book('b'))
      expect(ids(await told.promise)).toEqual(['a', 'b'])
      expect(ids(watched.current())).toEqual(['a', 'b'])
    } finally {
      watched.close()
    }
  })

  test('reloading by hand works without following, and callers during a reload share the next', async () => {
    const watched = await watchRunbooks([folder], { watch: false })
    await put('a.md', book('a'))
    const [first, second, third] = [watched.reload(), watched.reload(), watched.reload()]
    expect(second).not.toBe(first)
    expect(second).toBe(third)
    await second
    expect(ids(watched.current())).toEqual(['a'])
    watched.close()
  })

  test('a folder that cannot be followed is told and still loaded by hand', async () => {
    const failed: string[] = []
    const nowhere = path.join(folder, 'nowhere')
    const watched = await watchRunbooks([nowhere], { onError: (name) => failed.push(name) })
    expect(failed).toEqual([nowhere])
    await mkdir(nowhere)
    await put('nowhere/a.md', book('a'))
    expect(ids(await watched.reload())).toEqual(['a'])
    watched.close()
  })
})
