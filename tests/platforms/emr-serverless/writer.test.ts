// What each answer to a cancelling means; when in doubt it may have happened.
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../aws/stand-in.ts'
import { SECRETS } from '../aws/support.ts'
import { NEVER, deadUrl } from '../support.ts'
import { type Bench, RUN, bench, jobRun } from './bench.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
const CONFIG = { actions: ['application.kill'] }
async function account(more: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  open = await bench({ config: CONFIG, ...more })
  return open
}
const cancels = (of: Bench): number => of.aws.asked.filter((call) => call === 'CancelJobRun').length

describe('cancelling a job run', () => {
  it('is asked once', async () => {
    const of = await account()
    expect(await of.platform.writer!.kill(RUN, NEVER)).toEqual({
      kind: 'accepted',
      detail: `EMR Serverless took the cancelling of job run ${RUN}.`,
    })
    expect(cancels(of)).toBe(1)
    expect(of.aws.wrongs).toEqual([])
  })

  it.each<[string, Fault, string, RegExp]>([
    ['a refusal', { kind: 'refusal', status: 403, code: 'AccessDeniedException' }, 'refused', /AWS refused .*403 AccessDeniedException/],
    ['too many requests', { kind: 'refusal', status: 429, code: 'ThrottlingException' }, 'refused', /429 ThrottlingException/],
    ['a failure of AWS', { kind: 'refusal', status: 500, code: 'InternalServerException' }, 'unknown', /not how AWS says yes: 500/],
    ['a lost reply', { kind: 'destroy' }, 'unknown', /was lost/],
    ['half a reply', { kind: 'half' }, 'unknown', /./],
    ['no reply', { kind: 'hang' }, 'unknown', /was lost/],
    ['a login page with 200', { kind: 'html' }, 'unknown', /not how AWS says yes/],
    ['a redirect', { kind: 'login' }, 'unknown', /not how AWS says yes: 302/],
    ['another shape', { kind: 'wrong' }, 'unknown', /not how AWS says yes/],
  ])('that is answered with %s is told, and not asked again', async (_name, fault, kind, words) => {
    const of = await account(fault.kind === 'hang' ? { config: { ...CONFIG, timeout_ms: 500 } } : {})
    of.aws.fault(/CancelJobRun/, fault)
    const outcome = await of.platform.writer!.kill(RUN, NEVER)
    expect(outcome).toEqual({ kind, detail: expect.stringMatching(words) })
    expect(outcome.detail).not.toMatch(SECRETS)
    expect(cancels(of)).toBe(1)
  }) // prettier-ignore

  it('is not asked of what has ended, is not there, is no job run, or cannot be looked at', async () => {
    const of = await account({ runs: [jobRun({ state: 'FAILED' })] })
    const { writer } = of.platform
    expect(await writer!.kill(RUN, NEVER)).toEqual({ kind: 'refused', detail: `Job run ${RUN} has ended already (FAILED).` }) // prettier-ignore
    expect(await writer!.kill('00f9runexample9999', NEVER)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('knows no job run') }) // prettier-ignore
    expect(await writer!.kill('application_1_0001', NEVER)).toMatchObject({ detail: expect.stringContaining('is no job run') }) // prettier-ignore
    const gone = of.platformWith({ ...CONFIG, endpoint: await deadUrl() })
    expect(await gone.writer!.kill(RUN, NEVER)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('nothing was asked') }) // prettier-ignore
    expect(cancels(of)).toBe(0)
  })
})
