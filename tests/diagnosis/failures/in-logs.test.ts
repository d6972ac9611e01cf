// Every signature as a log bears it, in both of Spark's layouts: what has a pattern must be seen where Spark really writes it.
import { describe, expect, it } from 'vitest'
import { FAILURE_MODES } from '../../../src/diagnosis/failures/modes.ts'
import { type LogReading, readLog } from '../../../src/diagnosis/failures/read-log.ts'
import { classOf } from '../../../src/diagnosis/failures/settled-class.ts'
import { signed } from '../../../src/diagnosis/failures/read.ts'
import { WRITTEN, type Written, asJson, plainly } from './log-lines.ts'

const LAYOUTS = [
  ['plain', plainly],
  ['JSON', asJson],
] as const
const read = (text: string): Promise<LogReading> => readLog(text.split('\n'), 'driver')
const line = (level: string, logger: string, message: string): Written => ({ id: '', level, logger, message })

describe.each(LAYOUTS)('in the %s layout', (_layout, print) => {
  it.each(WRITTEN.map((one) => [one.id, one.cause ?? '', one.message.trim(), one] as const))(
    '%s %s: %s',
    async (id, cause, _message, one) => {
      const [first] = (await read(print(one))).seen
      expect(first?.mode.id).toBe(id)
      if (cause !== '') expect(first?.cause).toBe(cause)
    },
  )
})

/** What platforms alone say stands in no log. */
const IN_LOGS = FAILURE_MODES.flatMap((mode) =>
  mode.patterns
    .filter(({ places }) => places?.every((place) => place === 'platform' || place === 'container') !== true)
    .map((pattern) => [mode.id, String(pattern.words), pattern] as const),
)

it.each(IN_LOGS)('%s: a line of a log stands here for %s', (id, _words, { words }) => {
  const fits = WRITTEN.filter((one) => one.id === id).some(({ logger, message, exception }) =>
    [message, signed(logger, message), `${exception?.class}: ${exception?.msg}`]
      .flatMap((text) => text.split('\n'))
      .some((text) => words.test(text)),
  )
  expect(fits).toBe(true)
})

describe.each(LAYOUTS)(
  'that machines may be taken away is no failure, in the %s layout',
  (_layout, print) => {
    it.each([
      'spark.storage.decommission.enabled is set',
      'Decommission attempted but not enabled',
      'Storage decommissioning attempted but neither spark.storage.decommission.shuffleBlocks.enabled nor another is set',
      'Worker decommissioning not enabled.',
      'Decommissioning all executors on excluded host worker-7',
      'Failed to register SIGPWR handler - disabling executor decommission feature.',
      'Preemption is enabled for queue root.etl',
      'Preempting is off: the priority class has preemptionPolicy Never',
      'Preemption: disabled',
      'Config: Preemption=off',
      'Executor decommission: disabled',
      'Worker decommissioned: false',
      'Bad enum, Reason: Preempted',
      'The container has not been preempted; exiting with failure',
      'No container was preempted',
      'Retry only if the driver was preempted: bad input schema',
      'queue root.etl can never be preempted by other queues',
      'may be preempted by others',
      'no executor was decommissioned',
      'Executor not decommissioned',
      'The node is not being decommissioned',
      'Shuffle blocks migrate when an executor is decommissioned',
      'Unknown host db-old.internal: the host was decommissioned',
      'Finished decommissioning old table, then failed: totals',
      // Spark's own scale-down and exclusions: nobody took anything.
      'Executor decommission: spark scale down',
      'Executor decommission: Asked to decommission 1',
      'Executor decommission: Decommissioning all executors on h.',
      'Executor decommission finished: spark scale down',
      'Unknown option preemption=on',
    ])('%s', async (message) => {
      for (const level of ['WARN', 'ERROR'])
        expect((await read(print(line(level, 'org.apache.spark.SparkContext', message)))).seen).toEqual([])
    })
  },
)

describe('at INFO', () => {
  it.each(LAYOUTS)('words of others are how things are set: %s', async (_layout, print) => {
    const told = WRITTEN.filter(({ level }) => level === 'INFO')
    expect(told.length).toBeGreaterThan(10)
    for (const one of told) {
      const { seen } = await read(print({ ...one, logger: 'org.apache.spark.SparkContext' }))
      expect([one.message, seen]).toEqual([one.message, []])
    }
  })

  it('what healthy runs say too is a hint, and nothing beside an error that nobody explains', async () => {
    const pause = plainly(
      line('INFO', 'org.apache.hadoop.util.JvmPauseMonitor', 'Detected pause in JVM or host machine (eg GC): pause of approximately 2000ms'),
    ) // prettier-ignore
    const error = plainly(line('ERROR', 'a.Main', 'my own trouble'))
    const cause = plainly(line('ERROR', 'a.Main', 'No space left on device'))
    expect((await read(pause)).seen).toMatchObject([{ mode: { id: 'F07' }, certainty: 'low' }])
    expect(await read(`${pause}\n${error}`)).toMatchObject({ seen: [], unexplained: { line: 2 } })
    expect((await read(`${pause}\n${cause}`)).seen.map(({ mode }) => mode.id)).toEqual(['F09', 'F07'])
  })

  it('a hint that is said as a warning as well is none', async () => {
    const pause = (level: string): string =>
      plainly(line(level, 'org.apache.hadoop.util.JvmPauseMonitor', 'Detected pause in JVM or host machine (eg GC): pause of approximately 12000ms')) // prettier-ignore
    const error = plainly(line('ERROR', 'a.Main', 'my own trouble'))
    expect((await read([pause('INFO'), pause('WARN'), error].join('\n'))).seen).toMatchObject([
      { mode: { id: 'F07' }, certainty: 'medium', count: 2 },
    ])
  })

  it('a new master is the news only where nothing else is named', async () => {
    const master = plainly(
      line('INFO', 'org.apache.spark.deploy.master.Master', 'I have been elected leader! New state: RECOVERING'),
    ) // prettier-ignore
    const schema = plainly(line('ERROR', 'a.Main', '[TABLE_OR_VIEW_NOT_FOUND] orders'))
    const { seen } = await read(`${master}\n${schema}`)
    expect(seen.map(({ mode }) => mode.id)).toEqual(['F29', 'F33'])
  })
})

describe('what the run went on after', () => {
  const spark = 'org.apache.spark.scheduler'
  const lostTask = line('WARN', `${spark}.TaskSetManager`, 'Lost task 0.0 in stage 1.0 (TID 3) (10.0.0.7 executor 2): java.lang.OutOfMemoryError: Java heap space') // prettier-ignore
  const fetch = line('WARN', `${spark}.TaskSetManager`, 'Lost task 1.0 in stage 4.0 (TID 9) (10.0.0.7 executor 2): FetchFailed(null, shuffleId=0)') // prettier-ignore
  const preempted = line('ERROR', `${spark}.cluster.YarnClusterScheduler`, 'Lost executor 2 on h: Container container_1 on host: h was preempted.') // prettier-ignore
  const ended = (stage: number, how = 'finished'): Written =>
    line('INFO', `${spark}.DAGScheduler`, `ResultStage ${stage} (collect at orders.py:29) ${how} in 1.234 s`)
  const schema = line('ERROR', 'a.Main', '[TABLE_OR_VIEW_NOT_FOUND] orders')
  const trouble = line('ERROR', 'a.Main', 'my own trouble')

  describe.each(LAYOUTS)('in the %s layout', (_layout, print) => {
    it.each<[string, Written[], (readonly [string, string])[]]>([
      ['an error of a stage that was completed stands behind what ended it', [lostTask, ended(1), schema], [['F29', 'high'], ['F02', 'low']]],
      ['and is a guess beside an error that nobody knows', [lostTask, ended(1), trouble], [['F02', 'low']]],
      ['and is the news where nothing else is', [lostTask, ended(1)], [['F02', 'high']]],
      ['an error of another stage stands', [lostTask, ended(11), schema], [['F02', 'high'], ['F29', 'high']]],
      ['a stage that failed is not completed', [lostTask, ended(1, 'failed'), trouble], [['F02', 'high']]],
      ['what comes after it was completed stands', [ended(1), lostTask, trouble], [['F02', 'high']]],
      ['executors that it lived without stand behind what ended it', [preempted, ended(1), schema], [['F29', 'high'], ['F11', 'low']]],
      ['executors that took files with them are the cause of what is missed', [preempted, ended(1), fetch], [['F11', 'high'], ['F04', 'medium']]],
      ['executors without which nothing was completed stand', [ended(1), preempted, trouble], [['F11', 'high']]],
    ])('%s', async (_what, lines, told) => {
      const { seen } = await read(lines.map(print).join('\n'))
      expect(seen.map(({ mode, certainty }) => [mode.id, certainty])).toEqual(told)
    }) // prettier-ignore
  })

  it('all that say the same are counted, and the line is quoted that stands', async () => {
    const late = line('WARN', `${spark}.TaskSetManager`, 'Lost task 2.0 in stage 2.0 (TID 4) (10.0.0.7 executor 3): java.lang.OutOfMemoryError: GC overhead limit exceeded') // prettier-ignore
    const { seen } = await read([lostTask, ended(1), late].map(plainly).join('\n'))
    expect(seen).toMatchObject([{ mode: { id: 'F02' }, cause: 'gc-overhead', line: 3, count: 2 }])
  })

  it('a broadcast that ran out of time has its class by what the log tells beside it', async () => {
    const starved = line('WARN', `${spark}.TaskSchedulerImpl`, 'Initial job has not accepted any resources; check your cluster UI') // prettier-ignore
    const late = line('ERROR', 'a.Main', 'Could not execute broadcast in 300 secs.')
    const classBy = async (...lines: Written[]): Promise<unknown> => {
      const { seen } = await read(lines.map(plainly).join('\n'))
      expect(seen[0]?.cause).toBe('broadcast-timeout')
      return classOf(seen[0]!.mode, seen)
    }
    expect(await classBy(starved, late)).toBe('transient')
    // Spark says so only until the first task of an application is launched: its silence is that of a full cluster, too.
    expect(await classBy(starved, ended(1), late)).toBe('unknown')
    expect(await classBy(late)).toBe('unknown')
  })

  it('only the scheduler of the driver tells that a stage is completed', async () => {
    const program = line('INFO', 'a.Main', 'ResultStage 1 (collect) finished in 1 s')
    const { seen } = await read([lostTask, program, trouble].map(plainly).join('\n'))
    expect(seen).toMatchObject([{ certainty: 'high' }])
  })
})
