// AWS behind the platform's gate: incidents of one cause ask once, never too many at a time, and decisions are told nothing old.
import { afterEach, expect, it } from 'vitest'
import { reasonOf } from '../../../src/errors.ts'
import { createS3Store } from '../../../src/platforms/aws/s3-store.ts'
import { type Platforms, createPlatforms } from '../../../src/platforms/create.ts'
import { createGate } from '../../../src/platforms/http/gate.ts'
import { platformConfigSchema } from '../../../src/platforms/registry.ts'
import { APP, type Bench, RUN, bench } from '../emr-serverless/bench.ts'
import { DEPS, NEVER, runOf } from '../support.ts'
import { type StandIn, startAws } from './stand-in.ts'
import { AUTH, IDENTITY, REGION } from './support.ts'

let open: Bench | StandIn | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
const THE_RUN = runOf({ runId: RUN, cluster: APP })
const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', reasonOf)

async function account(more: object = {}): Promise<{ of: Bench; platforms: Platforms }> {
  const of = await bench()
  open = of
  const config = platformConfigSchema.parse({
    kind: 'emr-serverless',
    region: REGION,
    auth: AUTH,
    endpoint: of.aws.url,
    s3_endpoint: of.aws.url,
    application_ids: [APP],
    ...more,
  })
  return { of, platforms: createPlatforms({ batch: config }, DEPS.normaliseJobName) }
}

it('forty incidents of one run ask AWS as if there were one', async () => {
  const { of, platforms } = await account()
  const reader = platforms.readers.get('batch')!
  const found = await Promise.all(Array.from({ length: 40 }, () => reader.run(THE_RUN, AbortSignal.timeout(20_000)))) // prettier-ignore
  expect(found.map((run) => run?.id)).toEqual(found.map(() => RUN))
  expect(of.aws.asked.filter((call) => call === 'GetJobRun')).toHaveLength(1)
})

it('another question is another call', async () => {
  const { of, platforms } = await account()
  const reader = platforms.readers.get('batch')!
  await reader.run(THE_RUN, NEVER)
  await reader.run(runOf({ runId: RUN.replace(/.$/, '9'), cluster: APP }), NEVER)
  expect(of.aws.asked.filter((call) => call === 'GetJobRun')).toHaveLength(2)
})

it('P7: what verifies an action asks anew, each time', async () => {
  const { of, platforms } = await account()
  const reader = platforms.readers.get('batch')!
  expect((await reader.run(THE_RUN, NEVER))?.state).toBe('running')
  Object.assign(of.runs[0]!, { state: 'SUCCESS' })
  expect((await reader.run(THE_RUN, NEVER))?.state).toBe('running')
  expect((await reader.fresh!.run(THE_RUN, NEVER))?.state).toBe('succeeded')
  await reader.fresh!.run(THE_RUN, NEVER)
  expect(of.aws.asked.filter((call) => call === 'GetJobRun')).toHaveLength(3)
})

it('who finds no place in time is told so, and AWS is not asked', async () => {
  const { of, platforms } = await account({ probing: { concurrency: 1 }, timeout_ms: 2000 })
  of.aws.fault(/GetJobRun$/, { kind: 'hang' }, 1)
  const reader = platforms.readers.get('batch')!
  const held = new AbortController()
  const first = said(reader.run(THE_RUN, held.signal))
  await expect.poll(() => of.aws.asked.length).toBe(1)
  const late = said(reader.fresh!.run(THE_RUN, AbortSignal.timeout(30)))
  expect(await late).toMatch(/^ARR-501.*budget was taken/)
  expect(of.aws.asked).toHaveLength(1)
  held.abort()
  expect(await first).toMatch(/^ARR-501.*no time left/)
  // The place is free again.
  expect((await reader.fresh!.run(THE_RUN, NEVER))?.id).toBe(RUN)
})

it('an object is read by each asker for itself, to its end in one place', async () => {
  const objects = { 'logs/a': Buffer.from('the last words') }
  const aws = await startAws({ identity: IDENTITY, region: REGION, objects })
  open = aws
  let [under, most] = [0, 0]
  const gate = createGate('batch', { concurrency: 1, perSecond: 1000, renewMs: 0 })
  const counting: typeof gate = {
    fresh: () => counting,
    ask: (key, signal, send) => {
      expect(key).toBeNull()
      return gate.ask(key, signal, async (within) => {
        most = Math.max(most, ++under)
        try {
          return await send(within)
        } finally {
          under -= 1
        }
      })
    },
  }
  const config = { region: REGION, s3_endpoint: aws.url, timeout_ms: 2000 }
  const store = createS3Store('batch', config, () => Promise.resolve(IDENTITY), { ...DEPS, gate: counting })
  const read = async (): Promise<string> => {
    const parts: Buffer[] = []
    for await (const part of store.read('s3://logs/a', 0, 100, NEVER)) parts.push(part)
    return Buffer.concat(parts).toString()
  }
  expect(await Promise.all([read(), read(), read()])).toEqual(Array(3).fill('the last words'))
  expect(aws.asked).toHaveLength(3)
  expect(most).toBe(1)
})
