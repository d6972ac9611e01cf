// What every platform's reader and writer must do, whichever Spark is behind them. A platform's test brings the Spark.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../../src/platforms/platform.ts'
import type {
  PlatformReader,
  PlatformRun,
  ReadCapability,
  SparkApplication,
  FoundAt,
  SparkCluster,
} from '../../src/ports.ts'
import { NEVER, runOf } from '../platforms/support.ts'

/** A platform with one application on it whose executors die of OutOfMemoryError, and which may be killed. */
export interface Bench {
  readonly platform: Platform
  readonly appId: string
  readonly jobName: string
  /** The same platform configured without any action. */
  readonly readOnly: Platform
  /** The same platform with nothing behind its addresses. */
  readonly unreachable: Platform
  /** An id as this platform makes them, of nothing that is there. */
  readonly unknownId?: string
  /** What is to be read, where it is not what the recordings of a standalone cluster hold. */
  readonly expected?: {
    /** In every dead executor's reason. */
    readonly removeReason?: string
    readonly executorMemory?: string
    /** Said by a task of the first stage that lost some. */
    readonly taskError?: string
    readonly cluster?: Partial<SparkCluster>
    readonly check?: RegExp
    /** The id of a run; the application's where absent. */
    readonly runId?: string
    /** The application's driver is where somebody started it: no log of it is to be had. */
    readonly logElsewhere?: true
    /** Where the details are read after the end; the History Server where absent. */
    readonly foundAfter?: FoundAt
  }
  close(): Promise<void>
}

/** What a reader that does not offer something must answer to being asked for it. */
const REFUSALS: readonly (readonly [
  ReadCapability,
  (reader: PlatformReader, app: SparkApplication) => Promise<unknown>,
])[] = [
  ['executors', (reader, app) => reader.executors(app, NEVER)],
  ['stages', (reader, app) => reader.stages(app, NEVER)],
  ['stages', (reader, app) => reader.jobs(app, NEVER)],
  ['environment', (reader, app) => reader.environment(app, NEVER)],
  ['cluster', (reader) => reader.cluster(NEVER)],
  ['run', (reader, { id }) => reader.run(runOf({ runId: id }), NEVER)],
  ['runs', (reader, { name }) => reader.runs(name, 1, NEVER)],
  ['threads', (reader, app) => reader.threads(app, 'driver', NEVER)],
  ['gauges', (reader, app) => reader.gauges(app, NEVER)],
  ['containers', (reader, { id }) => reader.containers(runOf({ runId: id }), NEVER)],
  ['events', (reader, { id }) => reader.events(runOf({ runId: id }), 1, NEVER)],
  ['log', (reader, { id }) => reader.log(runOf({ runId: id }), 1024, NEVER)],
]

/** Declares the suite for a platform that offers this; what it does not offer is held to saying so. `open` is called once, the tests run in order, the kill last. */
export function platformContract(
  name: string,
  offers: readonly ReadCapability[],
  open: () => Promise<Bench>,
): void {
  describe(`platform contract: ${name}`, () => {
    let bench: Bench
    let app: SparkApplication
    const offered = (what: ReadCapability): boolean => offers.includes(what)
    const itOf = (what: ReadCapability, promise: string, test: () => Promise<void>): void => {
      if (offered(what)) it(promise, test)
    }
    const unknownId = (): string => bench.unknownId ?? 'app-20200101000000-9999'

    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())

    it('offers what its kind is said to offer', () => {
      expect([...bench.platform.reader.capabilities].sort()).toEqual([...offers].sort())
    })

    it('finds the running application by its id', async () => {
      const found = await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER)
      expect(found).toMatchObject({ id: bench.appId, state: 'running', endedAt: null, unreached: [] })
      expect(found?.startedAt?.getTime()).toBeLessThanOrEqual(Date.now())
      expect(URL.canParse(found?.link ?? '')).toBe(true)
      app = found!
    })

    it('finds it by its job name', async () => {
      const found = await bench.platform.reader.locate(runOf({ jobName: bench.jobName }), NEVER)
      expect(found?.id).toBe(bench.appId)
    })

    it('answers null for what is not there', async () => {
      const { reader } = bench.platform
      expect(await reader.locate(runOf({ runId: unknownId(), jobName: bench.jobName }), NEVER)).toBeNull()
      expect(await reader.locate(runOf({ jobName: 'no-such-job' }), NEVER)).toBeNull()
      expect(await reader.locate(runOf({}), NEVER)).toBeNull()
      expect(await reader.locate(runOf({ runId: 'app-../../jobs/job/kill' }), NEVER)).toBeNull()
    })

    it('P13: says of everything that it does not offer that it does not', async () => {
      for (const [what, ask] of REFUSALS)
        if (!offered(what))
          await expect(ask(bench.platform.reader, app), what).rejects.toMatchObject({
            code: 'ARR-502',
            message: expect.stringContaining('does not tell'),
          })
    })

    itOf('executors', 'tells dead executors from living ones, with the reason', async () => {
      const executors = await bench.platform.reader.executors(app, NEVER)
      const dead = executors.filter(({ active }) => !active)
      expect(dead.length).toBeGreaterThan(0)
      for (const one of dead) {
        expect(one.removeReason).toContain(bench.expected?.removeReason ?? '52')
        expect(one.removedAt).toBeInstanceOf(Date)
        expect(one.host).not.toContain(':')
      }
      expect(executors.some(({ id, active }) => id === 'driver' && active)).toBe(true)
    })

    itOf(
      'tasks',
      'lists stages, and the failed tasks of one, slowest first and no more than asked for',
      async () => {
        const stages = await bench.platform.reader.stages(app, NEVER)
        const failing = stages.find(({ failedTasks }) => failedTasks > 1)!
        expect(URL.canParse(failing.link)).toBe(true)
        const tasks = await bench.platform.reader.failedTasks(app, failing, NEVER)
        const error = bench.expected?.taskError ?? 'java.lang.OutOfMemoryError'
        expect(tasks.some(({ errorMessage }) => errorMessage?.includes(error))).toBe(true)
        expect(tasks.every(({ status }) => status === 'FAILED')).toBe(true)
        expect(tasks.map(({ runMs }) => runMs ?? 0)).toEqual(
          tasks.map(({ runMs }) => runMs ?? 0).sort((a, b) => b - a),
        )
        const [slowest] = await bench.platform.reader.failedTasks(app, failing, NEVER, 1)
        expect(slowest?.errorMessage).toContain(error)
        expect(await bench.platform.reader.failedTasks(app, failing, NEVER, 1)).toHaveLength(1)
      },
    )

    itOf('tasks', 'answers null for quantiles while no task has succeeded', async () => {
      const stages = await bench.platform.reader.stages(app, NEVER)
      const fruitless = stages.find(({ completedTasks }) => completedTasks === 0)!
      expect(await bench.platform.reader.taskQuantiles(app, fruitless, NEVER)).toBeNull()
    })

    itOf('environment', 'knows the Spark properties', async () => {
      const environment = await bench.platform.reader.environment(app, NEVER)
      expect(environment.get('spark.app.name')).toBe(app.name)
      expect(environment.get('spark.executor.memory')).toBe(bench.expected?.executorMemory ?? '512m')
    })

    itOf('threads', 'tells what threads do now, of the driver and of a living executor alone', async () => {
      const { reader } = bench.platform
      const driver = (await reader.threads(app, 'driver', NEVER)) ?? []
      const main = driver.find(({ name }) => name === 'main')
      expect(main?.state).toMatch(/^(RUNNABLE|BLOCKED|WAITING|TIMED_WAITING)$/)
      expect(main?.stack.at(-1)).toMatch(/^[\w.$]+\(/)
      expect(new Set(driver.map(({ id }) => id)).size).toBe(driver.length)
      expect(await reader.threads(app, '999999', NEVER)).toBeNull()
      expect(await reader.threads(app, '../../jobs', NEVER)).toBeNull()
      const dead = (await reader.executors(app, NEVER)).find(({ active }) => !active)
      if (dead !== undefined) expect(await reader.threads(app, dead.id, NEVER)).toBeNull()
    })

    itOf('gauges', "knows the live driver's own metrics, by names without whose they are", async () => {
      const gauges = await bench.platform.reader.gauges(app, NEVER)
      expect(gauges?.get('DAGScheduler.job.activeJobs')).toEqual(expect.any(Number))
      expect(gauges?.get('LiveListenerBus.queue.appStatus.numDroppedEvents')).toBe(0)
      for (const [name, value] of gauges ?? []) {
        expect(name).not.toContain(app.id)
        expect(Number.isFinite(value)).toBe(true)
      }
    })

    itOf('gauges', 'answers null for the metrics of a driver that has gone', async () => {
      expect(await bench.platform.reader.gauges({ ...app, foundAt: 'history' }, NEVER)).toBeNull()
    })

    itOf(
      'tasks',
      'tells when tasks of a stage began and ended, no more than asked for of either',
      async () => {
        const { reader } = bench.platform
        const [stage] = await reader.stages(app, NEVER)
        if (bench.expected?.foundAfter === 'event-log') return
        const times = await reader.taskTimes(app, stage!, 3, NEVER)
        expect(times.filter(({ endedAt }) => endedAt === null).length).toBeLessThanOrEqual(3)
        expect(times.filter(({ endedAt }) => endedAt !== null).length).toBeLessThanOrEqual(3)
        for (const { launchedAt, endedAt } of times)
          if (endedAt !== null) expect(endedAt.getTime()).toBeGreaterThanOrEqual(launchedAt.getTime())
      },
    )

    itOf('cluster', 'knows the cluster', async () => {
      const wanted = bench.expected?.cluster ?? { aliveWorkers: 1, status: 'ALIVE' }
      expect(await bench.platform.reader.cluster(NEVER)).toMatchObject(wanted)
    })

    it('says in one sentence what it found', async () => {
      const said = await bench.platform.reader.check(NEVER)
      expect(said).toMatch(/^[A-Z][^\n]*\.$/)
      expect(said).toMatch(bench.expected?.check ?? /1 of 1 workers alive/)
    })

    itOf('run', 'tells the run by its id and by its job, and nothing of what is not there', async () => {
      const { reader } = bench.platform
      const runId = bench.expected?.runId ?? bench.appId
      const found = await reader.run(runOf({ runId }), NEVER)
      expect(found).toMatchObject({ id: runId, state: 'running', endedAt: null })
      expect(found?.startedAt?.getTime()).toBeLessThanOrEqual(Date.now())
      expect(URL.canParse(found?.link ?? '')).toBe(true)
      isWell(found!)
      expect((await reader.run(runOf({ jobName: bench.jobName }), NEVER))?.id).toBe(runId)
      expect(await reader.run(runOf({ runId: unknownId(), jobName: bench.jobName }), NEVER)).toBeNull()
      expect(await reader.run(runOf({ jobName: 'no-such-job' }), NEVER)).toBeNull()
      expect(await reader.run(runOf({}), NEVER)).toBeNull()
      expect(await reader.run(runOf({ runId: '../../../jobs/job/kill' }), NEVER)).toBeNull()
    })

    itOf('runs', 'lists the runs of a job, newest first and no more than asked for', async () => {
      const { reader } = bench.platform
      const runs = await reader.runs(bench.jobName, 20, NEVER)
      expect(runs.map(({ id }) => id)).toContain(bench.expected?.runId ?? bench.appId)
      const times = runs.map((one) => (one.submittedAt ?? one.startedAt)?.getTime() ?? 0)
      expect(times).toEqual([...times].sort((a, b) => b - a))
      expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length)
      for (const one of runs) isWell(one)
      expect(await reader.runs(bench.jobName, 1, NEVER)).toHaveLength(1)
      expect(await reader.runs('no-such-job', 20, NEVER)).toEqual([])
    })

    itOf('log', "gives the end of the driver's log, no more bytes than asked for", async () => {
      const { reader } = bench.platform
      const run = runOf({ runId: bench.expected?.runId ?? bench.appId })
      const whole = await reader.log(run, 1024 * 1024, NEVER)
      if (bench.expected?.logElsewhere === true) {
        expect(whole).toBeNull()
        return
      }
      expect(whole?.whose).toBe('driver')
      expect(whole?.from).not.toBe('')
      expect(whole?.text.length).toBeGreaterThan(200)
      const tail = await reader.log(run, 100, NEVER)
      expect(Buffer.byteLength(tail?.text ?? '')).toBeLessThanOrEqual(100)
      expect(tail?.text).not.toBe('')
      expect(tail?.cut).toBe(true)
      expect(whole?.text.trimEnd().endsWith(tail!.text.trim().slice(-50))).toBe(true)
      expect(await reader.log(runOf({ runId: unknownId() }), 100, NEVER)).toBeNull()
    })

    it('throws ARR-501 where nothing answers, and stops at its signal', async () => {
      const { reader } = bench.unreachable
      await expect(reader.locate(runOf({ runId: bench.appId }), NEVER)).rejects.toMatchObject({
        code: 'ARR-501',
      })
      await expect(reader.check(NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
      await expect(bench.platform.reader.check(AbortSignal.abort())).rejects.toThrow()
      const run = runOf({ runId: bench.expected?.runId ?? bench.appId })
      const asks: [ReadCapability, (of: PlatformReader, signal: AbortSignal) => Promise<unknown>][] = [
        ['cluster', (of, signal) => of.cluster(signal)],
        ['run', (of, signal) => of.run(run, signal)],
        ['runs', (of, signal) => of.runs(bench.jobName, 5, signal)],
        ['log', (of, signal) => of.log(run, 100, signal)],
      ]
      for (const [what, ask] of asks) {
        if (!offered(what)) continue
        await expect(ask(reader, NEVER), what).rejects.toMatchObject({ code: 'ARR-501' })
        await expect(ask(bench.platform.reader, AbortSignal.abort()), what).rejects.toThrow()
      }
    })

    it('P13: offers no writer unless an action is configured', () => {
      expect(bench.readOnly.writer).toBeNull()
      expect(bench.platform.writer?.capabilities).toEqual(new Set(['application.kill']))
    })

    it('P10: reading has changed nothing', async () => {
      const found = await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER)
      expect(found?.state).toBe('running')
    })

    it('refuses to kill what is not there, and says so', async () => {
      expect(await bench.platform.writer?.kill(unknownId(), NEVER)).toMatchObject({ kind: 'refused' })
    })

    it('kills, and then knows that it was killed', async () => {
      expect(await bench.platform.writer?.kill(bench.appId, NEVER)).toMatchObject({ kind: 'accepted' })
      await expect
        .poll(async () => (await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER))?.state, {
          timeout: 20_000,
        })
        .toBe('killed')
      const found = await bench.platform.reader.locate(runOf({ jobName: bench.jobName }), NEVER)
      expect(found?.endedAt).toBeInstanceOf(Date)
      if (!offered('run')) return
      const run = await bench.platform.reader.run(
        runOf({ runId: bench.expected?.runId ?? bench.appId }),
        NEVER,
      )
      expect(run).toMatchObject({ state: 'cancelled', endedAt: expect.any(Date) })
    })

    itOf('executors', 'still knows why executors died after the end', async () => {
      await expect
        .poll(
          async () => {
            const ended = await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER)
            if (ended?.foundAt !== (bench.expected?.foundAfter ?? 'history')) return 0
            return (await bench.platform.reader.executors(ended, NEVER)).filter(({ active }) => !active)
              .length
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(0)
    })

    itOf('threads', 'knows of no threads after the end', async () => {
      const ended = await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER)
      expect(await bench.platform.reader.threads(ended!, 'driver', NEVER)).toBeNull()
    })

    it('does not kill twice', async () => {
      expect(await bench.platform.writer?.kill(bench.appId, NEVER)).toMatchObject({ kind: 'refused' })
    })
  })
}

/** What holds of any run that a platform tells. */
function isWell(run: PlatformRun): void {
  expect(run.stateText).not.toBe('')
  if (run.attempt !== null) expect(run.attempt).toBeGreaterThanOrEqual(1)
  if (run.attempt !== null && run.maxAttempts !== null)
    expect(run.attempt).toBeLessThanOrEqual(run.maxAttempts)
  if (run.startedAt !== null && run.endedAt !== null)
    expect(run.endedAt.getTime()).toBeGreaterThanOrEqual(run.startedAt.getTime())
  for (const word of run.words) {
    expect(word.text.trim()).not.toBe('')
    expect(word.from).not.toBe('')
  }
}
