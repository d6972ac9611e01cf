// A step of EMR whose driver lives behind YARN's proxy: what only that tells is told, and what an event log cannot is said.
import { afterEach, describe, expect, it } from 'vitest'
import { skew } from '../../../src/diagnosis/probes/skew.ts'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { madeRecording } from '../../diagnosis/figures/made.ts'
import { NEVER, runOf } from '../support.ts'
import { type Proxied, proxied } from '../yarn/proxied.ts'
import { APP, type Bench, STEP, bench } from './bench.ts'

const open: (Bench | Proxied)[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

const THE_STEP = runOf({ runId: STEP })

async function live(yarn: Record<string, unknown> = {}): Promise<PlatformReader> {
  const rm = await proxied(madeRecording(), APP)
  const of = await bench({ config: { yarn: { rm_urls: [rm.url], ...yarn } } })
  open.push(rm, of)
  return of.platform.reader
}

function look(reader: PlatformReader): Promise<ProbeResult> {
  const params = { least_s: 0, least_mib: 0, material_s: [0, 0, 0, 1e15] }
  return skew.run(params, { run: THE_STEP, labels: {}, reader, signal: NEVER, now: new Date() })
}

describe('a step whose driver is reached', () => {
  it('tells when tasks began, those that run among them', async () => {
    const reader = await live()
    const app = (await reader.locate(THE_STEP, NEVER))!
    expect(app).toMatchObject({ id: STEP, foundAt: 'driver', unreached: [] })
    const active = (await reader.stages(app, NEVER)).find(({ status }) => status === 'ACTIVE')!
    const times = await reader.taskTimes(app, active, 50, NEVER)
    expect(times.some(({ endedAt }) => endedAt === null)).toBe(true)
  })

  it('shows a hot task while it runs', async () => {
    const { outputs, findings } = await look(await live())
    expect(outputs).toMatchObject({ running: true })
    expect(findings[0]).toMatchObject({ sentence: expect.stringContaining('still runs'), unreached: [] })
  })

  it("tells the driver's metrics and threads", async () => {
    const reader = await live()
    expect([...reader.capabilities]).toEqual(expect.arrayContaining(['gauges', 'threads']))
    const app = (await reader.locate(THE_STEP, NEVER))!
    expect((await reader.gauges(app, NEVER))?.size).toBeGreaterThan(0)
    expect((await reader.threads(app, 'driver', NEVER))?.length).toBeGreaterThan(0)
  })
})

describe('P13: a step whose driver is not reached', () => {
  it.each([
    ['YARN is not configured', undefined],
    ['its proxy leads nowhere', { rm_urls: ['http://127.0.0.1:1'] }],
  ])('%s: that its running tasks were not seen is said', async (_why, yarn) => {
    const of = await bench(yarn === undefined ? {} : { config: { yarn } })
    open.push(of)
    const { reader } = of.platform
    const app = (await reader.locate(THE_STEP, NEVER))!
    expect(app).toMatchObject({ foundAt: 'event-log', state: 'running' })
    const [stage] = await reader.stages(app, NEVER)
    await expect(reader.taskTimes(app, stage!, 5, NEVER)).rejects.toMatchObject({
      message: expect.stringContaining('does not tell when tasks ended'),
    })
    const halfway = { ...stage!, status: 'ACTIVE', tasks: 10, completedTasks: 8 }
    const { findings } = await look({ ...reader, stages: () => Promise.resolve([halfway]) })
    expect(findings[0]?.unreached).toContainEqual(
      expect.stringMatching(/^running tasks of stage .*: only its driver tells them/),
    )
  })

  it('offers neither metrics nor threads where no proxy is configured', async () => {
    const reader = await live({ proxy: 'none' })
    expect(reader.capabilities.has('gauges') || reader.capabilities.has('threads')).toBe(false)
  })
})
