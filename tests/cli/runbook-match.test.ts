// `arrestor runbook match` and `coverage --rules`: any source's body, several alerts, the second pass, one team's runbooks.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { alertBody } from '../support/world.ts'
import { STACK, arrestor, arrestorProcess } from './run.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-match-'))
const put = (name: string, text: string): string => {
  const file = path.join(dir, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}
const json = (name: string, value: unknown): string => put(name, JSON.stringify(value))
const failedJob = { labels: { alertname: 'SparkJobFailed', job_name: 'orders' } }
const unheardOf = { labels: { alertname: 'SparkSomethingNew', job_name: 'orders' } }
const oom = { labels: { alertname: 'SparkExecutorOOMKilled', job_name: 'orders' } }

describe('arrestor runbook match', () => {
  it('tells the second pass beside the first', async () => {
    const file = json('failed.json', failedJob)
    const { code, stdout } = await arrestor([
      'runbook',
      'match',
      file,
      '--outputs',
      '{"death":{"signature":"F02"}}',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('before probes: job-failed (matched)\nexecutor-oom: matched\n')
    expect(stdout).toContain('    held    death.signature="F02"')
    const [told] = JSON.parse(
      (await arrestor(['runbook', 'match', file, '--json', '--outputs', '{"death":{"signature":"F02"}}']))
        .stdout,
    ) as unknown[]
    expect(told).toMatchObject({
      alert: 'SparkJobFailed',
      first: { runbook: 'job-failed', reason: 'matched' },
      runbook: 'executor-oom',
    })
  })

  it.each(['{', '[]', '{"death":3}', '{"death":{"signature":{}}}', 'null'])(
    'says what is wrong with --outputs %s',
    async (outputs) => {
      const { code, stderr } = await arrestor(['runbook', 'match', json('x.json', oom), '--outputs', outputs])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^ARR-705: .*--outputs/)])
      expect(stderr).not.toMatch(STACK)
    },
  )

  it('answers for each of several alerts, as one list in JSON', async () => {
    const file = json('list.json', [oom, unheardOf])
    const { stdout } = await arrestor(['runbook', 'match', file])
    expect(stdout).toMatch(/^# SparkExecutorOOMKilled of orders\nexecutor-oom: matched/)
    expect(stdout).toContain('\n\n# SparkSomethingNew of orders\nunknown-alert: taken by the catch-all')
    const listed = JSON.parse((await arrestor(['runbook', 'match', file, '--json'])).stdout) as {
      runbook: string
    }[]
    expect(listed.map(({ runbook }) => runbook)).toEqual(['executor-oom', 'unknown-alert'])
  })

  it('reads a body as the named source posts it, from standard input too', async () => {
    const body = alertBody({ alertname: 'SparkDriverOOM', job_name: 'orders' })
    const { code, stdout } = await arrestorProcess(['runbook', 'match', '-', '--source', 'alertmanager'], {
      input: JSON.stringify(body),
    })
    expect([code, stdout.startsWith('driver-oom: matched')]).toEqual([0, true])
    const wrong = await arrestor(['runbook', 'match', json('body.json', body), '--source', 'alertmanger'])
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^ARR-707: --source was given alertmanger\.\n {2}Give one of: .*alertmanager/),
    ])
    // With the source named nothing is filled in for it.
    const bare = await arrestor(['runbook', 'match', json('bare.json', oom), '--source', 'alertmanager'])
    expect([bare.code, bare.stderr]).toEqual([1, expect.stringContaining('"version" is missing')])
  })

  it.each(['[]', 'null', '3', '"x"', '{"version":"4","alerts":[]}', '[null]', '[[1]]'])(
    '%s holds no alert',
    async (text) => {
      const { code, stderr } = await arrestor(['runbook', 'match', put('none.json', text)])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^ARR-705: /)])
      expect(stderr).not.toMatch(STACK)
    },
  )

  it('says by its exit code what the answer is worth', async () => {
    const folder = path.dirname(put('half/broken.md', '---\nid: broken\n---\n# T\n'))
    const of = async (...args: string[]): Promise<unknown> =>
      (await arrestor(['runbook', 'match', json('oom.json', oom), ...args])).code
    expect(await of()).toBe(0)
    expect(await of('-d', folder)).toBe(1)
    expect(await of('-d', path.join(folder, 'gone'))).toBe(2)
  })

  it('holds platform_kind where it is given, and does not know it where it is not', async () => {
    const book = (id: string, entry: string): string =>
      `---\nid: ${id}\ntitle: T\nowner: us\nmatch: ['${entry}']\n---\n# T\n\nWords.\n`
    const folder = path.dirname(
      put('kinds/on-yarn.md', book('on-yarn', 'alertname="A", platform_kind="yarn"')),
    )
    const file = json('a.json', { labels: { alertname: 'A' } })
    const args = ['runbook', 'match', file, '-d', folder]
    expect((await arrestor(args)).stdout).toContain('none: no runbook')
    expect((await arrestor(args)).stdout).toContain('unknown  platform_kind="yarn"  (it is not known yet)')
    expect((await arrestor([...args, '--platform-kind', 'yarn'])).stdout).toContain('on-yarn: matched')
  })

  it('matches against one team’s runbooks where a team is named', async () => {
    const book = (title: string): string =>
      `---\nid: a\ntitle: ${title}\nowner: us\nmatch: ['alertname="A"${title === 'Own' ? ', tier="1"' : ''}']\n---\n# T\n\nWords.\n`
    const shared = path.dirname(put('shared/a.md', book('Shared')))
    const own = path.dirname(put('own/a.md', book('Own')))
    const file = json('tier.json', { labels: { alertname: 'A' } })
    const args = ['runbook', 'match', file, '-d', shared, '-d', `streaming=${own}`]
    expect((await arrestor(args)).stdout).toContain('a: matched')
    // Its own runbook stands in place of the shared one, and wants more.
    expect((await arrestor([...args, '--team', 'streaming'])).stdout).toContain('none: no runbook')
  })
})

describe('arrestor runbook coverage --rules', () => {
  const RULES = `groups:
  - name: spark
    rules:
      - { alert: SparkExecutorOOMKilled, expr: up }
      - { alert: KubePodOOMKilled, expr: up, labels: { pod: '{{ $labels.pod }}' } }
      - { alert: SparkSomethingNew, expr: up }
`

  it('tells what the shipped library catches, and what it leaves', async () => {
    const { code, stdout } = await arrestor(['runbook', 'coverage', '--rules', put('rules.yml', RULES)])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^not caught {2}SparkSomethingNew/)
    expect(stdout).toMatch(/^maybe +KubePodOOMKilled +.*executor-oom if pod fits/m)
    expect(stdout).toMatch(/^caught +SparkExecutorOOMKilled +executor-oom/m)
    expect(stdout).toMatch(/^3 rules: 1 caught, 1 maybe, 1 not caught$/m)
  })

  it('fails on a gap where that is asked for, and only then', async () => {
    const gap = ['runbook', 'coverage', '--fail-on-gap', '--rules']
    expect((await arrestor([...gap, put('rules.yml', RULES)])).code).toBe(1)
    const covered = put('covered.yml', RULES.replace(/ +- \{ alert: SparkSomethingNew.*\n/, ''))
    expect((await arrestor([...gap, covered])).code).toBe(0)
  })

  it('reads several files, and ends with 2 when one cannot be read', async () => {
    const files = [put('one.yml', RULES), put('two.yml', RULES)]
    const { stdout } = await arrestor(['runbook', 'coverage', '--json', '--rules', ...files])
    expect(JSON.parse(stdout)).toMatchObject({ caught: 2, maybe: 2, not_caught: 2, problems: [] })
    const broken = await arrestor([
      'runbook',
      'coverage',
      '--rules',
      files[0] ?? '',
      put('broken.yml', 'groups: 3'),
      '/no/such.yml',
    ])
    expect(broken.code).toBe(2)
    expect(broken.stdout).toContain('broken.yml:1:1: error: it holds no groups of rules')
    expect(broken.stdout).toContain('/no/such.yml:1:1: error: the file cannot be read')
  })
})
