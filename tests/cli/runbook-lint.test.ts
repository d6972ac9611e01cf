// `arrestor runbook lint`: which configuration it takes, in which forms it answers, and what its exit codes mean.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { STACK, arrestor, arrestorProcess } from './run.ts'

const GOOD = `---
id: good
title: Good
owner: data-platform
catch_all: true
verified: 2026-11-01
---
# Good

All is well.

## Look

Here.
`
const TESTS = 'tests:\n  - { name: any, alert: { labels: { alertname: x } }, expect: {} }\n'
const CONFIG = `teams:
  data-platform: { channel: C0123DATA, pagerduty: { routing_key: '\${NOBODY_HAS_THIS}' } }
routing: { default_team: data-platform }
platforms:
  prod: { kind: spark-standalone, master_url: '\${NOR_THIS}', actions: [application.kill] }
escalation: { default: { steps: [{ after: 5m, page: true }] } }
`

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-cli-lint-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
  return dir
}
const FRESH = ['--verified-days', '36500']
const lint = (...args: string[]): ReturnType<typeof arrestor> =>
  arrestor(['runbook', 'lint', ...FRESH, ...args])

describe('the configuration', () => {
  it('is read without its secrets: what no variable fills is no mistake', async () => {
    const dir = folder({ 'r/good.md': GOOD, 'r/good.test.yml': TESTS, 'arrestor.yml': CONFIG })
    const clean = await lint(path.join(dir, 'r'), '--config', path.join(dir, 'arrestor.yml'))
    expect(clean).toEqual({ code: 0, stdout: '1 runbook, 0 errors, 0 warnings\n', stderr: '' })
  })

  it('says what a platform can be asked: a Prometheus beside it lets its metrics be queried', async () => {
    const query = '\n```yaml probe\nid: heap\nuse: prometheus.query\nquery: up\n```\n'
    const dir = folder({ 'r/good.md': `${GOOD}${query}`, 'r/good.test.yml': TESTS, 'arrestor.yml': CONFIG })
    const config = path.join(dir, 'arrestor.yml')
    expect((await lint(path.join(dir, 'r'), '-c', config)).stdout).toContain(
      'good.md:18:6: warning: no configured platform offers metrics',
    )
    writeFileSync(config, CONFIG.replace('master_url:', "prometheus: { url: '${NOR_THAT}' }, master_url:"))
    expect((await lint(path.join(dir, 'r'), '-c', config)).stdout).toBe('1 runbook, 0 errors, 0 warnings\n')
  })

  it('that lies here is taken, with its folders, and ARRESTOR_CONFIG goes before it', async () => {
    const dir = folder({
      'mine/good.md': GOOD.replace('data-platform', 'nobody'),
      'mine/good.test.yml': TESTS,
      'arrestor.yml': `${CONFIG}runbooks: { folders: [mine] }\n`,
      'other.yml': `${CONFIG}runbooks: { folders: [gone] }\n`,
    })
    const here = await arrestorProcess(['runbook', 'lint', ...FRESH], { cwd: dir })
    expect([here.code, here.stdout]).toEqual([
      0,
      expect.stringContaining(
        'mine/good.md:4:8: warning: "nobody" is no team of arrestor.yml [unknown-owner]',
      ),
    ])
    const other = await arrestorProcess(['runbook', 'lint', ...FRESH], {
      cwd: dir,
      env: { ARRESTOR_CONFIG: 'other.yml' },
    })
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('ARR-710: The folder gone')])
  })

  it.each([
    ['that is not there', {}, /^ARR-102: /],
    ['that is no YAML', { 'arrestor.yml': 'teams: [' }, /^ARR-101: /],
    ['with a mistake beside its secrets', { 'arrestor.yml': CONFIG.replace('after: 5m', 'after: 5') }, /escalation\.default\.steps\.0\.after/],
    ['whose platform kind is a secret', { 'arrestor.yml': CONFIG.replace('kind: spark-standalone, ', '') }, /ARR-101/],
  ])('%s: nothing is linted, exit code 2', async (_, files, expected) => {
    const dir = folder({ 'r/good.md': GOOD, ...files })
    const { code, stdout, stderr } = await lint(path.join(dir, 'r'), '-c', path.join(dir, 'arrestor.yml'))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(STACK)
    expect(stderr).not.toContain('NOBODY_HAS_THIS')
  }) // prettier-ignore
})

describe('the answer', () => {
  it('for people says what was not checked; for pull requests it annotates; for machines it is JSON', async () => {
    const dir = folder({ 'good.md': GOOD.replace('verified: 2026-11-01\n', ''), 'good.test.yml': TESTS })
    const file = path.join(dir, 'good.md')
    const human = await lint(dir)
    expect(human.stdout).toBe(
      [
        `${file}:2:1: warning: nothing says when somebody last held this against reality [unverified]`,
        '  Do so, and give the day: verified: 2026-11-01.',
        '1 runbook, 0 errors, 1 warning',
        'not checked without an arrestor.yml (--config): owners, escalation policies, platforms and what they offer, floors of actions, webhooks\n',
      ].join('\n'),
    )
    const github = await lint(dir, '--format', 'github')
    expect(github.stdout).toContain(`::warning file=${file},line=2,col=1,title=unverified::nothing says when`)
    for (const json of [await lint(dir, '--json'), await lint(dir, '--format', 'json')])
      expect(JSON.parse(json.stdout)).toMatchObject({
        runbooks: 1,
        warnings: 1,
        problems: [{ file, code: 'unverified' }],
        unchecked: expect.arrayContaining(['owners']),
      })
  })

  it('ends with 0 on warnings, with 1 when they are to fail, with 1 on errors', async () => {
    const warned = folder({ 'good.md': GOOD })
    expect((await lint(warned)).code).toBe(0)
    expect((await lint(warned, '--strict')).code).toBe(1)
    expect((await lint(folder({ 'good.md': GOOD, 'good.test.yml': TESTS }), '--strict')).code).toBe(0)
    expect((await lint(folder({ 'bad.md': GOOD }))).code).toBe(1)
  })

  it('ends with 2 where the folder is a file, or is not there', async () => {
    const dir = folder({ 'good.md': GOOD })
    for (const name of ['good.md', 'gone']) {
      const { code, stderr } = await lint(path.join(dir, name))
      expect([name, code]).toEqual([name, 2])
      expect(stderr).toMatch(/^ARR-710: /)
      expect(stderr).not.toMatch(STACK)
    }
  })
})
