// Repositories of runbooks as git makes them: what is pushed serves, what goes wrong keeps what served before.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { HAS_GIT, book, createOrigin, follow, sourceOf, temporary } from './support.ts'

/** `id: title` of what would be served now. */
async function served({ checkouts }: Awaited<ReturnType<typeof follow>>): Promise<string[]> {
  const { index } = await loadRunbooks(checkouts.folders())
  return index.runbooks.map(({ id, title }) => `${id}: ${title}`)
}

/** What fetches went into. */
function repositoryIn(dir: string): string | undefined {
  const name = readdirSync(path.join(dir, 'platform')).find((one) => one.startsWith('repository'))
  return name === undefined ? undefined : path.join(dir, 'platform', name)
}

describe.skipIf(!HAS_GIT)('a repository that is followed', { timeout: 60_000 }, () => {
  test('what is pushed is served; a look that finds nothing new changes nothing', async () => {
    const origin = createOrigin()
    const first = origin.push({ 'a.md': book('a', 'One'), 'sub/b.md': book('b'), 'README.md': '# no' })
    const all = await follow([sourceOf({ url: origin.bare })])
    expect(all.checkouts.folders()).toEqual([])
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: One', 'b: b'])
    expect(all.checkouts.states()).toMatchObject([
      { name: 'platform', commit: first, failure: null, team: null },
    ])
    const [folder] = all.checkouts.folders()
    await all.checkouts.look()
    expect(all.switched).toEqual(['platform'])
    expect(all.checkouts.folders()[0]).toEqual(folder)
    const second = origin.push({ 'a.md': book('a', 'Two'), 'sub/b.md': null })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Two'])
    expect(all.checkouts.states()[0]?.commit).toBe(second)
    expect(all.switched).toEqual(['platform', 'platform'])
  })

  test('the folder before it is removed once the new one is loaded, not sooner', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const there: boolean[] = []
    let before = ''
    const all = await follow([sourceOf({ url: origin.bare })], {
      onSwitch: () => Promise.resolve(void there.push(existsSync(before))),
    })
    await all.checkouts.look()
    before = (all.checkouts.folders()[0] as { path: string }).path
    origin.push({ 'a.md': book('a', 'Two') })
    await all.checkouts.look()
    expect(there).toEqual([false, true])
    expect(existsSync(before)).toBe(false)
    expect(readdirSync(path.join(all.dir, 'platform')).sort()).toHaveLength(3)
  })

  test('history that was written anew (a forced push) is followed like any other', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'One') })
    const all = await follow([sourceOf({ url: origin.bare })])
    await all.checkouts.look()
    origin.git('checkout', '--quiet', '--orphan', 'other')
    origin.push({ 'a.md': book('a', 'Rewritten') }, { force: true })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Rewritten'])
  })

  test.each([
    ['a branch', { ref: 'release/1' }],
    ['a branch in full', { ref: 'refs/heads/release/1' }],
    ['a folder of it', { ref: 'release/1', path: './docs/' }],
  ])('%s', async (_what, keys) => {
    const origin = createOrigin()
    origin.push({ 'main.md': book('main') })
    origin.git('checkout', '--quiet', '-b', 'release/1')
    origin.push(
      { 'main.md': null, 'docs/a.md': book('a'), 'docsy.md': 'path' in keys ? 'no' : book('docsy') },
      { branch: 'release/1' },
    )
    const all = await follow([sourceOf({ url: origin.bare, ...keys })])
    await all.checkouts.look()
    expect(await served(all)).toEqual('path' in keys ? ['a: a'] : ['a: a', 'docsy: docsy'])
  })

  test('a tag, light or annotated, and a branch before a tag of its name', async () => {
    const origin = createOrigin()
    const tagged = origin.push({ 'a.md': book('a', 'Tagged') })
    origin.git('tag', 'light')
    origin.git('tag', '--annotate', 'v1', '--message', 'one')
    origin.git('tag', 'both')
    origin.git('push', '--quiet', 'origin', 'light', 'v1', 'refs/tags/both')
    const head = origin.push({ 'a.md': book('a', 'Head') })
    origin.git('push', '--quiet', 'origin', 'HEAD:refs/heads/both')
    for (const [ref, commit] of [
      ['light', tagged],
      ['v1', tagged],
      ['both', head],
      [undefined, head],
    ] as const) {
      const { checkouts, switched } = await follow([sourceOf({ url: origin.bare, ref })])
      await checkouts.look()
      expect(checkouts.states()[0]?.commit, ref).toBe(commit)
      await checkouts.look()
      expect(switched, ref).toEqual(['platform'])
    }
  })

  test('a commit by its full id, which is then asked for no more', async () => {
    const origin = createOrigin()
    const first = origin.push({ 'a.md': book('a', 'Pinned') })
    origin.push({ 'a.md': book('a', 'Newer') })
    const all = await follow([sourceOf({ url: origin.bare, ref: first })])
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Pinned'])
    rmSync(origin.bare, { recursive: true })
    await all.checkouts.look()
    expect(all.failures).toEqual([])
  })

  test('of a team, it is called after the repository and serves that team', async () => {
    const origin = createOrigin()
    origin.push({ 'x/a.md': book('a') })
    const { checkouts } = await follow([sourceOf({ url: origin.bare, team: 'data' })])
    await checkouts.look()
    const library = await loadRunbooks(checkouts.folders())
    expect(library.served).toMatchObject([{ team: 'data', runbook: { file: 'platform:x/a.md' } }])
  })

  test('a commit that breaks a file keeps the last good version of that file, and takes the others', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'Good'), 'b.md': book('b', 'One') })
    const all = await follow([sourceOf({ url: origin.bare })])
    await all.checkouts.look()
    const before = await loadRunbooks(all.checkouts.folders())
    origin.push({ 'a.md': '# no front matter', 'b.md': book('b', 'Two') })
    await all.checkouts.look()
    const after = await loadRunbooks(all.checkouts.folders(), before)
    expect(after.index.runbooks.map(({ title }) => title)).toEqual(['Good', 'Two'])
    expect(after.stale).toEqual(['platform:a.md'])
  })
})

describe.skipIf(!HAS_GIT)('what goes wrong keeps what serves', { timeout: 60_000 }, () => {
  test.each([
    [
      'the branch is deleted',
      'ARR-604',
      (origin: ReturnType<typeof createOrigin>) => {
        origin.git('push', '--quiet', 'origin', 'HEAD:refs/heads/spare')
        origin.git(
          'config',
          '--file',
          path.join(origin.bare, 'config'),
          'receive.denyDeleteCurrent',
          'ignore',
        )
        origin.git('push', '--quiet', 'origin', '--delete', 'main')
      },
    ],
    ['the repository is gone', 'ARR-603', ({ bare }: { bare: string }) => rmSync(bare, { recursive: true })],
    [
      'the last runbook is deleted',
      'ARR-604',
      (origin: ReturnType<typeof createOrigin>) => void origin.push({ 'a.md': null, 'b.txt': 'x' }),
    ],
    [
      'the repository is damaged',
      'ARR-603',
      (origin: ReturnType<typeof createOrigin>) => {
        origin.push({ 'a.md': book('a', 'Never read') })
        rmSync(path.join(origin.bare, 'objects'), { recursive: true })
        mkdirSync(path.join(origin.bare, 'objects'))
      },
    ],
  ])('%s: %s', async (_what, code, wreck) => {
    const origin = createOrigin()
    const commit = origin.push({ 'a.md': book('a', 'Good') })
    const all = await follow([sourceOf({ url: origin.bare, ref: 'main' })])
    await all.checkouts.look()
    wreck(origin)
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Good'])
    expect(all.checkouts.states()).toMatchObject([{ commit, failure: { code } }])
    await all.checkouts.look()
    expect(
      all.failures.map((failure) => failure.code),
      'told once',
    ).toEqual([code])
    expect(all.failures[0]?.message).toContain('still serves')
  })

  test('and the next good push ends it', async () => {
    const origin = createOrigin()
    const all = await follow([sourceOf({ url: origin.bare })])
    await all.checkouts.look()
    expect(all.failures.map(({ code }) => code)).toEqual(['ARR-604'])
    origin.push({ 'a.md': book('a') })
    await all.checkouts.look()
    expect(all.checkouts.states()[0]?.failure).toBeNull()
    expect(await served(all)).toEqual(['a: a'])
  })

  test('a start without the repository goes on with what was fetched before', async () => {
    const origin = createOrigin()
    const commit = origin.push({ 'a.md': book('a', 'Good') })
    const source = sourceOf({ url: origin.bare })
    const { dir, checkouts } = await follow([source])
    await checkouts.look()
    await checkouts.stop()
    rmSync(origin.bare, { recursive: true })
    const again = await follow([source], { dir })
    expect(await served(again)).toEqual(['a: Good'])
    await again.checkouts.look()
    expect(await served(again)).toEqual(['a: Good'])
    expect(again.checkouts.states()).toMatchObject([{ commit, failure: { code: 'ARR-603' } }])
  })

  test('a first start without it says what is missing and serves nothing', async () => {
    const all = await follow([sourceOf({ url: '/no/such/repository' })])
    await all.checkouts.look()
    expect(await served(all)).toEqual([])
    expect(all.failures[0]?.message).toMatch(/ARR-603: .*platform.*there is no such repository.*\/no\/such/)
  })

  test('what was fetched of another address, ref or folder is not served', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const { dir, checkouts } = await follow([sourceOf({ url: origin.bare })])
    await checkouts.look()
    for (const keys of [{ url: `${origin.bare}/` }, { ref: 'main' }, { path: 'docs' }]) {
      const other = await follow([sourceOf({ url: origin.bare, ...keys })], { dir })
      expect(other.checkouts.folders()).toEqual([])
    }
  })

  test('half a checkout, as a power cut may leave it, is fetched again', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a'), 'b.md': book('b') })
    const source = sourceOf({ url: origin.bare })
    const { dir, checkouts } = await follow([source])
    await checkouts.look()
    const [{ path: folder }] = checkouts.folders() as [{ path: string }]
    writeFileSync(path.join(folder, 'b.md'), '')
    const again = await follow([source], { dir })
    expect(again.checkouts.folders()).toEqual([])
    await again.checkouts.look()
    expect(await served(again)).toEqual(['a: a', 'b: b'])
    for (const ruin of [(note: string) => writeFileSync(note, '{"half'), (note: string) => rmSync(note)]) {
      ruin(path.join(dir, 'platform/current.json'))
      expect((await follow([source], { dir })).checkouts.folders()).toEqual([])
    }
  })

  test('our own copy of the repository broken by a crash is made anew', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'One') })
    const all = await follow([sourceOf({ url: origin.bare })])
    await all.checkouts.look()
    const repository = repositoryIn(all.dir) ?? ''
    for (const name of readdirSync(path.join(repository, 'objects/pack')))
      rmSync(path.join(repository, 'objects/pack', name), { force: true })
    origin.push({ 'a.md': book('a', 'Two') })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Two'])
    writeFileSync(path.join(repository, 'HEAD'), 'nonsense')
    writeFileSync(path.join(repository, 'config'), '[[[')
    origin.push({ 'a.md': book('a', 'Three') })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: Three'])
  })

  test('without git it says how to get one, and serves what it has', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const { dir, checkouts } = await follow([sourceOf({ url: origin.bare })])
    await checkouts.look()
    const empty = temporary()
    const all = await follow([sourceOf({ url: origin.bare })], { dir, environment: { PATH: empty } })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: a'])
    expect(all.failures[0]?.message).toMatch(/^ARR-602: .*no git on this machine[\s\S]*apt-get install git/)
    writeFileSync(path.join(empty, 'git'), '#!/bin/sh\necho git version 2.30.2\n', { mode: 0o755 })
    await all.checkouts.look()
    expect(all.checkouts.states()[0]?.failure?.says).toContain('git 2.30.2 is too old')
  })

  test('a data directory that cannot be written to is a failure, not an end', async () => {
    const dir = temporary()
    writeFileSync(path.join(dir, 'platform'), 'a file')
    const all = await follow([sourceOf({ url: '/x' })], { dir })
    await all.checkouts.look()
    expect(all.failures.map(({ code }) => code)).toEqual(['ARR-203'])
  })
})

describe.skipIf(!HAS_GIT)('what a hostile repository holds', { timeout: 60_000 }, () => {
  test('links are not followed, wherever they lead, and are said to be left out', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const work = origin.git('rev-parse', '--show-toplevel')
    symlinkSync('/etc/passwd', path.join(work, 'passwd.md'))
    symlinkSync('a.md', path.join(work, 'b.md'))
    symlinkSync('/etc', path.join(work, 'etc'))
    origin.push({})
    const all = await follow([sourceOf({ url: origin.bare })])
    await all.checkouts.look()
    const [{ path: folder }] = all.checkouts.folders() as [{ path: string }]
    expect(readdirSync(folder)).toEqual(['a.md'])
    expect(all.checkouts.states()[0]?.skipped).toEqual(['b.md', 'passwd.md'])
  })

  test('a folder that became a link is missing, not followed', async () => {
    const origin = createOrigin()
    origin.push({ 'docs/a.md': book('a') })
    const work = origin.git('rev-parse', '--show-toplevel')
    rmSync(path.join(work, 'docs'), { recursive: true })
    symlinkSync('/etc', path.join(work, 'docs'))
    origin.push({})
    const all = await follow([sourceOf({ url: origin.bare, path: 'docs' })])
    await all.checkouts.look()
    expect(all.failures[0]?.message).toContain('no Markdown file in the folder "docs"')
  })

  test('submodules are ignored, hooks and attributes run nothing', async () => {
    const other = createOrigin()
    const commit = other.push({ 'x.md': book('x') })
    const origin = createOrigin()
    const mark = path.join(temporary(), 'ran')
    origin.push({
      'a.md': book('a'),
      '.gitattributes': '*.md filter=evil export-subst\n',
      '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ${other.bare}\n`,
      '.lfsconfig': `[lfs]\n\turl = http://127.0.0.1:1/\n`,
    })
    origin.git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`)
    origin.git('commit', '--quiet', '--message', 'sub')
    origin.git('push', '--quiet', 'origin', 'HEAD:main')
    const template = path.join(temporary(), 'hooks')
    mkdirSync(template)
    const script = `#!/bin/sh\ntouch ${mark}\n`
    for (const hook of ['post-checkout', 'reference-transaction', 'post-merge'])
      writeFileSync(path.join(template, hook), script, { mode: 0o755 })
    const all = await follow([sourceOf({ url: origin.bare })], {
      environment: {
        ...process.env,
        GIT_TEMPLATE_DIR: path.dirname(template),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.hooksPath',
        GIT_CONFIG_VALUE_0: template,
        GIT_DIR: '/nowhere',
      },
    })
    await all.checkouts.look()
    expect(await served(all)).toEqual(['a: a'])
    expect(existsSync(mark)).toBe(false)
  })

  test('names that lead out, or into git’s own folders, are left out', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const blob = origin.git('hash-object', '-w', 'a.md')
    // Trees that git itself refuses to make, written by hand as an attacker would.
    const tree = (name: string, mode: string, id: string): string => {
      const file = path.join(temporary(), 'tree')
      writeFileSync(file, Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]))
      return origin.git('hash-object', '-w', '-t', 'tree', '--literally', file)
    }
    const good = origin.git('rev-parse', 'HEAD^{tree}')
    for (const [name, mode, id] of [
      ['..', '40000', tree('evil.md', '100644', blob)],
      ['.git', '40000', tree('evil.md', '100644', blob)],
      ['a\\..\\evil.md', '100644', blob],
      ['C:evil.md', '100644', blob],
      [`${'x'.repeat(300)}.md`, '100644', blob],
    ] as const) {
      const inner = tree(name, mode, id)
      const file = path.join(temporary(), 'root')
      const entry = (mode_: string, name_: string, id_: string): Buffer =>
        Buffer.concat([Buffer.from(`${mode_} ${name_}\0`), Buffer.from(id_, 'hex')])
      writeFileSync(file, Buffer.concat([entry('100644', 'a.md', blob), entry('40000', 'sub', inner)]))
      const root = origin.git('hash-object', '-w', '-t', 'tree', '--literally', file)
      const commit = origin.git('commit-tree', root, '-m', 'evil')
      origin.git('push', '--quiet', '--force', 'origin', `${commit}:refs/heads/main`)
      const all = await follow([sourceOf({ url: origin.bare })])
      await all.checkouts.look()
      expect(await served(all), name).toEqual(['a: a'])
      expect(readdirSync(all.dir), name).toEqual(['platform'])
    }
    expect(good).toMatch(/^[0-9a-f]{40}$/)
  })

  test('a runbook beyond its bound is refused by its size, the others serve', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a'), 'huge.md': 'x'.repeat(5_000_000) })
    const { checkouts } = await follow([sourceOf({ url: origin.bare })])
    await checkouts.look()
    const library = await loadRunbooks(checkouts.folders())
    expect(library.index.runbooks.map(({ id }) => id)).toEqual(['a'])
    expect(library.problems[0]?.message).toContain('5000000 bytes')
  })

  test('one that is too large altogether is refused, and what served before serves on', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'Good') })
    const source = sourceOf({ url: origin.bare })
    const all = await follow([source], { limits: { files: 3, bytes: 4_000, repositoryBytes: 300_000 } })
    await all.checkouts.look()
    const noise = (): string =>
      Array.from({ length: 90_000 }, () => Math.random().toString(36).slice(2)).join('')
    const said: (string | undefined)[] = []
    for (const files of [
      { 'b.md': book('b'), 'c.md': book('c'), 'd.md': book('d') },
      { 'b.md': null, 'c.md': null, 'd.md': `${book('d')}${'x'.repeat(5_000)}` },
      { 'd.md': null, 'movie.bin': noise() },
    ]) {
      origin.push(files)
      await all.checkouts.look()
      expect(await served(all)).toEqual(['a: Good'])
      said.push(all.checkouts.states()[0]?.failure?.says.split('\n')[0])
    }
    expect(said).toEqual([
      expect.stringMatching(/^ARR-605: .*4 Markdown files, more than 3/),
      expect.stringMatching(/^ARR-605: .*bytes together, more than 4000/),
      expect.stringMatching(/^ARR-605: .*one commit of it has more than/),
    ])
    expect(repositoryIn(all.dir)).toBeUndefined()
  })

  test('many files come whole, over several readings', { timeout: 60_000 }, async () => {
    const origin = createOrigin()
    const text = (i: number): string => `${book(`r${i}`)}\n${'words '.repeat(10_000)}${i}`
    origin.push(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`d${i % 7}/r${i}.md`, text(i)])))
    const { checkouts } = await follow([sourceOf({ url: origin.bare })])
    await checkouts.look()
    const [{ path: folder }] = checkouts.folders() as [{ path: string }]
    for (const i of [0, 1, 137, 249])
      expect(readFileSync(path.join(folder, `d${i % 7}/r${i}.md`), 'utf8')).toBe(text(i))
    expect(
      readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.md')),
    ).toHaveLength(250)
  })
})

describe.skipIf(!HAS_GIT)('several looks at once', { timeout: 60_000 }, () => {
  test('callers during a look share the next one', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'One') })
    let looks = 0
    const all = await follow([sourceOf({ url: origin.bare })], { onLook: () => void (looks += 1) })
    const first = all.checkouts.look()
    origin.push({ 'a.md': book('a', 'Two') })
    await Promise.all([all.checkouts.look(), all.checkouts.look(), all.checkouts.look(), first])
    expect(looks).toBe(2)
    expect(await served(all)).toEqual(['a: Two'])
  })

  test('two processes that share a place do not hurt each other', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a', 'One') })
    const source = sourceOf({ url: origin.bare })
    const one = await follow([source])
    const two = await follow([source], { dir: one.dir })
    for (let i = 0; i < 3; i += 1) {
      origin.push({ 'a.md': book('a', `Version ${i}`) })
      await Promise.all([one.checkouts.look(), two.checkouts.look()])
      await Promise.all([one.checkouts.look(), two.checkouts.look()])
      expect(await served(one)).toEqual([`a: Version ${i}`])
      expect(await served(two)).toEqual([`a: Version ${i}`])
    }
  })

  test('one that fails does not hold up the others, and stopping ends what is under way', async () => {
    const origin = createOrigin()
    origin.push({ 'a.md': book('a') })
    const all = await follow([
      sourceOf({ name: 'gone', url: '/no/such' }),
      sourceOf({ name: 'good', url: origin.bare }),
    ])
    await all.checkouts.look()
    expect(all.checkouts.states().map(({ name, failure }) => [name, failure?.code])).toEqual([
      ['gone', 'ARR-603'],
      ['good', undefined],
    ])
    const pending = all.checkouts.look()
    await all.checkouts.stop()
    await pending
    expect(readdirSync(path.join(all.dir, 'good')).filter((name) => name.endsWith('.git'))).toEqual([])
    expect(all.failures).toHaveLength(1)
    await all.checkouts.look()
  })
})
