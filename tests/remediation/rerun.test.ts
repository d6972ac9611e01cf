// Rerun Job: what it aims at, and which run counts as the one that was asked for.
import { describe, expect, it } from 'vitest'
import { rerunJob } from '../../src/remediation/actions/rerun.ts'
import type { PlatformRun } from '../../src/ports.ts'
import { RUN, readerOf, runOf } from '../diagnosis/support.ts'

const at = (minute: number, second = 0): Date => new Date(Date.UTC(2026, 10, 22, 15, minute, second))
const FAILED: PlatformRun = { ...RUN, state: 'failed', submittedAt: at(0), endedAt: at(5) }
const later = (more: Partial<PlatformRun>): PlatformRun => ({
  ...FAILED,
  id: 'run-2',
  endedAt: at(40),
  ...more,
})

async function verified(run: PlatformRun | null, runs: readonly PlatformRun[] = []): Promise<string> {
  if (rerunJob.needs === null) throw new Error('it acts on a platform')
  const order = {
    id: 'act_1',
    target: RUN.id,
    params: {},
    run: runOf({ runId: RUN.id }),
    requestedAt: at(30),
    made: null,
  }
  const reader = readerOf({ run, runs: run === null ? runs : [...runs, run] })
  const look = await rerunJob.verify(order, reader, new AbortController().signal)
  return look.kind === 'verified' ? look.detail : look.kind
}

describe('the run that was asked for, at half past', () => {
  it.each<[string, PlatformRun | null, readonly PlatformRun[], string]>([
    ['the same, begun anew', { ...FAILED, state: 'running', stateText: 'RUNNING' }, [], 'Run run-1 is running (RUNNING).'],
    ['the same, repaired and failed again', { ...FAILED, repairedAt: at(30, 10), endedAt: at(31) }, [], 'Run run-1 is failed (RUNNING).'],
    ['a newer one that waits', FAILED, [later({ state: 'queued', submittedAt: at(30, 5), endedAt: null })], 'Run run-2 is queued (RUNNING).'],
    ['a newer one that is over already', FAILED, [later({ submittedAt: at(30, 5) })], 'Run run-2 is failed (RUNNING).'],
    ['a newer one by a clock that is behind', FAILED, [later({ submittedAt: at(29, 40) })], 'Run run-2 is failed (RUNNING).'],
  ])('is %s', async (_, run, runs, detail) => {
    expect(await verified(run, runs)).toBe(detail)
  }) // prettier-ignore

  it.each<[string, PlatformRun | null, readonly PlatformRun[]]>([
    ['where the run is not known', null, [later({ state: 'running', submittedAt: at(31) })]],
    ['where nothing came after it', FAILED, []],
    ['repaired before', { ...FAILED, repairedAt: at(2) }, []],
    ['an earlier one that still goes on', FAILED, [later({ state: 'running', submittedAt: at(4) })]],
    ['one that somebody began before, and that is over', FAILED, [later({ submittedAt: at(20) })]],
    ['one of which no time is told', FAILED, [later({ submittedAt: null })]],
  ])('is not there yet: %s', async (_, run, runs) => {
    expect(await verified(run, runs)).toBe('waiting')
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
