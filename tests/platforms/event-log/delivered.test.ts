// A run of a service as an application: what its event log adds, and what is said where there is none.
import { describe, expect, it } from 'vitest'
import { applicationOf, knownRun, lookForLog, needLog } from '../../../src/platforms/event-log/delivered.ts'
import { createReplay } from '../../../src/platforms/event-log/replay.ts'
import type { EventLog } from '../../../src/platforms/event-log/reader.ts'
import { RUN } from '../../diagnosis/support.ts'
import { NEVER } from '../support.ts'

const LOG: EventLog = {
  ...createReplay().result(),
  place: 's3://logs/app-1',
  unread: ['event log: cut after 512 MB'],
}

describe('looking for the log', () => {
  const look = async (read: () => Promise<EventLog | null>): Promise<[EventLog | null, string[]]> => {
    const unreached = ['before']
    return [await lookForLog(read, 'none was delivered', unreached, NEVER), unreached]
  }

  it('gives it with what of it was not read', async () => {
    expect(await look(() => Promise.resolve(LOG))).toEqual([LOG, ['before', 'event log: cut after 512 MB']])
  })

  it('says that there is none', async () => {
    expect(await look(() => Promise.resolve(null))).toEqual([
      null,
      ['before', 'event log: none was delivered'],
    ])
  })

  it('says why it cannot be read, and not that there is none', async () => {
    const [log, unreached] = await look(() => Promise.reject(new Error('AccessDenied')))
    expect([log, unreached]).toEqual([null, ['before', 'event log: AccessDenied']])
  })

  it('ends with the probe’s time', async () => {
    const signal = AbortSignal.abort(new Error('late'))
    await expect(lookForLog(() => Promise.reject(new Error('AccessDenied')), 'none', [], signal)).rejects.toThrow('late') // prettier-ignore
  })
})

describe('a run as an application', () => {
  it('is called as the service calls it, and was found at the service, without a log', () => {
    const app = applicationOf(knownRun(RUN), null, ['event log: none'])
    expect(app).toMatchObject({
      id: 'run-1',
      name: 'orders-daily',
      state: 'running',
      foundAt: 'resource-manager',
      apiUrl: null,
      sparkVersion: null,
      unreached: ['event log: none'],
    })
  })

  it.each([
    ['queued', 'waiting'],
    ['retrying', 'running'],
    ['succeeded', 'finished'],
    ['cancelled', 'killed'],
    ['unknown', 'unknown'],
  ] as const)('that is %s is %s', (state, as) => {
    expect(applicationOf(knownRun({ ...RUN, state }), null, []).state).toBe(as)
  })

  it('is called as Spark calls it where the log says so', () => {
    const log = { ...LOG, properties: new Map([['spark.app.name', 'orders']]) }
    expect(applicationOf(knownRun(RUN), log, [])).toMatchObject({ name: 'orders', foundAt: 'event-log' })
  })

  it('that has not begun counts from its submission; one without a name is its id', () => {
    const known = knownRun({ ...RUN, startedAt: null, jobName: null })
    expect(known).toMatchObject({ startedAt: RUN.submittedAt, name: 'run-1' })
  })

  it('whose details are asked for has them, or says that nobody delivered them', () => {
    const app = applicationOf(knownRun(RUN), null, [])
    expect(needLog('batch', app, LOG)).toBe(LOG)
    expect(() => needLog('batch', app, null)).toThrow(/ARR-501|no event log of it was delivered/)
  })
})
