// The Markdown files of one commit, written by us into a folder: no checkout, so no links, filters, hooks or submodules.
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ArrestorError } from '../errors.ts'
import { MAX_BYTES } from '../runbooks/bounds.ts'
import type { Remote } from './remote.ts'

/** Listing a tree of some hundred thousand files; more is no repository of runbooks. */
const MAX_LISTING = 32 * 1024 * 1024
/** Read from git at once. */
const BATCH_BYTES = 8 * 1024 * 1024
/** Names of left-out links that are told. */
const MAX_SKIPPED = 20

interface Blob {
  readonly id: string
  readonly size: number
  /** Below the folder of runbooks, with `/`. */
  readonly path: string
}

export interface Exported {
  readonly files: number
  readonly bytes: number
  /** Links, by name: where they lead is nobody's business here. */
  readonly skipped: readonly string[]
}

/** A name that can lead nowhere but down: trees are made by others, and can be made by hand. */
function isHarmless(name: string): boolean {
  return name
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && part.length <= 200 && !/[\\\0:]/.test(part))
}

function inFolder(source: Remote['source']): string {
  const inside = path.posix.normalize(source.path).replace(/\/+$/, '')
  return inside === '.' || inside === '' ? '' : `${inside}/`
}

/** Lists the runbooks of a commit. Throws ARR-604 where there is none, ARR-605 where they are too many. */
async function list(
  remote: Remote,
  repository: string,
  commit: string,
): Promise<{ blobs: Blob[]; skipped: string[] }> {
  const { source, limits, git } = remote
  const prefix = inFolder(source)
  const listed = await git(
    [
      '--literal-pathspecs',
      `--git-dir=${repository}`,
      'ls-tree',
      '-r',
      '-z',
      '-l',
      '--full-tree',
      commit,
      ...(prefix === '' ? [] : ['--', prefix]),
    ],
    { maxBytes: MAX_LISTING },
  )
  const blobs: Blob[] = []
  const skipped: string[] = []
  for (const entry of listed.toString('utf8').split('\0')) {
    const [, mode = '', type, id = '', size, full = ''] =
      /^(\d+) (\w+) ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(entry) ?? []
    const name = full.slice(prefix.length)
    if (!full.startsWith(prefix) || !/\.(?:md|markdown)$/i.test(name) || !isHarmless(name)) continue
    if (mode === '120000') skipped.push(name)
    else if (type === 'blob') blobs.push({ id, size: Number(size), path: name })
  }
  const tooLarge = (why: string): ArrestorError => new ArrestorError('ARR-605', { name: source.name, why })
  if (blobs.length > limits.files)
    throw tooLarge(`it has ${blobs.length} Markdown files, more than ${limits.files}`)
  const bytes = blobs.reduce((sum, { size }) => sum + (size > MAX_BYTES ? 0 : size), 0)
  if (bytes > limits.bytes)
    throw tooLarge(`its runbooks have ${bytes} bytes together, more than ${limits.bytes}`)
  if (blobs.length === 0)
    throw new ArrestorError('ARR-604', {
      name: source.name,
      what: `Markdown file${prefix === '' ? '' : ` in the folder "${source.path}"`}`,
    })
  return { blobs, skipped: skipped.slice(0, MAX_SKIPPED) }
}

/** Writes the runbooks of a commit into a folder that is not there yet. Throws GitFailed, ARR-604, ARR-605. */
export async function exportCommit(
  remote: Remote,
  repository: string,
  commit: string,
  folder: string,
): Promise<Exported> {
  const { blobs, skipped } = await list(remote, repository, commit)
  for (const parent of new Set(blobs.map((blob) => path.dirname(path.join(folder, blob.path)))))
    await mkdir(parent, { recursive: true })
  let batch: Blob[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await writeBatch(remote, repository, folder, batch)
    batch = []
    bytes = 0
  }
  for (const blob of blobs) {
    if (blob.size > MAX_BYTES) {
      // It will be refused for its size, which is all of it that matters: a hole of that size takes no space.
      await writeFile(path.join(folder, blob.path), '')
      await truncate(path.join(folder, blob.path), blob.size)
      continue
    }
    if (bytes + blob.size > BATCH_BYTES) await flush()
    batch.push(blob)
    bytes += blob.size
  }
  await flush()
  return { files: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0), skipped }
}

async function writeBatch(
  remote: Remote,
  repository: string,
  folder: string,
  batch: readonly Blob[],
): Promise<void> {
  const out = await remote.git([`--git-dir=${repository}`, 'cat-file', '--batch'], {
    input: batch.map(({ id }) => `${id}\n`).join(''),
    maxBytes: BATCH_BYTES + MAX_BYTES + batch.length * 200,
  })
  let at = 0
  for (const { id, size, path: name } of batch) {
    const line = out.indexOf(10, at)
    const head = out.toString('latin1', at, line)
    if (head !== `${id} blob ${size}`) throw new Error(`git gave "${head.slice(0, 100)}" for ${name}`)
    await writeFile(path.join(folder, name), out.subarray(line + 1, line + 1 + size), { flag: 'wx' })
    at = line + 1 + size + 1
  }
}
