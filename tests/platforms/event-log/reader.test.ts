// The event-log reader against logs as they really are found: torn, huge, foreign, growing, packed in ways we cannot read.
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEventLogReader } from '../../../src/platforms/event-log/reader.ts'
import { folderStore } from '../../../src/platforms/event-log/store.ts'
import { NEVER } from '../support.ts'
import { memoryStore } from './memory-store.ts'

const START = [
  { Event: 'SparkListenerLogStart', 'Spark Version': '3.5.9' },
  {
    Event: 'SparkListenerApplicationStart',
    'App Name': 'orders',
    'App ID': 'app-1',
    Timestamp: 1_000_000,
    User: 'etl',
  },
  {
    Event: 'SparkListenerExecutorAdded',
    Timestamp: 1_000_100,
    'Executor ID': '1',
    'Executor Info': { Host: 'worker-1', 'Total Cores': 4 },
  },
]

function lines(...events: object[]): string {
  return `${[...START, ...events].map((event) => JSON.stringify(event)).join('\n')}\n`
}

function taskEnd(id: number, reason: object = { Reason: 'Success' }, metrics: object | null = {}): object {
  return {
    Event: 'SparkListenerTaskEnd',
    'Stage ID': 0,
    'Stage Attempt ID': 0,
    'Task End Reason': reason,
    'Task Info': {
      'Task ID': id,
      Index: id,
      Attempt: 0,
      'Launch Time': 1_000_200,
      'Executor ID': '1',
      Host: 'worker-1',
      'Getting Result Time': 0,
      'Finish Time': 1_000_200 + id,
      Failed: true,
      Killed: false,
    },
    ...(metrics === null ? {} : { 'Task Metrics': { 'Executor Run Time': id, ...metrics } }),
  }
}

const read = (files: Record<string, Buffer>, limits = {}) =>
  createEventLogReader('batch', memoryStore(files), limits).find('.', 'app-1', NEVER)

describe('the event log of an application that still runs', () => {
  it('is read up to where its packed bytes end', async () => {
    for (const pack of [gzipSync, zstdCompressSync]) {
      const whole = pack(lines(...Array.from({ length: 5000 }, (_, id) => taskEnd(id))))
      const log = await read({ 'app-1.inprogress': whole.subarray(0, Math.floor(whole.length * 0.7)) })
      expect(log?.app).toMatchObject({ id: 'app-1', endedAt: null, sparkVersion: '3.5.9' })
      expect(log?.stages.get('0.0')?.stage.completedTasks).toBeGreaterThan(0)
      expect(log?.stages.get('0.0')?.stage.completedTasks).toBeLessThan(5000)
    }
  })

  it('may end in the middle of a line', async () => {
    const text = lines(taskEnd(1))
    const log = await read({ 'app-1': Buffer.from(text.slice(0, -40)) })
    expect(log?.executors[0]).toMatchObject({ id: '1', host: 'worker-1', active: true })
    expect(log?.unread).toEqual(['event log: 1 events that are not as Spark writes them'])
  })

  it('is read again once it has grown, and once only as long as it has not', async () => {
    const files = { 'app-1': Buffer.from(lines(taskEnd(1))) }
    const store = memoryStore(files)
    const reader = createEventLogReader('batch', store)
    const [first, twice] = await Promise.all([
      reader.find('.', 'app-1', NEVER),
      reader.find('.', 'app-1', NEVER),
    ])
    expect(twice).toBe(first)
    expect(await reader.find('.', 'app-1', NEVER)).toBe(first)
    files['app-1'] = Buffer.from(lines(taskEnd(1), taskEnd(2)))
    const grown = await reader.find('.', 'app-1', NEVER)
    expect(grown?.stages.get('0.0')?.stage.completedTasks).toBe(2)
    expect(store.asked.filter((what) => what.startsWith('read'))).toHaveLength(2)
  })
})

describe('bounds', () => {
  it('reads no more than allowed of what unpacks to a thousand times its size, and says so', async () => {
    const bomb = zstdCompressSync(Buffer.concat([Buffer.from(lines()), Buffer.alloc(64 * 1024 * 1024, 'a')]))
    expect(bomb.length).toBeLessThan(100_000)
    const log = await read({ 'app-1.zstd': bomb }, { maxBytes: 1024 * 1024, maxLineBytes: 64 * 1024 })
    expect(log?.app.id).toBe('app-1')
    expect(log?.unread).toEqual(['event log: what comes after 1 MB'])
  })

  it('passes over a line that is too long, and goes on after it', async () => {
    const long = JSON.stringify({ Event: 'SparkListenerJobStart', 'Job ID': 1, plan: 'x'.repeat(5000) })
    const log = await read(
      { 'app-1': Buffer.from(`${lines()}${long}\n${JSON.stringify(taskEnd(3))}\n`) },
      { maxLineBytes: 4000 },
    )
    expect(log?.jobs).toEqual([])
    expect(log?.stages.get('0.0')?.stage.completedTasks).toBe(1)
    expect(log?.unread).toEqual(['event log: 1 lines that are too long'])
  })

  it('leaves out the middle of a rolled log that is too large, and says so', async () => {
    const log = await read(
      {
        'eventlog_v2_app-1/events_1_app-1': Buffer.from(lines()),
        'eventlog_v2_app-1/events_2_app-1': Buffer.alloc(5000, '\n'),
        'eventlog_v2_app-1/events_3_app-1': Buffer.from(`${JSON.stringify(taskEnd(1))}\n`),
      },
      { maxStoredBytes: 2000 },
    )
    expect(log?.unread).toEqual(['event log: 1 of its files in the middle, for their size'])
    expect(log?.stages.get('0.0')?.stage.completedTasks).toBe(1)
  })

  it('keeps the slowest of many thousand failed tasks, and counts all', async () => {
    const failure = {
      Reason: 'ExceptionFailure',
      'Full Stack Trace': 'java.lang.OutOfMemoryError: Java heap',
    }
    const failures = Array.from({ length: 3000 }, (_, id) => taskEnd(id, failure))
    const log = await read({ 'app-1': Buffer.from(lines(...failures)) })
    const stage = log?.stages.get('0.0')
    expect(stage?.stage.failedTasks).toBe(3000)
    expect(stage?.failedTasks).toHaveLength(200)
    expect(stage?.failedTasks[0]).toMatchObject({ id: 2999, runMs: 2999 })
    expect(stage?.quantiles()).toBeNull()
  })

  it('stops at its signal, and does not keep what failed', async () => {
    const store = memoryStore({ 'app-1': Buffer.from(lines()) })
    const reader = createEventLogReader('batch', store)
    await expect(reader.find('.', 'app-1', AbortSignal.abort())).rejects.toThrow()
    expect((await reader.find('.', 'app-1', NEVER))?.app.name).toBe('orders')
  })
})

describe('what is not an event log', () => {
  it('is told as something unexpected', async () => {
    for (const [bytes, why] of [
      [Buffer.from('<html>sign in</html>'), 'there is no event of Spark in it'],
      [Buffer.from('LZ4Block and more of it'), 'packed with lz4'],
      [Buffer.from('\x82SNAPPY\0 and more', 'latin1'), 'packed with snappy'],
      [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8]), 'there is no event of Spark in it'],
      [Buffer.alloc(0), 'there is no event of Spark in it'],
      [Buffer.from('\0\0\0\n{"Event":\n[]\n{"Event":{}}\n'), 'there is no event of Spark in it'],
    ] as const)
      await expect(read({ 'app-1': bytes }), why).rejects.toMatchObject({
        code: 'ARR-502',
        message: expect.stringContaining(why),
      })
  })

  it('is null where there is nothing', async () => {
    expect(await read({ 'app-2': Buffer.from(lines()) })).toBeNull()
    expect(await createEventLogReader('batch', memoryStore({})).open('nowhere', NEVER)).toBeNull()
  })

  it('passes over events that are not as Spark writes them, and says how many', async () => {
    const broken = [
      { Event: 'SparkListenerTaskEnd', 'Stage ID': 'zero' },
      { Event: 'SparkListenerJobEnd' },
      { Event: 'SparkListenerExecutorRemoved', 'Executor ID': 7 },
      { Event: 'SparkListenerSomethingNew', payload: 1 },
    ]
    const log = await read({ 'app-1': Buffer.from(lines(...broken)) })
    expect(log?.broken).toBe(3)
    expect(log?.executors).toHaveLength(1)
  })
})

describe('what Spark says of tasks and executors', () => {
  it('is said in the words of its own API', async () => {
    const reasons = [
      {
        Reason: 'ExecutorLostFailure',
        'Executor ID': '7',
        'Exit Caused By App': false,
        'Loss Reason': 'worker lost',
      },
      {
        Reason: 'FetchFailed',
        'Block Manager Address': { 'Executor ID': '2', Host: 'w', Port: 7337 },
        'Shuffle ID': 3,
        'Map ID': 4,
        'Map Index': 5,
        'Reduce ID': 6,
        Message: 'Connection reset',
      },
      { Reason: 'TaskResultLost' },
      { Reason: 'SomethingOfTomorrow' },
      { Reason: 'TaskKilled', 'Kill Reason': 'another attempt succeeded' },
    ]
    const log = await read({
      'app-1': Buffer.from(lines(...reasons.map((reason, id) => taskEnd(id, reason)))),
    })
    const stage = log?.stages.get('0.0')
    expect(stage?.stage).toMatchObject({ failedTasks: 4, completedTasks: 0 })
    expect(stage?.failedTasks.map(({ errorMessage }) => errorMessage).reverse()).toEqual([
      'ExecutorLostFailure (executor 7 exited unrelated to the running tasks) Reason: worker lost',
      'FetchFailed(BlockManagerId(2, w, 7337, None), shuffleId=3, mapIndex=5, mapId=4, reduceId=6, message=\nConnection reset\n)',
      'TaskResultLost (result lost from block manager)',
      'SomethingOfTomorrow',
    ])
  })

  it('marks executors that are kept from tasks, by themselves or with their host, and unmarks them', async () => {
    const mark = (name: string, more: object): object => ({
      Event: `org.apache.spark.scheduler.${name}`,
      time: 1,
      ...more,
    })
    const log = async (...events: object[]) =>
      (await read({ 'app-1': Buffer.from(lines(...events)) }))?.executors[0]?.excluded
    expect(await log(mark('SparkListenerExecutorExcluded', { executorId: '1' }))).toBe(true)
    expect(await log(mark('SparkListenerNodeBlacklisted', { hostId: 'worker-1' }))).toBe(true)
    expect(
      await log(
        mark('SparkListenerExecutorExcluded', { executorId: '1' }),
        mark('SparkListenerExecutorUnexcluded', { executorId: '1' }),
      ),
    ).toBe(false)
  })
})

describe('a folder of this machine', () => {
  it('is read below itself and nowhere else', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'arrestor-event-log-'))
    try {
      await writeFile(path.join(root, 'app-1'), lines())
      const store = folderStore(root)
      expect((await createEventLogReader('batch', store).find('.', 'app-1', NEVER))?.app.name).toBe('orders')
      expect(await store.list('nothing', NEVER)).toBeNull()
      await expect(store.list('../..', NEVER)).rejects.toThrow('outside of the folder')
      await expect(store.list('/etc', NEVER)).rejects.toThrow('outside of the folder')
    } finally {
      await rm(root, { recursive: true })
    }
  })
})
