// The end of a log: what it names, where, and what is said where it names nothing.
import { describe, expect, it } from 'vitest'
import { conclude } from '../../../src/diagnosis/conclude.ts'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { log } from '../../../src/diagnosis/probes/log.ts'
import type { LogTail } from '../../../src/ports.ts'
import { contextOf } from '../support.ts'

const TAIL: LogTail = {
  text: '',
  whose: 'driver',
  cut: false,
  from: 'the driver’s log',
  link: 'http://logs/1',
}
const look = (tail: Partial<LogTail> | null): Promise<ProbeResult> =>
  log.run(log.params.parse(undefined), contextOf({ log: tail === null ? null : { ...TAIL, ...tail } }))

it('names the failure, quotes the line, and says where it stands', async () => {
  const { outputs, findings } = await look({
    text: '26/11/22 14:30:00 INFO A: x\nException in thread "main" java.lang.OutOfMemoryError: Java heap space',
  })
  expect(outputs).toEqual({
    signature: 'F01',
    cause: 'driver-oom',
    class: 'deterministic',
    line: 2,
    lines: 2,
  })
  expect(findings).toMatchObject([
    {
      severity: 'high',
      sentence: "The driver’s log names driver-oom: the driver's memory is too small for what it holds.",
      evidence: [{ from: 'the driver’s log, line 2 of what was read; said once', link: 'http://logs/1' }],
    },
  ])
})

it('leaves out the piece of a line that a cut log begins with', async () => {
  const { outputs, findings } = await look({
    cut: true,
    text: 'tOfMemoryError: No space left on device\n26/11/22 14:30:00 INFO A: x',
  })
  expect(outputs).toMatchObject({ signature: 'none', lines: 1 })
  expect(findings[0]?.sentence).toBe('Nothing in the last 1 lines of the driver’s log names a failure.')
})

it('a symptom alone is graded lower than a cause', async () => {
  expect((await look({ text: 'FetchFailed(null, shuffleId=0' })).findings[0]).toMatchObject({
    severity: 'medium',
    confidence: 'medium',
  })
})

it('tells the last error that nobody knows, without its secrets', async () => {
  const { outputs, findings } = await look({ text: '26/11/22 14:30:00 ERROR A: my own token=abcdef123456' })
  expect(outputs).toMatchObject({ signature: 'unknown', line: 1 })
  expect(findings[0]).toMatchObject({ severity: 'low', evidence: [{ text: 'my own token=[redacted]' }] })
})

it('says that there is no log', async () => {
  expect((await look(null)).findings).toMatchObject([
    {
      sentence:
        'batch has no log of this run. Where its driver was started in client mode, its log is there: `arrestor diagnose --log` reads it.',
    },
  ])
})

describe('an error that nobody knows, beside what the run went on after', () => {
  const LOST =
    '26/11/22 14:30:00 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 3) (10.0.0.7 executor 1): java.lang.OutOfMemoryError: Java heap space'
  const ENDED = '26/11/22 14:30:01 INFO DAGScheduler: ResultStage 1 (collect at a.py:1) finished in 53 ms'
  const TROUBLE = '26/11/22 14:30:02 ERROR Main: the totals of 2026-11-22 do not add up'

  it('is what is told, and the aside is named as one', async () => {
    const { outputs, findings } = await look({ text: [LOST, ENDED, TROUBLE].join('\n') })
    expect(outputs).toEqual({
      signature: 'unknown',
      cause: 'unknown',
      class: 'unknown',
      line: 3,
      lines: 3,
    })
    expect(findings).toMatchObject([
      {
        severity: 'low',
        confidence: 'low',
        sentence:
          'The last error in the driver’s log is none that we know (the run went on after executor-heap-oom).',
        evidence: [
          {
            text: 'the totals of 2026-11-22 do not add up',
            from: 'the driver’s log, line 3 of what was read',
          },
          { from: 'the driver’s log, line 1 of what was read; said once' },
        ],
        link: 'http://logs/1',
      },
    ])
  })

  it('is concluded from as little as from any other that nobody knows', async () => {
    const result = await look({ text: [LOST, ENDED, TROUBLE].join('\n') })
    expect(conclude([{ step: 'log', ...result }])).toBeNull()
  })

  it('what ended it is told first, and the aside apart from what else stands', async () => {
    const schema = '26/11/22 14:30:02 ERROR Main: [TABLE_OR_VIEW_NOT_FOUND] orders'
    const { outputs, findings } = await look({ text: [LOST, ENDED, schema].join('\n') })
    expect(outputs).toMatchObject({ signature: 'F29' })
    expect(findings[0]?.sentence).toMatch(/ \(the run went on after executor-heap-oom\)\.$/)
    const full = '26/11/22 14:30:02 ERROR Main: No space left on device'
    const both = await look({ text: [LOST, ENDED, schema, full].join('\n') })
    expect(both.findings[0]?.sentence).toMatch(
      / names disk-full: .+ \(and schema-or-query; the run went on after executor-heap-oom\)\.$/,
    )
  })
})
