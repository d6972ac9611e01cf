// What a log's run went on after: whose ending makes good what, what it costs to keep, and what is told beside an error that nobody knows.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type LogReading, readLog } from '../../../src/diagnosis/failures/read-log.ts'
import { FAILURE_MODES } from '../../../src/diagnosis/failures/modes.ts'
import { createTally, finishedStage } from '../../../src/diagnosis/failures/tally.ts'
import { type Written, asJson, plainly } from './log-lines.ts'

const SPARK = 'org.apache.spark'
const line = (level: string, logger: string, message: string): Written => ({ id: '', level, logger, message })
const lost = (stage: number): Written =>
  line('WARN', `${SPARK}.scheduler.TaskSetManager`, `Lost task 0.0 in stage ${stage}.0 (TID 3) (10.0.0.7 executor 2): java.lang.OutOfMemoryError: Java heap space`) // prettier-ignore
const ended = (stage: number): Written =>
  line('INFO', `${SPARK}.scheduler.DAGScheduler`, `ShuffleMapStage ${stage} (save at Job.scala:1) finished in 2.0 s`) // prettier-ignore
const preempted = line('ERROR', `${SPARK}.scheduler.cluster.YarnClusterScheduler`, 'Lost executor 2 on h: Container container_1 on host: h was preempted.') // prettier-ignore
const begun = line('INFO', `${SPARK}.SparkContext`, 'Running Spark version 4.3.0')
const schema = line('ERROR', 'a.Main', '[TABLE_OR_VIEW_NOT_FOUND] orders')
const trouble = line('ERROR', 'a.Main', 'the totals do not add up')

const LAYOUTS = [
  ['plain', plainly],
  ['JSON', asJson],
] as const
const read = (print: typeof plainly, ...lines: (Written | string)[]): Promise<LogReading> =>
  readLog(lines.flatMap((one) => (typeof one === 'string' ? one : print(one)).split('\n')))
const told = ({ seen }: LogReading): (readonly unknown[])[] =>
  seen.map(({ mode, certainty, passed }) => [mode.id, certainty, passed ?? false])

describe.each(LAYOUTS)('beside an error that nobody knows, in the %s layout', (_layout, print) => {
  it('what the run went on after is marked as that', async () => {
    const reading = await read(print, lost(1), ended(1), trouble)
    expect(told(reading)).toEqual([['F02', 'low', true]])
    expect(reading.unexplained).toEqual({ line: 3, quote: 'the totals do not add up' })
  })

  it('stands behind everything that it did not go on after', async () => {
    const hint = line('INFO', 'org.apache.hadoop.util.JvmPauseMonitor', 'Detected pause in JVM or host machine (eg GC): pause of approximately 2000ms') // prettier-ignore
    const exit = line('ERROR', 'a.Main', 'driver terminated with exit code 143, maybe evicted')
    const reading = await read(print, lost(1), ended(1), hint, exit, schema)
    expect(reading.seen.at(-1)).toMatchObject({ mode: { id: 'F02' }, passed: true })
    expect(reading.seen.filter(({ passed }) => passed === true)).toHaveLength(1)
  })

  it('the news is not marked where nothing else is, nor the cause of a symptom that stands', async () => {
    const fetch = line('WARN', `${SPARK}.scheduler.TaskSetManager`, 'Lost task 1.0 in stage 4.0 (TID 9) (10.0.0.7 executor 2): FetchFailed(null, shuffleId=0)') // prettier-ignore
    expect(told(await read(print, lost(1), ended(1)))).toEqual([['F02', 'high', false]])
    expect(told(await read(print, preempted, ended(1), fetch))).toEqual([
      ['F11', 'high', false],
      ['F04', 'medium', false],
    ])
  })

  it.each<[string, string]>([
    ['output that cannot be made again', 'Job aborted due to stage failure: A shuffle map stage with indeterminate output was failed and retried. However, Spark cannot rollback the ResultStage 6 to re-process the input data'],
    ['a block of a checkpoint', 'Job aborted due to stage failure: Task 0 in stage 6.0 failed 4 times, most recent failure: Lost task 0.3 in stage 6.0 (TID 77) (10.0.0.5 executor 3): Checkpoint block rdd_4_0 not found! Either the executor that originally checkpointed this partition is no longer alive, or the original RDD is unpersisted.'],
  ])('executors stand where it misses what they held: %s', async (_what, msg) => {
    const missing: Written = { ...line('ERROR', 'a.Main', 'failed'), exception: { class: `${SPARK}.SparkException`, msg } }
    expect(told(await read(print, preempted, lost(1), ended(1), missing))).toEqual([
      ['F11', 'high', false],
      ['F02', 'low', true],
    ])
    expect(told(await read(print, preempted, ended(1), missing, trouble))).toEqual([['F11', 'high', false]])
    expect(told(await read(print, preempted, ended(1), missing, ended(2), trouble))).toEqual([['F11', 'low', true]])
    expect(told(await read(print, preempted, ended(1), begun, missing))).toEqual([['F11', 'low', true]])
  }) // prettier-ignore

  it('a hint is nothing there, whether the run went on after it or not', async () => {
    const master = line('INFO', `${SPARK}.deploy.client.StandaloneAppClient$ClientEndpoint`, 'Master has changed, new master is at spark://m2:7077') // prettier-ignore
    expect(told(await read(print, master, ended(1)))).toEqual([['F33', 'low', false]])
    expect(told(await read(print, master, ended(1), trouble))).toEqual([])
  })
})

describe.each(LAYOUTS)('another application’s or attempt’s log, in the %s layout', (_layout, print) => {
  /** As `yarn logs` prints it before each file (Hadoop 3, LogToolUtils); Hadoop 2 has no line of the type of aggregation. */
  const HEADERS = [
    ['a new SparkContext', [begun]],
    ['a container’s header', ['Container: container_1795_0004_01_000001 on h_45454', 'LogAggregationType: AGGREGATED', '=====']],
    ['a file’s header', ['LogType:stderr', 'LogLastModifiedTime:Sun Nov 22 04:00:00 +0000 2026', 'LogLength:4711', 'LogContents:']],
    ['a file’s header with a space', ['LogType: stderr']],
  ] as const // prettier-ignore

  it.each(HEADERS)('makes good nothing that was told before: %s', async (_what, header) => {
    const aborted = line('ERROR', 'a.Main', 'Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure: Lost task 0.3 in stage 3.0 (TID 77) (10.0.0.5 executor 3): java.lang.OutOfMemoryError: Java heap space') // prettier-ignore
    const reading = await read(print, begun, aborted, ...header, ended(3), preempted)
    expect(told(reading)).toEqual([
      ['F02', 'high', false],
      ['F11', 'high', false],
    ])
    expect(reading.seen.map(({ count }) => count)).toEqual([1, 1])
    const executors = await read(print, begun, preempted, ...header, ended(3), schema)
    expect(told(executors)).toContainEqual(['F11', 'high', false])
  })

  it('what was made good before it began stays so, and what it tells itself is made good by its own', async () => {
    expect(told(await read(print, begun, lost(1), ended(1), begun, schema))).toEqual([
      ['F29', 'high', false],
      ['F02', 'low', true],
    ])
    expect(told(await read(print, begun, begun, lost(1), ended(1), schema))).toEqual([
      ['F29', 'high', false],
      ['F02', 'low', true],
    ])
  })

  it('what others say of beginnings begins nothing', async () => {
    const others = ['Running Spark version 4.3.0', 'LogType:stderr', 'Container: container_1 on h'].map(
      (message) => line('INFO', 'a.Main', message),
    )
    expect(told(await read(print, lost(1), ...others, ended(1), schema))).toContainEqual(['F02', 'low', true])
  })
})

describe('a stage that is completed', () => {
  const logger = 'DAGScheduler'
  it.each([
    ['ShuffleMapStage 3 (save at Job.scala:1) finished in 2.0 s', '3'],
    ['ResultStage 12 (collect at orders.py:29) finished in 1,234 s', '12'],
    ['ResultStage 3 (collect at orders.py:29) finished in 53 ms', '3'],
    ['ResultStage 3 (show (twice) at a.py:1) finished in Unknown s', '3'],
    ['ResultStage 3 (collect at a.py:1) finished in 1 s\r', '3'],
    ['ResultStage 3 (collect at a.py:1) finished in 1 s\n  printed by the program', '3'],
    ['ResultStage 3 (x) failed in 2 s due to Job aborted: batch (7) finished in state BAD', null],
    ['ResultStage 3 (x) failed in 2 s due to Job aborted: batch (7) finished in 3 s', null],
    ['ResultStage 3 (x) failed in Unknown s due to (7) finished in 3 s', null],
    ['ResultStage 3 (x) finished in state BAD', null],
    ['ResultStage 3 (x) finished in 3 sorts', null],
    ['ResultStage 3 (x) is running', null],
    ['Job 3 (x) finished in 3 s', null],
  ])('%s', (text, stage) => {
    expect(finishedStage({ logger, text })).toBe(stage)
    expect(finishedStage({ logger: 'Main', text })).toBeNull()
  })
})

describe('what it costs to keep', () => {
  const mode = FAILURE_MODES.find(({ id }) => id === 'F02')!
  const seen = (stage: number, at: number, quote: () => string) =>
    [
      { mode, cause: mode.name, meaning: mode.meaning, certainty: 'high', line: at, quote },
      { text: `Lost task 0.0 in stage ${stage}.0 (TID 3)`, place: 'task' },
    ] as const

  it('a line is quoted only where it is kept', () => {
    const tally = createTally()
    let quoted = 0
    const quote = (): string => `said ${(quoted += 1)}`
    for (let at = 1; at <= 1_000; at += 1) tally.add(...seen(1, at, quote))
    expect(quoted).toBe(1)
    expect(tally.result().standing).toMatchObject([{ quote: 'said 1', line: 1, count: 1_000 }])
  })

  it.each([
    ['all of a hundred stages in trouble are known to have been completed', 100, []],
    ['of many thousand, those beyond the bound are not, so that a log of any length is read', 20_000, [20_000]],
  ])('%s', (_what, stages, standing) => {
    const tally = createTally()
    for (let stage = 0; stage < stages; stage += 1) tally.add(...seen(stage, stage + 1, () => 'said'))
    for (let stage = 0; stage < stages; stage += 1) tally.finished(String(stage))
    expect(tally.result().standing.map(({ count }) => count)).toEqual(standing)
  }) // prettier-ignore

  it('a quote holds nothing of the entry that it stands in: a thousand stages with long traces are some MiB', async () => {
    const program = `
      import { readLog } from './src/diagnosis/failures/read-log.ts'
      const live = () => (gc(), process.memoryUsage().heapUsed + process.memoryUsage().external)
      const before = live()
      let held = 0
      function* lines() {
        for (let stage = 0; stage < 1000; stage += 1) {
          yield '26/11/22 14:30:00 WARN TaskSetManager: Lost task 0.0 in stage ' + stage + '.0 (TID 3) (10.0.0.7 executor 2): java.lang.OutOfMemoryError: Java heap space'
          for (let frame = 0; frame < 30; frame += 1) yield '\\tat ' + (stage + '_' + frame + '.').repeat(300)
        }
        held = live() - before
      }
      const { seen } = await readLog(lines())
      console.log(JSON.stringify([held, seen[0].count]))`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--input-type=module-typescript',
      '--eval',
      program,
    ])
    const [bytes, count] = JSON.parse(stdout) as [number, number]
    expect(count).toBe(1_000)
    expect(bytes).toBeLessThan(10 * 1024 * 1024)
  })
})
