// What Dataproc tells of jobs and batches: how they stand, why they failed, what they are made of, what they wrote.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, deadUrl, runOf } from '../support.ts'
import { APP, BATCH, type Bench, JOB, METAINFO, batch, bench, cluster, iso, job } from './bench.ts'

let at: Bench | null = null
async function open(...given: Parameters<typeof bench>): Promise<Bench> {
  at = await bench(...given)
  return at
}
afterEach(async () => {
  await at?.close()
  at = null
})

const T = Date.parse('2026-11-22T10:00:00.000Z')
const failed = { state: 'ERROR', details: 'Google Cloud Dataproc Agent reports job failure.', stateStartTime: iso(T) } // prettier-ignore

describe('a job', () => {
  it('is told with its name, its times, its application and its page for people', async () => {
    const { platform } = await open()
    const run = await platform.reader.run(runOf({ runId: JOB }), NEVER)
    expect(run).toMatchObject({
      id: JOB,
      jobName: 'orders-daily',
      state: 'running',
      stateText: 'RUNNING',
      attempt: 1,
      maxAttempts: 4,
      submittedAt: new Date('2026-11-22T10:00:00.000Z'),
      startedAt: new Date('2026-11-22T10:02:00.000Z'),
      endedAt: null,
      applicationId: APP,
      words: [],
      link: `https://console.cloud.google.com/dataproc/jobs/${JOB}?region=europe-west1&project=acme-data-42`,
    })
  })

  it.each([
    ['PENDING', [], 'queued', 1],
    ['SETUP_DONE', [], 'queued', 1],
    ['CANCEL_STARTED', [], 'running', 1],
    ['CANCELLED', [], 'cancelled', 1],
    ['DONE', [], 'succeeded', 1],
    ['ERROR', [], 'failed', 1],
    // The driver ended badly and is to be started again.
    ['ATTEMPT_FAILURE', [], 'retrying', 1],
    ['PENDING', ['ATTEMPT_FAILURE'], 'retrying', 1],
    ['RUNNING', ['ATTEMPT_FAILURE', 'ATTEMPT_FAILURE'], 'running', 3],
    ['ERROR', ['ATTEMPT_FAILURE', 'ATTEMPT_FAILURE', 'ATTEMPT_FAILURE'], 'failed', 4],
  ])('that is %s after %j stands as %s, attempt %i', async (state, before, stands, attempt) => {
    const { platform } = await open({
      jobs: [
        job({
          status: { state, stateStartTime: iso(T) },
          statusHistory: before.map((was) => ({ state: was, stateStartTime: iso(T) })),
        }),
      ],
    })
    expect(await platform.reader.run(runOf({ runId: JOB }), NEVER)).toMatchObject({ state: stands, attempt })
  })

  it('that failed says why, in the words of Dataproc, of its newest attempt and of its cluster', async () => {
    const { platform } = await open({
      jobs: [
        job({
          status: failed,
          statusHistory: [
            { state: 'ATTEMPT_FAILURE', details: 'first', stateStartTime: iso(T) },
            { state: 'ATTEMPT_FAILURE', details: 'second', stateStartTime: iso(T) },
          ],
        }),
      ],
      clusters: [
        cluster({ status: { state: 'ERROR', detail: 'Worker lost to preemption', stateStartTime: iso(T) } }),
      ],
    })
    const run = await platform.reader.run(runOf({ runId: JOB }), NEVER)
    expect(run?.words).toEqual([
      { text: failed.details, from: `job ${JOB}`, place: 'platform' },
      { text: 'second', from: `attempt 2 of job ${JOB}`, place: 'platform' },
      { text: 'ERROR: Worker lost to preemption', from: 'cluster etl', place: 'platform' },
    ])
  })

  it('P12: is compared by marks of its settings and arguments, which are not told themselves', async () => {
    const { platform, google } = await open()
    const traits = async (): Promise<unknown> =>
      (await platform.reader.run(runOf({ runId: JOB }), NEVER))?.traits
    const before = await traits()
    expect(before).toEqual({
      runtime: '2.2.31-debian12',
      node_type: 'n2-highmem-8',
      nodes: '4 + 2 secondary',
      definition: expect.stringMatching(/^gs:\/\/code\/orders\.py, settings [0-9a-f]{12}$/),
      parameters: expect.stringMatching(/^4 arguments, [0-9a-f]{12}$/),
    })
    expect((await platform.reader.run(runOf({ runId: JOB }), NEVER))?.dates).toEqual({ date: '20261122' })
    expect(JSON.stringify(before)).not.toContain('dose-of-a-secret')
    const work = google.jobs[0]?.['pysparkJob'] as { args: string[] }
    work.args = ['--password', 'another']
    expect(await traits()).not.toEqual(before)
  })

  it('is told without its cluster where that is gone or may not be looked at', async () => {
    const { platform, google } = await open({ clusters: [] })
    google.fault(/clusters/, { status: 403, body: '{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}' }) // prettier-ignore
    const run = await platform.reader.run(runOf({ runId: JOB }), NEVER)
    expect(run).toMatchObject({ state: 'running' })
    expect(run?.traits).not.toHaveProperty('runtime')
  })

  it('has what its driver wrote, over the parts of the stream, the end of it first where little is asked for', async () => {
    const { platform } = await open()
    const log = await platform.reader.log(runOf({ runId: JOB }), 200, NEVER)
    expect(log).toMatchObject({
      cut: true,
      from: `the driver's log (driveroutput.000000001) in gs://${METAINFO}/0d9c/jobs/${JOB}/`,
      link: `https://console.cloud.google.com/storage/browser/staging/google-cloud-dataproc-metainfo/0d9c/jobs/${JOB}`,
    })
    expect(Buffer.byteLength(log?.text ?? '')).toBeLessThanOrEqual(200)
    expect(log?.text.trimEnd()).toMatch(/ValueError: order 7 has no customer$/)
    const whole = await platform.reader.log(runOf({ runId: JOB }), 64_000, NEVER)
    expect(whole?.text).toMatch(/^26\/11\/22 10:00:00 INFO/)
    expect(whole?.cut).toBe(false)
  })

  it('is found by its name among all pages, those that go on before those that ended', async () => {
    const { platform, google } = await open()
    expect((await platform.reader.locate(runOf({ jobName: 'orders-daily' }), NEVER))?.id).toBe(JOB)
    expect(google.asked.filter((one) => one.endsWith('/jobs'))).toHaveLength(2)
  })
})

describe('a batch', () => {
  it('is told with its runtime, image and owner, and its output', async () => {
    const { platform } = await open()
    const run = await platform.reader.run(runOf({ runId: BATCH }), NEVER)
    expect(run).toMatchObject({
      id: BATCH,
      state: 'running',
      maxAttempts: 1,
      user: 'etl@acme-data-42.iam.gserviceaccount.com',
      traits: { runtime: '2.2', image: 'eu.gcr.io/acme/etl:7' },
    })
    const log = await platform.reader.log(runOf({ runId: BATCH }), 64_000, NEVER)
    expect(log?.text).toContain('ValueError: order 7 has no customer')
  })

  it('that failed says why', async () => {
    const { platform } = await open({
      batches: [batch({ state: 'FAILED', stateMessage: 'Insufficient CPUS quota in region' })],
    })
    const run = await platform.reader.run(runOf({ runId: BATCH }), NEVER)
    expect(run).toMatchObject({
      state: 'failed',
      words: [{ text: 'Insufficient CPUS quota in region', from: `batch ${BATCH}`, place: 'platform' }],
    })
  })

  it('has no event log by itself, and says so', async () => {
    const { platform } = await open()
    const app = await platform.reader.locate(runOf({ runId: BATCH }), NEVER)
    expect(app?.unreached).toEqual([
      'event log: this run writes none to Cloud Storage that can be read from here',
    ])
  })
})

describe('what is asked', () => {
  it('P10: is read by GET, below jobs, batches, clusters and objects alone', async () => {
    const { platform, google } = await open()
    for (const runId of [JOB, BATCH]) {
      await platform.reader.locate(runOf({ runId }), NEVER)
      await platform.reader.run(runOf({ runId }), NEVER)
    }
    for (const one of google.asked)
      expect(one).toMatch(/^GET \/(?:v1\/projects\/acme-data-42\/(?:regions\/europe-west1\/(?:jobs|clusters)|locations\/europe-west1\/batches)\/[\w-]+|storage\/v1\/b\/[a-z]+\/o(?:\/.+)?)$/) // prettier-ignore
  })

  it.each(['../../operations/9f1c:cancel', 'x:cancel', '%2e%2e', 'a/b', '', '.'])(
    'P10: an id such as %j reaches nothing',
    async (runId) => {
      const { platform, google } = await open()
      expect(await platform.reader.run(runOf({ runId }), NEVER)).toBeNull()
      expect(google.asked).toEqual([])
    },
  )

  it('is asked of what is configured only', async () => {
    const { platformWith, google } = await open()
    const { reader } = platformWith({ runs: ['batches'], logs: 'none' })
    expect(await reader.run(runOf({ runId: JOB }), NEVER)).toBeNull()
    expect(google.asked).toEqual([`GET /v1/projects/acme-data-42/locations/europe-west1/batches/${JOB}`])
    expect(reader.capabilities).toEqual(new Set(['application', 'run', 'runs']))
  })
})

describe('who we are', () => {
  it('is asked for once, and again where the token is refused before its time', async () => {
    const { platform, google } = await open()
    await platform.reader.run(runOf({ runId: JOB }), NEVER)
    await platform.reader.run(runOf({ runId: BATCH }), NEVER)
    expect(google.tokensGiven).toBe(1)
    google.revoke()
    expect(await platform.reader.run(runOf({ runId: JOB }), NEVER)).not.toBeNull()
    expect(google.tokensGiven).toBe(2)
  })

  it.each([
    ['a file that is not there', () => '/nowhere/key.json', /ENOENT/],
    ['a file of something else', (of: Bench) => `${of.keyFile('http://x')}.subject`, /is not JSON/],
    ['an identity that is not taken', (of: Bench) => of.keyFile(of.google.url, 'somebody'), /invalid_grant/],
  ])('P12: with %s is refused in words, without anything of it', async (_, file, words) => {
    const of = await open()
    const { reader } = of.platformWith({ auth: { type: 'key_file', path: file(of) } })
    const asked = reader.run(runOf({ runId: JOB }), NEVER)
    await expect(asked).rejects.toMatchObject({ code: 'ARR-506' })
    await expect(asked).rejects.toThrow(words)
    await expect(asked).rejects.not.toThrow(/somebody/)
  })

  it('is waited for no longer than the asker can', async () => {
    const of = await open()
    of.google.tokensHang = true
    const soon = AbortSignal.timeout(50)
    await expect(of.platform.reader.run(runOf({ runId: JOB }), soon)).rejects.toMatchObject({ code: 'ARR-501' }) // prettier-ignore
  })

  it('is told as not reached where nobody gives tokens', async () => {
    const of = await open()
    const nowhere = await deadUrl()
    const { reader } = of.platformWith({ auth: { type: 'key_file', path: of.keyFile(nowhere) } })
    await expect(reader.run(runOf({ runId: JOB }), NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
  })
})
