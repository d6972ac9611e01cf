// Two readers of one log must agree: ours and Spark's History Server, over logs that real Sparks wrote.
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventLog, createEventLogReader } from '../../../src/platforms/event-log/reader.ts'
import { folderStore } from '../../../src/platforms/event-log/store.ts'
import { createReadClient } from '../../../src/platforms/spark-rest/client.ts'
import {
  type Place,
  readEnvironment,
  readExecutors,
  readFailedTasks,
  readJobs,
  readStages,
  readTaskQuantiles,
} from '../../../src/platforms/spark-rest/application.ts'
import { NEVER, type Stage, stage } from '../support.ts'
import { memoryStore } from './memory-store.ts'

const RECORDINGS = path.join(import.meta.dirname, 'recordings')

interface Answers {
  application: { id: string; name: string; attempts: { appSparkVersion: string; endTime: string }[] }
  executors: unknown[]
  jobs: unknown[]
  stages: unknown[]
  environment: unknown
  failed: Record<string, unknown>
  quantiles: Record<string, unknown>
}

for (const name of ['3.5-single', '3.5-rolled', '4-single', '4-rolled'])
  describe(`event log of a real Spark: ${name}`, () => {
    let answers: Answers
    let history: Stage
    let place: Place
    let log: EventLog
    beforeAll(async () => {
      answers = JSON.parse(await readFile(path.join(RECORDINGS, name, 'answers.json'), 'utf8')) as Answers
      history = await stage((_method, url) => answerOf(answers, url.pathname))
      const client = createReadClient({ platform: 'batch', baseUrl: history.url })
      place = { client, path: `/api/v1/applications/${answers.application.id}`, pages: history.url }
      const reader = createEventLogReader('batch', folderStore(path.join(RECORDINGS, name, 'log')))
      log = (await reader.find('.', answers.application.id, NEVER))!
    })
    afterAll(() => history?.close())

    it('knows the application', () => {
      const [attempt] = answers.application.attempts
      expect(log.app).toMatchObject({ id: answers.application.id, name: 'audit-trail', user: 'spark' })
      expect(log.app.sparkVersion).toBe(attempt?.appSparkVersion)
      expect(log.app.endedAt).toEqual(new Date(attempt!.endTime.replace('GMT', 'Z')))
      expect(log.unread).toEqual([])
      expect(log.broken).toBe(0)
    })

    it('has the same executors, the dead with their reasons', async () => {
      // A log that has ended tells of no task that runs; only a live Spark counts those.
      const theirs = byId((await readExecutors(place, NEVER)).map(({ activeTasks: _running, ...one }) => one))
      const ours = byId(log.executors)
      // The History Server may hear of an executor's end before that of its last task, and then leaves that out.
      const lastTasks = { failedTasks: 0, totalDurationMs: 0 }
      expect(ours.map((one) => (one.active ? one : { ...one, ...lastTasks }))).toEqual(
        theirs.map((one) => (one.active ? one : { ...one, ...lastTasks })),
      )
      for (const [index, one] of ours.entries()) {
        expect(one.failedTasks, one.id).toBe(failedOn(log, one.id))
        expect(theirs[index]?.failedTasks, one.id).toBeLessThanOrEqual(one.failedTasks)
      }
      expect(log.executors.some(({ removeReason }) => removeReason === 'Command exited with code 52')).toBe(
        true,
      )
    })

    it('has the same stages with the same sums', async () => {
      const theirs = await readStages(place, NEVER)
      const ours = [...log.stages.values()].map((one) => ({ ...one.stage, link: '' }))
      expect(byId(ours)).toEqual(byId(theirs.map((one) => ({ ...one, link: '' }))))
    })

    it('has the same failed tasks in the same words', async () => {
      for (const theirStage of await readStages(place, NEVER)) {
        const key = `${theirStage.id}.${theirStage.attempt}`
        if (theirStage.failedTasks === 0) continue
        const theirs = await readFailedTasks(place, theirStage, NEVER, 50)
        // A task whose executor vanished has no metrics. Theirs are zeros; we know how long it was under way.
        const ours = (log.stages.get(key)?.failedTasks ?? []).map((one) =>
          one.readBytes === null ? { ...one, readBytes: 0, runMs: 0 } : one,
        )
        expect(byId(ours)).toEqual(byId(theirs))
      }
      const said = [...log.stages.values()].flatMap(({ failedTasks }) =>
        failedTasks.map(({ errorMessage }) => errorMessage ?? ''),
      )
      expect(said.some((text) => text.includes('ValueError: order 7 has no customer'))).toBe(true)
      expect(said.some((text) => /^ExecutorLostFailure \(executor \d+ exited caused/.test(text))).toBe(true)
    })

    it('has the same quantiles of the tasks of every stage', async () => {
      let compared = 0
      for (const theirStage of await readStages(place, NEVER)) {
        const ours = log.stages.get(`${theirStage.id}.${theirStage.attempt}`)?.quantiles() ?? null
        const theirs = await readTaskQuantiles(place, theirStage, NEVER)
        if (ours === null || theirs === null) {
          expect(ours).toEqual(theirs)
          continue
        }
        // Among its successful tasks' times the History Server counts those of failed tasks, too.
        const mixed = theirStage.failedTasks === 0 ? {} : { durationMs: [], schedulerDelayMs: [] }
        expect({ ...ours, ...mixed }, theirStage.name).toEqual({ ...theirs, ...mixed })
        compared += 1
      }
      expect(compared).toBeGreaterThan(1)
    })

    it('has the same jobs and properties', async () => {
      expect(
        byId(
          log.jobs.map(({ id, status, submittedAt, completedAt, stageIds }) => ({
            id,
            status,
            submittedAt,
            completedAt,
            stageIds,
          })),
        ),
      ).toEqual(byId(await readJobs(place, NEVER)))
      expect(log.jobs.filter(({ status }) => status === 'FAILED')).toHaveLength(2)
      expect(log.jobs.at(-1)?.failure).toContain('Command exited with code 52')
      expect(log.properties).toEqual(await readEnvironment(place, NEVER))
    })

    it('has its queries, the one that failed with its error', () => {
      expect(log.queries.map(({ id, status, description }) => [id, status, description])).toEqual([
        [1, 'FAILED', 'executors that end'],
        [0, 'COMPLETED', 'orders per user'],
      ])
      const [failed, completed] = log.queries
      expect(failed?.error).toContain('Command exited with code 52')
      expect(completed?.error).toBeNull()
      expect(completed?.durationMs).toBeGreaterThan(0)
      for (const { plan } of log.queries) expect(plan).toMatch(/^== Physical Plan ==\n[^]*\n\(\d+\) /)
    })

    it('reads the same out of what Databricks makes of it: hours packed with gzip, and one being written', async () => {
      const text = await plainText(path.join(RECORDINGS, name, 'log'))
      const lines = text.split('\n')
      const half = Math.floor(lines.length / 2)
      const store = memoryStore({
        'c/eventlog/a/b/eventlog-2026-11-22--10-15.gz': gzipSync(`${lines.slice(0, half).join('\n')}\n`),
        'c/eventlog/a/b/eventlog': Buffer.from(lines.slice(half).join('\n')),
      })
      const again = await createEventLogReader('batch', store).open('c/eventlog/a/b', NEVER)
      expect(again?.executors).toEqual(log.executors)
      expect([...again!.stages.values()].map((one) => one.stage)).toEqual(
        [...log.stages.values()].map((one) => one.stage),
      )
    })
  })

function failedOn(log: EventLog, executorId: string): number {
  const failed = [...log.stages.values()].flatMap(({ failedTasks }) => failedTasks)
  return failed.filter((task) => task.executorId === executorId).length
}

function byId<T extends { id: string | number; attempt?: number }>(items: readonly T[]): T[] {
  const key = (item: T): string => `${item.id}.${item.attempt ?? 0}`.padStart(12, '0')
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function answerOf(answers: Answers, pathname: string): { status?: number; type?: string; body?: string } {
  const rest = pathname.replace(/^\/api\/v1\/applications\/[^/]+/, '')
  const stageOf = /^\/stages\/(\d+)\/(\d+)\/(taskList|taskSummary)$/.exec(rest)
  const key = stageOf === null ? '' : `${stageOf[1]}.${stageOf[2]}`
  const found =
    stageOf?.[3] === 'taskList'
      ? answers.failed[key]
      : stageOf?.[3] === 'taskSummary'
        ? answers.quantiles[key]
        : {
            '/allexecutors': answers.executors,
            '/stages': answers.stages,
            '/jobs': answers.jobs,
            '/environment': answers.environment,
          }[rest]
  // The recorder keeps null for what the History Server has not.
  if (found === undefined || found === null || isNotFound(found))
    return { status: 404, type: 'text/plain', body: 'no such thing' }
  return { body: JSON.stringify(found) }
}

function isNotFound(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'status' in value && 'servlet' in value
}

async function plainText(folder: string): Promise<string> {
  const texts: string[] = []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isFile() || entry.name.startsWith('appstatus')) continue
    texts.push(zstdDecompressSync(await readFile(path.join(entry.parentPath, entry.name))).toString('utf8'))
  }
  return texts.join('')
}
