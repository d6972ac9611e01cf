// Livy's reader and writer over a stand-in made from its documented API: states, ids, logs, details by delegation.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NEVER, type Reply, type Stage, deadUrl, platformOf, runOf, stage } from '../support.ts'
import { type Livy, createLivy } from './server.ts'

const APP = 'application_1795372654672_0002'
let livy: Livy
const open: Stage[] = []

beforeEach(async () => {
  livy = await createLivy()
  livy.batches.push(
    { id: 3, name: 'orders-daily-2026-11-21', appId: 'application_1795372654672_0001', state: 'success' },
    {
      id: 7,
      name: 'orders-daily-2026-11-22',
      appId: APP,
      state: 'dead',
      proxyUser: 'etl',
      log: ['stdout: ', 'stderr: ', 'pyspark.errors.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] no_such_table', '\nYARN Diagnostics: ', 'größe'],
      appInfo: { driverLogUrl: 'http://nm:8042/node/containerlogs/c/etl', sparkUiUrl: 'http://rm:8088/proxy/a/' },
    },
    { id: 9, name: 'refunds-hourly', state: 'starting' },
  ) // prettier-ignore
  livy.sessions.push({ id: 9, name: 'notebook', appId: 'application_1795372654672_0005', state: 'busy' })
})

afterEach(async () => {
  await Promise.all([livy, ...open.splice(0)].map((one) => one.close()))
})

const reader = (more: Record<string, unknown> = {}): ReturnType<typeof platformOf>['reader'] =>
  platformOf({ kind: 'livy', livy_url: livy.url, ...more }).reader

describe('a run', () => {
  it.each([
    ['not_started', 'queued'],
    ['starting', 'queued'],
    ['recovering', 'running'],
    ['running', 'running'],
    ['idle', 'running'],
    ['busy', 'running'],
    ['shutting_down', 'running'],
    ['error', 'failed'],
    ['dead', 'failed'],
    ['killed', 'cancelled'],
    ['success', 'succeeded'],
    ['something_new', 'unknown'],
  ])('%s is %s', async (state, ours) => {
    livy.batches.push({ id: 20, state })
    expect(await reader().run(runOf({ runId: 'batch-20' }), NEVER)).toMatchObject({
      id: 'batch-20',
      state: ours,
      stateText: state,
    })
  })

  it('is found by Livy’s id, by Spark’s, and by its name', async () => {
    for (const run of [{ runId: 'batch-7' }, { runId: '7' }, { runId: APP }, { jobName: 'orders-daily' }])
      expect((await reader().run(runOf(run), NEVER))?.id).toBe('batch-7')
    expect((await reader().run(runOf({ runId: 'session-9' }), NEVER))?.jobName).toBe('notebook')
  })

  it('of nobody is null, and no namesake takes its place', async () => {
    for (const runId of ['batch-99', 'application_1_0009'])
      expect(await reader().run(runOf({ runId, jobName: 'orders-daily' }), NEVER)).toBeNull()
    for (const run of [{}, { jobName: 'no-such-job' }, { runId: '../../jobs/job/kill' }])
      expect(await reader().run(runOf(run), NEVER)).toBeNull()
  })

  it('that failed brings the end of its log as its words', async () => {
    const run = await reader().run(runOf({ runId: APP }), NEVER)
    expect(run).toMatchObject({ applicationId: APP, user: 'etl', attempt: null, maxAttempts: null })
    expect(run?.words[0]).toMatchObject({ place: 'driver', from: 'log of batch-7' })
    expect(run?.words[0]?.text).toContain('[TABLE_OR_VIEW_NOT_FOUND]')
    expect((await reader().run(runOf({ runId: '3' }), NEVER))?.words).toEqual([])
  })

  it('is among the earlier ones of its job, newest first', async () => {
    const ids = (await reader().runs('orders-daily', 5, NEVER)).map(({ id }) => id)
    expect(ids).toEqual(['batch-7', 'batch-3'])
    expect(await reader().runs('orders-daily', 1, NEVER)).toHaveLength(1)
    expect(await reader().runs('no-such-job', 5, NEVER)).toEqual([])
  })

  it('is found on the last page of thousands, with few questions', async () => {
    for (let id = 100; id < 2100; id += 1) livy.batches.push({ id, name: `job-${id}`, state: 'success' })
    expect((await reader().run(runOf({ jobName: 'job-2099' }), NEVER))?.id).toBe('batch-2099')
    expect(livy.asked.length).toBeLessThanOrEqual(7)
  })
})

describe('the log', () => {
  it('is the last lines that fit, whole ones', async () => {
    const log = await reader().log(runOf({ runId: 'batch-7' }), 1000, NEVER)
    expect(log).toMatchObject({
      whose: 'driver',
      cut: false,
      link: 'http://nm:8042/node/containerlogs/c/etl',
    })
    expect(log?.text.split('\n')[0]).toBe('stdout: ')
    const short = await reader().log(runOf({ runId: 'batch-7' }), 30, NEVER)
    expect(short).toMatchObject({ text: '\nYARN Diagnostics: \ngröße', cut: true })
    expect(Buffer.byteLength(short?.text ?? '')).toBeLessThanOrEqual(30)
  })

  it('is cut within a line that is longer than all that was asked for, but in no character', async () => {
    expect((await reader().log(runOf({ runId: 'batch-7' }), 4, NEVER))?.text).toBe('grö')
    expect((await reader().log(runOf({ runId: 'batch-7' }), 3, NEVER))?.text).toBe('gr')
  })

  it('is null where there is none', async () => {
    expect(await reader().log(runOf({ runId: 'batch-3' }), 1000, NEVER)).toBeNull()
    expect(await reader().log(runOf({ runId: 'batch-99' }), 1000, NEVER)).toBeNull()
  })
})

describe('what Spark did', () => {
  const history = async (): Promise<Stage> => {
    const attempts = [{ attemptId: '1', startTime: '2026-11-22T18:00:00.000GMT', endTime: '2026-11-22T18:10:00.000GMT', completed: true, sparkUser: 'etl', appSparkVersion: '3.5.9' }] // prettier-ignore
    const served = await stage((_method, url) => {
      if (url.pathname === `/api/v1/applications/${APP}`)
        return { body: JSON.stringify({ id: APP, name: 'orders-daily', attempts }) }
      if (url.pathname === `/api/v1/applications/${APP}/1/jobs`)
        return { body: '[{"jobId":0,"status":"FAILED"}]' }
      return { status: 404, type: 'text/plain', body: 'unknown app' }
    })
    open.push(served)
    return served
  }

  it('comes from the History Server, by Livy’s application id, with Livy’s word for the end', async () => {
    const one = reader({ history_url: (await history()).url })
    const app = await one.locate(runOf({ runId: 'batch-7' }), NEVER)
    expect(app).toMatchObject({
      id: APP,
      state: 'failed',
      foundAt: 'history',
      sparkVersion: '3.5.9',
      attemptId: '1',
    })
    expect(await one.jobs(app!, NEVER)).toMatchObject([{ id: 0, status: 'FAILED' }])
  })

  it('P13: is not offered without one, and says so when asked all the same', async () => {
    expect([...reader().capabilities]).toEqual(['application', 'run', 'runs', 'log'])
    const app = await reader().locate(runOf({ runId: APP }), NEVER)
    expect(app).toMatchObject({ foundAt: 'resource-manager', link: 'http://rm:8088/proxy/a/', apiUrl: null })
    await expect(reader().stages(app!, NEVER)).rejects.toThrow(/ARR-501.*only Livy knows/)
    await expect(reader().cluster(NEVER)).rejects.toMatchObject({ code: 'ARR-502' })
  })

  it('is missing where the History Server does not answer: Livy’s word stays, and that is said', async () => {
    const app = await reader({ history_url: await deadUrl() }).locate(runOf({ runId: APP }), NEVER)
    expect(app).toMatchObject({
      state: 'failed',
      unreached: [expect.stringMatching(/^History Server: ARR-501/)],
    })
  })
})

describe('a kill', () => {
  const writer = (more: Record<string, unknown> = {}): NonNullable<ReturnType<typeof platformOf>['writer']> =>
    platformOf({ kind: 'livy', livy_url: livy.url, actions: ['application.kill'], ...more }).writer!

  it('deletes the batch that is meant, once, and says who asks', async () => {
    expect(await writer().kill('batch-9', NEVER)).toMatchObject({ kind: 'accepted' })
    expect(livy.asked.filter((one) => one.startsWith('DELETE'))).toEqual(['DELETE /batches/9'])
    expect(livy.headers.at(-1)?.['x-requested-by']).toBe('arrestor')
    expect(livy.sessions).toHaveLength(1)
    expect(await writer().kill('batch-9', NEVER)).toMatchObject({ kind: 'refused' })
  })

  it('takes Spark’s id, too, of a session as well', async () => {
    expect(await writer().kill('application_1795372654672_0005', NEVER)).toMatchObject({ kind: 'accepted' })
    expect(livy.asked.at(-1)).toBe('DELETE /sessions/9')
  })

  it('passes a Livy with protection against forged requests', async () => {
    const strict = await createLivy({ csrf: true })
    open.push(strict)
    strict.batches.push({ id: 1, state: 'running' })
    expect(await writer({ livy_url: strict.url }).kill('1', NEVER)).toMatchObject({ kind: 'accepted' })
  })

  it.each(['batch-3', APP, 'batch-99', 'nonsense', '../batches/9'])('is refused for %s, and nothing deleted', async (id) => {
    expect(await writer().kill(id, NEVER)).toMatchObject({ kind: 'refused' })
    expect(livy.asked.some((one) => one.startsWith('DELETE'))).toBe(false)
  }) // prettier-ignore

  it.each<[string, Reply, string]>([
    ['a lost reply', 'destroy', 'unknown'],
    ['a 500', { status: 500 }, 'unknown'],
    ['a login page', { type: 'text/html', body: '<form>' }, 'unknown'],
    ['a redirect', { status: 302, location: 'https://sso.example.com/' }, 'unknown'],
    ['a 403', { status: 403, body: '{"msg":"no"}' }, 'refused'],
    ['a 404', { status: 404, body: '{"msg":"gone"}' }, 'refused'],
  ])('%s is never better known than it is', async (_what, reply, kind) => {
    const served = await stage((method) =>
      method === 'DELETE' ? reply : { body: '{"id":1,"state":"running","log":[]}' },
    )
    open.push(served)
    expect(await writer({ livy_url: served.url }).kill('batch-1', NEVER)).toMatchObject({ kind })
    expect(served.asked.filter((one) => one.startsWith('DELETE'))).toHaveLength(1)
  })

  it('asks nothing of a Livy that is not there', async () => {
    expect(await writer({ livy_url: await deadUrl() }).kill('batch-1', NEVER)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('nothing was asked'),
    })
  })

  it('P13: is not offered unless it is configured', () => {
    expect(platformOf({ kind: 'livy', livy_url: livy.url }).writer).toBeNull()
  })
})

describe('trouble', () => {
  it.each<[string, Reply, string]>([
    ['HTML with 200', { type: 'text/html', body: '<html>' }, 'ARR-502'],
    ['half a body', { body: '{"from":0,"tot' }, 'ARR-502'],
    ['another shape', { body: '{"from":0}' }, 'ARR-502'],
    ['401', { status: 401 }, 'ARR-506'],
    ['403', { status: 403 }, 'ARR-506'],
    ['somebody else’s 404', { status: 404, type: 'text/html' }, 'ARR-502'],
    ['a login page', { status: 302, location: 'https://sso.example.com/' }, 'ARR-502'],
    ['503', { status: 503 }, 'ARR-501'],
    ['nothing', 'destroy', 'ARR-501'],
  ])('%s', async (_what, reply, code) => {
    const served = await stage(() => reply)
    open.push(served)
    const one = reader({ livy_url: served.url })
    await expect(one.run(runOf({ jobName: 'x' }), NEVER)).rejects.toMatchObject({ code })
    await expect(one.locate(runOf({ runId: 'batch-1' }), NEVER)).rejects.toMatchObject({ code })
    await expect(one.check(NEVER)).rejects.toMatchObject({ code })
  })

  it('none: doctor is told in one sentence', async () => {
    expect(await reader().check(NEVER)).toMatch(/^Livy http:.* answers and knows 3 batches; no History Server is configured\.$/)
  }) // prettier-ignore
})
