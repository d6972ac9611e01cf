// What broke, out of many probes: words before figures, causes before symptoms, and no more certainty than there is.
import { describe, expect, it } from 'vitest'
import { conclude } from '../../src/diagnosis/conclude.ts'
import type { Confidence, Finding, FindingSeverity, Outputs } from '../../src/diagnosis/model.ts'
import type { StepResult } from '../../src/diagnosis/run-probes.ts'

function finding(probe: string, more: Partial<Finding> = {}): Finding {
  return {
    probe,
    severity: 'high',
    sentence: 'Something.',
    evidence: [{ text: 'a line', from: 'somebody', link: null }],
    link: null,
    confidence: 'high',
    unreached: [],
    ...more,
  }
}

function said(signature: string, cause: string, confidence: Confidence, more: Outputs = {}): StepResult {
  const evidence = [{ text: `line of ${cause}`, from: 'a task', link: null }]
  return {
    step: 'log',
    outputs: { signature, cause, ...more },
    findings: [finding('spark.log', { confidence, evidence })],
  }
}

function measured(id: string, severity: FindingSeverity): StepResult {
  const evidence = [{ text: `${id}: some figures`, from: 'all executors', link: null }]
  return { step: 'perf', outputs: {}, findings: [finding('spark.performance', { severity, evidence })] }
}

const late = (severity: FindingSeverity, ratio: number | null = 3, failed = 0): StepResult => ({
  step: 'history',
  outputs: { ratio, failed_in_a_row: failed },
  findings: [finding('run.history', { severity })],
})

const skew = (
  skewed: boolean,
  data: number | null,
  severity: FindingSeverity = 'high',
  running = false,
): StepResult => ({
  step: 'skew',
  outputs: { skewed, data_ratio: data, running },
  findings: [finding('spark.skew', { severity })],
})

describe('what broke', () => {
  it('is named with its class, its meaning and the line that says so', () => {
    expect(conclude([said('F02', 'executor-heap-oom', 'high')])).toEqual({
      id: 'F02',
      cause: 'executor-heap-oom',
      meaning: "the executor's Java heap is too small for what its tasks hold",
      class: 'deterministic',
      certainty: 'high',
      evidence: { text: 'line of executor-heap-oom', from: 'a task', link: null },
      probe: 'spark.log',
      by: 'words',
    })
  })

  it.each<[string, StepResult[], string | null]>([
    ['a cause before the symptom it led to', [said('F04', 'fetch-failed', 'medium'), said('F02', 'executor-heap-oom', 'high')], 'F02'],
    ['a code of a cause before a symptom in words', [said('F04', 'fetch-failed', 'medium'), said('F03', 'container-killed', 'medium')], 'F03'],
    ['a symptom before figures', [measured('gc_ratio', 'critical'), said('F04', 'fetch-failed', 'medium')], 'F04'],
    ['figures before what only may be', [said('F11', 'told-to-end', 'low'), measured('gc_ratio', 'high')], 'F07'],
    ['what only may be before nothing', [said('F11', 'told-to-end', 'low'), measured('gc_ratio', 'low')], 'F11'],
    ['a hot partition before the executor that reads it', [measured('exec_imbalance', 'critical'), skew(true, 90, 'medium')], 'F05'],
    ['a hot partition that runs before the standstill it makes', [measured('no_progress', 'critical'), skew(true, 90, 'medium', true)], 'F05'],
    ['a standstill before a task that only may be slow', [measured('no_progress', 'medium'), skew(false, 1, 'critical', true)], 'F13'],
    ['a slow host while nothing stands still', [skew(false, 1, 'medium', true)], 'F06'],
    ['a slow host whose tasks have ended by its gravity', [measured('no_progress', 'medium'), skew(false, 1, 'critical')], 'F06'],
    ['the graver of two figures', [measured('spill_ratio', 'medium'), measured('gc_ratio', 'high')], 'F07'],
    ['anything before idle slots, however many', [measured('idle_cores', 'critical'), measured('gc_ratio', 'medium')], 'F07'],
    ['idle slots before nothing', [measured('idle_cores', 'critical')], 'F31'],
    ['uneven bytes: the data', [skew(true, 12)], 'F05'],
    ['even bytes and uneven time: the host', [skew(false, 1.1)], 'F06'],
    ['too few bytes to compare: neither', [skew(false, null)], null],
    ['a skew that costs little: nothing', [skew(true, 12, 'low')], null],
    ['figures of low gravity: nothing', [measured('gc_ratio', 'low')], null],
    ['figures that are no failure of their own: nothing', [measured('heap_peak', 'critical')], null],
    ['words of no failure that we know: nothing', [said('unknown', 'unknown', 'low'), said('none', 'none', 'high')], null],
    ['a driver that does not answer before what is kept of it', [measured('no_progress', 'critical'), measured('driver_unreachable', 'medium')], 'F22'],
    ['why a run is late before that it is late', [late('critical'), measured('gc_ratio', 'medium')], 'F07'],
    ['lateness before nothing', [late('high')], 'F21'],
    ['a little late: nothing', [late('low')], null],
    ['late, and failed: nothing', [late('high', 3, 1)], null],
    ['late for nobody to compare with: nothing', [late('high', null)], null],
    ['no probe at all: nothing', [], null],
  ])('prefers %s', (_what, results, id) => {
    expect(conclude(results)?.id ?? null).toBe(id)
    expect(conclude(results.toReversed())?.id ?? null).toBe(id)
  }) // prettier-ignore

  it('tells a cause and a symptom of one id apart by their names', () => {
    const crashed = said('F37', 'python-worker-crashed', 'medium')
    expect(conclude([crashed, said('F03', 'container-killed', 'medium')])?.id).toBe('F03')
    expect(conclude([crashed])?.meaning).toMatch(/^a Python worker died/)
    expect(conclude([said('F37', 'python-memory', 'high')])?.meaning).toMatch(/^Python's own memory/)
  })

  it('takes the certainty of the failure, not that of a verdict about it', () => {
    const verdict = said('F19', 'broadcast-timeout', 'low', { certainty: 'high' })
    expect(conclude([verdict])).toMatchObject({ id: 'F19', certainty: 'high', class: 'unknown' })
  })

  describe('whose words leave its class open', () => {
    const timeout = said('F19', 'broadcast-timeout', 'high')
    const verdict = (is: string): StepResult =>
      said('F19', 'broadcast-timeout', 'high', { rerun: 'unknown', class: is })
    it.each<[string, StepResult[], string]>([
      ['nobody could tell', [timeout], 'unknown'],
      ['it waited for executors at the time', [timeout, measured('alloc_stuck', 'high')], 'transient'],
      ['the log says so as well', [timeout, said('F12', 'no-resources', 'high')], 'transient'],
      ['it had waited long before', [timeout, said('F12', 'no-resources', 'low')], 'unknown'],
      ['who heard more than one thing has settled it', [timeout, said('F19', 'broadcast-timeout', 'high', { class: 'transient' })], 'transient'],
      ['who heard nothing else has not', [said('F19', 'broadcast-timeout', 'high', { class: 'unknown' })], 'unknown'],
      ['the verdict has it so', [timeout, verdict('transient')], 'transient'],
      ['the verdict does not, and the card says what it says', [timeout, said('F12', 'no-resources', 'high'), verdict('unknown')], 'unknown'],
      ['a verdict about something else is none about it', [timeout, said('F12', 'no-resources', 'high'), said('F02', 'executor-heap-oom', 'medium', { rerun: 'unsafe', class: 'deterministic' })], 'transient'],
    ])('%s', (_what, results, is) => {
      expect(conclude(results)).toMatchObject({ id: 'F19', class: is })
    }) // prettier-ignore
  })

  it('a driver that does not answer is told as that, by figures', () => {
    expect(conclude([measured('driver_unreachable', 'medium')])).toMatchObject({
      id: 'F22',
      cause: 'driver-unreachable',
      class: 'infrastructure',
      by: 'figures',
    })
  })

  it('says of figures that they are figures', () => {
    expect(conclude([measured('no_progress', 'medium')])).toMatchObject({
      id: 'F13',
      by: 'figures',
      evidence: { text: 'no_progress: some figures' },
    })
  })
})
