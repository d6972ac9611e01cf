// The standalone reader when not everything answers: where it looks next, and what it admits it could not see.
import { afterEach, describe, expect, it } from 'vitest'
import { conclude } from '../../../src/diagnosis/conclude.ts'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { application } from '../../../src/diagnosis/probes/application.ts'
import { type SparkReplay, createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { DEPS, NEVER, type Reply, type Stage, deadUrl, platformOf, runOf, stage } from '../support.ts'
import { contextOf } from '../../diagnosis/support.ts'

const open: { close(): Promise<void> }[] = []

async function replay(): Promise<SparkReplay> {
  const spark = await createSparkReplay({ port: 0 })
  open.push(spark)
  return spark
}

async function serve(reply: (method: string, url: URL) => Reply): Promise<Stage> {
  const served = await stage(reply)
  open.push(served)
  return served
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe('an application whose driver UI does not answer', () => {
  it('is read from the History Server, and the finding can say so', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    spark.faults.add({ kind: 'drop_connection', match: 'driver', count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    expect(app).toMatchObject({ foundAt: 'history', state: 'running' })
    expect(app?.unreached).toEqual([expect.stringMatching(/^driver UI: ARR-501/)])
    const { outputs } = await application.run(undefined, {
      ...contextOf({}),
      reader,
      run: runOf({ runId: appId }),
    })
    expect(outputs).toMatchObject({ state: 'running', unreachable: true })
    expect((await reader.executors(app!, NEVER)).some(({ active }) => !active)).toBe(true)
  })

  it('is told as one that does not answer where it takes connections and stays silent, not where it is slow', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    const look = async (): Promise<ProbeResult> => {
      const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl, timeout_ms: 1000 })
      return application.run(undefined, { ...contextOf({}), reader, run: runOf({ runId: appId }) })
    }
    spark.faults.add({ kind: 'slow', match: 'driver', count: 1, delayMs: 200 })
    expect((await look()).outputs).toMatchObject({ found_at: 'driver', unreachable: false })
    // One pause, such as a collection of garbage, is no outage.
    spark.faults.add({ kind: 'slow', match: 'driver', count: 1, delayMs: 60_000 })
    expect((await look()).outputs).toMatchObject({ found_at: 'driver', unreachable: false })
    spark.faults.add({ kind: 'slow', match: 'driver', count: 0, delayMs: 60_000 })
    const { outputs, findings } = await look()
    expect(outputs).toMatchObject({ found_at: 'history', state: 'running', unreachable: true })
    expect(findings[0]?.evidence[0]?.text).toMatch(/^driver_unreachable: driver UI: .* it took the connection and did not answer in time \(1 s\)/)
    expect(conclude([{ step: 'app', outputs, findings }])).toMatchObject({ id: 'F22', class: 'infrastructure' })
  }) // prettier-ignore

  it('is only known to the master where there is no History Server, and has no details', async () => {
    const spark = await replay()
    const { appId, name } = spark.start('executor-oom')
    const { reader } = platformOf({ master_url: spark.masterUrl, driver_ui: 'none' })
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    expect(app).toMatchObject({ foundAt: 'master', state: 'running', name, apiUrl: null, unreached: [] })
    await expect(reader.executors(app!, NEVER)).rejects.toThrow(/ARR-501.*only the master remembers/)
  })

  it('is read from the History Server when the driver goes between two questions', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    const { reader, writer } = platformOf({
      master_url: spark.masterUrl,
      history_url: spark.historyUrl,
      actions: ['application.kill'],
    })
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    expect(app?.foundAt).toBe('driver')
    await writer?.kill(appId, NEVER)
    expect((await reader.executors(app!, NEVER)).some(({ active }) => !active)).toBe(true)
  })
})

describe('a master that does not answer', () => {
  it('leaves what the History Server knows, without a state that only the master could tell', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    spark.faults.add({ kind: 'server_error', match: 'master', count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    const app = await reader.locate(runOf({ jobName: 'orders-daily' }), NEVER)
    expect(app).toMatchObject({ id: appId, foundAt: 'history', state: 'unknown' })
    expect(app?.unreached).toEqual([expect.stringMatching(/^master: ARR-501.*it answers 500/)])
  })

  it('is an error where the History Server does not know the application either', async () => {
    const spark = await replay()
    spark.faults.add({ kind: 'server_error', match: 'master', count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: await deadUrl() })
    await expect(reader.locate(runOf({ jobName: 'orders-daily' }), NEVER)).rejects.toMatchObject({
      code: 'ARR-501',
    })
  })

  it('is an error, not an absence, where nobody else can say', async () => {
    const spark = await replay()
    spark.faults.add({ kind: 'server_error', match: 'master', count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    await expect(reader.locate(runOf({ jobName: 'nobody' }), NEVER)).rejects.toMatchObject({
      code: 'ARR-501',
    })
  })
})

describe('where a driver UI may be', () => {
  const master =
    (link: string) =>
    (_method: string, url: URL): Reply => {
      if (url.pathname === '/app/')
        return { type: 'text/html', body: `<a href="${link}">Application Detail UI</a>` }
      const app = { id: 'app-20261122144719-0000', name: 'x', starttime: 1, state: 'RUNNING' }
      return { body: JSON.stringify({ status: 'ALIVE', workers: [], activeapps: [app], completedapps: [] }) }
    }

  it('is asked without our credentials, which are the master’s alone', async () => {
    const driver = await serve(() => ({ status: 404, type: 'text/plain', body: 'unknown app' }))
    const { url, headers } = await serve(master(driver.url))
    const { reader } = platformOf({ master_url: url, authorization: 'Bearer m4ster' })
    await reader.locate(runOf({ runId: 'app-20261122144719-0000' }), NEVER)
    expect(headers[0]?.authorization).toBe('Bearer m4ster')
    expect(driver.asked).toEqual(['GET /api/v1/applications/app-20261122144719-0000'])
    expect(driver.headers[0]?.authorization).toBeUndefined()
  })

  it('is limited to the hosts that are named', async () => {
    const driver = await serve(() => ({ body: '{}' }))
    const { url } = await serve(master(driver.url))
    const { reader } = platformOf({ master_url: url, driver_ui_hosts: ['*.spark.internal'] })
    const app = await reader.locate(runOf({ runId: 'app-20261122144719-0000' }), NEVER)
    expect(driver.asked).toEqual([])
    expect(app?.foundAt).toBe('master')
    expect(app?.unreached).toEqual([expect.stringMatching(/driver_ui_hosts does not name/)])
  })

  it('P10: an application that gives a kill address for its UI gets nobody to ask it', async () => {
    const { url, asked } = await serve(master('/jobs/job/kill/'))
    const { reader } = platformOf({ master_url: url })
    await expect(reader.locate(runOf({ runId: 'app-20261122144719-0000' }), NEVER)).rejects.toMatchObject({
      code: 'ARR-503',
    })
    expect(asked.filter((one) => one.includes('kill'))).toEqual([])
  })

  it('can be a pattern with the application’s id', async () => {
    const spark = await replay()
    const { appId } = spark.start('healthy')
    const { reader } = platformOf({
      master_url: spark.masterUrl,
      driver_ui: `${spark.masterUrl}/proxy/{app_id}`,
    })
    expect(await reader.locate(runOf({ runId: appId }), NEVER)).toMatchObject({
      foundAt: 'driver',
      link: `${spark.uiUrl(appId)}/`,
    })
  })
})

describe('which application a run means', () => {
  it('is the newest active one of that job', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z')
    const spark = await createSparkReplay({ port: 0, now: () => now })
    open.push(spark)
    spark.start('executor-oom')
    now += 60_000
    const second = spark.start('executor-oom')
    const { reader } = platformOf({ master_url: spark.masterUrl })
    expect((await reader.locate(runOf({ jobName: 'orders-daily-2026-11-22' }), NEVER))?.id).toBe(second.appId)
  })

  it('is looked for by name where the run id is a scheduler’s', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    const { reader } = platformOf({ master_url: spark.masterUrl })
    const run = runOf({ runId: 'scheduled__2026-11-22T00:00:00+00:00', jobName: 'orders-daily' })
    expect((await reader.locate(run, NEVER))?.id).toBe(appId)
  })
})

describe('quantiles', () => {
  it('are those of the tasks that succeeded', async () => {
    const spark = await replay()
    const { appId } = spark.start('data-skew')
    const { reader } = platformOf({ master_url: spark.masterUrl }, DEPS)
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    const stages = await reader.stages(app!, NEVER)
    const join = stages.find(({ tasks }) => tasks === 8)!
    const quantiles = await reader.taskQuantiles(app!, join, NEVER)
    expect(quantiles?.quantiles).toEqual([0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
    expect(quantiles?.runMs.at(-1)).toBeGreaterThan(10 * quantiles!.runMs[3]!)
    expect(quantiles?.shuffleReadBytes.at(-1)).toBeGreaterThan(10 * quantiles!.shuffleReadBytes[3]!)
  })
})
