// Evidence before it dies: everything is read for itself, the gravest is said first, and what is missing is said.
import { describe, expect, it } from 'vitest'
import { createDiscretion } from '../../src/alerts/discretion.ts'
import { takeCapture } from '../../src/diagnosis/capture.ts'
import { discreetCapture } from '../../src/diagnosis/captures.ts'
import type { RunContainer, SparkThread } from '../../src/ports.ts'
import { RUN, type World, executor, readerOf, runOf, stage } from './support.ts'

const NEVER = new AbortController().signal

const container: RunContainer = {
  id: 'orders-exec-3',
  role: 'executor',
  state: 'ended',
  reason: 'OOMKilled',
  message: null,
  exitCode: 137,
  restarts: 0,
  node: 'node-7',
  startedAt: new Date('2026-11-22T14:50:00Z'),
  endedAt: new Date('2026-11-22T14:59:00Z'),
  memoryLimitBytes: 4 * 1024 ** 3,
  link: 'https://kubernetes/api/v1/namespaces/etl/pods/orders-exec-3',
  listedAt: 'https://kubernetes/api/v1/namespaces/etl/pods',
}
const main: SparkThread = {
  id: 1,
  name: 'main',
  state: 'WAITING',
  stack: ['java.lang.Object.wait(Native Method)', 'com.acme.Job.main(Job.java:3)'],
  blockedBy: null,
  lock: 'Lock(x)',
}
const WORLD: World = {
  run: { ...RUN, state: 'failed', words: [{ text: 'exit code 1', from: 'diagnostics', place: 'platform' }] },
  containers: [container],
  events: [
    {
      at: null,
      about: 'node-7',
      reason: 'NodeNotReady',
      text: 'lost',
      count: 2,
      warning: true,
      link: 'https://kubernetes/events',
    },
  ],
  executors: [executor('driver', null), executor('1', 'Command exited with code 52', 5), executor('2', null)],
  stages: [stage(), stage({ id: 7, status: 'FAILED', failureReason: 'Job aborted:\n\tat x' })],
  environment: { 'spark.executor.memory': '4g', 'spark.app.name': 'orders', 'spark.ui.port': '1' },
  threads: [main],
  log: {
    text: 'half a line\nINFO fine\njava.lang.OutOfMemoryError: Java heap space\n',
    whose: 'driver',
    cut: true,
    from: 'stderr of the driver',
    link: null,
  },
}

/** As a standalone master tells of an executor: that it ended, and no more. */
const bare: RunContainer = { ...container, id: 'executor 1 on worker-1', reason: 'EXITED', exitCode: null }

const take = (world: World) => takeCapture(readerOf(world), runOf(), NEVER)

describe('a capture', () => {
  it('holds containers, executors, stages, settings, threads and the log, with what says most', async () => {
    const { files, missing } = await take(WORLD)
    expect(missing).toEqual([])
    expect(files.map(({ name }) => name)).toEqual(['overview.txt', 'threads.txt', 'driver-log.txt'])
    const [overview, threads, log] = files
    expect(overview?.telling[0]).toBe('orders-exec-3: OOMKilled, exit code 137')
    expect(overview?.telling).toContain('executor 1: Command exited with code 52')
    const told = (await take({ ...WORLD, containers: [bare, container] })).files[0]?.telling
    expect(told?.slice(0, 3)).toEqual([
      'orders-exec-3: OOMKilled, exit code 137',
      'executor 1: Command exited with code 52',
      'executor 1 on worker-1: EXITED',
    ])
    for (const said of [
      'NodeNotReady',
      'limit 4 GiB',
      'collect at orders.py',
      'spark.executor.memory=4g',
      'exit code 1',
    ])
      expect(overview?.text).toContain(said)
    expect(overview?.text).not.toContain('spark.ui.port')
    expect(overview?.text.indexOf('7.0 FAILED')).toBeLessThan(overview?.text.indexOf('0.0 ACTIVE') ?? 0)
    expect(threads?.text).toContain('"main" #1 WAITING (Lock(x))\n    java.lang.Object.wait')
    expect(threads?.telling).toEqual(['the driver at com.acme.Job.main(Job.java:3)'])
    expect(log).toMatchObject({ cut: true, telling: ['java.lang.OutOfMemoryError: Java heap space'] })
    expect(log?.text).not.toContain('half a line')
  })

  it('tells what a run went on after behind the error that nobody explains', async () => {
    const text = [
      '26/11/22 10:00:00 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 3) (10.0.0.7 executor 2): java.lang.OutOfMemoryError: Java heap space',
      '26/11/22 10:00:01 INFO DAGScheduler: ShuffleMapStage 1 (save at Job.scala:1) finished in 2.0 s',
      '26/11/22 10:00:02 ERROR Main: the totals do not add up',
    ].join('\n')
    const { files } = await take({ ...WORLD, log: { ...WORLD.log!, text, cut: false } })
    expect(files.find(({ name }) => name === 'driver-log.txt')?.telling).toEqual([
      'the totals do not add up',
      expect.stringContaining('java.lang.OutOfMemoryError'),
    ])
  })

  it.each(['locate', 'executors', 'stages', 'environment', 'threads', 'run', 'containers', 'events', 'log'] as const)(
    'P13: without %s has the rest, and says what is missing',
    async (method) => {
      const { files, missing } = await take({ ...WORLD, broken: [method] })
      expect(missing.join()).toContain(`${method} is out of reach`)
      expect(files.length).toBeGreaterThan(0)
    },
  ) // prettier-ignore

  it('P13: of what a platform never tells says nothing', async () => {
    const { files, missing } = await take({ ...WORLD, capabilities: ['application', 'executors'] })
    expect(missing).toEqual([])
    expect(files.map(({ name }) => name)).toEqual(['overview.txt'])
  })

  it('ends when its time is up, with what was there, and says what was late', async () => {
    const controller = new AbortController()
    const reader = { ...readerOf(WORLD), log: () => new Promise<never>(() => {}) }
    const taken = takeCapture(reader, runOf(), controller.signal)
    setImmediate(() => controller.abort())
    const { files, missing } = await taken
    expect(files.map(({ name }) => name)).toContain('overview.txt')
    expect(missing).toEqual(["the driver's log: there was no time left"])
  })

  it('is bounded, however much there is', async () => {
    const line = `${'x'.repeat(99)}\n`
    const many = Array.from({ length: 5_000 }, (_, id) => executor(String(id), 'Command exited with code 52'))
    const { files } = await take({
      ...WORLD,
      executors: many,
      log: { ...WORLD.log!, text: `${line.repeat(3_000)}java.lang.Error: the end` },
    })
    for (const { text } of files) expect(text.length).toBeLessThanOrEqual(80 * 1024 + 2)
    expect(files.find(({ name }) => name === 'driver-log.txt')?.text).toContain('the end')
  })
})

describe('P12: what is kept of a capture', () => {
  const gate = createDiscretion([{ name: 'customer', pattern: 'CUST-[0-9]+' }], true)
  const file = { name: 'a.txt', title: 'of CUST-1', text: '', telling: ['row CUST-1'], cut: false }

  it('has passed the gate in every text', () => {
    const text = 'CUST-1 password=hunter2 jane@acme.example'
    const kept = discreetCapture(gate, { files: [{ ...file, text }], missing: ['no CUST-1'] })
    expect(JSON.stringify(kept)).not.toMatch(/CUST-1|hunter2|jane/)
  })

  it('is what a column takes, and no larger than it may be', () => {
    const big = { ...file, text: `\u0000\uD800${'x'.repeat(200 * 1024)}` }
    const { files } = discreetCapture(gate, { files: [big, big], missing: [] })
    expect(files.reduce((sum, { text }) => sum + text.length, 0)).toBe(256 * 1024)
    expect(files[0]?.text.slice(0, 3)).toBe('\uFFFD\uFFFDx')
    expect(files.map(({ cut }) => cut)).toEqual([false, true])
  })
})
