// Roll Back on its own: what an offer fixes, and which marker counts as done.
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/incidents/deployments.ts'
import { consequenceOf } from '../../src/remediation/action.ts'
import { rollBack } from '../../src/remediation/actions/roll-back.ts'
import type { Params } from '../../src/runbooks/model.ts'
import { runOf } from '../platforms/support.ts'
import { markerOf } from '../support/deployments.ts'

const BEFORE = [
  markerOf('deploy', 'v1', new Date('2026-01-01')),
  markerOf('deploy', 'v2', new Date('2026-01-02')),
]
const ASKED = new Date('2026-01-03')
const LATER = new Date('2026-01-04')
const run = runOf({ jobName: 'nightly-orders' })
const fixed = (given: Params, deployments: readonly Deployment[] = BEFORE): Params =>
  rollBack.fix(given, { team: 'a', run, facts: {}, webhooks: ['first', 'second'], deployments })
const dialog = (params: Params): string =>
  consequenceOf(rollBack, { target: 'a/nightly-orders', params }, () => undefined)

describe('an offer', () => {
  test('names the webhook and both versions', () => {
    expect(fixed({})).toEqual({ webhook: 'first', from: 'v2', to: 'v1' })
    expect(dialog(fixed({}))).toContain('Asks first to take a/nightly-orders back from v2 to v1.')
  })

  test('leaves what the runbook says', () => {
    expect(fixed({ webhook: 'second', to: 'v0' })).toEqual({ webhook: 'second', from: 'v2', to: 'v0' })
  })

  test('says so where no marker tells', () => {
    expect(fixed({}, [])).toEqual({ webhook: 'first' })
    expect(dialog(fixed({}, []))).toContain('back from what is deployed to what was there before.')
  })
})

describe('a marker', () => {
  const ORDER = { id: 'act-1', target: 'a/nightly-orders', run, requestedAt: ASKED, made: null, earlier: [] }
  const look = async (after: Deployment[], to?: string): Promise<string> => {
    const params = { webhook: 'first', ...(to === undefined ? {} : { to }) }
    const pipeline = {
      deployments: () => Promise.resolve([...BEFORE, ...after]),
      send: () => Promise.reject(new Error('nothing is sent to look')),
    }
    const { kind, detail } = await rollBack.verify(
      { ...ORDER, params },
      pipeline,
      new AbortController().signal,
    )
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
    ['any, where none was asked for', [markerOf('rollback', 'v7', LATER)], undefined, 'verified: '],
  ] as const)('%s', async (_what, after, to, expected) => {
    expect(await look([...after], to)).toContain(expected)
  }) // prettier-ignore
})
