// Real History Servers: what they tell of runs that have ended, and of themselves: up, gone, and one that looks no more.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, type HistoryDaemon, startCluster, until } from '../../../scripts/spark/cluster.ts'
import {
  HOW_TO_INSTALL,
  type SparkInstallation,
  findSpark,
  wantedLines,
} from '../../../scripts/spark/lines.ts'
import { type Evidence, type ProbeResult, gradeOf, milder } from '../../../src/diagnosis/model.ts'
import { ranked } from '../../../src/diagnosis/history/percentile.ts'
import { span } from '../../../src/diagnosis/probes/support.ts'
import { runProbes } from '../../../src/diagnosis/run-probes.ts'
import type { Run } from '../../../src/alerts/model.ts'
import { NEVER, platformOf, runOf } from '../../platforms/support.ts'
import { LEAN } from './stand.ts'
import { JOBS_FOLDER } from './standalone.ts'

/** Lines of 1 KiB that each run reads; the last one is the one that is looked at. */
const GROWS = [200, 300, 400, 8000] as const
/** Seconds matter here, and a MiB: nights that grow by gigabytes are not for tests. */
const RATIO = [1.1, 1.5, 2, 4] as const
const MATERIAL_MIN = [0.05, 10, 30, 120] as const
const QUIET = {
  'spark.cores.max': '1',
  'spark.driver.extraJavaOptions': LEAN,
  'spark.executor.extraJavaOptions': LEAN,
}

type Row = Readonly<Record<string, unknown>>
interface Attempt {
  readonly startTimeEpoch: number
  readonly endTimeEpoch: number
  readonly lastUpdatedEpoch: number
  readonly completed: boolean
}
interface Listed {
  readonly id: string
  readonly name: string
  readonly attempts: readonly Attempt[]
}

async function ask<T>(url: string): Promise<T> {
  const answer = await fetch(url)
  expect([url, answer.status]).toEqual([url, 200])
  return (await answer.json()) as T
}

async function look(
  use: string,
  params: object,
  config: Record<string, unknown>,
  run: Partial<Run>,
  now = new Date(),
): Promise<ProbeResult> {
  const { reader } = platformOf({ timeout_ms: 20_000, ...config })
  const step = { id: 'seen', use, params: params as never, heading: 'Seen' }
  const context = { run: runOf(run), labels: {}, reader, signal: NEVER, now }
  const [result] = await runProbes([step], context, { deadlineMs: 60_000, concurrency: 1 })
  return result!
}

function historyOf(spark: SparkInstallation): void {
  let cluster: Cluster
  let history: string
  /** Reads the logs when it starts and then once an hour. */
  let asleep: HistoryDaemon
  let listedAt: number
  beforeAll(async () => {
    cluster = await startCluster(spark, { history: true, workers: 2 })
    history = String(cluster.historyUrl)
    cluster.submit(path.join(JOBS_FOLDER, 'heartbeat.py'), QUIET, ['600'])
    await until(async () => (await running(history)).length === 1, 'meters-poll in the History Server')
    asleep = await cluster.startHistory({ 'spark.history.fs.update.interval': '1h' })
    await until(async () => (await running(asleep.url)).length === 1, 'meters-poll in the other one')
    listedAt = (await running(asleep.url))[0]!.attempts[0]!.lastUpdatedEpoch
  })
  afterAll(() => cluster?.stop())

  const running = (url: string): Promise<Listed[]> => ask(`${url}/api/v1/applications?status=running`)

  describe('run.history: a job that is run again and again over more input', () => {
    const ids: string[] = []
    let seen: ProbeResult
    beforeAll(async () => {
      for (const [night, lines] of GROWS.entries()) {
        const folder = path.join(cluster.workDir, `receipts-${night}`)
        await mkdir(folder)
        await writeFile(path.join(folder, 'receipts.txt'), `${'r'.repeat(1023)}\n`.repeat(lines))
        const submitted = cluster.submit(path.join(JOBS_FOLDER, 'growing_input.py'), QUIET, [folder])
        expect([submitted.log, await submitted.ended]).toEqual([submitted.log, 0])
        await until(async () => {
          const kept = await ask<Listed[]>(`${history}/api/v1/applications?status=completed`)
          const mine = kept.filter(({ name }) => name === 'receipts-match')
          if (mine.length <= night) return false
          ids.push(mine.find(({ id }) => !ids.includes(id))!.id)
          return true
        }, `run ${night} in the History Server`)
      }
      const config = { master_url: cluster.masterUrl, history_url: history }
      const params = { ratio: [...RATIO], material_min: [...MATERIAL_MIN], material_mib: 1, read_s: 30 }
      seen = await look('run.history', params, config, { runId: ids.at(-1)!, jobName: 'receipts-match' })
    })

    const stagesOf = (id: string): Promise<Row[]> =>
      ask(`${history}/api/v1/applications/${id}/stages?details=false`)
    const total = (rows: readonly Row[], ...names: string[]): number =>
      rows.reduce((sum, row) => sum + names.reduce((a, name) => a + Number(row[name]), 0), 0)

    it('is told with its time, the median and the 95th percentile of the nights before', async () => {
      const [length] = seen.findings
      const earlier = length?.evidence.slice(1) ?? []
      const [mine, ...others] = await Promise.all((length?.evidence ?? []).map(timeBehind))
      expect(earlier.map(({ from }) => from).sort()).toEqual(ids.slice(0, -1).map((id) => `run ${id}`).sort()) // prettier-ignore
      const at = (share: number): number => ranked(others, (ms) => ms, share)!
      // It does sixteen seconds more of work; a start on a busy machine may take as long, which is no fault of the figures.
      const beyondMin = (mine! - at(0.95)) / 60_000
      const severity = milder(gradeOf(mine! / at(0.95), RATIO), gradeOf(beyondMin, MATERIAL_MIN))
      expect(length).toMatchObject({ severity, link: expect.stringContaining(ids.at(-1)!) })
      expect(length?.sentence).toBe(
        `This run of receipts-match took ${span(mine!)}; of 3 earlier runs half took ${span(at(0.5))} or less, 95 % ${span(at(0.95))} or less.`,
      )
      expect(seen.outputs).toMatchObject({
        earlier: 3,
        read: 3,
        minutes: Number((mine! / 60_000).toFixed(1)),
        p50_minutes: Number((at(0.5) / 60_000).toFixed(1)),
        p95_minutes: Number((at(0.95) / 60_000).toFixed(1)),
        ratio: Number((mine! / at(0.95)).toFixed(2)),
        failed_in_a_row: 0,
        later_succeeded: null,
      })
      expect(seen.findings.flatMap(({ unreached }) => unreached)).toEqual([])
    })

    it('and as larger, by what the History Server says that the stages of each night read', async () => {
      const read = await Promise.all(ids.map(async (id) => total(await stagesOf(id), 'inputBytes')))
      const moved = await Promise.all(
        ids.map(async (id) => total(await stagesOf(id), 'shuffleReadBytes', 'shuffleWriteBytes')),
      )
      expect(read[3]).toBeGreaterThanOrEqual(8000 * 1024)
      expect(seen.outputs).toMatchObject({
        input_bytes: read[3],
        input_p50_bytes: read[1],
        input_p95_bytes: read[2],
        input_change: 'more',
        shuffle_bytes: moved[3],
        shuffle_change: 'none',
        executors: 1,
        executors_change: 'none',
      })
      const larger = seen.findings.find(({ sentence }) => sentence.includes('more input'))
      expect(larger?.sentence).toMatch(
        /^Against 3 earlier runs of receipts-match this one had more input \([\d.]+ MiB; /,
      )
      for (const { text, link } of larger?.evidence ?? []) {
        const said = /sum inputBytes (\d+)/.exec(text)?.[1]
        expect([link, total(await ask<Row[]>(link!), 'inputBytes')]).toEqual([link, Number(said)])
      }
    })

    it('and names the stage whose time changed most, with that of each night', async () => {
      const stages = await stagesOf(ids.at(-1)!)
      const longest = stages.reduce((a, b) => (stageMs(b) > stageMs(a) ? b : a))
      expect(seen.outputs).toMatchObject({
        stage: longest['stageId'],
        stage_name: longest['name'],
        stage_s: Number((stageMs(longest) / 1000).toFixed(1)),
        stage_change: 'longer',
      })
      const told = seen.findings.find(({ sentence }) => sentence.includes('no stage has changed more'))
      expect(told?.sentence).toContain(`Stage ${String(longest['stageId'])} (${String(longest['name'])}) took ${span(stageMs(longest))}; in 3 earlier runs`) // prettier-ignore
      expect(told?.evidence).toHaveLength(4)
      for (const { text, link } of told?.evidence ?? []) {
        const [attempt] = await ask<Row[]>(link!)
        expect([link, stageMs(attempt!)]).toEqual([link, Number(/: (\d+) ms;/.exec(text)?.[1])])
      }
    })
  })

  describe('spark.history-server', () => {
    const listOf = (url: string): string => `${url}/api/v1/applications?status=running&limit=500`
    const seen = (url: string, thresholds: object = {}, now?: Date): Promise<ProbeResult> =>
      look('spark.history-server', { thresholds }, { master_url: cluster.masterUrl, history_url: url }, {}, now) // prettier-ignore

    it('one that keeps up: what it lists is as old as it says itself', async () => {
      const before = newest(await ask<Listed[]>(listOf(history)))
      const now = new Date()
      const { outputs, findings } = await seen(history, { history_latency: [1e9, 1e9, 1e9, 1e9] }, now)
      const after = newest(await ask<Listed[]>(listOf(history)))
      expect(outputs).toMatchObject({
        state: 'up',
        signature: 'none',
        spark_version: spark.version,
        running: 1,
        severity: 'none',
      })
      const ages = [before, after].map((at) => Math.max(0, now.getTime() - at) / 60_000)
      expect(outputs['lag_minutes']).toBeLessThanOrEqual(Number(ages[0]!.toFixed(1)))
      expect(outputs['lag_minutes']).toBeGreaterThanOrEqual(Number(ages[1]!.toFixed(1)))
      expect(outputs['latency_s']).toBeGreaterThan(0)
      expect(findings).toMatchObject([{ severity: 'none', link: listOf(history) }])
      // Its limit counts what status has chosen: of all that it keeps another one comes first.
      const [first] = await ask<Listed[]>(`${history}/api/v1/applications?limit=1`)
      const [running] = await ask<Listed[]>(`${history}/api/v1/applications?status=running&limit=1`)
      expect([first?.attempts[0]?.completed, running?.attempts[0]?.completed]).toEqual([true, false])
    })

    it('one that looks no more is behind: its driver has gone on, as both say', async () => {
      await until(() => Date.now() > listedAt + 75_000, 'a minute since it looked')
      const limits = { history_lag: [1 / 60, 2 / 60, 60, 60], history_latency: [1e9, 1e9, 1e9, 1e9] }
      const { outputs, findings } = await seen(asleep.url, limits)
      expect(outputs).toMatchObject({ state: 'behind', signature: 'F23', severity: 'medium', running: 1 })
      const [list, driver] = findings[0]?.evidence ?? []
      expect(list?.text).toContain(`newest lastUpdatedEpoch ${listedAt} `)
      expect(newest(await ask<Listed[]>(list!.link!))).toBe(listedAt)
      const [, id, field, at] = /^job (\d+) (\w+) (\S+)$/.exec(driver?.text ?? '') ?? []
      const jobs = await ask<Row[]>(driver!.link!)
      const job = jobs.find(({ jobId }) => jobId === Number(id))
      expect(String(job?.[field!]).replace('GMT', 'Z')).toBe(at)
      // The one that keeps up has no such trouble.
      const other = await seen(history, limits)
      expect(other.outputs).toMatchObject({ signature: 'none', severity: 'none' })
    })

    it('one that was stopped is down', async () => {
      await asleep.stop()
      const { outputs, findings } = await seen(asleep.url)
      expect(outputs).toMatchObject({ state: 'down', signature: 'F23', severity: 'high', latency_s: null })
      expect(findings).toMatchObject([
        {
          sentence: expect.stringMatching(/does not answer: .*ECONNREFUSED/),
          confidence: 'high',
          link: `${asleep.url}/api/v1/version`,
        },
      ])
    })

    it.each([['the master', () => cluster.masterUrl]] as const)('%s is none', async (_what, url) => {
      const { outputs } = await seen(url())
      expect(outputs).toMatchObject({ state: 'wrong', signature: 'F23' })
    })
  })
}

const newest = (listed: readonly Listed[]): number =>
  Math.max(...listed.map(({ attempts }) => attempts[0]!.lastUpdatedEpoch))

function stageMs(stage: Row): number {
  const at = (name: string): number => Date.parse(String(stage[name]).replace('GMT', 'Z'))
  return at('completionTime') - at('submissionTime')
}

/** A run's milliseconds as the link beside them says; they are those of the evidence. */
async function timeBehind({ text, from, link }: Evidence): Promise<number> {
  const id = from.replace('run ', '')
  const ms = await (link!.endsWith('/json/') ? byMaster(link!, id) : byHistory(link!))
  expect([text, ms]).toEqual([text, Number(/^(\d+) ms/.exec(text)?.[1])])
  return ms
}

async function byMaster(link: string, id: string): Promise<number> {
  const { completedapps } = await ask<{ completedapps: { id: string; duration: number }[] }>(link)
  return completedapps.find((app) => app.id === id)!.duration
}

async function byHistory(link: string): Promise<number> {
  const { attempts } = await ask<Listed>(link)
  return attempts[0]!.endTimeEpoch - attempts[0]!.startTimeEpoch
}

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
  else describe(`History Servers of a real Spark ${spark.version}`, () => historyOf(spark))
}
