// Whole logs: plain and JSON lines, whose log it is, what is chatter, what nobody explains.
import { describe, expect, it } from 'vitest'
import { logEntries, type LogEntry } from '../../../src/diagnosis/failures/log-entries.ts'
import { readLog } from '../../../src/diagnosis/failures/read-log.ts'

async function entries(text: string): Promise<LogEntry[]> {
  const all: LogEntry[] = []
  for await (const entry of logEntries(text.split('\n'))) all.push(entry)
  return all
}
const read = (text: string, owner: 'driver' | 'executor' | null = null): ReturnType<typeof readLog> =>
  readLog(text.split('\n'), owner)

describe('entries', () => {
  it.each([
    ['26/11/22 14:30:00 ERROR TaskSetManager: Task 0 failed', 'ERROR', 'TaskSetManager', 'Task 0 failed'],
    ['2026-11-22 14:30:00,123 WARN [main] org.apache.spark.Foo: x', 'WARN', 'org.apache.spark.Foo', 'x'],
    ['2026-11-22T14:30:00.123Z ERROR Executor: x', 'ERROR', 'Executor', 'x'],
    ['2026-11-22T14:30:00.123456Z stdout F 26/11/22 14:30:00 WARN Foo: x', 'WARN', 'Foo', 'x'],
    ['26/11/22 14:30:00 INFO Foo: ', 'INFO', 'Foo', ''],
  ])('%s', async (line, level, logger, text) => {
    expect(await entries(line)).toMatchObject([{ level, logger, text, line: 1 }])
  })

  it('a stack trace belongs to its entry, and what a program prints stands for itself', async () => {
    const found = await entries(
      [
        '26/11/22 14:30:00 ERROR Foo: it broke',
        'java.lang.RuntimeException: x',
        '\tat a.B.c(B.java:1)',
        'Caused by: java.io.IOException: No space left on device',
        '26/11/22 14:30:01 INFO Foo: later',
        'printed by the job',
      ].join('\n'),
    )
    expect(found.map(({ line, text }) => [line, text.split('\n').length])).toEqual([
      [1, 4],
      [5, 1],
      [6, 1],
    ])
  })

  it('what Python raised stands at the margin below its frames, and belongs to them', async () => {
    const found = await entries(
      [
        '26/11/22 14:30:00 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 3): org.apache.spark.api.python.PythonException: Traceback (most recent call last):',
        '  File "orders.py", line 6, in work',
        '    raise OSError("No space left on device")',
        'OSError: No space left on device',
        '',
        '\tat org.apache.spark.api.python.BasePythonRunner.x(PythonRunner.scala:1)',
        'printed by the job',
        'Traceback (most recent call last):',
        '  File "orders.py", line 9, in <module>',
        'RuntimeError: the totals do not add up',
        'printed later',
        'Traceback (most recent call last):',
        '  File "orders.py", line 9, in <module>',
        '26/11/22 14:30:00 INFO Foo: x',
      ].join('\n'),
    )
    expect(found.map(({ line, text, place }) => [line, text.split('\n').length, place])).toEqual([
      [1, 6, 'task'],
      [7, 1, 'driver'],
      [8, 3, 'driver'],
      [11, 1, 'driver'],
      [12, 2, 'driver'],
      [14, 1, 'driver'],
    ])
  })

  it('a program’s words are not lost behind endless frames of Python', async () => {
    const frames = '  File "orders.py", line 6, in work\n'.repeat(500)
    const found = await entries(
      `Traceback (most recent call last):\n${frames}RecursionError: x\nprinted by the job`,
    )
    expect(found.map(({ line }) => line)).toEqual([1, 502, 503])
  })

  it('Spark 4 writes JSON lines: message and exception are one entry', async () => {
    const json = JSON.stringify({
      ts: '2026-11-22T14:30:00.000Z',
      level: 'ERROR',
      msg: 'Lost task 0.0 in stage 1.0',
      context: { task_id: '7' },
      exception: {
        class: 'java.lang.OutOfMemoryError',
        msg: 'Java heap space',
        stacktrace: [{ class: 'a.B', method: 'c' }],
      },
      logger: 'org.apache.spark.scheduler.TaskSetManager',
    })
    expect(await entries(json)).toMatchObject([
      {
        level: 'ERROR',
        place: 'task',
        text: 'Lost task 0.0 in stage 1.0\njava.lang.OutOfMemoryError: Java heap space',
      },
    ])
  })

  it.each(['{', '{}', '{"msg": 7}', '{"a": "b"}', '{"msg"'])('%s is a line like any other', async (line) => {
    expect(await entries(line)).toMatchObject([{ text: line, level: null }])
  })

  it('nothing of an endless stack trace is kept beyond its first lines', async () => {
    const [entry] = await entries(
      `26/11/22 14:30:00 ERROR Foo: x\n${'\tat a.B.c(B.java:1)\n'.repeat(50_000)}`,
    )
    expect(entry?.text.split('\n').length).toBeLessThan(1000)
  })
})

describe('a driver’s log', () => {
  it('tells the death of an executor from its own', async () => {
    const task = await read(
      '26/11/22 14:30:00 WARN TaskSetManager: Lost task 3.0 in stage 1.0 (TID 9) (10.0.0.7 executor 4): java.lang.OutOfMemoryError: Java heap space',
    )
    expect(task.seen[0]).toMatchObject({ mode: { id: 'F02' }, line: 1 })
    const own = await read(
      'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)',
    )
    expect(own.seen[0]).toMatchObject({ mode: { id: 'F01' }, line: 1, certainty: 'high' })
  })

  it('names the cause first, the symptoms after it, and counts', async () => {
    const lost =
      '26/11/22 14:30:01 WARN TaskSetManager: Lost task 0.1 in stage 1.0: FetchFailed(null, shuffleId=0'
    const { seen, lines } = await read(
      [
        '26/11/22 14:30:00 INFO SparkContext: Running Spark version 4.3.0',
        lost,
        lost,
        '26/11/22 14:30:02 ERROR YarnScheduler: Lost executor 4 on h: Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used.',
      ].join('\n'),
    )
    expect(lines).toBe(4)
    expect(seen.map(({ mode, count, line }) => [mode.id, count, line])).toEqual([
      ['F03', 1, 4],
      ['F04', 2, 2],
    ])
  })

  it('is not misled by how things are set', async () => {
    const { seen, unexplained } = await read(
      [
        '26/11/22 14:30:00 INFO SparkContext: spark.decommission.enabled=true preemption=on',
        '26/11/22 14:30:00 DEBUG Foo: java.lang.OutOfMemoryError is handled',
      ].join('\n'),
    )
    expect(seen).toEqual([])
    expect(unexplained).toBeNull()
  })

  it('quotes the last error that nobody explains, without its secrets', async () => {
    const { seen, unexplained } = await read(
      [
        '26/11/22 14:30:00 ERROR Foo: first',
        '26/11/22 14:30:01 ERROR Foo: my own trouble password=hunter2',
        '26/11/22 14:30:02 INFO Foo: bye',
      ].join('\n'),
    )
    expect(seen).toEqual([])
    expect(unexplained).toEqual({ line: 2, quote: 'my own trouble password=[redacted]' })
  })

  it('quotes what Python raised, not that it did', async () => {
    const { unexplained } = await read(
      'Traceback (most recent call last):\n  File "orders.py", line 9, in <module>\nRuntimeError: the totals do not add up',
    )
    expect(unexplained).toEqual({ line: 1, quote: 'RuntimeError: the totals do not add up' })
  })

  it.each([
    ['a wrapper', 'java.lang.reflect.InvocationTargetException', ' … '],
    [
      'a long one, shortened, with a secret where it is cut',
      `a.B: ${'x '.repeat(100)}password=hunter2hunter2 ${'y'.repeat(300)}`,
      'x ',
    ],
  ])('says why beside what, where Java wraps it: %s', async (_what, thrown, follows) => {
    const { unexplained } = await read(
      [
        `Exception in thread "main" ${thrown}`,
        '\tat org.apache.spark.deploy.worker.DriverWrapper.main(DriverWrapper.scala)',
        'Caused by: java.util.concurrent.ExecutionException: later',
        '\tat a.Orders.main(Orders.java:9)',
        'Caused by: java.lang.IllegalStateException: broken on purpose password=hunter2hunter2',
        '\tat Orders.main(Orders.java:11)',
        '\t... 6 more',
      ].join('\n'),
    )
    const said = unexplained?.quote ?? ''
    expect(said).toContain(`Exception in thread "main" ${thrown.slice(0, 61)}${follows}`)
    expect(said).toMatch(
      / … Caused by: java\.lang\.IllegalStateException: broken on purpose password=\[redacted\]$/,
    )
    expect(said).not.toContain('hunter')
  })

  it('says that somebody ended it', async () => {
    const { seen, intended } = await read(
      '26/11/22 14:30:00 ERROR StandaloneSchedulerBackend: Application has been killed. Reason: Master removed our application: KILLED',
    )
    expect(seen).toEqual([])
    expect(intended?.line).toBe(1)
  })
})

describe('whose log it is', () => {
  const oom = 'java.lang.OutOfMemoryError: Java heap space'

  it('an executor’s log tells so itself', async () => {
    const { seen } = await read(
      `26/11/22 14:30:00 INFO CoarseGrainedExecutorBackend: Started daemon\n26/11/22 14:30:01 ERROR SparkUncaughtExceptionHandler: Uncaught exception\n${oom}`,
    )
    expect(seen[0]?.mode.id).toBe('F02')
  })

  it('or whoever asks', async () => {
    expect((await read(oom, 'executor')).seen[0]?.mode.id).toBe('F02')
    expect((await read(oom, 'driver')).seen[0]?.mode.id).toBe('F01')
  })
})

it('an empty log is read', async () => {
  expect(await readLog([])).toEqual({ lines: 0, seen: [], unexplained: null, intended: null })
})
