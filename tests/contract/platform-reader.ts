// What every platform's reader and writer must do, whichever Spark is behind them. A platform's test brings the Spark.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../../src/platforms/platform.ts'
import type { SparkApplication } from '../../src/ports.ts'
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
  close(): Promise<void>
}

/** Declares the suite; `open` is called once, the tests run in order, the kill last. */
export function platformContract(name: string, open: () => Promise<Bench>): void {
  describe(`platform contract: ${name}`, () => {
    let bench: Bench
    let app: SparkApplication
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())

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
      expect(
        await reader.locate(runOf({ runId: 'app-20200101000000-9999', jobName: bench.jobName }), NEVER),
      ).toBeNull()
      expect(await reader.locate(runOf({ jobName: 'no-such-job' }), NEVER)).toBeNull()
      expect(await reader.locate(runOf({}), NEVER)).toBeNull()
      expect(await reader.locate(runOf({ runId: 'app-../../jobs/job/kill' }), NEVER)).toBeNull()
    })

    it('tells dead executors from living ones, with the reason', async () => {
      const executors = await bench.platform.reader.executors(app, NEVER)
      const dead = executors.filter(({ active }) => !active)
      expect(dead.length).toBeGreaterThan(0)
      for (const one of dead) {
        expect(one.removeReason).toContain('52')
        expect(one.removedAt).toBeInstanceOf(Date)
        expect(one.host).not.toContain(':')
      }
      expect(executors.some(({ id, active }) => id === 'driver' && active)).toBe(true)
    })

    it('lists stages, and the failed tasks of one, slowest first and no more than asked for', async () => {
      const stages = await bench.platform.reader.stages(app, NEVER)
      const failing = stages.find(({ failedTasks }) => failedTasks > 1)!
      expect(URL.canParse(failing.link)).toBe(true)
      const tasks = await bench.platform.reader.failedTasks(app, failing, NEVER)
      expect(tasks.some(({ errorMessage }) => errorMessage?.startsWith('java.lang.OutOfMemoryError'))).toBe(
        true,
      )
      expect(tasks.every(({ status }) => status === 'FAILED')).toBe(true)
      expect(tasks.map(({ runMs }) => runMs ?? 0)).toEqual(
        tasks.map(({ runMs }) => runMs ?? 0).sort((a, b) => b - a),
      )
      const [slowest] = await bench.platform.reader.failedTasks(app, failing, NEVER, 1)
      expect(slowest?.errorMessage).toContain('OutOfMemoryError')
      expect(await bench.platform.reader.failedTasks(app, failing, NEVER, 1)).toHaveLength(1)
    })

    it('answers null for quantiles while no task has succeeded', async () => {
      const [stage] = await bench.platform.reader.stages(app, NEVER)
      expect(await bench.platform.reader.taskQuantiles(app, stage!, NEVER)).toBeNull()
    })

    it('knows the Spark properties', async () => {
      const environment = await bench.platform.reader.environment(app, NEVER)
      expect(environment.get('spark.app.name')).toBe(app.name)
      expect(environment.get('spark.executor.memory')).toBe('512m')
    })

    it('knows the cluster, and says in one sentence what it found', async () => {
      const cluster = await bench.platform.reader.cluster(NEVER)
      expect(cluster).toMatchObject({ aliveWorkers: 1, status: 'ALIVE' })
      expect(await bench.platform.reader.check(NEVER)).toMatch(/^[A-Z].*1 of 1 workers alive.*\.$/)
    })

    it('throws ARR-501 where nothing answers, and stops at its signal', async () => {
      const { reader } = bench.unreachable
      await expect(reader.locate(runOf({ runId: bench.appId }), NEVER)).rejects.toMatchObject({
        code: 'ARR-501',
      })
      await expect(reader.cluster(NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
      await expect(reader.check(NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
      await expect(bench.platform.reader.cluster(AbortSignal.abort())).rejects.toThrow(/ARR-501/)
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
      expect(await bench.platform.writer?.kill('app-20200101000000-9999', NEVER)).toMatchObject({
        kind: 'refused',
      })
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
    })

    it('still knows why executors died after the end', async () => {
      await expect
        .poll(
          async () => {
            const ended = await bench.platform.reader.locate(runOf({ runId: bench.appId }), NEVER)
            if (ended?.foundAt !== 'history') return 0
            return (await bench.platform.reader.executors(ended, NEVER)).filter(({ active }) => !active)
              .length
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(0)
    })

    it('does not kill twice', async () => {
      expect(await bench.platform.writer?.kill(bench.appId, NEVER)).toMatchObject({ kind: 'refused' })
    })
  })
}
