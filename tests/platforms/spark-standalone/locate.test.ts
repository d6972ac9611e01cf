// Which application a run means, by tables.
import { describe, expect, it } from 'vitest'
import { choose, looksLikeApplication } from '../../../src/platforms/spark-rest/choose.ts'
import { stateOf } from '../../../src/platforms/spark-standalone/locate.ts'
import { DEPS, runOf } from '../support.ts'

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 22, hour))
const APPS = [
  { id: 'app-20261122010000-0001', name: 'orders-daily-2026-11-21', active: false, startedAt: at(1) },
  { id: 'app-20261122020000-0002', name: 'orders-daily-2026-11-22', active: true, startedAt: at(2) },
  { id: 'app-20261122030000-0003', name: 'orders-daily', active: false, startedAt: at(3) },
  { id: 'app-20261122040000-0004', name: 'orders-hourly', active: true, startedAt: at(4) },
]

describe('choose', () => {
  it.each([
    [
      'an id, whatever the name says',
      { runId: 'app-20261122010000-0001', jobName: 'orders-hourly' },
      'app-20261122010000-0001',
    ],
    [
      'an id that is not there: nothing, not a namesake',
      { runId: 'app-20261122090000-0009', jobName: 'orders-daily' },
      undefined,
    ],
    ['a name: the active one', { jobName: 'orders-daily' }, 'app-20261122020000-0002'],
    ['a name with its date', { jobName: 'orders-daily-2026-12-24' }, 'app-20261122020000-0002'],
    [
      'a name and a scheduler’s run id',
      { jobName: 'orders-hourly', runId: 'manual__2026-11-22' },
      'app-20261122040000-0004',
    ],
    ['the beginning of a name: nothing', { jobName: 'orders' }, undefined],
    ['neither', {}, undefined],
  ])('%s', (_what, run, id) => {
    expect(choose(APPS, runOf(run), DEPS.normaliseJobName)?.id).toBe(id)
  })

  it('takes the newest where none is active', () => {
    const ended = APPS.map((app) => ({ ...app, active: false }))
    expect(choose(ended, runOf({ jobName: 'orders-daily' }), DEPS.normaliseJobName)?.id).toBe(
      'app-20261122030000-0003',
    )
  })
})

it.each([
  ['app-20261122144719-0000', true],
  ['application_1700000000000_0001', true],
  ['local-1700000000000', true],
  ['spark-3f2a9c', true],
  ['scheduled__2026-11-22T00:00:00+00:00', false],
  ['app-../../jobs/job/kill', false],
  ['12345', false],
])('an application id: %s %s', (id, is) => {
  expect(looksLikeApplication(id)).toBe(is)
})

it('the master’s words for states', () => {
  expect(['WAITING', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'UNKNOWN', 'NEW'].map(stateOf)).toEqual(
    ['waiting', 'running', 'finished', 'failed', 'killed', 'unknown', 'unknown'],
  ) // prettier-ignore
})
