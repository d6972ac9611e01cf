// Starting a job run once more: the same in everything but its id, once under one token.
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../aws/stand-in.ts'
import { SECRETS, seconds } from '../aws/support.ts'
import { NEVER, runOf } from '../support.ts'
import { APP, type Bench, RUN, START, bench, jobRun } from './bench.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
const CONFIG = { actions: ['run.rerun'] }
const FAILED = { state: 'FAILED', updatedAt: seconds(START + 60_000) }
const TAGS = { team: 'data' }
async function account(more: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  open = await bench({ config: CONFIG, runs: [jobRun({ ...FAILED, tags: TAGS, executionTimeoutMinutes: 90 })], ...more }) // prettier-ignore
  return open
}
const starts = (of: Bench): number => of.aws.asked.filter((call) => call === 'StartJobRun').length

describe('run.rerun', () => {
  it('starts what the job run was made of, under the key', async () => {
    const of = await account()
    expect(await of.platform.writer!.rerun(RUN, 'act_1', NEVER)).toEqual({
      kind: 'accepted',
      detail: `EMR Serverless took the starting of job run ${RUN} once more.`,
      made: '00f9runexample9000',
    })
    const { jobDriver, configurationOverrides, executionRole, name, mode, retryPolicy } = jobRun()
    expect(of.started.get('act_1')).toEqual({
      applicationId: APP,
      clientToken: 'act_1',
      executionRoleArn: executionRole,
      jobDriver,
      configurationOverrides,
      name,
      mode,
      retryPolicy,
      tags: TAGS,
      executionTimeoutMinutes: 90,
    })
    expect(of.aws.wrongs).toEqual([])
    const [newest] = await of.platform.reader.runs('orders-daily-2026-11-22', 5, NEVER)
    expect(newest).toMatchObject({ id: '00f9runexample9000', state: 'queued' })
  })

  it('P7: is not asked while another run of the job goes on, as after the same press', async () => {
    const of = await account()
    await of.platform.writer!.rerun(RUN, 'act_1', NEVER)
    expect(await of.platform.writer!.rerun(RUN, 'act_1', NEVER)).toEqual({
      kind: 'refused',
      detail: expect.stringContaining('Job run 00f9runexample9000 of') as string,
      next: 'look',
    })
    expect(starts(of)).toBe(1)
  })

  it('P7: is not asked of a job run without a name while what was made of it goes on, nor once that is done', async () => {
    const of = await account({ runs: [jobRun({ ...FAILED, name: undefined })] })
    const { writer } = of.platform
    const first = await writer!.rerun(RUN, 'act_1', NEVER)
    if (first.kind !== 'accepted') throw new Error(first.detail)
    const earlier = [first.made!]
    expect(await writer!.rerun(RUN, 'act_2', NEVER, earlier)).toEqual({
      kind: 'refused',
      detail: 'Job run 00f9runexample9000, which was started for it before, is queued (SUBMITTED).',
      next: 'look',
    })
    of.runs[0]!['state'] = 'SUCCESS'
    expect(await writer!.rerun(RUN, 'act_2', NEVER, earlier)).toMatchObject({
      kind: 'refused',
      next: 'never',
    })
    expect(starts(of)).toBe(1)
    of.runs[0]!['state'] = 'FAILED'
    expect(await writer!.rerun(RUN, 'act_2', NEVER, earlier)).toMatchObject({ kind: 'accepted' })
  })

  it('sends no tag back that AWS has set', async () => {
    const of = await account({
      runs: [jobRun({ ...FAILED, tags: { ...TAGS, 'aws:cloudformation:stack-name': 'x' } })],
    })
    await of.platform.writer!.rerun(RUN, 'act_1', NEVER)
    expect(of.started.get('act_1')).toMatchObject({ tags: TAGS })
    expect(of.started.get('act_1')!['tags']).toEqual(TAGS)
  })

  it('P12: tells a refusal without the arguments that it quotes', async () => {
    const of = await account()
    const message = 'bad driver: [--day, 2026-11-22, --password, dose-of-a-secret]'
    of.aws.fault(/StartJobRun/, { kind: 'refusal', status: 400, code: 'ValidationException', message })
    const { detail } = await of.platform.writer!.rerun(RUN, 'act_1', NEVER)
    expect(detail).toMatch(/^AWS refused .*400 ValidationException bad driver: \[--day, /)
    expect(detail).not.toContain('dose-of')
  })

  it.each<[string, Fault, string, RegExp]>([
    ['a refusal', { kind: 'refusal', status: 403, code: 'AccessDeniedException' }, 'refused', /AWS refused .*403/],
    ['a failure of AWS', { kind: 'refusal', status: 500, code: 'InternalServerException' }, 'unknown', /500/],
    ['a lost reply', { kind: 'destroy' }, 'unknown', /was lost/],
    ['half a reply', { kind: 'half' }, 'unknown', /./],
    ['a login page with 200', { kind: 'html' }, 'unknown', /not how AWS says yes/],
    ['another shape', { kind: 'wrong' }, 'unknown', /not how AWS says yes/],
  ])('P7: that is answered with %s is told, and not asked again', async (_name, fault, kind, words) => {
    const of = await account()
    of.aws.fault(/StartJobRun/, fault)
    const outcome = await of.platform.writer!.rerun(RUN, 'act_1', NEVER)
    expect(outcome).toEqual({ kind, detail: expect.stringMatching(words) as string })
    expect(outcome.detail).not.toMatch(SECRETS)
    expect(starts(of)).toBe(1)
  }) // prettier-ignore

  it.each([
    ['RUNNING', /is under way \(RUNNING\)/],
    ['SUCCESS', /has not failed \(SUCCESS\)/],
  ])('is not asked of what is %s', async (state, words) => {
    const of = await account({ runs: [jobRun({ state })] })
    expect((await of.platform.writer!.rerun(RUN, 'act_1', NEVER)).detail).toMatch(words)
    expect(starts(of)).toBe(0)
    expect(await of.platform.reader.run(runOf({ runId: RUN }), NEVER)).not.toBeNull()
  })
})
