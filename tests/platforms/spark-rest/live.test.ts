// What only a live Spark tells, or tells in pages: the driver's own metrics, when tasks ended, and very many queries.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Place, readTaskTimes } from '../../../src/platforms/spark-rest/application.ts'
import { createReadClient } from '../../../src/platforms/spark-rest/client.ts'
import { readGauges } from '../../../src/platforms/spark-rest/gauges.ts'
import { readQueries } from '../../../src/platforms/spark-rest/queries.ts'
import { stage as stageOf } from '../../diagnosis/support.ts'
import { NEVER, type Reply, type Stage, stage } from '../support.ts'

const APP = 'app-20261122145000-0000'
const open: Stage[] = []

async function place(reply: (url: URL) => Reply): Promise<Place & { asked: string[] }> {
  const served = await stage((_method, url) => reply(url))
  open.push(served)
  const client = createReadClient({ platform: 'batch', baseUrl: served.url })
  return {
    client,
    path: `/api/v1/applications/${APP}`,
    pages: 'http://driver:4040',
    asked: served.asked,
  }
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})
const recorded = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'recordings', name), 'utf8')
const json = (value: unknown): Reply => ({ type: 'text/json', body: JSON.stringify(value) })

describe.each(['3.5.9', '4.3.0'])('the metrics of a driver of Spark %s', (version) => {
  it('are there by names that do not say whose they are', async () => {
    const spark = await place(() => ({ type: 'text/json;charset=utf-8', body: recorded(`metrics-${version}.json`) }))
    const gauges = await readGauges(spark, APP, NEVER)
    expect(spark.asked).toEqual(['GET /metrics/json/'])
    expect([...gauges!.keys()].filter((name) => name.includes('app-'))).toEqual([])
    for (const name of [
      'DAGScheduler.job.activeJobs',
      'ExecutorAllocationManager.executors.numberTargetExecutors',
      'ExecutorAllocationManager.executors.numberAllExecutors',
      'LiveListenerBus.queue.appStatus.numDroppedEvents',
      'LiveListenerBus.queue.executorManagement.numDroppedEvents',
      'LiveListenerBus.queue.eventLog.numDroppedEvents',
      'spark.streaming.orders.latency',
      'spark.streaming.orders.inputRate-total',
      'spark.streaming.orders.processingRate-total',
      'spark.streaming.orders.states-usedBytes',
    ])
      expect(gauges!.get(name), name).toEqual(expect.any(Number))
  }) // prettier-ignore
})

describe('the metrics of a driver', () => {
  it('have another namespace, even one with dots, cut off as well', async () => {
    const gauges = { 'com.acme.orders.driver.jvm.heap.used': { value: 7 }, 'HiveExternalCatalog.x': { value: 1 } }
    const read = await readGauges(await place(() => json({ gauges })), APP, NEVER)
    expect([...read!]).toEqual([
      ['jvm.heap.used', 7],
      ['HiveExternalCatalog.x', 1],
    ])
  }) // prettier-ignore

  it('leave out what is no number', async () => {
    const value = { a: { value: 'NaN' }, b: { value: null }, c: { value: ['x'] }, d: {}, e: { value: 1.5 } }
    const read = await readGauges(await place(() => json({ gauges: value, counters: { f: { count: 2 } } })), APP, NEVER) // prettier-ignore
    expect([...read!]).toEqual([
      ['e', 1.5],
      ['f', 2],
    ])
  })

  it('are nobody’s in a History Server, which would answer of itself', async () => {
    const spark = await place(() => json({ gauges: { x: { value: 1 } } }))
    expect(await readGauges({ ...spark, kept: true }, APP, NEVER)).toBeNull()
    expect(spark.asked).toEqual([])
  })

  it('that are switched off are an unexpected answer: Spark redirects to its first page', async () => {
    const spark = await place(() => ({ status: 302, location: '/jobs/' }))
    await expect(readGauges(spark, APP, NEVER)).rejects.toMatchObject({ code: 'ARR-502' })
  })
})

describe('when tasks ended', () => {
  const task = (taskId: number, status: string, more: object = {}): object => ({
    taskId, index: taskId, attempt: 0, executorId: '1', status, launchTime: '2026-11-22T14:50:00.000GMT', ...more,
  }) // prettier-ignore

  it('is asked for in two requests, of those that were launched last', async () => {
    const spark = await place((url) =>
      url.searchParams.get('status') === 'RUNNING'
        ? json([
            task(9, 'RUNNING', {
              duration: 500,
              taskMetrics: {
                executorRunTime: 0,
                inputMetrics: { bytesRead: 5 },
                shuffleReadMetrics: { remoteBytesRead: 30, localBytesRead: 200 },
              },
            }),
          ])
        : json([task(7, 'SUCCESS', { duration: 1500 }), task(8, 'SUCCESS')]),
    )
    const stage = stageOf({ id: 3, attempt: 1, tasks: 200_000, completedTasks: 150_000 })
    expect(await readTaskTimes(spark, stage, 50, NEVER)).toEqual([
      { id: 9, executorId: '1', launchedAt: new Date('2026-11-22T14:50:00Z'), endedAt: null, readBytes: 235 },
      {
        id: 7,
        executorId: '1',
        launchedAt: new Date('2026-11-22T14:50:00Z'),
        endedAt: new Date('2026-11-22T14:50:01.500Z'),
        readBytes: null,
      },
    ])
    const list = `GET /api/v1/applications/${APP}/stages/3/1/taskList`
    expect(spark.asked.toSorted()).toEqual([
      `${list}?status=RUNNING&sortBy=ID&offset=0&length=50`,
      `${list}?status=SUCCESS&sortBy=ID&offset=149950&length=50`,
    ])
  })

  it('asks for no ended ones while there are none', async () => {
    const spark = await place(() => json([]))
    expect(await readTaskTimes(spark, stageOf({ completedTasks: 0 }), 0, NEVER)).toEqual([])
    expect(spark.asked).toHaveLength(1)
    expect(spark.asked[0]).toContain('length=1')
  })
})

describe('queries', () => {
  it('come with what their operators measured, and a page for people', async () => {
    const all = JSON.parse(recorded('sql-4.3.0.json')) as { id: number; nodes: unknown[] }[]
    const spark = await place((url) => {
      const id = /\/sql\/(\d+)$/.exec(url.pathname)?.[1]
      return json(id === undefined ? all.map((one) => ({ ...one, nodes: [] })) : all.find((one) => String(one.id) === id)) // prettier-ignore
    })
    const queries = await readQueries(spark, 10, NEVER)
    const write = queries.find(({ id }) => id === 0)
    expect(write?.link).toBe('http://driver:4040/SQL/execution/?id=0')
    expect(write?.durationMs).toBeGreaterThan(1000)
    const node = write?.nodes.find(({ name }) => name.startsWith('Execute InsertInto'))
    expect(node?.metrics).toContainEqual({ name: 'number of written files', value: 280, unit: 'number', text: '280' }) // prettier-ignore
  })

  it('of an application with thousands are listed page by page, and no more than five pages of them', async () => {
    const kept = 7000
    const spark = await place((url) => {
      const id = /\/sql\/(\d+)$/.exec(url.pathname)?.[1]
      if (id !== undefined) return json({ id: Number(id), status: 'COMPLETED' })
      const offset = Number(url.searchParams.get('offset'))
      const length = Math.min(Number(url.searchParams.get('length')), kept - offset)
      return json(Array.from({ length }, (_, at) => ({ id: offset + at, status: 'COMPLETED' })))
    })
    expect((await readQueries(spark, 1, NEVER)).map(({ id }) => id)).toEqual([4999])
    expect(spark.asked.filter((one) => one.includes('/sql?'))).toHaveLength(5)
  })
})
