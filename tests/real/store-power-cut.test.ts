// A power cut, emulated: the disk image is copied the moment the writer is killed, without what only the page cache had.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { startWriter } from '../store/run-writer.ts'

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Null when this machine lets us mount an image; otherwise what it would take. */
function missing(): string | null {
  const how = 'needs Linux, root, mkfs.ext4 and loop devices, as in `docker run --privileged`'
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return how
  const probe = mkdtempSync(path.join(tmpdir(), 'arrestor-loop-'))
  try {
    makeImage(path.join(probe, 'image'), 16)
    mount(path.join(probe, 'image'), path.join(probe, 'mounted'))
    run('umount', path.join(probe, 'mounted'))
    return null
  } catch {
    return how
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
}

function makeImage(file: string, megabytes: number): void {
  run('truncate', '-s', `${megabytes}M`, file)
  run('mkfs.ext4', '-q', '-F', file)
}

function mount(image: string, at: string): void {
  if (!existsSync(at)) mkdirSync(at)
  run('mount', '-o', 'loop', image, at)
}

const reason = missing()
describe.skipIf(reason !== null)(`a power cut${reason === null ? '' : ` (${reason})`}`, () => {
  let root: string
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'arrestor-power-'))
  })
  afterAll(() => {
    if (root !== undefined) rmSync(root, { recursive: true, force: true })
  })

  /** Writes until `enough` rows are acknowledged, cuts the power, and says what a reopening finds. */
  const cut = async (name: string, enough: number, mode: 'write' | 'checkpoints') => {
    const [image, copy] = [path.join(root, `${name}.img`), path.join(root, `${name}-after.img`)]
    const [before, after] = [path.join(root, name), path.join(root, `${name}-after`)]
    makeImage(image, 400)
    mount(image, before)
    try {
      const writer = startWriter(path.join(before, 'data'), mode)
      await writer.reached(enough)
      await delay(Math.random() * 200)
      await writer.kill()
      run('cp', '--sparse=always', image, copy)
      mount(copy, after)
      try {
        const store = await openStore({ dataDir: path.join(after, 'data') })
        const rows = await store.db
          .selectFrom('decisions')
          .select('subject')
          .where('kind', '=', 'writer')
          .execute()
        await store.close()
        const kept = new Set(rows.map((row) => row.subject))
        return {
          acknowledged: writer.acknowledged.length,
          lost: writer.acknowledged.filter((one) => !kept.has(one)),
        }
      } finally {
        run('umount', after)
      }
    } finally {
      run('umount', before)
      rmSync(image)
      rmSync(copy, { force: true })
    }
  }

  test.each([
    ['in the first moments of a new store', 1, 'write'],
    ['under load', 1500, 'write'],
    ['between checkpoints', 800, 'checkpoints'],
  ] as const)('%s loses no acknowledged row, and the store opens', async (name, enough, mode) => {
    const { acknowledged, lost } = await cut(name.replaceAll(' ', '-'), enough, mode)
    expect(acknowledged).toBeGreaterThanOrEqual(enough)
    expect(lost).toEqual([])
  })
})
