// Everything that can be in the place of AWS, and who we are to it: said in words, in time, and without secrets.
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { reasonOf } from '../../../src/errors.ts'
import { createAwsClient } from '../../../src/platforms/aws/client.ts'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { DEPS, NEVER, runOf } from '../support.ts'
import { APP, type Bench, RUN, bench } from '../emr-serverless/bench.ts'
import type { Fault } from './stand-in.ts'
import { AUTH, IDENTITY, REGION, SECRETS } from './support.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
async function accountWith(...args: Parameters<typeof bench>): Promise<Bench> {
  open = await bench(...args)
  return open
}
const THE_RUN = runOf({ runId: RUN, cluster: APP })
const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', reasonOf)
const refusal = (status: number, code: string, message = 'no'): Fault => ({ kind: 'refusal', status, code, message }) // prettier-ignore

describe('a bad answer', () => {
  it.each<[string, Fault, RegExp]>([
    ['a page of HTML with 200', { kind: 'html' }, /^ARR-502.*text\/html in place of what was asked for/],
    ['half a body', { kind: 'half' }, /^ARR-50[12]/],
    ['no body', { kind: 'empty' }, /^ARR-502/],
    ['another shape', { kind: 'wrong' }, /^ARR-502.*jobRun/],
    ['a connection that ends', { kind: 'destroy' }, /^ARR-501/],
    ['no answer', { kind: 'hang' }, /^ARR-501.*did not answer in time/],
    ['a redirect to a login page', { kind: 'login' }, /^ARR-502.*redirects \(302\): a login page/],
    ['100 MB', { kind: 'huge' }, /^ARR-502.*larger than 16777216 bytes/],
    ['a 404 that is not of AWS', { kind: 'html-404' }, /^ARR-502.*no AWS at this address/],
    ['no permission', refusal(403, 'AccessDeniedException', 'not authorized to perform: emr-serverless:GetJobRun'), /^ARR-506.*AccessDeniedException: not authorized/],
    ['an expired token', refusal(403, 'ExpiredTokenException', 'The security token is expired'), /^ARR-506.*ExpiredToken/],
    ['an unknown key', refusal(403, 'UnrecognizedClientException'), /^ARR-506/],
    ['a clock that is wrong', refusal(403, 'InvalidSignatureException', 'Signature expired'), /^ARR-506.*Signature expired/],
    ['something asked wrongly', refusal(400, 'ValidationException', 'bad'), /^ARR-502.*400 ValidationException: bad/],
    ['a failure of AWS', refusal(500, 'InternalServerException'), /^ARR-501.*500 InternalServerException/],
  ])('%s is told', async (_name, fault, words) => {
    const of = await accountWith({ config: fault.kind === 'hang' ? { timeout_ms: 300 } : {} })
    of.aws.fault(/GetJobRun$/, fault)
    const why = await said(of.platform.reader.run(THE_RUN, NEVER))
    expect(why).toMatch(words)
    expect(why).not.toMatch(SECRETS)
  }) // prettier-ignore

  it('is bounded by the signal', async () => {
    const of = await accountWith()
    of.aws.fault(/GetJobRun$/, { kind: 'hang' })
    await expect(of.platform.reader.run(THE_RUN, AbortSignal.timeout(50))).rejects.toThrow()
  })

  it('of one that asks to slow down is waited for, some times and no more', async () => {
    const of = await accountWith()
    of.aws.fault(/GetJobRun$/, refusal(503, 'ServiceUnavailable'), 1)
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({ id: RUN })
    expect(of.aws.asked.filter((call) => call === 'GetJobRun')).toHaveLength(2)
    of.aws.fault(/GetJobRun$/, refusal(503, 'ServiceUnavailable', 'Rate exceeded'))
    expect(await said(of.platform.reader.run(THE_RUN, NEVER))).toMatch(/^ARR-501.*Rate exceeded/)
    expect(of.aws.asked.filter((call) => call === 'GetJobRun')).toHaveLength(5)
  })
})

describe('who we are', () => {
  it('is proven by a signature of every request, S3 included', async () => {
    const of = await accountWith()
    await of.platform.reader.log(THE_RUN, 1000, NEVER)
    expect(of.aws.asked).toContain(`GetObject logs/emr/applications/${APP}/jobs/${RUN}/SPARK_DRIVER/stderr.gz`) // prettier-ignore
    expect(of.aws.wrongs).toEqual([])
    const wrong = of.platformWith({ auth: { ...AUTH, secret_access_key: 'another' } })
    expect(await said(wrong.reader.run(THE_RUN, NEVER))).toMatch(/^ARR-506.*SignatureDoesNotMatch/)
    const unsigned = of.platformWith({ auth: { type: 'keys', access_key_id: IDENTITY.accessKeyId, secret_access_key: IDENTITY.secretAccessKey } }) // prettier-ignore
    expect(await said(unsigned.reader.run(THE_RUN, NEVER))).toMatch(/^ARR-506.*ExpiredToken/)
  })

  it('without anything that says so is a refusal that names the cause', async () => {
    const of = await accountWith()
    const nobody = of.platformWith({
      auth: { type: 'profile', profile: 'no-such-profile' },
      timeout_ms: 2000,
    })
    expect(await said(nobody.reader.run(THE_RUN, NEVER))).toMatch(/^ARR-506.*CredentialsProviderError/)
    expect(of.aws.asked).toEqual([])
  })

  it('P12: is among the secrets of the platform', () => {
    const config = platformConfigSchema.parse({ kind: 'emr-serverless', region: REGION, auth: AUTH, application_ids: [APP] }) // prettier-ignore
    expect(platformSecrets(config)).toEqual([IDENTITY.secretAccessKey, IDENTITY.sessionToken])
    expect(platformSecrets(platformConfigSchema.parse({ kind: 'emr-serverless', region: REGION, application_ids: [APP] }))).toEqual([]) // prettier-ignore
  })
})

describe('P10: a client that reads', () => {
  it('is refused by its own middleware what is not on its list, whoever asks the SDK for it', async () => {
    const of = await accountWith()
    type Calls = Record<'CancelJobRun' | 'GetDashboardForJobRun' | 'GetJobRun', Record<string, unknown>>
    const input = { applicationId: APP, jobRunId: RUN }
    const make = (
      calls: readonly (keyof Calls)[],
      reads: boolean,
    ): ReturnType<typeof createAwsClient<Calls>> =>
      createAwsClient<Calls>({
        platform: 'batch',
        service: {
          name: 'emr-serverless',
          async load() {
            const sdk = await import('@aws-sdk/client-emr-serverless')
            // Somebody has given it the wrong command for a read.
            return { sdk: { ...sdk, GetJobRunCommand: sdk.CancelJobRunCommand }, Client: sdk.EMRServerlessClient } // prettier-ignore
          },
        },
        calls,
        reads,
        config: { region: REGION, timeout_ms: 1000 },
        endpoint: of.aws.url,
        credentials: () => Promise.resolve(IDENTITY),
        deps: DEPS,
      })
    const any = z.unknown()
    const reader = make(['GetJobRun', 'CancelJobRun'], true)
    // Named on the list by mistake; and in the disguise of a read.
    await expect(reader.call('CancelJobRun', input, any, NEVER)).rejects.toMatchObject({ code: 'ARR-503' })
    await expect(reader.call('GetJobRun', input, any, NEVER)).rejects.toMatchObject({
      code: 'ARR-503',
      message: expect.stringContaining('emr-serverless:CancelJobRun'),
    })
    await expect(reader.call('GetDashboardForJobRun', input, any, NEVER)).rejects.toMatchObject({ code: 'ARR-503' }) // prettier-ignore
    expect(of.aws.asked).toEqual([])
    await make(['CancelJobRun'], false).call('CancelJobRun', input, any, NEVER)
    expect(of.aws.asked).toEqual(['CancelJobRun'])
  })
})
