// A thread dump read: circles of locks are found whatever leads into them, and tasks are said to stand where they stand.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bareFrame, readDump, standsAt } from '../../src/diagnosis/threads.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import type { SparkThread } from '../../src/ports.ts'
import { contextOf, executor } from './support.ts'

function thread(id: number, more: Partial<SparkThread> = {}): SparkThread {
  return { id, name: `t-${id}`, state: 'RUNNABLE', stack: [], blockedBy: null, lock: null, ...more }
}
const waits = (id: number, blockedBy: number): SparkThread => thread(id, { blockedBy, state: 'BLOCKED' })
const task = (id: number, frame: string, more: Partial<SparkThread> = {}): SparkThread =>
  thread(id, {
    name: `Executor task launch worker for task ${id}.0 in stage 0.0 (TID ${id})`,
    stack: ['java.lang.Object.wait(Native Method)', frame],
    ...more,
  })

describe('deadlocks', () => {
  it.each<[string, SparkThread[], number[][]]>([
    ['nobody waits', [thread(1), thread(2)], []],
    ['two wait for each other', [waits(1, 2), waits(2, 1)], [[1, 2]]],
    ['three in a circle, whatever the order of the dump', [waits(3, 1), waits(1, 2), waits(2, 3)], [[1, 2, 3]]],
    ['a queue before a circle is not in it', [waits(9, 8), waits(8, 1), waits(1, 2), waits(2, 1)], [[1, 2]]],
    ['a queue behind one that works', [waits(1, 2), waits(2, 3), thread(3)], []],
    ['two circles', [waits(1, 2), waits(2, 1), waits(5, 6), waits(6, 5)], [[1, 2], [5, 6]]],
    ['the holder is not in the dump', [waits(1, 77)], []],
    ['waiting for itself is a quirk of the dump', [waits(1, 1)], []],
  ])('%s', (_name, threads, circles) => {
    expect(readDump(threads).deadlocks.map((circle) => circle.map(({ id }) => id))).toEqual(circles)
  }) // prettier-ignore

  it('are found in a dump of many threads in a chain, by walking each but once', () => {
    const chain = Array.from({ length: 50_000 }, (_, id) => waits(id, id + 1))
    expect(readDump([...chain, waits(50_000, 49_999)]).deadlocks).toHaveLength(1)
  })
})

describe('where threads stand', () => {
  it('is the first frame that says more than that they wait', () => {
    const stack = [
      'sun.nio.ch.SocketDispatcher.read0(Native Method)',
      'java.net.Socket$SocketInputStream.read(Socket.java:966)',
      'java.io.DataInputStream.readInt(DataInputStream.java:381)',
      'org.apache.spark.api.python.PythonRunner$$anon$3.read(PythonRunner.scala:774)',
    ]
    expect(standsAt(thread(1, { stack }))).toContain('PythonRunner')
    expect(standsAt(thread(1, { stack: stack.slice(0, 2) }))).toContain('SocketDispatcher')
    expect(standsAt(thread(1))).toBeNull()
  })

  it('is counted over tasks, whatever numbers this JVM gave its lambdas and locks', () => {
    const threads = [
      task(1, 'com.acme.Udf$$Lambda$599/0x00007f40ec4cc6d0.apply(Unknown Source)'),
      task(2, 'com.acme.Udf$$Lambda$599/0x00007f41ec4cc6d0.apply(Unknown Source)'),
      task(3, 'com.acme.Pool.take(Pool.java:7) => holding Monitor(com.acme.Pool@1686126712)'),
      thread(4, { stack: ['com.acme.Pool.take(Pool.java:7)'] }),
    ]
    expect(readDump(threads).busiest).toEqual({
      frame: 'com.acme.Udf$$Lambda.apply(Unknown Source)',
      threads: 2,
      of: 3,
    })
    expect(bareFrame('com.acme.Pool.take(Pool.java:7) => holding Monitor(x@1)')).toBe('com.acme.Pool.take(Pool.java:7)') // prettier-ignore
  })

  it.each(['3.5', '4'])('of a real dump (%s): tasks read from Python, the driver runs the job', (line) => {
    const file = new URL(`../../src/sandbox/spark/threads/${line}.json`, import.meta.url)
    const dump = JSON.parse(readFileSync(file, 'utf8')) as Record<'driver' | 'executor', RawThread[]>
    expect(readDump(dump.executor.map(fromRaw)).busiest?.frame).toContain('PythonRunner')
    const { main, deadlocks } = readDump(dump.driver.map(fromRaw))
    expect(standsAt(main!)).toContain('org.apache.spark.scheduler.DAGScheduler.runJob')
    expect(deadlocks).toEqual([])
  })
})

interface RawThread {
  threadId: number
  threadName: string
  threadState: string
  stackTrace: { elems: string[] }
}

const fromRaw = (raw: RawThread): SparkThread =>
  thread(raw.threadId, {
    name: raw.threadName,
    state: raw.threadState,
    stack: raw.stackTrace.elems.map((one) => one.split('\n')[0]!.replace(/^(app\/\/|[\w.]+@[\w.]+\/)/, '')),
  })

describe('spark.threads', () => {
  const probe = PROBES.get('spark.threads')!
  const alive = [executor('driver', null), executor('1', null), executor('2', 'lost')]

  it('says of a deadlock that it does not end by itself, and quotes who waits where', async () => {
    const threads = [
      task(1, 'com.acme.A.take(A.java:1)', { state: 'BLOCKED', blockedBy: 2 }),
      task(2, 'com.acme.B.take(B.java:2)', { state: 'BLOCKED', blockedBy: 1 }),
    ]
    const { outputs, findings } = await probe.run(undefined, contextOf({ threads, executors: alive }))
    // The same dump stands for the driver and for the one executor that lives.
    expect(outputs).toMatchObject({ deadlocked: 4, blocked: 4, task_threads: 4, executors: 1 })
    expect(findings[0]).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('deadlock') })
    expect(findings[0]?.evidence[0]?.text).toBe('BLOCKED at com.acme.A.take(A.java:1)')
    expect(findings[0]?.evidence[0]?.from).toContain('waits for thread 2')
    expect(findings.at(-1)?.severity).toBe('medium')
  })

  it('makes no alarm of threads that work, and says where most of them stand', async () => {
    const threads = [task(1, 'com.acme.A.take(A.java:1)'), thread(3, { name: 'main', stack: ['com.acme.Job.main(Job.java:3)'] })]
    const { outputs, findings } = await probe.run({ executors: 0 }, contextOf({ threads, executors: alive }))
    expect(outputs).toMatchObject({
      deadlocked: 0,
      busiest_frame: 'com.acme.A.take(A.java:1)',
      busiest_share: 1,
      driver_frame: 'com.acme.Job.main(Job.java:3)',
      executors: 0,
    })
    expect(findings.map(({ severity }) => severity)).toEqual(['none'])
  }) // prettier-ignore

  it('P13: says that a driver which has gone has no threads, and what did not answer', async () => {
    const gone = await probe.run(undefined, contextOf({ threads: null }))
    expect(gone.findings[0]?.sentence).toContain('lives no more')
    const broken = await probe.run(undefined, contextOf({ broken: ['threads'], executors: alive }))
    expect(broken.findings[0]?.unreached.join()).toContain('threads is out of reach')
    const half = contextOf({ threads: [task(1, 'com.acme.A.take(A.java:1)')], broken: ['executors'] })
    expect((await probe.run(undefined, half)).findings[0]?.unreached.join()).toContain('executors is out')
  })
})
