// The end of a log: what it names, where, and what is said where it names nothing.
import { expect, it } from 'vitest'
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
