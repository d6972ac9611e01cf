// What the verbs of runbooks say of hostile or broken input: no text from outside steers a terminal, nothing broken is hidden.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatStats } from '../../src/cli/runbook/stats.ts'
import { forTerminal, linesForTerminal } from '../../src/runbooks/terminal.ts'
import { alertBody, startWorld } from '../support/world.ts'
import { arrestor } from './run.ts'

const NAME = 'Evil\u001B[31m\u202Ered\u009B2J\nforged: ok'
const SHOWN = String.raw`Evil\u{1b}[31m\u{202e}red\u{9b}2J\nforged: ok`
const STEERS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/ // oxlint-disable-line no-control-regex

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-hostile-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
  return dir
}
const book = (id: string, match = 'catch_all: true'): string =>
  `---\nid: ${id}\ntitle: ${id}\nowner: us\n${match}\nverified: 2026-11-01\n---\n# T\n\nAll.\n\n## Look\n\nHere.\n`
const alertFile = (): string =>
  path.join(folder({ 'a.json': JSON.stringify({ labels: { alertname: NAME } }) }), 'a.json')

describe('text from outside', () => {
  it('is shown on a terminal, not done: escapes, turned text, forged lines', () => {
    expect(forTerminal(NAME)).toBe(SHOWN)
    expect(linesForTerminal('a\u001B\n\tb\r')).toBe('a\\u{1b}\n\tb\\u{d}')
    for (const plain of ['Ünïcødé', '👩‍👩‍👧', 'می‌خواهم', '']) expect(forTerminal(plain)).toBe(plain)
  })

  it('is so in match, test, lint and coverage, for people and on pull requests', async () => {
    const tests = `tests:\n  - name: ${JSON.stringify(NAME)}\n    alert: { labels: { alertname: ${JSON.stringify(NAME)} } }\n    expect: { match: ${JSON.stringify(NAME)} }\n`
    const dir = folder({
      'any.md': book('any', `match: ['alertname="x", job="y"']`),
      'any.test.yml': tests,
      'bad\nforged.md': 'nothing',
      'rules.yml': JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: NAME }] }] }),
    })
    const said = [
      await arrestor(['runbook', 'test', dir]),
      await arrestor(['runbook', 'test', dir, '--format', 'github']),
      await arrestor(['runbook', 'lint', dir]),
      await arrestor(['runbook', 'lint', dir, '--format', 'github']),
      await arrestor(['runbook', 'match', alertFile(), '-d', dir]),
      await arrestor(['runbook', 'coverage', '--rules', path.join(dir, 'rules.yml'), '-d', dir]),
    ]
    const all = said.map(({ stdout, stderr }) => stdout + stderr)
    for (const text of all) {
      expect(text).not.toMatch(STEERS)
      expect(text).not.toMatch(/^forged/m)
    }
    expect(all.join('')).toContain(SHOWN)
  })

  it('is so in incidents, live coverage and stats of a running service', async () => {
    const world = await startWorld()
    await world.send(
      alertBody({ alertname: NAME, severity: 'critical', team: 'data-platform', job_name: NAME }),
    )
    await world.settle()
    const env = { ARRESTOR_URL: world.service.http.url, ARRESTOR_TOKEN: 'sandbox' }
    for (const args of [
      ['incident', 'list'],
      ['incident', 'show', '1'],
      ['runbook', 'coverage'],
    ]) {
      const { code, stdout } = await arrestor(args, { env })
      expect([args, code, stdout.match(STEERS)]).toEqual([args, 0, null])
      expect(stdout).not.toMatch(/^\s*forged/m)
      expect(stdout).toContain(String.raw`\u{1b}[31m`)
    }
    const gaps = [{ alert: NAME, incidents: 1, last: '2026-11-01T00:00:00Z' }]
    expect(formatStats({ days: 1, runbooks: [], gaps, unused: [{ runbook: NAME, team: null }] })).not.toMatch(
      STEERS,
    )
  })
})

describe('what is broken or missing', () => {
  it('match tells a broken runbook and ends with 1, a missing folder with 2', async () => {
    const dir = folder({ 'any.md': book('any'), 'bad.md': 'no front matter' })
    const broken = await arrestor(['runbook', 'match', alertFile(), '-d', dir])
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining('any: taken by the catch-all')])
    expect(broken.stderr).toContain(`${path.join(dir, 'bad.md')}:1:1: error: `)
    const missing = await arrestor(['runbook', 'match', alertFile(), '-d', path.join(dir, 'none')])
    expect([missing.code, missing.stdout]).toEqual([2, ''])
    expect(missing.stderr).toMatch(/^ARR-710: .*none/)
  })

  it('coverage ends with 2 for either, and for a rule that is neither alert nor record', async () => {
    const rules = (rule: string): string =>
      path.join(folder({ 'r.yml': `groups: [{ name: g, rules: [${rule}] }]\n` }), 'r.yml')
    const good = folder({ 'any.md': book('any') })
    const coverage = (...args: string[]): ReturnType<typeof arrestor> =>
      arrestor(['runbook', 'coverage', ...args])
    const slip = await coverage('--rules', rules('{ alrt: X, expr: up }'), '-d', good)
    expect([slip.code, slip.stdout]).toEqual([2, expect.stringContaining('neither an alert nor a recording')])
    expect((await coverage('--rules', rules('{ record: x, expr: up }'), '-d', good)).code).toBe(0)
    const missing = await coverage('--rules', rules('{ alert: X }'), '-d', path.join(good, 'none'))
    expect([missing.code, missing.stdout]).toEqual([2, expect.stringContaining('cannot be read')])
    const broken = folder({ 'bad.md': 'no front matter' })
    expect((await coverage('--rules', rules('{ alert: X }'), '-d', broken)).code).toBe(2)
  })

  it('lint of a folder without runbooks warns and ends with 1', async () => {
    const { code, stdout } = await arrestor(['runbook', 'lint', folder({ 'notes.txt': 'x' })])
    expect([code, stdout]).toEqual([1, expect.stringContaining('[no-runbooks]')])
  })

  it('an option that would have no effect is refused or told', async () => {
    const dir = folder({ 'any.md': book('any') })
    const match = (...args: string[]): ReturnType<typeof arrestor> =>
      arrestor(['runbook', 'match', alertFile(), '-d', dir, ...args])
    expect((await match('--team', 'nope')).stderr).toContain("No folder is team nope's own")
    expect((await match('--team', 'yes', '-d', `yes=${dir}`)).stderr).toBe('')
    const kind = await match('--platform-kind', 'nope')
    expect([kind.code, kind.stderr]).toEqual([
      1,
      expect.stringContaining('Allowed choices are spark-standalone'),
    ])
    for (const verb of ['lint', 'test']) {
      const both = await arrestor(['runbook', verb, dir, '--json', '--format', 'github'])
      expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('cannot be used with')])
    }
  })

  it('lint of a team’s folder knows of the catch-all that the configuration shares', async () => {
    const dir = folder({
      'shared/any.md': book('any'),
      'team/mine.md': book('mine', `match: ['alertname="x"']`),
      'arrestor.yml': `teams:
  us: { channel: C0123DATA, pagerduty: { routing_key: '\${NOBODY_HAS_THIS}' } }
routing: { default_team: us }
platforms: { prod: { kind: spark-standalone, master_url: 'http://localhost:1' } }
escalation: { default: { steps: [{ after: 5m, page: true }] } }
runbooks: { folders: [${JSON.stringify('SHARED')}, { path: ${JSON.stringify('TEAM')}, team: us }] }
`,
    })
    const config = path.join(dir, 'arrestor.yml')
    const [shared, team] = [path.join(dir, 'shared'), path.join(dir, 'team')]
    writeFileSync(config, readFileSync(config, 'utf8').replace('SHARED', shared).replace('TEAM', team))
    const { stdout, stderr } = await arrestor(['runbook', 'lint', team, '--config', config])
    expect(stderr).toBe('')
    expect(stdout).not.toContain('no-catch-all')
    expect((await arrestor(['runbook', 'lint', team])).stdout).toContain('no-catch-all')
  })
})
