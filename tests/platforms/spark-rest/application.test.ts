// What Spark's REST answers become, on every version: fields that are absent, dates that are not yet, peaks that are zero.
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Place,
  lastJobFailed,
  lastQueryFailed,
  readEnvironment,
  readExecutors,
  readFailedTasks,
  readStages,
  readTaskQuantiles,
} from '../../../src/platforms/spark-rest/application.ts'
import { createReadClient } from '../../../src/platforms/spark-rest/client.ts'
import { readQueries } from '../../../src/platforms/spark-rest/queries.ts'
import type { SparkStage } from '../../../src/ports.ts'
import { NO_TOTALS } from '../../diagnosis/support.ts'
import { NEVER, type Stage, stage } from '../support.ts'

const PATH = '/api/v1/applications/app-1'
const STAGE: SparkStage = {
  id: 3, attempt: 1, status: 'ACTIVE', name: '', tasks: 8, failedTasks: 1, completedTasks: 0,
  failureReason: null, executorRunMs: 0, totals: NO_TOTALS, submittedAt: null, completedAt: null, link: '',
} // prettier-ignore
const open: Stage[] = []

/** A Spark that answers this at every path. */
async function place(answer: unknown): Promise<Place & { asked: string[] }> {
  const served = await stage(() =>
    answer === 404 ? { status: 404, type: 'text/plain' } : { body: JSON.stringify(answer) },
  )
  open.push(served)
  const client = createReadClient({ platform: 'batch', baseUrl: served.url })
  return { client, path: PATH, pages: 'http://driver:4040', asked: served.asked }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe('executors', () => {
  it('need no more than an id and whether they are active', async () => {
    expect(await readExecutors(await place([{ id: '1', isActive: true }]), NEVER)).toEqual([
      {
        id: '1', host: '', active: true, addedAt: null, removedAt: null, removeReason: null, failedTasks: 0,
        completedTasks: 0, totalDurationMs: 0, totalGcMs: 0, maxMemoryBytes: 0, peakHeapBytes: null,
        peakRssBytes: null, maxTasks: 0,
        activeTasks: 0, totalShuffleReadBytes: 0, excluded: false,
      },
    ]) // prettier-ignore
  })

  it('have a host without its port, instants, and no peak where it is zero', async () => {
    const dead = {
      id: '1',
      hostPort: '[::1]:4040',
      isActive: false,
      removeTime: '2026-11-22T14:47:27.696GMT',
      peakMemoryMetrics: { JVMHeapMemory: 0 },
    }
    const [one] = await readExecutors(await place([dead]), NEVER)
    expect(one).toMatchObject({
      host: '[::1]',
      removedAt: new Date('2026-11-22T14:47:27.696Z'),
      peakHeapBytes: null,
    })
  })

  it('are asked for dead and alive', async () => {
    const spark = await place([])
    await readExecutors(spark, NEVER)
    expect(spark.asked).toEqual([`GET ${PATH}/allexecutors`])
  })
})

describe('stages and tasks', () => {
  it('never bring every task along', async () => {
    const spark = await place([{ stageId: 3, attemptId: 1, status: 'FAILED', failureReason: 'x' }])
    expect(await readStages(spark, NEVER)).toEqual([
      expect.objectContaining({
        id: 3,
        attempt: 1,
        failureReason: 'x',
        link: 'http://driver:4040/stages/stage/?id=3&attempt=1',
      }),
    ])
    expect(spark.asked).toEqual([`GET ${PATH}/stages?details=false`])
  })

  it('are asked for so that the slowest failed ones come first, and sorted so', async () => {
    const row = (taskId: number, more: object): object => ({ taskId, index: 0, attempt: 0, executorId: '1', status: 'FAILED', ...more })
    const spark = await place([
      row(1, { duration: 62 }),
      row(2, { taskMetrics: { executorRunTime: 900, inputMetrics: { bytesRead: 5 }, shuffleReadMetrics: { remoteBytesRead: 2, localBytesRead: 1 } } }),
      row(3, {}),
    ])
    const tasks = await readFailedTasks(spark, STAGE, NEVER, 20)
    expect(tasks.map(({ id, runMs, readBytes }) => [id, runMs, readBytes])).toEqual([[2, 900, 8], [1, 62, null], [3, null, null]])
    expect(spark.asked).toEqual([`GET ${PATH}/stages/3/1/taskList?status=FAILED&sortBy=runtime&offset=0&length=20`])
    await readFailedTasks(spark, STAGE, NEVER, 0)
    expect(spark.asked.at(-1)).toContain('length=1')
  }) // prettier-ignore

  it('have quantiles once one has succeeded, on versions with fewer fields, too', async () => {
    expect(await readTaskQuantiles(await place(404), STAGE, NEVER)).toBeNull()
    expect(await readTaskQuantiles(await place({ quantiles: [0.5], executorRunTime: [7] }), STAGE, NEVER)).toEqual({
      quantiles: [0.5], runMs: [7], shuffleReadBytes: [], inputBytes: [], durationMs: [],
      schedulerDelayMs: [], outputBytes: [], shuffleWriteBytes: [],
    })
  }) // prettier-ignore

  it('are none of an application that Spark does not know', async () => {
    expect(await readStages(await place(404), NEVER)).toEqual([])
    expect(await readFailedTasks(await place(404), STAGE, NEVER, 5)).toEqual([])
    expect(await readEnvironment(await place(404), NEVER)).toEqual(new Map())
  })
})

it.each([
  [[], null],
  [
    [
      { jobId: 1, status: 'SUCCEEDED' },
      { jobId: 0, status: 'FAILED' },
    ],
    false,
  ],
  [
    [
      { jobId: 1, status: 'FAILED' },
      { jobId: 0, status: 'SUCCEEDED' },
    ],
    true,
  ],
  [[{ jobId: 0, status: 'RUNNING' }], false],
])('whether the last job failed: %j %j', async (jobs, failed) => {
  expect(await lastJobFailed(await place(jobs), NEVER)).toBe(failed)
})

it.each<[string, Parameters<typeof stage>[0], boolean | null]>([
  ['the newest failed', () => ({ body: '[{"id":0,"status":"COMPLETED"},{"id":1,"status":"FAILED"}]' }), true],
  [
    'an earlier one failed',
    () => ({ body: '[{"id":1,"status":"COMPLETED"},{"id":0,"status":"FAILED"}]' }),
    false,
  ],
  ['there was none', () => ({ body: '[]' }), null],
  ['there is no such page', () => ({ status: 404, type: 'text/html', body: '<html></html>' }), null],
  ['nobody answers', () => 'destroy', null],
])('whether the last query failed: %s', async (_what, reply, failed) => {
  const served = await stage(reply)
  open.push(served)
  const client = createReadClient({ platform: 'batch', baseUrl: served.url })
  expect(await lastQueryFailed({ client, path: PATH, pages: '' }, NEVER)).toBe(failed)
})

describe('queries', () => {
  it('come with their plans, unfinished ones first, then the newest, and no more than asked for', async () => {
    const asked: string[] = []
    const served = await stage((method, url) => {
      asked.push(`${method} ${url.pathname}${url.search}`)
      const id = /\/sql\/(\d+)$/.exec(url.pathname)?.[1]
      const list = [1, 2, 3, 4].map((one) => ({ id: one, status: one === 2 ? 'FAILED' : 'COMPLETED' }))
      return {
        body: JSON.stringify(
          id === undefined
            ? list
            : {
                ...list[Number(id) - 1],
                description: 'x',
                planDescription: `plan ${id}`,
                // As 4.x; empty where nothing failed.
                errorMessage: id === '2' ? 'No' : '',
              },
        ),
      }
    })
    open.push(served)
    const spark = {
      client: createReadClient({ platform: 'batch', baseUrl: served.url }),
      path: PATH,
      pages: '',
    }
    expect(await readQueries(spark, 2, NEVER)).toEqual([
      expect.objectContaining({
        id: 2,
        status: 'FAILED',
        description: 'x',
        plan: 'plan 2',
        nodes: [],
        error: 'No',
      }),
      expect.objectContaining({ id: 4, status: 'COMPLETED', description: 'x', plan: 'plan 4', error: null }),
    ])
    expect(asked).toEqual([
      `GET ${PATH}/sql?details=false&planDescription=false&offset=0&length=1000`,
      `GET ${PATH}/sql/2?details=true&planDescription=true`,
      `GET ${PATH}/sql/4?details=true&planDescription=true`,
    ])
  })
})
