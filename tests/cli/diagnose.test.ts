// `arrestor diagnose`: on logs that real Sparks wrote (cut to what matters), packed or not, and on what is no log.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { STACK, arrestor, arrestorProcess } from './run.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-diagnose-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const recorded = (name: string): string => path.join(import.meta.dirname, 'logs', name)
const PLAIN = recorded('driver-oom-3.5.9.log')
const JSON_LINES = recorded('driver-oom-4.3.0.jsonl')

function written(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, content)
  return file
}

describe('arrestor diagnose --log', () => {
  it.each([
    ['plain text of 3.5.9', PLAIN],
    ['JSON lines of 4.3.0', JSON_LINES],
  ])('names the driver’s lack of memory in %s, with the line that says so', async (_what, file) => {
    const { code, stdout } = await arrestor(['diagnose', '--log', file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^F01 driver-oom: /)
    expect(stdout).toContain('java.lang.OutOfMemoryError: Java heap space')
    expect(stdout).toMatch(/Class: +deterministic \(/)
    const line = Number(new RegExp(`${path.basename(file)}:(\\d+)`).exec(stdout)?.[1])
    const there = readFileSync(file, 'utf8')
      .split('\n')
      .slice(line - 1, line + 1)
      .join('\n')
    expect(there).toMatch(/OutOfMemoryError/)
  })

  it('does not take the end of the program for a wish', async () => {
    const { stdout } = await arrestor(['diagnose', '--log', PLAIN])
    expect(stdout).not.toContain('Somebody')
  })

  it('answers programs', async () => {
    const { stdout } = await arrestor(['diagnose', '--log', JSON_LINES, '--json'])
    const { seen } = JSON.parse(stdout) as { seen: { id: string; class: string; quote: string }[] }
    expect(seen[0]).toMatchObject({ id: 'F01', class: 'deterministic', certainty: 'high' })
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('unpacks %s, whatever the file is called', async (name, pack) => {
    const file = written(`log-${name}`, pack(readFileSync(PLAIN)))
    expect((await arrestor(['diagnose', '--log', file])).stdout).toMatch(/^F01 /)
  })

  it('reads standard input', async () => {
    const { stdout, code } = await arrestorProcess(['diagnose', '--log', '-'], {
      input: 'No space left on device',
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^F09 disk-full/)
  })

  it('believes whoever says whose log it is', async () => {
    const file = written('bare.log', 'java.lang.OutOfMemoryError: Java heap space\n')
    expect((await arrestor(['diagnose', '--log', file, '--of', 'executor'])).stdout).toMatch(/^F02 /)
  })

  it('says what the last error was where it knows none of them, and takes out its secrets', async () => {
    const file = written('other.log', '26/11/22 14:30:00 ERROR Foo: token=abcdef123456 is odd\n')
    const { stdout, code } = await arrestor(['diagnose', '--log', file])
    expect(code).toBe(0)
    expect(stdout).toContain('names a failure that we know')
    expect(stdout).toContain('other.log:1')
    expect(stdout).not.toContain('abcdef123456')
  })

  it('says an error that nobody knows before what the run went on after, and takes that for no answer', async () => {
    const file = written(
      'aside.log',
      [
        '26/11/22 14:30:00 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 3) (10.0.0.7 executor 1): java.lang.OutOfMemoryError: Java heap space',
        '26/11/22 14:30:01 INFO DAGScheduler: ResultStage 1 (collect at a.py:1) finished in 53 ms',
        '26/11/22 14:30:02 ERROR Main: the totals do not add up',
      ].join('\n'),
    )
    const { stdout } = await arrestor(['diagnose', '--log', file])
    expect(stdout.trimEnd().split('\n')).toEqual([
      'unknown: the last error is none that we know (the run went on after executor-heap-oom)',
      '',
      `  ${file}:3`,
      '  the totals do not add up',
      '',
      'Class:     unknown (not known whether it would fail again)',
      'Certainty: low, what is named here the run went on after, and nobody knows its last error',
      '',
      'Also said:',
      `  F02 executor-heap-oom (once, best said in ${file}:1; the run went on after it)`,
    ])
    const json = await arrestor(['diagnose', '--log', file, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      seen: [{ id: 'F02', passed: true, certainty: 'low' }],
      unexplained: { line: 3, quote: 'the totals do not add up' },
    })
  })

  it.each([
    ['nothing', () => ''],
    ['noise', () => Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 256))],
    ['one endless line', () => 'x'.repeat(5_000_000)],
    ['CRLF', () => 'a\r\nb\r\n'],
  ])('reads %s to its end', async (name, content) => {
    const { code, stderr } = await arrestor(['diagnose', '--log', written(name, content())])
    expect([code, stderr]).toEqual([0, ''])
  })

  it.each([
    ['a file that is not there', ['--log', '/nowhere/driver.log'], 'ARR-706'],
    ['a folder', ['--log', folder], 'ARR-706'],
    ['an owner that nobody is', ['--log', PLAIN, '--of', 'master'], 'ARR-707'],
    ['nothing to look at', [], 'ARR-707'],
  ])('explains %s', async (_what, args, code) => {
    const ended = await arrestor(['diagnose', ...args])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(code)
    expect(ended.stderr).not.toMatch(STACK)
  })

  it('explains a packed file that is cut off', async () => {
    const file = written('cut.gz', gzipSync(readFileSync(PLAIN)).subarray(0, 900))
    const ended = await arrestor(['diagnose', '--log', file])
    expect(ended.stderr).toContain('ARR-706')
  })
})
