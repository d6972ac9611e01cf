// Cancelling jobs and batches of Dataproc: what each answer means, and that nothing is asked twice.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, runOf } from '../support.ts'
import { BATCH, type Bench, JOB, batch, bench, job } from './bench.ts'

let at: Bench | null = null
afterEach(async () => {
  await at?.close()
  at = null
})

async function open(
  ...given: Parameters<typeof bench>
): Promise<Bench & { kill(id: string): Promise<unknown> }> {
  at = await bench(given[0], { actions: ['application.kill'], ...given[1] })
  const { platform } = at
  return { ...at, kill: async (id) => await platform.writer?.kill(id, NEVER) }
}

const posts = ({ google }: Bench): string[] => google.asked.filter((one) => one.startsWith('POST'))

const ERROR = { status: { state: 'ERROR', stateStartTime: '2026-11-22T10:30:00.000Z' } }

describe('run.rerun', () => {
  const config = { actions: ['run.rerun'] }

  it('submits what the job was made of under the key, without what Google adds', async () => {
    const labels = { 'goog-dataproc-location': 'europe-west1', owner: 'etl' }
    const { google, platform } = await open({ jobs: [job({ ...ERROR, labels })] }, config)
    expect(await platform.writer?.rerun(JOB, 'act_1', NEVER)).toEqual({
      kind: 'accepted',
      detail: `Dataproc took the starting of job run ${JOB} once more.`,
      made: '5f0c-1',
    })
    const { pysparkJob, scheduling } = job()
    expect(google.submitted.get('act_1')).toMatchObject({
      placement: { clusterName: 'etl' },
      labels: { owner: 'etl', 'arrestor-order': 'act_1' },
      pysparkJob,
      scheduling,
    })
    const [newest] = (await platform.reader.runs('orders-daily', 5, NEVER)).slice(0, 1)
    expect(newest).toMatchObject({ id: '5f0c-1', state: 'queued', jobName: 'orders-daily', key: 'act_1' })
    expect((await platform.writer?.rerun(JOB, 'act_1', NEVER))?.detail).toContain('is under way (PENDING)')
    expect(google.submitted.size).toBe(1)
  })

  it('keeps the name of a job that only its id told', async () => {
    const bare = { mainPythonFileUri: 'gs://code/orders.py' }
    const { platform } = await open({ jobs: [job({ ...ERROR, pysparkJob: bare }, 'orders-hourly')] }, config)
    expect(await platform.writer?.rerun('orders-hourly', 'act_1', NEVER)).toMatchObject({ kind: 'accepted' })
    expect(await platform.reader.runs('orders-hourly', 5, NEVER)).toMatchObject([
      { id: '5f0c-1' },
      { id: 'orders-hourly' },
    ])
  })

  it('keeps a name that no label can say, in the new job’s id', async () => {
    const bare = { mainPythonFileUri: 'gs://code/orders.py' }
    const id = 'OrdersDaily_20261122'
    const { google, platform } = await open({ jobs: [job({ ...ERROR, pysparkJob: bare }, id)] }, config)
    const outcome = await platform.writer?.rerun(id, 'act_1', NEVER)
    expect(outcome).toMatchObject({ kind: 'accepted' })
    const [newest] = await platform.reader.runs('OrdersDaily', 5, NEVER)
    expect(newest).toMatchObject({ state: 'queued', key: 'act_1' })
    expect(newest?.id).toMatch(/^OrdersDaily_[0-9a-f]{20}$/)
    expect(outcome).toMatchObject({ made: newest?.id })
    expect(await platform.writer?.rerun(id, 'act_2', NEVER)).toMatchObject({ kind: 'refused', next: 'look' })
    expect(google.submitted.size).toBe(1)
  })

  it('asks for no batch, and for no job that goes on or whose cluster is gone', async () => {
    const failed = batch({ state: 'FAILED' })
    const of = await open({ batches: [failed] }, config)
    const { writer, reader } = of.platform
    expect(await reader.run(runOf({ runId: BATCH }), NEVER)).toMatchObject({
      notAgain: expect.stringContaining('is a batch') as string,
    })
    expect(await writer?.rerun(BATCH, 'act_1', NEVER)).toMatchObject({
      detail: expect.stringContaining('is a batch') as string,
      next: 'never',
    })
    expect((await writer?.rerun(JOB, 'act_1', NEVER))?.detail).toContain('is under way (RUNNING)')
    expect(posts(of)).toEqual([])
    of.google.jobs[0] = job({ ...ERROR, placement: { clusterName: 'gone' } })
    expect(await writer?.rerun(JOB, 'act_1', NEVER)).toEqual({
      kind: 'refused',
      detail: expect.stringContaining('404 NOT_FOUND: Not found: Cluster gone') as string,
    })
  })

  it('P7: may have happened where the reply is lost, and is not repeated', async () => {
    const of = await open({ jobs: [job(ERROR)] }, config)
    of.google.fault(/:submit$/, { status: 200, destroy: true })
    expect(await of.platform.writer?.rerun(JOB, 'act_1', NEVER)).toMatchObject({ kind: 'unknown' })
    expect(posts(of)).toHaveLength(1)
  })
})

describe('application.kill', () => {
  it('asks a job to be cancelled', async () => {
    const of = await open()
    expect(await of.kill(JOB)).toMatchObject({ kind: 'accepted' })
    expect(posts(of)).toEqual([`POST /v1/projects/acme-data-42/regions/europe-west1/jobs/${JOB}:cancel`])
  })

  it('asks the operation that made a batch, since Google deletes none that goes on', async () => {
    const of = await open()
    expect(await of.kill(BATCH)).toMatchObject({ kind: 'accepted' })
    expect(posts(of)).toEqual(['POST /v1/projects/acme-data-42/regions/europe-west1/operations/9f1c:cancel'])
  })

  it.each([undefined, 'projects/p/regions/r/operations/9f1c:delete?x', '../../v1/x'])(
    'P10: does nothing to a batch whose operation is %j',
    async (operation) => {
      const of = await open({ batches: [batch({ operation })] })
      expect(await of.kill(BATCH)).toMatchObject({ kind: 'refused' })
      expect(posts(of)).toEqual([])
    },
  )

  it.each([
    ['it refuses', { status: 403, body: '{"error":{"status":"PERMISSION_DENIED","message":"no"}}' }, 'refused', /403 PERMISSION_DENIED: no/], // prettier-ignore
    ['it fails', { status: 500 }, 'unknown', /answered 500/],
    ['a page answers', { status: 200, type: 'text/html', body: '<html>' }, 'unknown', /not how Dataproc says yes/], // prettier-ignore
    ['it leads elsewhere', { status: 302, location: '/login' }, 'unknown', /answered 302/],
    ['the reply is lost', { status: 200, destroy: true }, 'unknown', /reply .* was lost/],
  ])('P7: where %s the outcome is told so and nothing is repeated', async (_, fault, kind, detail) => {
    const of = await open()
    of.google.fault(/:cancel$/, fault)
    expect(await of.kill(JOB)).toMatchObject({ kind, detail: expect.stringMatching(detail) as string })
    expect(posts(of)).toHaveLength(1)
  })

  it('asks nothing while Dataproc cannot be looked at', async () => {
    const of = await open()
    of.google.fault(/\/(?:jobs|batches)\//, { status: 503 })
    expect(await of.kill(JOB)).toMatchObject({ kind: 'refused' })
    expect(posts(of)).toEqual([])
  })
})
