// Repairing a run: what is asked, what is never asked, and what each answer means.
import { afterEach, describe, expect, it } from 'vitest'
import type { AfterRefusal, PlatformWriter } from '../../../src/ports.ts'
import { NEVER, runOf } from '../support.ts'
import { type Bench, FAILED, RUN, START, SUCCESS, bench, run, task } from './bench.ts'
import type { Fault } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
const REPAIR = /runs\/repair$/
const ENDED = { ...FAILED, end_time: START + 60_000 }
const failed = (more: Record<string, unknown> = {}): Record<string, unknown> =>
  run({
    ...ENDED,
    tasks: [task('load', ENDED), task('done', { ...SUCCESS, run_id: 3, end_time: START })],
    ...more,
  })

async function writerOf(
  runs: Record<string, unknown>[] = [failed()],
  config: Record<string, unknown> = {},
): Promise<{ of: Bench; writer: PlatformWriter }> {
  const of = await bench({ runs }, { actions: ['run.rerun'], timeout_ms: 500, ...config })
  open = of
  return { of, writer: of.platform.writer! }
}
const posts = (of: Bench): number => of.databricks.asked.filter((line) => REPAIR.test(line)).length
const bodies = (of: Bench): string[] => of.databricks.bodies.filter((body) => body.includes('rerun_all'))

describe('run.rerun', () => {
  it('repairs what failed of a run, once, and the reader sees it begun anew', async () => {
    const id = 9_007_199_254_740_993n
    const { of, writer } = await writerOf([failed({ run_id: id, job_run_id: id })])
    const before = await of.platform.reader.run(runOf({ runId: String(id) }), NEVER)
    expect(before).toMatchObject({ state: 'failed' })
    expect(before?.repairedAt).toBeUndefined()
    expect(await writer.rerun(String(id), 'act_1', NEVER)).toEqual({
      kind: 'accepted',
      detail: `Databricks took the repair of run ${id}.`,
    })
    expect(bodies(of)).toEqual([`{"run_id":${id},"rerun_all_failed_tasks":true}`])
    expect(await of.platform.reader.run(runOf({ runId: String(id) }), NEVER)).toMatchObject({
      state: 'running',
      repairedAt: expect.any(Date) as Date,
    })
  })

  it('names the latest repair from the second on, without which Databricks refuses', async () => {
    const { of, writer } = await writerOf()
    await writer.rerun(String(RUN), 'act_1', NEVER)
    Object.assign(of.databricks.workspace.runs[0]!, ENDED)
    expect(await writer.rerun(String(RUN), 'act_2', NEVER)).toMatchObject({ kind: 'accepted' })
    expect(bodies(of)[1]).toBe(
      `{"run_id":${RUN},"rerun_all_failed_tasks":true,"latest_repair_id":734650698524280001}`,
    )
    expect(of.databricks.repaired).toHaveLength(2)
  })

  it('P7: is refused by Databricks where somebody else has repaired it since it was looked at', async () => {
    const { of, writer } = await writerOf()
    await writer.rerun(String(RUN), 'act_1', NEVER)
    Object.assign(of.databricks.workspace.runs[0]!, ENDED)
    const body = `{"run_id":${RUN},"rerun_all_failed_tasks":true}`
    const reply = await fetch(`${of.databricks.url}/api/2.2/jobs/runs/repair`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer dapi-manager' },
    })
    expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining('latest repair ID')])
  })

  it.each<[string, Record<string, unknown>, RegExp, AfterRefusal]>([
    ['goes on', run(), /is under way \(RUNNING\)/, 'look'],
    ['has succeeded', run({ ...SUCCESS, end_time: START }), /Nothing of run \d+ has failed/, 'never'],
    [
      'was submitted without a job',
      failed({ job_id: undefined, run_type: 'SUBMIT_RUN' }),
      /without a job/,
      'never',
    ],
  ])('is not asked of a run that %s', async (_, one, words, next) => {
    const { of, writer } = await writerOf([one])
    const outcome = await writer.rerun(String(RUN), 'act_1', NEVER)
    expect(outcome).toEqual({ kind: 'refused', detail: expect.stringMatching(words) as string, next })
    expect(posts(of)).toBe(0)
  })

  it('says of a run without a job, and of no other, that it can never be repaired', async () => {
    const look = async (one: Record<string, unknown>): Promise<string | undefined> => {
      const { of } = await writerOf([one])
      const { notAgain } = (await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER))!
      await of.close()
      return notAgain
    }
    expect(await look(failed({ job_id: undefined, run_type: 'SUBMIT_RUN' }))).toContain('without a job')
    expect(await look(failed())).toBeUndefined()
  })

  it('is not asked of a task, of what is not there, is no run, or cannot be looked at', async () => {
    const { of, writer } = await writerOf()
    expect(await writer.rerun('3', 'act_1', NEVER)).toMatchObject({
      detail: expect.stringContaining(`is one task of run ${RUN}`) as string,
      next: 'never',
    })
    expect((await writer.rerun('4', 'act_1', NEVER)).detail).toContain('knows no run')
    expect((await writer.rerun('app-1', 'act_1', NEVER)).detail).toContain('is no run of Databricks')
    of.databricks.fault(/runs\/get$/, { kind: 'status', status: 500 })
    expect((await writer.rerun(String(RUN), 'act_1', NEVER)).detail).toContain('nothing was asked of it')
    expect(posts(of)).toBe(0)
  })

  it('is refused to who may only look, in the words of Databricks', async () => {
    const { of, writer } = await writerOf(undefined, { auth: { type: 'token', token: 'dapi-reader' } })
    expect((await writer.rerun(String(RUN), 'act_1', NEVER)).detail).toContain(
      '403 PERMISSION_DENIED: reader@example.com does not have Manage Run',
    )
    expect(of.databricks.repaired).toEqual([])
  })

  it.each<[string, Fault]>([
    ['no answer', { kind: 'hang' }],
    ['half an answer', { kind: 'half' }],
    ['a connection that ends', { kind: 'destroy' }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a page of HTML', { kind: 'html' }],
    ['a redirect', { kind: 'login' }],
  ])('P7: may have happened after %s, and is not repeated', async (_name, fault) => {
    const { of, writer } = await writerOf()
    of.databricks.fault(REPAIR, fault)
    expect(await writer.rerun(String(RUN), 'act_1', NEVER)).toMatchObject({ kind: 'unknown' })
    expect(posts(of)).toBe(1)
  })

  it('P13: is offered only where the configuration names it', async () => {
    const { of } = await writerOf()
    expect([...(of.platformWith({ actions: ['run.rerun'] }).writer?.capabilities ?? [])]).toEqual([
      'run.rerun',
    ])
    expect(of.platformWith({ actions: ['application.kill'] }).writer?.capabilities.has('run.rerun')).toBe(
      false,
    )
  })
})
