// `npm run build`: what it writes is whole, and runs without a line of TypeScript. tests/real starts the sandbox from it.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../scripts/build.ts'
import { arrestorProcess } from './run.ts'

const ROOT = path.join(import.meta.dirname, '../..')
// Inside the repository, so that the packages are found, and in a folder that git ignores.
const PARENT = path.join(ROOT, '.arrestor')
const DIST = path.join(PARENT, `build-${process.pid}`)

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(folder, name)).isFile(),
  )

describe('the build', () => {
  beforeAll(() => {
    mkdirSync(PARENT, { recursive: true })
    build(DIST)
  })
  afterAll(() => rmSync(DIST, { recursive: true, force: true }))

  it('holds everything of src: modules compiled, the page and other files as they are', () => {
    const built = new Set(filesIn(DIST))
    const page = path.join('sandbox', 'page', '/')
    const missing = filesIn(path.join(ROOT, 'src'))
      .map((name) => (name.endsWith('.ts') && !name.startsWith(page) ? name.replace(/\.ts$/, '.js') : name))
      .filter((name) => !built.has(name))
    expect(missing).toEqual([])
    expect([...built].filter((name) => name.endsWith('.ts') && !name.startsWith(page))).toEqual([])
  })

  it('runs: help, and the runbooks linted by it', async () => {
    const main = path.relative(ROOT, path.join(DIST, 'cli.js'))
    expect(await arrestorProcess(['--help'], { main })).toMatchObject({ code: 0, stderr: '' })
    expect(await arrestorProcess(['runbook', 'lint'], { main })).toMatchObject({ code: 0, stderr: '' })
  })

  it('names what it cannot start with, from main.js too', async () => {
    const main = path.relative(ROOT, path.join(DIST, 'main.js'))
    const { code, stderr } = await arrestorProcess([], { main, env: { ARRESTOR_CONFIG: 'none.yml' } })
    expect([code, stderr.slice(0, 8)]).toEqual([1, 'ARR-102:'])
  })
})
