// `arrestor runbook test` as CI runs it: recorded answers through the real reader, roles that hold, exit codes.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { STACK, arrestor } from './run.ts'

const RUNBOOK = readFileSync('runbooks/executor-oom.md', 'utf8')
const RECORDINGS = path.resolve('src/sandbox/spark/recordings')
const GIVEN = `    alert: { labels: { alertname: SparkExecutorOOMKilled, job_name: orders-daily } }
    platform: { kind: spark-standalone, capabilities: [application.kill] }
`
const SEEN =
  '{ outputs: { death: { signature: F02 } }, buttons: [{ title: Kill Application, requires: commander }] }'

function folder(tests: string, runbook = RUNBOOK): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-runbook-test-'))
  writeFileSync(path.join(dir, 'executor-oom.md'), runbook)
  writeFileSync(path.join(dir, 'executor-oom.test.yml'), tests)
  return dir
}

const caseOf = (recorded: string, expected: string): string =>
  `tests:\n  - name: recorded\n${GIVEN}    recorded: ${recorded}\n    expect: ${expected}\n`

describe('arrestor runbook test', () => {
  it.each(['executor-oom', 'executor-oom@3.5', 'executor-oom@4'])(
    'runs the probes against the recording %s',
    async (recorded) => {
      const { code, stdout } = await arrestor(['runbook', 'test', folder(caseOf(recorded, SEEN))])
      expect([code, stdout]).toEqual([0, '1 file: 1 passed, 0 failed\n'])
    },
  )

  it('runs them against a recording of one’s own beside the test file', async () => {
    const dir = folder(caseOf('./recordings/mine', SEEN))
    cpSync(path.join(RECORDINGS, 'executor-oom', '3.5'), path.join(dir, 'recordings', 'mine'), {
      recursive: true,
    })
    expect(await arrestor(['runbook', 'test', dir])).toMatchObject({ code: 0 })
  })

  it.each([
    ['executor-ooom', 'there are data-skew, driver-oom, executor-oom, fetch-failed, healthy, streaming-lag'],
    ['executor-oom@2.4', 'executor-oom was recorded on Spark 3.5 and 4, not on 2.4'],
    ['./recordings/none', 'live.json is missing'],
    ['./recordings/broken', 'is not JSON'],
    ['./recordings/other', 'is no recorded moment: '],
  ])('says what is wrong with the recording %s', async (recorded, why) => {
    const dir = folder(caseOf(recorded, SEEN))
    for (const [name, text] of [
      ['broken', '{'],
      ['other', '{"at":1}'],
    ] as const) {
      mkdirSync(path.join(dir, 'recordings', name), { recursive: true })
      writeFileSync(path.join(dir, 'recordings', name, 'live.json'), text)
    }
    const { code, stdout } = await arrestor(['runbook', 'test', dir])
    expect(code).toBe(1)
    expect(stdout).toContain(why)
    expect(stdout).not.toMatch(STACK)
  })

  it('says that recordings are of another kind of platform', async () => {
    const { code, stdout } = await arrestor([
      'runbook',
      'test',
      folder(caseOf('healthy', '{}').replace('spark-standalone', 'yarn')),
    ])
    expect([code, stdout.includes('recordings are of spark-standalone')]).toEqual([1, true])
  })

  it('shows findings that differ beside those there are', async () => {
    const expected =
      '{ findings: [{ probe: death, severity: low, says: nobody died }], outputs: { death: { signature: F03 } } }'
    const { code, stdout } = await arrestor(['runbook', 'test', folder(caseOf('executor-oom', expected))])
    expect(code).toBe(1)
    expect(stdout).toContain('- expected F03\n    + actual   F02')
    expect(stdout).toMatch(
      /- death: low: nobody died\n {4}\+ death: critical: 8 executors of orders-daily died/,
    )
  })

  it('tells the role that will really hold: the floor of arrestor.yml raises, a runbook cannot lower it', async () => {
    const weak = RUNBOOK.replaceAll('requires: commander', 'requires: responder')
    const tests = (role: string): string =>
      caseOf('executor-oom', `{ buttons: [{ title: Kill Application, requires: ${role} }] }`)
    const dir = folder(tests('responder'), weak)
    expect((await arrestor(['runbook', 'test', dir])).code).toBe(0)
    const config = path.join(dir, 'arrestor.yml')
    writeFileSync(
      config,
      `teams:
  data-platform: { channel: C0DATA, commanders: [U0ALICE], escalation: default }
routing: { default_team: data-platform }
escalation: { default: { steps: [{ after: 0s, page: true }] } }
actions: { spark.kill-application: { requires: commander } }
`,
    )
    const raised = await arrestor(['runbook', 'test', dir, '--config', config])
    expect(raised.stdout + raised.stderr).toContain('+ Kill Application (commander)')
    expect(raised.code).toBe(1)
    writeFileSync(path.join(dir, 'executor-oom.test.yml'), tests('commander'))
    expect((await arrestor(['runbook', 'test', dir, '--config', config])).code).toBe(0)
  })

  it('ends with 2 and says why when the configuration cannot be read', async () => {
    const { code, stderr } = await arrestor(['runbook', 'test', '--config', '/no/such.yml'])
    expect(code).toBe(2)
    expect(stderr).toContain('ARR-102')
  })

  it('takes a body as Alertmanager posts it', async () => {
    const body = JSON.stringify({
      version: '4',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'SparkContainerOOM', job_name: 'orders' },
          startsAt: '2026-11-02T01:00:00Z',
        },
      ],
    })
    const tests = `tests:\n  - name: body\n    alertmanager: ${body}\n    expect: { key: any/job=orders }\n`
    expect(await arrestor(['runbook', 'test', folder(tests)])).toMatchObject({ code: 0 })
    const none = await arrestor(['runbook', 'test', folder(tests.replace('"4"', '"1"'))])
    expect([none.code, none.stdout.includes('/webhooks/grafana')]).toEqual([1, true])
  })

  it('answers as JSON, as annotations and as JUnit', async () => {
    const dir = folder(caseOf('executor-oom', '{ why: named }'))
    const json = await arrestor(['runbook', 'test', dir, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      failed: 1,
      cases: [{ differences: [{ what: 'why', line: 6 }] }],
    })
    expect((await arrestor(['runbook', 'test', dir, '--format', 'github'])).stdout).toMatch(
      /^::error file=.*line=6/,
    )
    const junit = await arrestor(['runbook', 'test', dir, '--format', 'junit'])
    expect([junit.code, junit.stdout.startsWith('<?xml')]).toEqual([1, true])
  })
})
