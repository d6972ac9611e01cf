// The written pages: links that lead somewhere, tables that agree with the code, commands that exist.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EVENTS } from '../../src/incidents/events.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name)),
]
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

/** The name GitHub gives to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

describe('the pages', () => {
  it.each(PAGES)('%s: every link leads to a file and a heading that exist', (page) => {
    const prose = read(page).replaceAll(/```[\s\S]*?```/g, '')
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const full = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
      expect(existsSync(path.join(ROOT, full)), `${page} -> ${target}`).toBe(true)
      if (anchor === undefined) continue
      const headings = [...read(full).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''))
      expect(headings, `${page} -> ${target}`).toContain(anchor)
    }
  })

  it('README.md: every npm script and every verb it names exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const page of ['README.md', 'CONTRIBUTING.md'])
      for (const [, name = ''] of read(page).matchAll(/npm run ([\w:]+)/g))
        expect(Object.keys(scripts), `${page}: npm run ${name}`).toContain(name)
    const cli = readdirSync(path.join(ROOT, 'src/cli'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`src/cli/${name}`))
      .join('\n')
    const table = read('README.md').split('## The command line')[1]?.split('\n## ')[0] ?? ''
    const verbs = [...table.matchAll(/^\| .*?\|/gm)].flatMap(([cell]) => [
      ...cell.matchAll(/`(\w+)(?: (\w+))?/g),
    ])
    expect(verbs.length).toBeGreaterThan(6)
    for (const [, verb = '', second] of verbs)
      for (const word of [verb, ...(second === undefined ? [] : [second])])
        expect(new RegExp(`command\\('${word}\\b`).test(cli), `arrestor ${verb} ${second ?? ''}`).toBe(true)
  })

  it('docs/architecture.md names every room of the arrows', () => {
    const text = read('docs/architecture.md')
    const rooms = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    const arrows = read('tools/lint/arrows.js').split('export const ARROWS')[1]?.split('\n}')[0] ?? ''
    for (const room of rooms) {
      expect(arrows, room).toMatch(new RegExp(`^ {2}${room}: `, 'm'))
      expect(text, room).toContain(`\`${room}\``)
    }
  })

  it('docs/extending/adding-an-event.md lists every event, and no other', () => {
    const listed = [...read('docs/extending/adding-an-event.md').matchAll(/^\| `([\w.]+)`/gm)].map(
      ([, name]) => name,
    )
    expect(listed).toEqual(Object.keys(EVENTS))
  })

  it('docs/extending/README.md names types, registries and suites that are there', () => {
    const cells = [...read('docs/extending/README.md').matchAll(/`((?:src|tests)\/[\w./-]+)`/g)].map(
      ([, file]) => file ?? '',
    )
    expect(cells.length).toBeGreaterThan(15)
    for (const file of cells) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
  })

  it('every decision is listed', () => {
    const list = read('docs/adr/README.md')
    for (const name of readdirSync(path.join(ROOT, 'docs/adr')))
      if (name !== 'README.md') {
        expect(list).toContain(`(${name})`)
        for (const part of ['## Context', '## Options', '## Outcome', '## Cost'])
          expect(read(`docs/adr/${name}`), name).toContain(part)
      }
  })
})
