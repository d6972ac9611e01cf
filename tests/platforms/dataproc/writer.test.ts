// Cancelling jobs and batches of Dataproc: what each answer means, and that nothing is asked twice.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER } from '../support.ts'
import { BATCH, type Bench, JOB, batch, bench } from './bench.ts'

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
