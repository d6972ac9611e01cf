// `arrestor diagnose --app`: on recordings of real Sparks behind real ports, on event logs, and on nothing at all.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { deadUrl, stage } from '../platforms/support.ts'
import { STACK, arrestor } from './run.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-diagnose-app-'))
const EVENT_FOLDER = path.join(import.meta.dirname, '../platforms/event-log/recordings/3.5-rolled/log')
const EVENT_APP = 'app-20261122184448-0001'
const DRIVER_LOG = path.join(import.meta.dirname, 'logs', 'driver-oom-4.3.0.jsonl')
let spark: SparkReplay
let appId: string

beforeAll(async () => {
  spark = await createSparkReplay({ port: 0 })
  appId = spark.start('executor-oom').appId
})
afterAll(async () => {
  await spark.close()
  await rm(folder, { recursive: true, force: true })
})

const OOM = /^F02 executor-heap-oom: .*\n\n.*\n {2}java\.lang\.OutOfMemoryError: Java heap space/

describe('arrestor diagnose --app', () => {
  it('tells what broke, the line, the class, the verdict and the findings, of a master', async () => {
    const args = ['diagnose', '--app', appId, '--master', spark.masterUrl, '--history', spark.historyUrl]
    const { code, stdout, stderr } = await arrestor(args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(OOM)
    expect(stdout).toMatch(/^Class: +deterministic \(the same data/m)
    expect(stdout).toMatch(/^Rerun: +A rerun is unsafe: /m)
    expect(stdout).toMatch(/^ {2}critical +\d+ executors? of /m)
    expect(stdout).not.toContain('Not reached')
  })

  it.each([
    ['fetch-failed', 'F02'],
    ['data-skew', 'F05'],
    ['driver-oom', 'F01'],
    ['streaming-lag', 'F14'],
  ])('names what every recording shows: %s is %s', async (recording, mode) => {
    const { appId: id } = spark.start(recording)
    const args = ['diagnose', '--app', id, '--master', spark.masterUrl, '--history', spark.historyUrl]
    expect((await arrestor(args)).stdout).toMatch(new RegExp(`^${mode} `))
  })

  it('a driver that died over its result has failed, whatever master and jobs say', async () => {
    const { appId: id } = spark.start('driver-oom')
    const args = ['diagnose', '--app', id, '--master', spark.masterUrl, '--history', spark.historyUrl]
    expect((await arrestor(args)).stdout).toMatch(/^ {2}high +customer-export \(app-\d+-\d+\) failed after /m)
  })

  it('knows of a stream by its queries', async () => {
    const { appId: id } = spark.start('streaming-lag')
    const { stdout } = await arrestor(['diagnose', '--app', id, '--master', spark.masterUrl, '--json'])
    const { results } = JSON.parse(stdout) as { results: { step: string; outputs: object }[] }
    const verdict = results.find(({ step }) => step === 'run.rerun')?.outputs
    expect(verdict).toMatchObject({ streaming: true, rerun: 'unsafe' })
  })

  it('of a driver UI alone, and of a platform of arrestor.yml', async () => {
    expect((await arrestor(['diagnose', '--app', appId, '--driver', spark.uiUrl(appId)])).stdout).toMatch(OOM)
    const file = path.join(folder, 'arrestor.yml')
    writeFileSync(
      file,
      `teams:\n  data: { channel: C0123ABCD, platforms: [batch], escalation: default }\nrouting: { default_team: data }\nescalation: { default: { steps: [{ after: 5m, page: true }] } }\nplatforms:\n  batch: { kind: spark-standalone, master_url: '${spark.masterUrl}' }\n`,
    )
    const asked = await arrestor(['diagnose', '--app', appId, '--platform', 'batch', '--config', file])
    expect(asked.stderr).toBe('')
    expect(asked.stdout).toMatch(OOM)
    const other = await arrestor(['diagnose', '--app', appId, '--platform', 'stream', '--config', file])
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('ARR-703')])
  })

  it.each(['--history', '--driver', '--master'])(
    'P12: refuses a password in the address of %s without saying it, and tells the way',
    async (option) => {
      for (const url of [
        'http://me:hush-hush@127.0.0.1:9',
        'me:hush-hush@127.0.0.1',
        'http://me:hush-hush@[',
      ]) {
        const { code, stdout, stderr } = await arrestor(['diagnose', '--app', appId, option, url])
        expect([code, stderr]).toEqual([1, expect.stringContaining('ARR-707')])
        expect(stdout + stderr).not.toContain('hush')
      }
      const { stderr } = await arrestor([
        'diagnose',
        '--app',
        appId,
        option,
        'http://me:hush-hush@127.0.0.1:9',
      ])
      expect(stderr).toContain('auth: { type: basic')
    },
  )

  it('sends whoever has no arrestor.yml to the place itself for what there is', async () => {
    const { stderr } = await arrestor([
      'diagnose',
      '--app',
      'app-20200101000000-0000',
      '--history',
      spark.historyUrl,
    ])
    expect(stderr).toContain(`List what there is with \`curl ${spark.historyUrl}/api/v1/applications\``)
    expect(stderr).not.toContain('doctor')
  })

  it('P12: what a platform of arrestor.yml repeats of a secret is not printed, by doctor neither', async () => {
    const end = await stage(() => ({
      status: 401,
      type: 'text/plain',
      body: 'no half of it, but other-secret',
    }))
    const file = path.join(folder, 'echo.yml')
    writeFileSync(
      file,
      `teams:\n  data: { channel: C0123ABCD, platforms: [batch], escalation: default }\nrouting: { default_team: data }\nescalation: { default: { steps: [{ after: 5m, page: true }] } }\napi: { tokens: [{ name: cli, token: other-secret }] }\nplatforms:\n  batch: { kind: spark-standalone, master_url: '${end.url}', auth: { type: bearer, token: hush-hush } }\n`,
    )
    const asked = await arrestor(['diagnose', '--app', appId, '--platform', 'batch', '--config', file])
    const checked = await arrestor(['doctor', '-c', file])
    await end.close()
    for (const { stdout, stderr } of [asked, checked]) {
      expect(stdout + stderr).toContain('no half of it, but [redacted]')
      expect(stdout + stderr).not.toContain('other-secret')
    }
  })

  it('of a History Server where the driver has gone, and says so', async () => {
    const dead = await deadUrl()
    const { stdout } = await arrestor(['diagnose', '--app', appId, '--driver', dead, '--history', spark.historyUrl]) // prettier-ignore
    expect(stdout).toMatch(OOM)
    expect(stdout).toMatch(/^Not reached:\n {2}driver UI: /m)
  })

  it('of a folder of event logs, as Spark wrote them', async () => {
    const { code, stdout } = await arrestor(['diagnose', '--app', EVENT_APP, '--event-log', EVENT_FOLDER])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^F\d\d /)
    expect(stdout).toContain('in its event log')
  })

  it('reads the driver’s log beside it, which alone knows of the driver’s own end', async () => {
    const quiet = spark.start('healthy').appId
    const args = ['diagnose', '--app', quiet, '--master', spark.masterUrl]
    expect((await arrestor(args)).stdout).toMatch(/^Nothing that was found names a failure/)
    expect((await arrestor([...args, '--log', DRIVER_LOG])).stdout).toMatch(/^F01 driver-oom: /)
  })

  it('answers programs', async () => {
    const args = ['diagnose', '--app', appId, '--master', spark.masterUrl, '--json']
    const { conclusion, results, unreached } = JSON.parse((await arrestor(args)).stdout) as {
      conclusion: { id: string }
      results: { step: string }[]
      unreached: string[]
    }
    expect(conclusion).toMatchObject({ id: 'F02', class: 'deterministic', certainty: 'high' })
    expect(results.map(({ step }) => step)).toContain('run.rerun')
    expect(unreached).toEqual([])
  })

  it.each([
    ['an application that nobody knows', () => ['--app', 'app-19990101000000-0000', '--master', spark.masterUrl], 'ARR-703'],
    ['a place where nobody answers', async () => ['--app', appId, '--master', await deadUrl()], 'ARR-501'],
    ['no place', () => ['--app', appId, '--config', path.join(folder, 'none.yml')], 'ARR-707'],
    ['two places', () => ['--app', appId, '--master', spark.masterUrl, '--driver', spark.masterUrl], 'ARR-707'],
    ['an address that is none', () => ['--app', appId, '--master', 'spark://host:7077'], 'ARR-707'],
    ['a log that is not there', () => ['--app', appId, '--master', spark.masterUrl, '--log', '/nowhere'], 'ARR-706'],
    ['a folder that is not there', () => ['--app', appId, '--event-log', '/nowhere'], 'ARR-703'],
  ])('explains %s', async (_what, args, code) => {
    const ended = await arrestor(['diagnose', ...(await args())])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(code)
    expect(ended.stderr).not.toMatch(STACK)
  }) // prettier-ignore
})
