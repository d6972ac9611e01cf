// What each answer to a cancelling means; when in doubt it may have happened.
import { afterEach, describe, expect, it } from 'vitest'
import type { PlatformWriter } from '../../../src/ports.ts'
import { NEVER, runOf } from '../support.ts'
import { type Bench, FAILED, RUN, bench, run } from './bench.ts'
import type { Fault } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
const CANCEL = /runs\/cancel$/
async function writerOf(
  more: Parameters<typeof bench>[0] = {},
  config: Record<string, unknown> = {},
): Promise<{ of: Bench; writer: PlatformWriter }> {
  const of = await bench(more, { actions: ['application.kill'], timeout_ms: 500, ...config })
  open = of
  return { of, writer: of.platform.writer! }
}
const posts = (of: Bench): number => of.databricks.asked.filter((line) => CANCEL.test(line)).length

describe('cancelling a run', () => {
  it('is asked once, with the id as it is, and seen by the reader', async () => {
    const id = 9_007_199_254_740_993n
    const { of, writer } = await writerOf({ runs: [run({ run_id: id, job_run_id: id })] })
    expect(await writer.kill(String(id), NEVER)).toEqual({
      kind: 'accepted',
      detail: `Databricks took the cancelling of run ${id}.`,
    })
    expect(of.databricks.cancelled).toEqual([String(id)])
    expect(posts(of)).toBe(1)
    const found = await of.platform.reader.run(runOf({ runId: String(id) }), NEVER)
    expect(found).toMatchObject({ state: 'cancelled' })
  })

  it('is not asked of a run that has ended, is not there, or is no run', async () => {
    const { of, writer } = await writerOf({ runs: [run({ ...FAILED, end_time: Date.now() })] })
    expect(await writer.kill(String(RUN), NEVER)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('has ended already (TERMINATED, RUN_EXECUTION_ERROR'),
    })
    expect(await writer.kill('4', NEVER)).toMatchObject({ kind: 'refused' })
    for (const id of ['', 'app-1', '1}{', '-1', '1e3', '12345678901234567890123'])
      expect(await writer.kill(id, NEVER), id).toMatchObject({ kind: 'refused' })
    expect(posts(of)).toBe(0)
  })

  it('is refused to who may only look, in the words of Databricks', async () => {
    const { of, writer } = await writerOf({}, { auth: { type: 'token', token: 'dapi-reader' } })
    expect(await writer.kill(String(RUN), NEVER)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('403 PERMISSION_DENIED: reader@example.com does not have Manage Run'),
    })
    expect(of.databricks.cancelled).toEqual([])
  })

  it.each<[string, Fault]>([
    ['no answer', { kind: 'hang' }],
    ['half an answer', { kind: 'half' }],
    ['a connection that ends', { kind: 'destroy' }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a page of HTML', { kind: 'html' }],
    ['a redirect', { kind: 'login' }],
  ])('may have happened after %s, and is not repeated', async (_name, fault) => {
    const { of, writer } = await writerOf()
    of.databricks.fault(CANCEL, fault)
    expect(await writer.kill(String(RUN), NEVER)).toMatchObject({ kind: 'unknown' })
    expect(posts(of)).toBe(1)
  })

  it('is not asked where the workspace does not tell of the run', async () => {
    const { of, writer } = await writerOf()
    of.databricks.fault(/runs\/get$/, { kind: 'status', status: 500 })
    expect(await writer.kill(String(RUN), NEVER)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('nothing was asked of it'),
    })
    expect(posts(of)).toBe(0)
  })
})
