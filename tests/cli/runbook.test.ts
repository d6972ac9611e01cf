// `arrestor runbook lint|match|test`: the shipped library is clean, a broken one is told with file, line and mend.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { alertBody, startWorld } from '../support/world.ts'
import { STACK, arrestor, arrestorProcess } from './run.ts'

const BROKEN = `---
id: broken-one
title: Broken
owner: data-platform
severity: hihg
match: ['alertname="SparkBroken"']
---
# Broken

## Diagnose

### Look
\`\`\`yaml probe
id: look
use: spark.executor-death
\`\`\`
`

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-runbooks-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(dir, name), text)
  return dir
}

describe('arrestor runbook', () => {
  it('lints and tests the shipped library clean', async () => {
    expect(await arrestor(['runbook', 'lint', '--verified-days', '36500'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 errors, 0 warnings'),
    })
    expect(await arrestor(['runbook', 'test'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\d{2,} passed, 0 failed/),
    })
  })

  it('needs neither service nor configuration', async () => {
    const { code, stdout } = await arrestorProcess(
      ['runbook', 'lint', path.resolve('runbooks'), '--verified-days', '36500'],
      { cwd: tmpdir() },
    )
    expect([code, stdout.split('\n').slice(0, 2)]).toEqual([
      0,
      [
        expect.stringMatching(/^\d{2,} runbooks, 0 errors, 0 warnings$/),
        expect.stringMatching(/^not checked without an arrestor.yml \(--config\): owners, /),
      ],
    ])
  })

  it('tells a mistake with its file, its line and what was meant, and fails', async () => {
    const dir = folder({ 'broken.md': BROKEN })
    const { code, stdout } = await arrestor(['runbook', 'lint', dir])
    expect(code).toBe(1)
    expect(stdout).toContain(path.join(dir, 'broken.md:5'))
    expect(stdout).not.toMatch(STACK)
    const json = await arrestor(['runbook', 'lint', dir, '--json'])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ errors: expect.any(Number) })
  })

  it('tells an unknown probe with the nearest one', async () => {
    const dir = folder({ 'broken.md': BROKEN.replace('hihg', 'high') })
    const { code, stdout } = await arrestor(['runbook', 'lint', dir])
    expect(code).toBe(1)
    expect(stdout).toMatch(/spark\.executor-deaths/)
  })

  it('fails on a folder that is not there', async () => {
    expect((await arrestor(['runbook', 'lint', '/no/such/folder'])).code).toBe(2)
    expect((await arrestor(['runbook', 'test', '/no/such/folder'])).code).toBe(2)
  })

  it('says which runbook an alert gets and why, for a body and for bare labels', async () => {
    const labels = { alertname: 'SparkExecutorOOMKilled', job_name: 'orders' }
    const dir = folder({
      'body.json': JSON.stringify(alertBody(labels)),
      'labels.json': JSON.stringify({ labels }),
      'nothing.json': JSON.stringify({ labels: { alertname: 'SomethingElse' } }),
    })
    for (const file of ['body.json', 'labels.json']) {
      const { code, stdout } = await arrestor(['runbook', 'match', path.join(dir, file)])
      expect(code).toBe(0)
      expect(stdout).toContain('executor-oom')
      expect(stdout).toContain('alertname')
    }
    const unknown = await arrestor(['runbook', 'match', path.join(dir, 'nothing.json')])
    expect(unknown.stdout).toContain('unknown-alert')
    const json = await arrestor(['runbook', 'match', path.join(dir, 'body.json'), '--json'])
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain('executor-oom')
  })

  it('says what is wrong with an alert that is none, once', async () => {
    const dir = folder({ 'bad.json': '{', 'labelless.json': '{"labels":5}' })
    for (const file of ['bad.json', 'labelless.json', 'gone.json']) {
      const { code, stderr } = await arrestor(['runbook', 'match', path.join(dir, file)])
      expect([file, code]).toEqual([file, 1])
      expect(stderr).toMatch(/^ARR-705: /)
      expect(stderr).not.toMatch(STACK)
    }
  })

  it('fails when a test of a runbook fails, and says which', async () => {
    const dir = folder({
      'broken-one.md': BROKEN.replace('hihg', 'high').replace('executor-death', 'executor-deaths'),
      'broken-one.test.yml':
        'tests:\n  - name: matches another\n    alert: { labels: { alertname: Other } }\n    expect: { match: broken-one }\n',
    })
    const { code, stdout } = await arrestor(['runbook', 'test', dir])
    expect(code).toBe(1)
    expect(stdout).toContain('FAILED matches another')
  })
})

describe('a service whose runbooks cannot be read', () => {
  it('says so once at the start, with folder and mend, and takes alerts all the same', async () => {
    const world = await startWorld({
      config: (yaml) => `${yaml}\nrunbooks: { folders: [/no/such/folder] }\n`,
    })
    const told = world.logs.filter((line) => line.includes('ARR-601'))
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('/no/such/folder')
    expect(told[0]).toContain('arrestor runbook lint')
    expect(await world.send(alertBody({ alertname: 'SparkDriverOOM', job_name: 'orders' }))).toMatchObject({
      status: 200,
    })
    await world.settle()
    expect(world.cards()).toHaveLength(1)
  })
})
