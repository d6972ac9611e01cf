// Roll Back on its own: what an offer fixes, and which marker counts as done.
import { describe, expect, test } from 'vitest'
import { MAX_MARKER_TEXT } from '../../src/alerts/deploy-marker.ts'
import type { Deployment } from '../../src/incidents/deployments.ts'
import { type Pipeline, consequenceOf } from '../../src/remediation/action.ts'
import { rollBack } from '../../src/remediation/actions/roll-back.ts'
import type { Order } from '../../src/remediation/order.ts'
import type { Params } from '../../src/runbooks/model.ts'
import { runOf } from '../platforms/support.ts'
import { markerOf } from '../support/deployments.ts'

const BEFORE = [
  markerOf('deploy', 'v1', new Date('2026-01-01')),
  markerOf('deploy', 'v2', new Date('2026-01-02')),
]
const ASKED = new Date('2026-01-03')
const LATER = new Date('2026-01-04')
const LAST = new Date('2026-01-05')
const run = runOf({ jobName: 'nightly-orders' })
const SIGNAL = new AbortController().signal
type Facts = Readonly<Record<string, string>>
const fixed = (given: Params, deployments: readonly Deployment[] = BEFORE, facts: Facts = {}): Params =>
  rollBack.fix(given, { team: 'a', run, facts, webhooks: ['first', 'second'], deployments })!
const dialog = (params: Params, facts: Facts = {}, target = 'a/nightly-orders'): string =>
  consequenceOf(rollBack, { target, params }, (name) => facts[name])
const orderOf = (params: Params): Order => {
  const { data } = rollBack.params.safeParse(params)
  return {
    id: 'act-1',
    target: 'a/nightly-orders',
    run,
    requestedAt: ASKED,
    made: null,
    earlier: [],
    params: data,
  }
}

describe('an offer', () => {
  test('names the webhook and both versions', () => {
    expect(fixed({})).toEqual({ webhook: 'first', from: 'v2', to: 'v1' })
    expect(dialog(fixed({}))).toContain(
      'Goes from v2 back to v1: first is asked to take a/nightly-orders there.',
    )
  })

  test('leaves what the runbook says', () => {
    expect(fixed({ webhook: 'second', to: 'v0' })).toEqual({ webhook: 'second', from: 'v2', to: 'v0' })
  })

  test('says so where no marker tells', () => {
    expect(fixed({}, [])).toEqual({ webhook: 'first' })
    expect(dialog(fixed({}, []))).toContain('from what is deployed back to what was there before: first ')
  })

  test.each([
    ['no webhook serves the team any more', {}, []],
    ['the one that the runbook names does not', { webhook: 'first' }, ['second']],
  ])('P13: is none where %s', (_what, given, webhooks) => {
    expect(rollBack.fix(given, { team: 'a', run, facts: {}, webhooks, deployments: BEFORE })).toBeNull()
  })

  test('P13: works for each name that a marker may have', () => {
    const long = (digit: string): string => digit.repeat(MAX_MARKER_TEXT)
    const images = ['1', '2'].map((digit, day) =>
      markerOf('deploy', null, new Date(day), { image: long(digit) }),
    )
    expect(rollBack.params.safeParse(fixed({}, images))).toMatchObject({
      success: true,
      data: { from: long('2'), to: long('1') },
    })
  })

  test('says a version with braces as it is', () => {
    expect(dialog({ webhook: 'first', from: '{to}', to: '{target}' })).toContain(
      'Goes from {to} back to {target}: first is asked to take a/nightly-orders there.',
    )
  })

  test('says the version of an image whose name ends in the word for a secret', () => {
    const to = 'registry.example/data/token-enricher:1.4.2'
    expect(dialog({ webhook: 'first', to })).toContain(` back to ${to}: `)
  })

  test('goes back past what was bad, to what the last good run had', () => {
    const three = [...BEFORE, markerOf('deploy', 'v3', new Date('2026-01-02T12:00Z'))]
    const facts = { 'changes.last_good_at': '2026-01-01T06:00:00.000Z' }
    expect(fixed({}, three, facts)).toMatchObject({ from: 'v3', to: 'v1' })
    expect(dialog(fixed({}, three, facts), facts)).not.toContain('No good run')
  })

  test.each([{}, { 'changes.last_good_at': 'unknown' }])('says so where no run is known to have ended well', (facts) => {
    expect(fixed({}, BEFORE, facts)).toMatchObject({ from: 'v2', to: 'v1' })
    expect(dialog(fixed({}, BEFORE, facts), facts)).toContain('No good run of the job is known')
  }) // prettier-ignore

  test('tells images apart by their digests, before the name of the job', () => {
    const image = (digit: string): string =>
      `registry.internal.example/data-platform/orders-daily@sha256:${digit.repeat(64)}`
    const images = ['a', 'b'].map((digit, day) =>
      markerOf('deploy', null, new Date(day), { image: image(digit) }),
    )
    const text = dialog(fixed({}, images), {}, `a/${'long-job-'.repeat(20)}`)
    expect(text.slice(0, 150)).toMatch(/^Goes from registry\.\S+…\S+bbbb back to registry\.\S+…\S+aaaa: /)
  })
})

describe('a marker', () => {
  const look = async (after: Deployment[], to?: string): Promise<string> => {
    const pipeline = {
      deployments: () => Promise.resolve([...BEFORE, ...after]),
      news: () => Promise.resolve(after),
      send: () => Promise.reject(new Error('nothing is sent to look')),
    }
    const order = orderOf({ webhook: 'first', from: 'v2', ...(to === undefined ? {} : { to }) })
    const { kind, detail } = await rollBack.verify(order, pipeline, SIGNAL)
    return `${kind}: ${detail}`
  }
  const commit = '4f9c2d1aa04f9c2d1aa04f9c2d1aa04f9c2d1aa0'

  test.each([
    ['none', [], 'v1', 'waiting: No deploy marker of the job has come'],
    ['a rollback to it', [markerOf('rollback', 'v1', LATER)], 'v1', 'verified: A deploy marker says v1'],
    ['a deployment of it', [markerOf('deploy', 'v1', LATER)], 'v1', 'verified: '],
    ['its commit', [markerOf('rollback', null, LATER, { commit })], commit, 'verified: '],
    ['its short commit', [markerOf('rollback', null, LATER, { commit })], commit.slice(0, 10), 'verified: '],
    ['another version', [markerOf('deploy', 'v3', LATER)], 'v1', 'waiting: A deploy marker says v3, which is not v1.'],
    ['a change of settings', [markerOf('config', 'v1', LATER)], 'v1', 'waiting: '],
    ['of an older deployment, which came late', [markerOf('deploy', 'v1', new Date('2025-12-13'), { receivedAt: LATER })], 'v1', 'waiting: '],
    ['any rollback, where none was asked for', [markerOf('rollback', 'v7', LATER)], undefined, 'verified: '],
    ['what was there before, where none was asked for', [markerOf('deploy', 'v1', LATER)], undefined, 'verified: '],
    ['something new, where none was asked for', [markerOf('deploy', 'v3', LATER)], undefined, 'waiting: A deploy marker says v3, which is not what was there before.'],
    ['what was out before it, by the commit alone', [markerOf('rollback', 'v1', LATER, { commit }), markerOf('deploy', null, LATER, { commit })], 'v1', 'verified: '],
    ['what is out once more after it', [markerOf('rollback', 'v1', LATER), markerOf('deploy', 'v2', LAST)], 'v1', 'waiting: A deploy marker says v2, which is not v1.'],
    ['what is out once more after it, where none was asked for', [markerOf('rollback', 'v1', LATER), markerOf('deploy', 'v2', LAST)], undefined, 'waiting: A deploy marker says v2'],
    ['it after something else', [markerOf('deploy', 'v3', LATER), markerOf('deploy', 'v1', LAST)], 'v1', 'verified: '],
    ['what nobody can read after it', [markerOf('rollback', 'v1', LATER), markerOf('deploy', '[redacted]', LAST)], 'v1', 'waiting: A deploy marker says something without a name'],
    ['what is for all jobs after it', [markerOf('rollback', 'v1', LATER), markerOf('deploy', 'img7', LAST, { jobNames: [] })], 'v1', 'verified: A deploy marker says v1'],
    ['something else at the same instant', [markerOf('rollback', 'v1', LATER), markerOf('deploy', 'v3', LATER)], 'v1', 'waiting: A deploy marker says v3'],
    ['what was to go, where none was asked for', [markerOf('deploy', 'v2', LATER)], undefined, 'waiting: '],
  ] as const)('%s', async (_what, after, to, expected) => {
    expect(await look([...after], to)).toContain(expected)
  }) // prettier-ignore
})

test.each([
  ['what was there, deployed once more', markerOf('deploy', 'v2', LATER), 'waiting'],
  ['something else', markerOf('deploy', 'v3', LATER), 'waiting'],
  ['a rollback', markerOf('rollback', 'v1', LATER), 'verified'],
])('where nobody said from what, nor to what: %s', async (_what, marker, expected) => {
  const pipeline = {
    deployments: () => Promise.resolve([...BEFORE, marker]),
    news: () => Promise.resolve([marker]),
    send: () => Promise.reject(new Error('nothing is sent to look')),
  }
  expect((await rollBack.verify(orderOf({ webhook: 'first' }), pipeline, SIGNAL)).kind).toBe(expected)
})

test('a marker of another platform proves nothing', async () => {
  const of = (platform: string): Partial<Deployment> => ({ platform })
  const known = BEFORE.map((one) => ({ ...one, ...of('prod') }))
  const look = async (platform: string): Promise<string> => {
    const pipeline = {
      deployments: () => Promise.resolve([...known, markerOf('deploy', 'v1', LATER, of(platform))]),
      news: () => Promise.resolve([]),
      send: () => Promise.reject(new Error('nothing is sent to look')),
    }
    return (await rollBack.verify(orderOf({ webhook: 'first', from: 'v2', to: 'v1' }), pipeline, SIGNAL)).kind
  }
  expect([await look('staging'), await look('prod')]).toEqual(['waiting', 'verified'])
})

describe('a press', () => {
  const press = async (params: Params, known: readonly Deployment[], news: readonly Deployment[]): Promise<unknown[]> => {
    const sent: unknown[] = []
    const pipeline: Pipeline = {
      deployments: () => Promise.resolve([...known, ...news]),
      news: () => Promise.resolve(news),
      send: (_webhook, { data }) => {
        sent.push(data)
        return Promise.resolve({ kind: 'accepted', detail: 'taken' })
      },
    }
    return [await rollBack.execute(orderOf({ webhook: 'first', ...params }), pipeline, SIGNAL), ...sent]
  } // prettier-ignore

  test.each<[string, Params, readonly Deployment[], Deployment, string]>([
    ['of which nothing was known', {}, [], markerOf('deploy', 'hotfix', LATER), 'A deploy marker of hotfix has come'],
    ['from what is gone', { from: 'v2', to: 'v1' }, BEFORE, markerOf('deploy', 'v3', LATER), 'v3 is deployed by now, and no longer v2'],
    ['of something that came late', { from: 'v2', to: 'v1' }, BEFORE, markerOf('deploy', 'v0', new Date(0), { receivedAt: LATER }), 'A deploy marker of v0'],
    ['of what nobody named', {}, [], markerOf('deploy', null, LATER, { summary: 'x' }), 'A deploy marker has come'],
  ])('P8: %s sends nothing, and is looked at anew', async (_what, params, known, news, words) => {
    const [outcome, ...sent] = await press(params, known, [news])
    expect(outcome).toMatchObject({ kind: 'refused', next: 'look', detail: expect.stringContaining(words) })
    expect(sent).toEqual([])
  }) // prettier-ignore

  test('is not stopped by a change of settings, nor by what it goes from told again', async () => {
    const news = [markerOf('config', 'c1', LATER), markerOf('deploy', 'v2', LATER)]
    const [outcome] = await press({ from: 'v2', to: 'v1' }, BEFORE, news)
    expect(outcome).toMatchObject({ kind: 'accepted' })
  })

  test('is not stopped by another marker of what it goes from, which gives its commit alone', async () => {
    const commit = 'abcdef0123abcdef0123abcdef0123abcdef0123'
    const known = [BEFORE[0]!, { ...BEFORE[1]!, commit }]
    const [outcome] = await press({ from: 'v2', to: 'v1' }, known, [
      markerOf('deploy', null, LATER, { commit }),
    ])
    expect(outcome).toMatchObject({ kind: 'accepted' })
  })

  test('without a webhook is looked at anew', async () => {
    const order = { ...orderOf({}), params: {} }
    const pipeline = {
      deployments: () => Promise.resolve([]),
      news: () => Promise.resolve([]),
      send: () => Promise.reject(new Error('none')),
    }
    expect(await rollBack.execute(order, pipeline, SIGNAL)).toMatchObject({ kind: 'refused', next: 'look' })
  })

  test('tells the markers of what it goes from and to, and no others', async () => {
    const [, known] = await press({ from: 'v2', to: 'v1' }, BEFORE, [])
    expect(known).toMatchObject({ deployed: { version: 'v2' }, previous: { version: 'v1' } })
    const [, older] = await press({ from: 'v2', to: 'v0' }, BEFORE, [])
    expect(older).toMatchObject({ to: 'v0', deployed: { version: 'v2' }, previous: null })
    const [, none] = await press({}, BEFORE, [])
    expect(none).toMatchObject({ from: null, deployed: null, previous: null })
  })
})
