// Recorded answers moved in time: every instant, nothing else.
import { describe, expect, it } from 'vitest'
import { type Shift, shifted } from '../../../src/sandbox/spark/shift.ts'

const HOUR = 3_600_000
const SHIFT: Shift = {
  offsetMs: HOUR,
  growMs: 5000,
  replace: [
    ['app-1', 'app-2'],
    ['http://spark-driver:4040', 'http://127.0.0.1:1'],
  ],
}

describe('an answer moved by an hour', () => {
  it.each([
    ['a date', { addTime: '2026-11-22T14:47:18.616GMT' }, { addTime: '2026-11-22T15:47:18.616GMT' }],
    ['"not yet"', { endTime: '1969-12-31T23:59:59.999GMT', endTimeEpoch: -1 }, { endTime: '1969-12-31T23:59:59.999GMT', endTimeEpoch: -1 }],
    ['an epoch', { starttime: 1795358839568, startTimeEpoch: 1, memory: 1795358839568 }, { starttime: 1795362439568, startTimeEpoch: 3600001, memory: 1795358839568 }],
    ['the master’s kind of date', { submitdate: 'Sun Nov 22 14:47:19 UTC 2026' }, { submitdate: 'Sun Nov 22 15:47:19 UTC 2026' }],
    ['what runs grows older', { completed: false, duration: 100 }, { completed: false, duration: 5100 }],
    ['what runs at the master, too', { state: 'RUNNING', duration: 100 }, { state: 'RUNNING', duration: 5100 }],
    ['what has ended does not', { completed: true, duration: 100 }, { completed: true, duration: 100 }],
    ['a task’s duration does not', { status: 'RUNNING', duration: 100 }, { status: 'RUNNING', duration: 100 }],
    ['names and addresses', { 'http://spark-driver:4040': ['x app-1 y'], n: null, b: true }, { 'http://127.0.0.1:1': ['x app-2 y'], n: null, b: true }],
    ['a date within a text stays as it was said', { message: 'at 2026-11-22T14:47:18.616GMT' }, { message: 'at 2026-11-22T14:47:18.616GMT' }],
  ])('%s', (_what, before, after) => {
    expect(shifted(before, SHIFT)).toEqual(after)
  }) // prettier-ignore

  it('leaves the recording itself alone', () => {
    const recorded = { attempts: [{ startTimeEpoch: 1, completed: false, duration: 1 }] }
    shifted(recorded, SHIFT)
    expect(recorded).toEqual({ attempts: [{ startTimeEpoch: 1, completed: false, duration: 1 }] })
  })
})
