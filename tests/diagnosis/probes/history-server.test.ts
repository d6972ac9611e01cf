// A History Server that is down, slow, behind, or none at all: told with what a person can ask again by hand.
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { conclude } from '../../../src/diagnosis/conclude.ts'
import { ArrestorError } from '../../../src/errors.ts'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { historyServer } from '../../../src/diagnosis/probes/history-server.ts'
import { runProbes } from '../../../src/diagnosis/run-probes.ts'
import type { HistoryServer, ListedApplication, PlatformReader, SparkJob } from '../../../src/ports.ts'
import { type SparkReplay, createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { NEVER, type Reply, type Stage, deadUrl, platformOf, runOf, stage } from '../../platforms/support.ts'
import { APP, NOW, type World, contextOf } from '../support.ts'

const open: (Stage | SparkReplay)[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

const MINUTE = 60_000

async function lookAt(reader: PlatformReader, now = new Date()): Promise<ProbeResult> {
  const step = { id: 'shs', use: historyServer.id, params: undefined, heading: 'The History Server' }
  const context = { run: runOf({}), labels: {}, reader, signal: NEVER, now }
  const [result] = await runProbes([step], context, { deadlineMs: 10_000, concurrency: 1 })
  return result!
}

/** A History Server that answers so, beside a master that nobody needs. */
async function serving(reply: (url: URL) => Reply, more: Record<string, unknown> = {}): Promise<ProbeResult & { url: string }> {
  const server = await stage((_method, url) => reply(url))
  open.push(server)
  const { reader } = platformOf({ master_url: server.url, history_url: server.url, ...more })
  return { ...(await lookAt(reader)), url: server.url }
} // prettier-ignore

const VERSION = '{ "spark" : "4.3.0" }'
const HTML = { type: 'text/html;charset=utf-8', body: '<html><body>Welcome</body></html>' }

describe('one that does not answer as a History Server', () => {
  it.each<[string, Reply, string, string, RegExp]>([
    ['5xx', { ...HTML, status: 500 }, 'down', 'F23', /does not answer: it answers 500\.$/],
    ['a proxy before what is away', { ...HTML, status: 503 }, 'down', 'F23', /does not answer: it answers 503\.$/],
    ['cut off', 'destroy', 'down', 'F23', /does not answer: .+\.$/],
    ['HTML with 200', HTML, 'wrong', 'F23', /does not answer as one: it answers text\/html in place of JSON\.$/],
    ['half of its JSON', { body: '{ "spark" :' }, 'wrong', 'F23', /does not answer as one: its JSON is broken\.$/],
    ['JSON of another', { body: '{"status":"success"}' }, 'wrong', 'F23', /does not answer as one: spark: .+\.$/],
    ['404 in plain words', { status: 404, type: 'text/plain', body: '404 page not found' }, 'wrong', 'F23', /does not answer as one: it answers 404\.$/],
    ['a 404 of HTML', { ...HTML, status: 404 }, 'wrong', 'F23', /does not answer as one: there is nothing of Spark at this address/],
    ['401', { status: 401, asks: 'Negotiate' }, 'refused', 'unknown', /does not let us in: it answers 401 .*Kerberos/],
    ['403', { status: 403 }, 'refused', 'unknown', /does not let us in: it answers 403/],
    ['a login page', { status: 302, location: '/login' }, 'refused', 'unknown', /does not let us in: it redirects to .*login page/],
  ])('%s', async (_what, reply, state, signature, says) => {
    const { outputs, findings, url } = await serving(() => reply)
    expect(outputs).toMatchObject({ state, signature, spark_version: null, latency_s: null, lag_minutes: null })
    const [finding, ...others] = findings
    expect(others).toEqual([])
    expect(finding?.sentence).toMatch(says)
    expect(finding?.severity).toBe(state === 'refused' ? 'low' : 'high')
    expect(finding?.link).toBe(`${url}/api/v1/version`)
    expect(finding?.evidence).toMatchObject([{ link: `${url}/api/v1/version` }])
    expect(finding?.unreached).toHaveLength(state === 'refused' ? 1 : 0)
  }) // prettier-ignore

  it('nobody listens', async () => {
    const url = await deadUrl()
    const { outputs, findings } = await lookAt(platformOf({ master_url: url, history_url: url }).reader)
    expect(outputs).toMatchObject({ state: 'down', signature: 'F23', severity: 'high' })
    expect(findings[0]).toMatchObject({
      sentence: expect.stringContaining('ECONNREFUSED'),
      confidence: 'high',
    })
  })

  it('one that takes the connection and stays silent', async () => {
    const spark = await createSparkReplay({ port: 0 })
    open.push(spark)
    spark.faults.add({ match: 'history', kind: 'slow', delayMs: 60_000, count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl, timeout_ms: 100 }) // prettier-ignore
    const { outputs, findings } = await lookAt(reader)
    expect(outputs).toMatchObject({ state: 'down', signature: 'F23' })
    expect(spark.calls()).toEqual({ history: 2 })
    expect(findings[0]).toMatchObject({
      sentence: expect.stringContaining('does not answer: it took the connection and did not answer in time'),
      confidence: 'high',
    })
  })

  it.each([
    'it did not answer in time (5 s)',
    'getaddrinfo ENOTFOUND history',
    'connect EHOSTUNREACH 10.0.0.9:18080',
  ])('is believed less where the way there may be broken: %s', async (why) => {
    const gone = new ArrestorError('ARR-501', { platform: 'batch', url: 'http://history:18080/api/v1/version', why }) // prettier-ignore
    const never = (): Promise<never> => Promise.reject(gone)
    const { outputs, findings } = await look({ history: { link: 'http://history:18080/', version: never, running: never } }) // prettier-ignore
    expect(outputs).toMatchObject({ state: 'down', signature: 'F23' })
    expect(findings[0]).toMatchObject({ confidence: 'medium', link: 'http://history:18080/api/v1/version' })
  })

  it('one that was silent once, and answers when it is asked again, is up', async () => {
    const silent = new ArrestorError('ARR-501', { platform: 'batch', url: 'http://history:18080/', why: 'it took the connection and did not answer in time (5 s)' }) // prettier-ignore
    const whole = server([])
    let asked = 0
    const pausing = { ...whole, running: (signal: AbortSignal) => ((asked += 1) === 1 ? Promise.reject(silent) : whole.running(signal)) } // prettier-ignore
    const { outputs, findings } = await look({ history: pausing })
    expect([asked, outputs['state'], outputs['signature']]).toEqual([2, 'up', 'none'])
    expect(findings[0]?.unreached).toEqual([
      'History Server, the first time: it took the connection and did not answer in time (5 s)',
    ])
  })

  it('that tells its version and not its list is told with both', async () => {
    const { outputs, findings, url } = await serving(({ pathname }) =>
      pathname === '/api/v1/version' ? { body: VERSION } : { ...HTML, status: 500 },
    )
    expect(outputs).toMatchObject({ state: 'down', signature: 'F23', spark_version: '4.3.0' })
    expect(findings[0]?.sentence).toContain('though it told its version (Spark 4.3.0): it answers 500')
    expect(findings[0]?.link).toBe(`${url}/api/v1/applications`)
  })

  it('that we had no time to ask is not told as down', async () => {
    const spark = await createSparkReplay({ port: 0 })
    open.push(spark)
    spark.faults.add({ match: 'history', kind: 'slow', delayMs: 60_000, count: 0 })
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    const step = { id: 'shs', use: historyServer.id, params: undefined, heading: 'The History Server' }
    const context = { run: runOf({}), labels: {}, reader, signal: NEVER, now: new Date() }
    const [seen] = await runProbes([step], context, { deadlineMs: 100, concurrency: 1 })
    expect(seen?.outputs).toMatchObject({ state: null, signature: null })
    expect(seen?.findings[0]?.sentence).toContain('no answer within 0.1 s')
  })

  it('P13: none is configured', async () => {
    const url = await deadUrl()
    const { outputs, findings } = await lookAt(platformOf({ master_url: url }).reader)
    expect(outputs).toMatchObject({ state: null, signature: null })
    expect(findings[0]?.sentence).toBe('The History Server: not seen, batch cannot tell (history): no History Server is configured.') // prettier-ignore
    expect(findings[0]?.unreached).toEqual([])
  })
})

/** A server whose answers took so long, and that lists this. */
function server(
  listed: readonly ListedApplication[],
  [versionMs, listMs]: readonly [number, number] = [12, 30],
): HistoryServer {
  const link = 'http://history:18080/'
  const answer = <T>(value: T, tookMs: number, path: string) =>
    Promise.resolve({ value, tookMs, link: `${link}api/v1/${path}` })
  return {
    link,
    version: () => answer('4.3.0', versionMs, 'version'),
    running: () => answer(listed, listMs, 'applications?status=running&limit=500'),
  }
}

const entry = (minutesAgo: number, id: string = APP.id): ListedApplication => ({
  id,
  updatedAt: new Date(NOW.getTime() - minutesAgo * MINUTE),
})
const job = (minutesAgo: number): readonly SparkJob[] => [
  { id: 7, status: 'RUNNING', submittedAt: new Date(NOW.getTime() - minutesAgo * MINUTE), completedAt: null },
]
const look = (world: World, params?: unknown): Promise<ProbeResult> =>
  historyServer.run(params, contextOf(world))

describe('one that answers', () => {
  it('in time and lists what runs as of now', async () => {
    const { outputs, findings } = await look({ history: server([entry(0.1), entry(50_000, 'app-killed')]) })
    expect(outputs).toEqual({
      state: 'up',
      signature: 'none',
      spark_version: '4.3.0',
      latency_s: 0.03,
      running: 2,
      lag_minutes: 0.1,
      severity: 'none',
    })
    expect(findings).toMatchObject([
      {
        severity: 'none',
        sentence:
          'The History Server http://history:18080/ (Spark 4.3.0) answers in 30 ms and lists 2 running applications, the newest as of 6 s ago.',
      },
    ])
  })

  it('and lists nothing that runs: there is no lag', async () => {
    const { outputs, findings } = await look({ history: server([]) })
    expect(outputs).toMatchObject({ state: 'up', running: 0, lag_minutes: null })
    expect(findings[0]?.sentence).toContain('lists no running application.')
  })

  it.each<[number, string, string]>([
    [1_999, 'none', 'up'],
    [2_000, 'low', 'slow'],
    [5_000, 'medium', 'slow'],
    [10_000, 'high', 'slow'],
    [600_000, 'high', 'slow'],
  ])('after %d ms: %s', async (ms, severity, state) => {
    for (const took of [
      [ms, 5],
      [5, ms],
    ] as const) {
      const { outputs, findings } = await look({ history: server([], took) })
      expect(outputs).toMatchObject({
        state,
        severity,
        latency_s: ms / 1000,
        signature: ['medium', 'high'].includes(severity) ? 'F23' : 'none',
      })
      expect(findings[0]?.severity).toBe(severity)
      if (severity !== 'none')
        expect(findings[0]?.evidence.map(({ text, link }) => [text, link])).toEqual([
          [`history_latency: /api/v1/version took ${took[0]} ms`, 'http://history:18080/api/v1/version'],
          [
            `/api/v1/applications took ${took[1]} ms`,
            'http://history:18080/api/v1/applications?status=running&limit=500',
          ],
        ])
    }
  })
})

describe('one whose list is old', () => {
  const environment = { 'spark.eventLog.dir': 'hdfs://nn:8020/spark-events' }

  it.each<[number, number, string]>([
    [4, 3, 'none'],
    [7, 5, 'low'],
    // Seven minutes old, and fewer than five of them with something to read.
    [7, 4.5, 'none'],
    [17, 15, 'medium'],
    [17, 14, 'low'],
    [90, 60, 'high'],
    [9_000, 8_000, 'high'],
  ])('%d minutes, and the driver has written for %d of them: %s', async (lag, written, severity) => {
    const { outputs, findings } = await look({
      history: server([entry(lag)]),
      jobs: job(written),
      environment,
    })
    expect(outputs).toMatchObject({ severity, lag_minutes: lag })
    expect(findings[0]?.severity).toBe(severity)
  })

  it('is told with what the driver wrote since, and where to see both', async () => {
    const { outputs, findings } = await look({ history: server([entry(40), entry(90, 'app-2')]), jobs: job(30), environment }) // prettier-ignore
    expect(outputs).toMatchObject({ state: 'behind', signature: 'F23', severity: 'medium', lag_minutes: 40 })
    expect(findings).toMatchObject([
      {
        confidence: 'high',
        sentence: `The History Server http://history:18080/ has read no log of 2 running applications for 40 min, and the driver of ${APP.id} wrote to its own 30 min ago.`,
      },
    ])
    expect(findings[0]?.evidence.map(({ text, link }) => [text, link])).toEqual([
      [
        `history_lag: newest lastUpdatedEpoch ${NOW.getTime() - 40 * MINUTE} (${APP.id}), seen ${NOW.toISOString()}`,
        'http://history:18080/api/v1/applications?status=running&limit=500',
      ],
      ['job 7 submissionTime 2026-11-22T14:30:00.000Z', `${APP.apiUrl}/jobs`],
    ])
  })

  it.each([
    'hdfs:///events',
    'viewfs://c/events',
    'file:/events',
    'file:///events',
    '/events',
    'HDFS://nn/events',
  ])('whose log grows as it is written to %s is behind', async (dir) => {
    const world = { history: server([entry(90)]), jobs: job(80), environment: { 'spark.eventLog.dir': dir } }
    expect((await look(world)).outputs).toMatchObject({ severity: 'high', signature: 'F23' })
  })

  it.each(['s3a://b/events', 's3://b/events', 'gs://b/events', 'abfss://c@a.dfs.core.windows.net/e', 'oss://b/e'])(
    'whose log may be seen only in closed parts, in %s, is low at most and believed little',
    async (dir) => {
      const world = { history: server([entry(90)]), jobs: job(80), environment: { 'spark.eventLog.dir': dir } }
      const { outputs, findings } = await look(world)
      expect(outputs).toMatchObject({ state: 'behind', severity: 'low', signature: 'none' })
      expect(findings).toMatchObject([{ severity: 'low', confidence: 'low', evidence: [{}, {}] }])
      expect(findings[0]?.sentence).toMatch(
        /wrote to its own 80 min ago; in \w+: a log may be seen only part by part, as each is closed\.$/,
      )
    },
  ) // prettier-ignore

  it('whose log is kept nobody knows where is low at most, and that is said', async () => {
    const old: World = { history: server([entry(90)]), jobs: job(80) }
    const redacted = { ...old, environment: { 'spark.eventLog.dir': '*********(redacted)' } }
    for (const world of [
      old,
      redacted,
      { ...old, capabilities: ['application', 'stages', 'history'] as const },
    ]) {
      const { outputs, findings } = await look(world)
      expect(outputs).toMatchObject({ severity: 'low', signature: 'none' })
      expect(findings[0]?.sentence).toContain('where its log is kept is not known')
    }
    const { findings } = await look({ ...old, environment, broken: ['environment'] })
    expect(findings[0]).toMatchObject({ severity: 'low', unreached: [`driver of ${APP.id}, spark.eventLog.dir: environment is out of reach`] }) // prettier-ignore
  })

  it('because the application has nothing to write is well: a stage of an hour, or clocks that differ', async () => {
    for (const jobs of [job(200), job(89.5), []]) {
      const { outputs, findings } = await look({ history: server([entry(90)]), jobs })
      expect(outputs).toMatchObject({
        state: 'up',
        signature: 'none',
        severity: 'none',
        lag_minutes: 90,
      })
      expect(findings[0]?.sentence).toContain('as of 90 min ago (its driver has written nothing since).')
    }
  })

  it('because the application has just begun to write again is behind for as long as that', async () => {
    const { outputs } = await look({ history: server([entry(90)]), jobs: job(0.2) })
    expect(outputs).toMatchObject({ state: 'up', severity: 'none' })
  })

  it('of which no driver can be asked is low at most, and believed little', async () => {
    const nobody: World[] = [
      { application: null },
      { application: { ...APP, foundAt: 'history' } },
      { broken: ['locate'] },
      { capabilities: ['application', 'history'] },
    ]
    for (const world of nobody) {
      const { outputs, findings } = await look({ ...world, history: server([entry(90)]) })
      expect(outputs).toMatchObject({ state: 'behind', signature: 'none', severity: 'low' })
      expect(findings[0]).toMatchObject({ confidence: 'low', evidence: [{}] })
      expect(findings[0]?.sentence).toContain('no driver could be asked whether there was anything to read')
      if (world.broken !== undefined)
        expect(findings[0]?.unreached).toEqual([`driver of ${APP.id}: locate is out of reach`])
    }
  })

  it('asks three drivers at most, whatever was killed and is listed for ever', async () => {
    const listed = Array.from({ length: 40 }, (_, at) => entry(90 + at, `app-${at}`))
    const asked: (string | null)[] = []
    const context = contextOf({ history: server(listed), application: null })
    const reader = { ...context.reader!, locate: (run: { runId: string | null }) => { asked.push(run.runId); return Promise.resolve(null) } } // prettier-ignore
    await historyServer.run(undefined, { ...context, reader })
    expect(asked).toEqual(['app-0', 'app-1', 'app-2'])
  })

  it('a runbook, and the operator, may set other limits', async () => {
    const world: World = { history: server([entry(4)], [900, 3]), jobs: job(2.5), environment }
    const own = { thresholds: { history_latency: [0.5, 0.6, 0.7, 0.8], history_lag: [1, 2, 3, 4] } }
    expect((await look(world, own)).outputs).toMatchObject({ state: 'slow', severity: 'critical' })
    const limits = { thresholds: { history_lag: [1, 2, 3, 4] as const }, materialMs: [1, 2, 3, 4] as const }
    const { outputs, findings } = await historyServer.run(undefined, { ...contextOf(world), limits })
    expect(outputs).toMatchObject({ state: 'behind', severity: 'medium' })
    expect(findings).toHaveLength(1)
  })
})

describe('over the wire', () => {
  it('is asked for its version and for what runs alone, and reads the driver where its list is old', async () => {
    let readAt = Date.now()
    const spark = await createSparkReplay({ port: 0, readAt: () => readAt })
    onTestFinished(() => spark.close())
    const { appId } = spark.start('healthy')
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    expect((await lookAt(reader)).outputs).toMatchObject({ state: 'up', running: 1, lag_minutes: 0 })
    expect(spark.calls()).toEqual({ history: 2 })
    readAt -= 3_600_000 * 24
    const { outputs, findings } = await lookAt(reader, new Date(Date.now() + 3_600_000 * 2))
    expect(outputs).toMatchObject({ state: 'behind', signature: 'F23', severity: 'high' })
    expect(findings[0]?.sentence).toContain(`the driver of ${appId} wrote to its own`)
    for (const { link } of findings[0]?.evidence ?? []) expect((await fetch(link!)).status).toBe(200)
  })
})

describe('what broke', () => {
  const down = async (): Promise<ProbeResult> => serving(() => ({ ...HTML, status: 500 }))
  const result = (step: string, { outputs, findings }: ProbeResult) => ({ step, outputs, findings })

  it('is F23 where nothing else is seen', async () => {
    expect(conclude([result('shs', await down())])).toMatchObject({
      id: 'F23',
      cause: 'history-server',
      by: 'figures',
      probe: 'spark.history-server',
      evidence: { text: 'history_down: it answers 500' },
    })
  })

  it('is never the History Server where a run is over, and nobody knows why', async () => {
    const outputs = { state: 'failed' }
    expect(conclude([result('state', { outputs, findings: [] }), result('shs', await down())])).toBeNull()
  })
})
