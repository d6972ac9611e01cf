// Retry awareness: an attempt that failed and is tried again is not a run that has failed, and neither is one that waits.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { runState } from '../../../src/diagnosis/probes/run-state.ts'
import type { PlatformRun } from '../../../src/ports.ts'
import { NOW, RUN, contextOf } from '../support.ts'

const look = (run: Partial<PlatformRun> | null): Promise<ProbeResult> =>
  runState.run(undefined, contextOf({ run: run === null ? null : { ...RUN, ...run } }))
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000)

describe('the state', () => {
  it.each<[Partial<PlatformRun>, string, string]>([
    [{ state: 'running', attempt: 2, maxAttempts: 4 }, 'none', 'The run is under way, attempt 2 of 4.'],
    [
      { state: 'retrying', attempt: 1, maxAttempts: 3, stateText: 'ACCEPTED' },
      'low',
      'Attempt 1 of 3 failed and the platform tries again (ACCEPTED).',
    ],
    [
      { state: 'failed', attempt: 3, maxAttempts: 3, stateText: 'FAILED' },
      'high',
      'Attempt 3 of 3 failed and there is no other (FAILED).',
    ],
    [{ state: 'failed', attempt: null, stateText: 'FAILED' }, 'high', 'The run failed (FAILED).'],
    [{ state: 'succeeded' }, 'none', 'The run succeeded.'],
    [{ state: 'cancelled', stateText: 'KILLED' }, 'none', 'The run was cancelled (KILLED).'],
    [{ state: 'unknown', stateText: 'odd' }, 'none', 'The platform does not say how the run stands (odd).'],
  ])('%j', async (run, severity, sentence) => {
    const { findings } = await look(run)
    expect(findings).toMatchObject([{ severity, sentence, link: RUN.link, confidence: 'high' }])
  })

  it.each([
    ['retrying', true, false],
    ['failed', false, true],
    ['succeeded', false, false],
    ['running', null, false],
    ['unknown', null, false],
  ] as const)('%s: will it be retried? %s; exhausted? %s', async (state, will_retry, exhausted) => {
    expect((await look({ state })).outputs).toMatchObject({ will_retry, exhausted })
  })

  it.each([
    [1, 'none'],
    [3, 'low'],
    [15, 'medium'],
    [45, 'high'],
  ])('who waits %s minutes for resources is %s', async (minutes, severity) => {
    const { findings, outputs } = await look({
      state: 'queued',
      queue: 'root.etl',
      submittedAt: ago(minutes),
    })
    expect(findings[0]?.severity).toBe(severity)
    expect(findings[0]?.sentence).toContain('waits in root.etl for')
    expect(outputs['waits_s']).toBe(minutes * 60)
  })
})

it('reads the failure out of what the platform says, and quotes the line', async () => {
  const text =
    'Application application_1 failed 2 times due to AM Container for appattempt_1 exited with exitCode: 137\nContainer killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used. password=hunter2'
  const { outputs, findings } = await look({
    state: 'failed',
    words: [{ text, from: 'diagnostics', place: 'platform' }],
  })
  expect(outputs).toMatchObject({ signature: 'F03', cause: 'container-killed', class: 'deterministic' })
  expect(findings[0]?.evidence[0]).toMatchObject({
    text: 'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used. password=[redacted]',
    from: 'diagnostics',
  })
})

it('quotes the first words where none are known, and calls the failure unknown', async () => {
  const { outputs, findings } = await look({
    state: 'failed',
    words: [{ text: 'it fell over', from: 'state_message', place: 'platform' }],
  })
  expect(outputs).toMatchObject({ signature: 'unknown', class: 'unknown' })
  expect(findings[0]?.evidence).toMatchObject([{ text: 'it fell over', from: 'state_message' }])
})

it('says that the platform knows nothing of it', async () => {
  const { outputs, findings } = await look(null)
  expect(outputs).toMatchObject({ state: null, will_retry: null })
  expect(findings).toMatchObject([{ severity: 'none', sentence: 'batch knows no run of this alert.' }])
})
