// The replayed Spark: what it says looks as if a real one said it just now, and what is done to it stays done.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { listRecordings, loadRecording } from '../../../src/sandbox/spark/recording.ts'
import { type SparkReplay, createSparkReplay } from '../../../src/sandbox/spark/replay.ts'

type Json = Record<string, unknown>

const NOON = Date.parse('2027-01-15T12:00:00Z')
let now = NOON
const open: SparkReplay[] = []

async function replay(line = '4', stateFile?: string): Promise<SparkReplay> {
  now = NOON
  const kept = stateFile === undefined ? {} : { stateFile }
  const spark = await createSparkReplay({ port: 0, line, now: () => now, ...kept })
  open.push(spark)
  return spark
}

async function json<T = Json>(url: string): Promise<T> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

function post(spark: SparkReplay, form: Record<string, string>): Promise<Response> {
  return fetch(`${spark.masterUrl}/app/kill/`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  })
}

const TOKEN = '00000000000000000000000000000000'

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe.each(['3.5', '4'])('an application replayed from Spark %s', (line) => {
  it('has an id, a start and a clock of its own', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    expect(appId).toBe('app-20270115120000-0000')
    const info = await json<{ id: string; attempts: Json[] }>(
      `${spark.uiUrl(appId)}/api/v1/applications/${appId}`,
    )
    expect(info.id).toBe(appId)
    const [attempt] = info.attempts
    const started = Number(attempt?.['startTimeEpoch'])
    expect(attempt?.['startTime']).toBe(new Date(started).toISOString().replace('Z', 'GMT'))
    expect(NOON - started).toBeGreaterThan(0)
    expect(NOON - started).toBeLessThan(120_000)
    expect(attempt).toMatchObject({
      completed: false,
      endTimeEpoch: -1,
      endTime: '1969-12-31T23:59:59.999GMT',
    })
    now += 60_000
    const later = await json<{ attempts: Json[] }>(`${spark.uiUrl(appId)}/api/v1/applications/${appId}`)
    expect(Number(later.attempts[0]?.['duration']) - Number(attempt?.['duration'])).toBe(60_000)
  })

  it('goes on failing: the last death is always a moment ago', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    now += 3_600_000
    const executors = await json<{ removeTime?: string }[]>(
      `${spark.uiUrl(appId)}/api/v1/applications/${appId}/allexecutors`,
    )
    const removals = executors.flatMap(({ removeTime }) =>
      removeTime === undefined ? [] : [Date.parse(removeTime.replace('GMT', 'Z'))],
    )
    expect(now - Math.max(...removals)).toBeLessThan(10_000)
  })

  it('is gone from its driver UI once it is killed, and KILLED at the master', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    const changes: number[] = []
    spark.subscribe(() => changes.push(1))
    now += 30_000
    const reply = await post(spark, { id: appId, terminate: 'true', csrfToken: TOKEN })
    expect(reply.status).toBe(302)
    expect(reply.headers.get('location')).toBe(`${spark.masterUrl}/`)
    await expect(fetch(`${spark.uiUrl(appId)}/api/v1/version`)).rejects.toThrow()
    const master = await json<{ activeapps: Json[]; completedapps: Json[] }>(`${spark.masterUrl}/json/`)
    expect(master.activeapps).toEqual([])
    expect(master.completedapps).toEqual([expect.objectContaining({ id: appId, state: 'KILLED' })])
    expect(
      Number(master.completedapps[0]?.['starttime']) + Number(master.completedapps[0]?.['duration']),
    ).toBe(now)
    const stages = await json<Json[]>(`${spark.historyUrl}/api/v1/applications/${appId}/stages?status=failed`)
    expect(stages[0]?.['failureReason']).toContain('Master removed our application: KILLED')
    expect(spark.applications()).toEqual([expect.objectContaining({ appId, state: 'KILLED', endedAt: now })])
    expect(changes).toEqual([1])
  })

  it('is not killed by what kills nothing on a real one either', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    await post(spark, { id: appId, csrfToken: TOKEN })
    await post(spark, { id: 'app-0', terminate: 'true', csrfToken: TOKEN })
    expect((await fetch(`${spark.masterUrl}/app/kill/?id=${appId}&terminate=true`)).status).toBe(405)
    const bare = await post(spark, { id: appId, terminate: 'true' })
    expect([bare.status, spark.applications()[0]?.state]).toEqual(
      line === '4' ? [403, 'RUNNING'] : [302, 'KILLED'],
    )
  })

  it('names neither the machine nor the addresses it was recorded on', () => {
    for (const { id } of listRecordings()) {
      const text = JSON.stringify(loadRecording(id, line))
      expect(text).not.toMatch(/127\.0\.0\.1|\/home\/|\/root\b|\/tmp\/|localhost/)
    }
  })
})

describe('questions are answered as Spark answers them', () => {
  it.each([
    ['stages/0/0/taskList?status=FAILED&length=2', 200, 2],
    ['stages/0/0/taskList?status=SUCCESS', 200, 0],
    ['stages/0/0/taskList?status=PENDING', 404, null],
    ['stages/0/0/taskList?sortBy=-ID', 404, null],
    ['stages/0/0/taskList?length=0', 500, null],
    ['stages/0/0/taskSummary', 404, null],
    ['stages/0/9/taskList', 404, null],
    ['stages?status=active', 200, 1],
    ['stages?status=failed', 200, 0],
  ])('%s: %i', async (question, status, length) => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    const response = await fetch(`${spark.uiUrl(appId)}/api/v1/applications/${appId}/${question}`)
    expect(response.status).toBe(status)
    if (length !== null) expect(await response.json()).toHaveLength(length)
  })

  it('failed tasks in Spark’s own odd order: by runtime the slowest comes first', async () => {
    const spark = await replay()
    const { appId } = spark.start('executor-oom')
    const list = `${spark.uiUrl(appId)}/api/v1/applications/${appId}/stages/0/0/taskList?status=FAILED`
    const ms = (rows: Json[]): number[] =>
      rows.map((row) => Number((row['taskMetrics'] as Json | undefined)?.['executorRunTime'] ?? 0))
    const rising = ms(await json<Json[]>(`${list}&sortBy=runtime`))
    expect(rising).toEqual([...rising].sort((a, b) => b - a))
    expect(ms(await json<Json[]>(`${list}&sortBy=-runtime`))).toEqual([...rising].sort((a, b) => a - b))
  })

  it('quantiles as asked for', async () => {
    const spark = await replay()
    const { appId } = spark.start('data-skew')
    const summary = await json<Json & { executorRunTime: number[] }>(
      `${spark.uiUrl(appId)}/api/v1/applications/${appId}/stages/2/0/taskSummary?quantiles=0.5,1.0`,
    )
    expect(summary['quantiles']).toEqual([0.5, 1])
    expect(summary.executorRunTime).toHaveLength(2)
    expect(summary.executorRunTime[1]).toBeGreaterThan(summary.executorRunTime[0]! * 10)
  })
})

describe('the cluster', () => {
  it('begins empty, and holds several applications', async () => {
    const spark = await replay()
    expect(await json(`${spark.masterUrl}/json/`)).toMatchObject({ status: 'ALIVE', aliveworkers: 1, activeapps: [], completedapps: [] })
    const ids = [spark.start('executor-oom'), spark.start('healthy')].map(({ appId }) => appId)
    const { activeapps } = await json<{ activeapps: Json[] }>(`${spark.masterUrl}/json/`)
    expect(activeapps.map(({ id, name }) => [id, name])).toEqual([[ids[0], 'orders-daily'], [ids[1], 'inventory-snapshot']])
    const home = await (await fetch(`${spark.masterUrl}/`)).text()
    for (const id of ids) expect(home.split(`name="id" value="${id}"`)).toHaveLength(2)
  }) // prettier-ignore

  it('loses its workers and gets them back', async () => {
    const spark = await replay()
    spark.setWorkersAlive(false)
    expect(await json(`${spark.masterUrl}/json/`)).toMatchObject({
      aliveworkers: 0,
      workers: [{ state: 'DEAD' }],
    })
    spark.setWorkersAlive(true)
    expect(await json(`${spark.masterUrl}/json/`)).toMatchObject({
      aliveworkers: 1,
      workers: [{ state: 'ALIVE' }],
    })
  })

  it('is empty again after a reset', async () => {
    const spark = await replay()
    spark.start('healthy')
    spark.faults.add({ kind: 'server_error', count: 0 })
    spark.reset()
    expect(await json(`${spark.masterUrl}/json/`)).toMatchObject({ activeapps: [] })
  })
})

describe('faults', () => {
  it('lose the reply of a kill that happened', async () => {
    const spark = await replay()
    const { appId } = spark.start('healthy')
    spark.faults.add({ kind: 'lost_reply', match: 'kill' })
    await expect(post(spark, { id: appId, terminate: 'true', csrfToken: TOKEN })).rejects.toThrow()
    expect(spark.applications()[0]?.state).toBe('KILLED')
  })

  it('strike one part and leave the others', async () => {
    const spark = await replay()
    spark.faults.add({ kind: 'server_error', match: 'history', count: 0 })
    expect((await fetch(`${spark.historyUrl}/api/v1/version`)).status).toBe(500)
    expect((await fetch(`${spark.masterUrl}/json/`)).status).toBe(200)
  })

  it('leave a client waiting, before the kill or after it, and count what was asked', async () => {
    const spark = await replay()
    const apps = [spark.start('healthy'), spark.start('healthy')]
    const patience = new AbortController()
    const ask = async (appId: string): Promise<string> =>
      await fetch(`${spark.masterUrl}/app/kill/`, {
        method: 'POST',
        body: new URLSearchParams({ id: appId, terminate: 'true', csrfToken: TOKEN }),
        redirect: 'manual',
        signal: patience.signal,
      }).then(
        () => 'a reply',
        () => 'no reply',
      )
    const waiting: Promise<string>[] = []
    for (const [index, kind] of (['swallow', 'withhold_reply'] as const).entries()) {
      spark.faults.add({ kind, match: 'kill' })
      waiting.push(ask(apps[index]?.appId ?? ''))
      await vi.waitUntil(() => spark.faults.list().length === 0)
    }
    await vi.waitUntil(() => spark.applications()[1]?.state === 'KILLED')
    patience.abort()
    expect(await Promise.all(waiting)).toEqual(['no reply', 'no reply'])
    expect(spark.applications().map(({ state }) => state)).toEqual(['RUNNING', 'KILLED'])
    expect(spark.calls()).toEqual({ kill: 2 })
  })
})

describe('a state file', () => {
  it('keeps what ran, what ended and what is lost across a restart, and no id is given twice', async () => {
    const stateFile = path.join(await mkdtemp(path.join(tmpdir(), 'arrestor-replay-')), 'spark.json')
    const first = await replay('4', stateFile)
    const [running, ended] = [first.start('executor-oom'), first.start('healthy')]
    await post(first, { id: ended.appId, terminate: 'true', csrfToken: TOKEN })
    first.setWorkersAlive(false)
    const before = first.applications()
    await first.close()

    const second = await replay('4', stateFile)
    expect(second.applications()).toEqual(before)
    expect(second.applications().map(({ state }) => state)).toEqual(['RUNNING', 'KILLED'])
    expect(await json(`${second.masterUrl}/json/`)).toMatchObject({ aliveworkers: 0 })
    const info = await json(`${second.uiUrl(running.appId)}/api/v1/applications/${running.appId}`)
    expect(info).toMatchObject({ id: running.appId })
    expect(second.start('healthy').appId).not.toBe(ended.appId)
    second.reset()
    expect((await replay('4', stateFile)).applications()).toEqual([])
  })

  it('of something else is named and left alone', async () => {
    const stateFile = path.join(await mkdtemp(path.join(tmpdir(), 'arrestor-replay-')), 'spark.json')
    for (const text of ['{"name":"mine"}', 'no JSON at all']) {
      await writeFile(stateFile, text)
      await expect(replay('4', stateFile)).rejects.toThrow('spark.json does not hold the state')
      expect(await readFile(stateFile, 'utf8')).toBe(text)
    }
  })
})

describe.each(['3.5', '4'])('what the driver of Spark %s did before anybody looked', (line) => {
  it('has ended by itself: at the master, and in the History Server with its failed query', async () => {
    const spark = await replay(line)
    const { appId, state, endedAt, startedAt } = spark.start('driver-oom')
    expect([state, endedAt]).toEqual(['FINISHED', NOON])
    expect(NOON - startedAt).toBeGreaterThan(1_000)
    const master = await json<{ activeapps: Json[]; completedapps: Json[] }>(`${spark.masterUrl}/json/`)
    expect(master.activeapps).toEqual([])
    expect(master.completedapps).toEqual([expect.objectContaining({ id: appId, state: 'FINISHED' })])
    await expect(fetch(`${spark.uiUrl(appId)}/api/v1/applications/${appId}`)).rejects.toThrow()
    const queries = `${spark.historyUrl}/api/v1/applications/${appId}/sql`
    const [query] = await json<Json[]>(`${queries}?details=false&planDescription=false&length=1000`)
    expect(query).toMatchObject({ status: 'FAILED' })
    if (line === '4') expect(query?.['errorMessage']).toContain('OutOfMemoryError')
    expect(await json(`${queries}/0?details=false&planDescription=true`)).toMatchObject({
      id: 0,
      planDescription: expect.stringContaining('== Physical Plan =='),
    })
  })

  it('a stream that lags says so in the metrics of its driver, under its own id', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('streaming-lag')
    const { gauges } = await json<{ gauges: Record<string, { value: number }> }>(
      `${spark.uiUrl(appId)}/metrics/json/`,
    )
    const name = Object.keys(gauges).find((one) => one.endsWith('spark.streaming.clicks.latency'))
    expect(name).toBe(`${appId}.driver.spark.streaming.clicks.latency`)
    expect(gauges[name ?? '']?.value).toBeGreaterThan(1_500)
  })
})

describe('recordings', () => {
  it('are there for both lines', () => {
    const ids = ['data-skew', 'driver-oom', 'executor-oom', 'fetch-failed', 'healthy', 'streaming-lag']
    expect(
      listRecordings()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids)
    for (const { lines } of listRecordings()) expect(lines.sort()).toEqual(['3.5', '4'])
  })

  it('that do not exist are named', async () => {
    const spark = await replay()
    expect(() => spark.start('meltdown')).toThrow(/no recording "meltdown" of Spark 4; there are/)
    expect(() => spark.start('../../..')).toThrow(/no recording/)
  })
})
