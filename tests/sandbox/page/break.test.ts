import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  goTime,
  groupBy,
  webhookBody,
  type FiredAlert,
  type WebhookBody,
} from '../../../src/sandbox/break/alertmanager.ts'
import { createBreaker, type Breaker } from '../../../src/sandbox/break/breaker.ts'
import { fingerprint } from '../../../src/sandbox/break/fingerprint.ts'
import { SCENARIOS } from '../../../src/sandbox/break/scenarios.ts'
import { openMemory, type Memory } from '../../../src/sandbox/shell/memory.ts'
import { createHarness, createService, type Harness, type Service } from './harness.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const alert = (labels: Record<string, string>): FiredAlert => ({
  labels,
  annotations: { summary: 'same' },
  startsAt: '2026-11-22T10:00:00Z',
  generatorURL: 'http://prometheus.example.com',
})

const VECTORS: [Record<string, string>, string][] = [
  [{}, 'cbf29ce484222325'],
  [{ alertname: 'A' }, 'd2c6efc389df0927'],
  [{ alertname: 'Größe', job_name: '日次' }, 'fc78f38126472925'],
  [
    {
      alertname: 'SparkExecutorOOMKilled',
      severity: 'critical',
      team: 'data-platform',
      platform: 'sandbox',
      job: 'spark-metrics',
      job_name: 'orders-daily',
    },
    'e39c9631fd54cebd',
  ],
]

describe('the fingerprint is Alertmanager’s', () => {
  // Taken from prometheus-alertmanager 0.25 itself: GET /api/v2/alerts after posting these labels.
  it.each(VECTORS)('%j', (labels, expected) => {
    expect(fingerprint(labels)).toBe(expected)
  })
  it('does not depend on the order of labels, and tells a name from a value', () => {
    expect(fingerprint({ a: '1', b: '2' })).toBe(fingerprint({ b: '2', a: '1' }))
    expect(fingerprint({ ab: 'c' })).not.toBe(fingerprint({ a: 'bc' }))
  })
})

describe('a webhook body', () => {
  const groups = groupBy(
    [
      alert({ alertname: 'A', job_name: 'x', n: '1' }),
      alert({ alertname: 'A', job_name: 'x', n: '2' }),
      alert({ alertname: 'A', n: '3' }),
    ],
    ['alertname', 'job_name'],
  )

  it('holds one group: its labels, what is common, and a key that Alertmanager would give', () => {
    expect(groups).toHaveLength(2)
    expect(webhookBody(groups[0]!)).toMatchObject({
      version: '4',
      status: 'firing',
      groupKey: '{}:{alertname="A", job_name="x"}',
      groupLabels: { alertname: 'A', job_name: 'x' },
      commonLabels: { alertname: 'A', job_name: 'x' },
      commonAnnotations: { summary: 'same' },
      truncatedAlerts: 0,
      alerts: [{ endsAt: '0001-01-01T00:00:00Z', status: 'firing' }, { status: 'firing' }],
    })
    expect(webhookBody(groups[1]!).groupKey).toBe('{}:{alertname="A"}')
  })

  it.each([
    [Date.UTC(2026, 10, 22, 10), '2026-11-22T10:00:00Z'],
    [Date.UTC(2026, 10, 22, 10, 0, 0, 40), '2026-11-22T10:00:00.04Z'],
    [Date.UTC(2026, 10, 22, 10, 0, 50, 123), '2026-11-22T10:00:50.123Z'],
  ])('writes times as Go does', (at, expected) => {
    expect(goTime(at)).toBe(expected)
  })

  it('says when it ended, once resolved', () => {
    const body = webhookBody(groups[0]!, '2026-11-22T11:00:00Z')
    expect(body.status).toBe('resolved')
    expect(body.alerts.map(({ status, endsAt }) => [status, endsAt])).toEqual(
      Array.from({ length: 2 }, () => ['resolved', '2026-11-22T11:00:00Z']),
    )
  })
})

describe('breaking something', () => {
  let service: Service
  let harness: Harness
  let memory: Memory
  let breaker: Breaker
  let running: string[]
  let workersAlive: boolean
  let backAt: number | undefined
  /** Of Alertmanager; what a pipeline sent is beside the point but once. */
  const bodies = (): WebhookBody[] =>
    service.received.filter(({ path }) => path !== '/webhooks/deploy').map(({ body }) => body as WebhookBody)

  beforeEach(async () => {
    harness = await createHarness()
    service = harness.service
    running = []
    backAt = undefined
    ;({ memory, breaker } = open())
  })
  afterEach(async () => await harness.close())

  function open(): { memory: Memory; breaker: Breaker } {
    const memory = openMemory(harness.memoryFile)
    const breaker = createBreaker({
      serviceUrl: service.url,
      webhookToken: 'sandbox',
      startApplication: (recording) => {
        if (recording !== 'executor-oom') return undefined
        running.push(`app-${running.length}`)
        return { appId: running.at(-1)! }
      },
      isRunning: (appId) => running.includes(appId),
      rolledBackAt: () => backAt,
      setWorkersAlive: (alive) => {
        workersAlive = alive
      },
      burning: () => memory.get().burning,
      keep: (burning) => memory.set({ burning }),
      now: () => Date.UTC(2026, 10, 22, 10) + service.received.length * 1000,
    })
    return { memory, breaker }
  }

  it.each(SCENARIOS.map(({ id }) => id))(
    '%s posts bodies of version 4 with the labels of its team',
    async (id) => {
      const scenario = SCENARIOS.find((one) => one.id === id)!
      expect(await breaker.fire(id)).toMatchObject({ ok: true })
      for (const { path, authorization, body } of service.received) {
        expect(authorization).toBe('Bearer sandbox')
        if (path === '/webhooks/deploy') continue
        expect(path).toBe('/webhooks/alertmanager')
        for (const one of (body as WebhookBody).alerts) {
          expect(one.labels).toMatchObject({
            team: scenario.team,
            platform: 'sandbox',
            severity: scenario.severity,
          })
          expect(one.labels['alertname']).toMatch(/^Spark/)
          expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/)
          expect(one.startsAt).toMatch(ISO)
          expect(URL.canParse(one.generatorURL)).toBe(true)
        }
      }
    },
  )

  it('names the application that it has started, so that it can be looked into', async () => {
    await breaker.fire('executor-oom')
    expect(bodies()[0]?.alerts[0]?.labels).toMatchObject({ app_id: 'app-0', job_name: 'orders-daily' })
  })

  it('deploys what is broken after the rollback of it, when fired again at once', async () => {
    const deployed = (): { version: string; at: string }[] =>
      service.received
        .filter(({ path }) => path === '/webhooks/deploy')
        .flatMap(({ body }) => (body as { deployments: { version: string; at: string }[] }).deployments)
    await breaker.fire('bad-deploy')
    await breaker.resolve('bad-deploy')
    backAt = Date.UTC(2026, 10, 22, 10, 0, 1)
    await breaker.fire('bad-deploy')
    const [, , good, bad] = deployed()
    expect([good!.version, bad!.version]).toEqual(['2.3.1', '2.4.0'])
    expect(Date.parse(good!.at)).toBeLessThan(backAt)
    expect(Date.parse(bad!.at)).toBeGreaterThan(backAt)
  })

  it('tells first what was deployed, as a pipeline would, and again under the same id', async () => {
    await breaker.fire('executor-oom')
    await breaker.fire('executor-oom')
    const [first, , again] = service.received
    expect(first).toMatchObject({
      path: '/webhooks/deploy',
      body: {
        deployments: [
          {
            id: 'executor-oom-1.5.0-2026-11-22T10:00:00Z',
            job_names: ['orders-daily'],
            platform: 'sandbox',
            team: 'data-platform',
            version: '1.5.0',
            by: 'dana',
            at: '2026-11-22T09:20:00Z',
          },
        ],
      },
    })
    expect(again?.body).toEqual(first?.body)
  })

  it('sends the same alert again while it burns, as Alertmanager repeats it', async () => {
    await breaker.fire('executor-oom')
    await breaker.fire('executor-oom')
    expect(bodies()[1]).toEqual(bodies()[0])
    expect(memory.get().burning).toHaveLength(1)
  })

  it('starts another application once the first was killed, and resolves both', async () => {
    await breaker.fire('executor-oom')
    running = ['another', ...running.slice(1)]
    await breaker.fire('executor-oom')
    expect(memory.get().burning.map((one) => one.appId)).toEqual(['app-0', 'app-1'])
    expect(await breaker.resolve()).toMatchObject({ ok: true, alerts: 2 })
    expect(memory.get().burning).toEqual([])
  })

  it('makes a storm of 200 alerts with 200 fingerprints in 20 bodies', async () => {
    expect(await breaker.fire('storm')).toMatchObject({ ok: true, alerts: 200 })
    expect(bodies()).toHaveLength(20)
    expect(new Set(bodies().flatMap((body) => body.alerts.map((one) => one.fingerprint))).size).toBe(200)
    expect(new Set(bodies().map((body) => body.commonLabels['job_name']))).toEqual(
      new Set(['clickstream-hourly']),
    )
  })

  it('makes it well with the same labels and start, also after a restart', async () => {
    await breaker.fire('executor-oom')
    await breaker.fire('streaming-lag')
    const fired = bodies().flatMap((body) => body.alerts)
    ;({ memory, breaker } = open())
    expect(await breaker.resolve()).toMatchObject({
      ok: true,
      alerts: 2,
      message: '2 alerts resolved at the source.',
    })
    const resolved = bodies()
      .slice(2)
      .flatMap((body) => body.alerts)
    expect(resolved.map(({ fingerprint, startsAt }) => [fingerprint, startsAt])).toEqual(
      fired.map(({ fingerprint, startsAt }) => [fingerprint, startsAt]),
    )
    expect(resolved.every((one) => one.status === 'resolved' && one.endsAt > one.startsAt)).toBe(true)
    expect(openMemory(harness.memoryFile).get().burning).toEqual([])
  })

  it('takes the workers away while it says that there are none, also after a restart', async () => {
    expect(workersAlive).toBe(true)
    await breaker.fire('no-alive-workers')
    expect(workersAlive).toBe(false)
    workersAlive = true
    ;({ memory, breaker } = open())
    expect(workersAlive).toBe(false)
    await breaker.resolve()
    expect(workersAlive).toBe(true)
  })

  it('makes one thing well and leaves the rest burning', async () => {
    await breaker.fire('driver-oom')
    await breaker.fire('data-skew')
    await breaker.resolve('driver-oom')
    expect(memory.get().burning.map((one) => one.scenario)).toEqual(['data-skew'])
    expect(await breaker.resolve('driver-oom')).toMatchObject({ ok: false, error: 'nothing_burns' })
  })

  it('says it when the service refuses or is away, and still knows that it burns', async () => {
    service.answer(503)
    expect(await breaker.fire('driver-oom')).toMatchObject({
      ok: false,
      error: 'refused',
      message: expect.stringContaining('503'),
    })
    await service.close()
    expect(await breaker.resolve()).toMatchObject({
      ok: false,
      error: 'unreachable',
      message: expect.stringContaining('Is it running?'),
    })
    expect(memory.get().burning.map((one) => one.scenario)).toEqual(['driver-oom'])
  })

  it('names the scenarios to who asks for another', async () => {
    expect(await breaker.fire('earthquake')).toMatchObject({
      ok: false,
      message: expect.stringContaining('executor-oom'),
    })
    expect(await breaker.resolve('earthquake')).toMatchObject({ ok: false, error: 'no_such_scenario' })
  })

  it('leaves a state file alone that is not its own', () => {
    writeFileSync(harness.memoryFile, '{"some":"other file"}')
    expect(() => openMemory(harness.memoryFile)).toThrow(/does not hold the state of a sandbox. Remove it/)
    expect(readFileSync(harness.memoryFile, 'utf8')).toBe('{"some":"other file"}')
  })
})

it('a service of the tests answers what it is told', async () => {
  const service = await createService()
  service.answer(418)
  expect((await fetch(service.url, { method: 'POST', body: '{}' })).status).toBe(418)
  await service.close()
})
