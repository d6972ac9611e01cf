// What each answer to a cancelling means; when in doubt it may have happened.
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../aws/stand-in.ts'
import { NEVER, deadUrl, stage } from '../support.ts'
import { APP, type Bench, CLUSTER, STEP, bench, ended, step } from './bench.ts'

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
const cancels = (of: Bench): number => of.aws.asked.filter((call) => call === 'CancelSteps').length

describe('cancelling a step', () => {
  it('is asked once, and says what may live on', async () => {
    const of = await account()
    expect(await of.platform.writer!.kill(STEP, NEVER)).toEqual({
      kind: 'accepted',
      detail: `EMR took the cancelling of step ${STEP}. It was submitted in cluster mode: its application may live on and is then to be killed on YARN.`,
    })
    expect(cancels(of)).toBe(1)
    expect(of.aws.wrongs).toEqual([])
  })

  it('of client mode has nothing that lives on', async () => {
    const of = await account({
      steps: { [CLUSTER]: [step({}, { Config: { Args: ['spark-submit', 'a.py'] } })] },
    })
    expect(await of.platform.writer!.kill(STEP, NEVER)).toEqual({ kind: 'accepted', detail: `EMR took the cancelling of step ${STEP}.` }) // prettier-ignore
  })

  it('that EMR says it failed to do is refused, in its words', async () => {
    const of = await account({ cancel: { Status: 'FAILED', Reason: 'Step is not cancellable' } })
    expect(await of.platform.writer!.kill(STEP, NEVER)).toEqual({
      kind: 'refused',
      detail: `EMR refused the cancelling of step ${STEP}: Step is not cancellable.`,
    })
  })

  it.each<[string, Fault, string]>([
    ['a refusal', { kind: 'refusal', status: 400, code: 'AccessDeniedException' }, 'refused'],
    ['too many requests', { kind: 'refusal', status: 400, code: 'ThrottlingException' }, 'refused'],
    ['a failure of AWS', { kind: 'refusal', status: 500, code: 'InternalServerError' }, 'unknown'],
    ['a lost reply', { kind: 'destroy' }, 'unknown'],
    ['no reply', { kind: 'hang' }, 'unknown'],
    ['a login page with 200', { kind: 'html' }, 'unknown'],
    ['another shape', { kind: 'wrong' }, 'unknown'],
  ])('that is answered with %s is told, and not asked again', async (_name, fault, kind) => {
    const of = await account(fault.kind === 'hang' ? { config: { ...CONFIG, timeout_ms: 500 } } : {})
    of.aws.fault(/CancelSteps/, fault)
    expect(await of.platform.writer!.kill(STEP, NEVER)).toMatchObject({ kind })
    expect(cancels(of)).toBe(1)
  })

  it('is not asked of what has ended, is not there, is no step, or cannot be looked at', async () => {
    const of = await account({ steps: { [CLUSTER]: [step(ended('FAILED'))] } })
    const { writer } = of.platform
    expect(await writer!.kill(STEP, NEVER)).toEqual({ kind: 'refused', detail: `Step ${STEP} has ended already (FAILED).` }) // prettier-ignore
    expect(await writer!.kill('s-9NOSUCH', NEVER)).toMatchObject({ detail: expect.stringContaining('knows no step') }) // prettier-ignore
    expect(await writer!.kill(CLUSTER, NEVER)).toMatchObject({
      detail: expect.stringContaining('is no step'),
    })
    expect(await writer!.kill(APP, NEVER)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('configure yarn') }) // prettier-ignore
    const gone = of.platformWith({ ...CONFIG, endpoint: await deadUrl() })
    expect(await gone.writer!.kill(STEP, NEVER)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('nothing was asked') }) // prettier-ignore
    expect(cancels(of)).toBe(0)
  })
})

it('kills an application on YARN, where that is configured', async () => {
  const rm = await stage((method) =>
    method === 'GET' ? { body: '{"state":"RUNNING"}' } : { status: 202, body: '{"state":"RUNNING"}' },
  )
  try {
    const of = await account({ config: { ...CONFIG, yarn: { rm_urls: [rm.url] } } })
    expect(await of.platform.writer!.kill(APP, NEVER)).toMatchObject({ kind: 'accepted' })
    expect(rm.asked).toEqual([`GET /ws/v1/cluster/apps/${APP}/state`, `PUT /ws/v1/cluster/apps/${APP}/state`])
  } finally {
    await rm.close()
  }
})
