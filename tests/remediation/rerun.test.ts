// Rerun Job: what it aims at, and which run counts as the one that was asked for.
import { describe, expect, it } from 'vitest'
import { rerunJob } from '../../src/remediation/actions/rerun.ts'
import type { PlatformReader, PlatformRun } from '../../src/ports.ts'
import { RUN, readerOf, runOf } from '../diagnosis/support.ts'

const at = (minute: number, second = 0): Date => new Date(Date.UTC(2026, 10, 22, 15, minute, second))
const FAILED: PlatformRun = { ...RUN, state: 'failed', submittedAt: at(0), endedAt: at(5) }
const later = (more: Partial<PlatformRun>): PlatformRun => ({
  ...FAILED,
  id: 'run-2',
  endedAt: at(40),
  ...more,
})

async function looked(
  run: PlatformRun | null,
  runs: readonly PlatformRun[] = [],
  made: string | null = null,
): Promise<string> {
  if (rerunJob.needs === null) throw new Error('it acts on a platform')
  const order = {
    id: 'act_1',
    target: RUN.id,
    params: {},
    run: runOf({ runId: RUN.id }),
    requestedAt: at(30),
    made,
    earlier: [],
  }
  const all = run === null ? runs : [...runs, run]
  const reader: PlatformReader = {
    ...readerOf({ run, runs: all }),
    run: ({ runId }) => Promise.resolve(all.find(({ id }) => id === runId) ?? null),
  }
  const look = await rerunJob.verify(order, reader, new AbortController().signal)
  return look.kind === 'waiting' ? look.kind : `${look.kind}: ${look.detail}`
}

const LIVE = { state: 'running', stateText: 'RUNNING', endedAt: null, submittedAt: at(31) } as const

describe('the run that was asked for, at half past', () => {
  it.each<[string, PlatformRun | null, readonly PlatformRun[], string | null, string]>([
    ['the one that the platform said it made', FAILED, [later({ ...LIVE })], 'run-2', 'verified: Run run-2 is running (RUNNING).'],
    ['the same, repaired', { ...FAILED, state: 'running', repairedAt: at(30, 10) }, [], null, 'verified: Run run-1 is running (RUNNING).'],
    ['the same, repaired by a clock that is behind', { ...FAILED, state: 'running', repairedAt: at(29, 40) }, [], null, 'verified: Run run-1 is running (RUNNING).'],
    ['the one that carries our key, after a lost reply', FAILED, [later({ ...LIVE, id: 'run-3' }), later({ ...LIVE, key: 'act_1' })], null, 'verified: Run run-2 is running (RUNNING).'],
  ])('is %s', async (_, run, runs, made, says) => {
    expect(await looked(run, runs, made)).toBe(says)
  }) // prettier-ignore

  it.each<[string, PlatformRun, readonly PlatformRun[], string | null]>([
    ['the one that was made', FAILED, [later({ submittedAt: at(31) })], 'run-2'],
    ['the same, repaired', { ...FAILED, repairedAt: at(30, 10), endedAt: at(31) }, [], null],
    ['the one with our key', FAILED, [later({ submittedAt: at(31), key: 'act_1' })], null],
    ['one that was cancelled', FAILED, [later({ submittedAt: at(31), state: 'cancelled' })], 'run-2'],
  ])('did not work where it has ended badly: %s', async (_, run, runs, made) => {
    expect(await looked(run, runs, made)).toMatch(/^contradicted: Run run-. is (?:failed|cancelled)/)
  })

  it.each<[string, PlatformRun | null, readonly PlatformRun[], string | null]>([
    ['where the run is not known', null, [later({ ...LIVE })], null],
    ['where nothing came after it', FAILED, [], null],
    ['repaired before', { ...FAILED, repairedAt: at(2) }, [], null],
    ['one that the scheduler has begun since', FAILED, [later({ ...LIVE })], null],
    ['one with another’s key', FAILED, [later({ ...LIVE, key: 'act_2' })], null],
    ['another than was made', FAILED, [later({ ...LIVE, id: 'run-3' })], 'run-2'],
  ])('is not there yet: %s', async (_, run, runs, made) => {
    expect(await looked(run, runs, made)).toBe('waiting')
  })
})

it('aims at what the alert names, as a kill does, else at the run that the verdict speaks of', () => {
  const facts = { 'app.app_id': 'app-1', 'rerun.run': 'run-1' }
  const target = (runId: string | null, told: Readonly<Record<string, string>>): string | null =>
    rerunJob.target({ team: 'data', run: runOf({ runId }), facts: told })
  expect(target('run-7', facts)).toBe('run-7')
  expect(target(null, facts)).toBe('app-1')
  expect(target(null, { 'rerun.run': 'run-1' })).toBe('run-1')
  expect(target(null, {})).toBeNull()
})
