// Pipes, devices and file systems that never answer: they are told, and everything else goes on.
import { execFileSync } from 'node:child_process'
import promises, { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { countRunbooks } from '../../src/checkout/tell.ts'
import { MAX_BYTES } from '../../src/runbooks/bounds.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { readAtMost } from '../../src/runbooks/read-file.ts'
import { testRunbooks } from '../../src/runbooks/test-runner.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { CATALOGUE, source } from './support.ts'

const { open } = promises

// A network file system that is gone: what is opened there never answers. Set in Node's module itself, since a worker
// of many files has loaded long ago what imports it.
beforeAll(() => {
  promises.open = (file, ...rest) =>
    String(file).endsWith('hangs.md') ? new Promise(() => {}) : open(file, ...rest)
  syncBuiltinESMExports()
})
afterAll(() => {
  promises.open = open
  syncBuiltinESMExports()
})

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-no-file-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)
const book = (id: string, body?: string): string =>
  source(`id: ${id}\ntitle: ${id}\nowner: us\nmatch: ['alertname="${id}"']`, body)
const pipe = (name: string): Buffer => execFileSync('mkfifo', [at(name)])

describe('what is no file', () => {
  test('a pipe and a device under the name of a runbook are refused, and the others are loaded again', async () => {
    await writeFile(at('a.md'), book('a'))
    const first = await loadRunbooks([folder])
    pipe('zz.md')
    await symlink('/dev/zero', at('zero.md'))
    await writeFile(at('b.md'), book('b'))
    const second = await loadRunbooks([folder], first)
    expect(second.index.runbooks.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(second.refused).toEqual([at('zero.md'), at('zz.md')])
    expect(second.problems.map(({ code, message }) => [code, message])).toEqual([
      ['unreadable', expect.stringContaining('no regular file')],
      ['unreadable', expect.stringContaining('no regular file')],
    ])
    expect(second.problems[0]?.mend).toContain('is a file')
  })

  test('a runbook that a pipe takes the place of keeps its last good version', async () => {
    await writeFile(at('a.md'), book('a'))
    const first = await loadRunbooks([folder])
    await rm(at('a.md'))
    pipe('a.md')
    const second = await loadRunbooks([folder], first)
    expect([second.index.byId.has('a'), second.stale]).toEqual([true, [at('a.md')]])
  })

  test('test files, and files that links lead to, neither', async () => {
    await writeFile(at('a.md'), book('a', 'Prose.\n\n## Look\n\nSee [that](notes/README.md#x).\n'))
    pipe('a.test.yml')
    execFileSync('mkdir', [at('notes')])
    pipe('notes/README.md')
    const tested = await testRunbooks([folder], { actions: new Map() })
    expect(tested.problems).toEqual([
      expect.objectContaining({
        file: at('a.test.yml'),
        message: expect.stringContaining('no regular file'),
      }),
    ])
    const linted = await lintRunbooks([folder], CATALOGUE, { sources: [] })
    expect(linted.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['dead-link']))
  })

  test('more than the bound is not read, whatever a file says of its size', async () => {
    await writeFile(at('exact'), 'x'.repeat(MAX_BYTES))
    await writeFile(at('over'), 'x'.repeat(MAX_BYTES + 1))
    expect((await readAtMost(at('exact'), MAX_BYTES))?.length).toBe(MAX_BYTES)
    expect(await readAtMost(at('over'), MAX_BYTES)).toBeNull()
    // Files of /proc say that they have 0 bytes.
    expect((await readAtMost('/proc/self/status', MAX_BYTES))?.toString()).toContain('Pid:')
    expect(await readAtMost('/proc/self/status', 10)).toBeNull()
  })
})

describe('a folder that does not answer in time', () => {
  test('stays as it was, is a problem and counted, and the other folders are read', async () => {
    const gone = await mkdtemp(path.join(tmpdir(), 'arrestor-gone-'))
    await writeFile(path.join(gone, 'kept.md'), book('kept'))
    const first = await loadRunbooks([gone, folder])
    await writeFile(path.join(gone, 'hangs.md'), book('hangs'))
    await writeFile(at('b.md'), book('b'))
    const second = await loadRunbooks([gone, folder], first, new Date(), 500)
    expect(second.index.runbooks.map(({ id }) => id)).toEqual(['b', 'kept'])
    expect(second.problems).toEqual([expect.objectContaining({ file: gone, code: 'folder', level: 'error' })])
    expect(second.problems[0]?.message).toContain('it took more than 0.5 s')
    const metrics = createMetrics({ processMetrics: false })
    countRunbooks(metrics, second)
    expect(await metrics.runbookFoldersUnread.get()).toMatchObject({ values: [{ value: 1 }] })
    expect(await metrics.registry.metrics()).toContain('arrestor_runbook_folders_unread 1')
    await rm(gone, { recursive: true })
  })
})
