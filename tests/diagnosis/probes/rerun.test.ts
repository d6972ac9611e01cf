// The verdict probe: what it asks for, what it says where it was not told.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { conclude } from '../../../src/diagnosis/conclude.ts'
import { containers } from '../../../src/diagnosis/probes/containers.ts'
import { log as logProbe } from '../../../src/diagnosis/probes/log.ts'
import { rerun } from '../../../src/diagnosis/probes/rerun.ts'
import type {
  LogTail,
  PlatformReader,
  PlatformRun,
  RunContainer,
  SparkExecutor,
  SparkQuery,
} from '../../../src/ports.ts'
import { APP, type Calls, RUN, type World, contextOf, executor, readerOf, stage, task } from '../support.ts'

const look = (world: World): Promise<ProbeResult> => rerun.run(undefined, contextOf(world))
const writing = (mode: string, status = 'FAILED'): SparkQuery => ({
  id: 1,
  status,
  description: 'parquet at orders.py:9',
  plan: `(1) Execute InsertIntoHadoopFsRelationCommand\nArguments: file:/data/orders, false, Parquet, [path=x], ${mode}, [id]\n`,
  durationMs: 1000,
  nodes: [],
  link: 'http://driver:4040/SQL/execution/?id=1',
})
const ended: World = {
  application: { ...APP, state: 'failed', endedAt: APP.startedAt },
  run: { ...RUN, state: 'failed', endedAt: RUN.startedAt },
  executors: [executor('1', 'Container container_1 on host: h was preempted.')],
  queries: [writing('Overwrite')],
}

it('safe: preempted while it overwrote, and nobody else runs', async () => {
  const { outputs, findings } = await look(ended)
  expect(outputs).toEqual({
    run: 'run-1',
    rerun: 'safe',
    reasons: 'preempted passes by itself; it only overwrites; no other run is under way',
    class: 'transient',
    signature: 'F11',
    cause: 'preempted',
    certainty: 'high',
    writes: 'overwrite',
    streaming: false,
    other_run: 'none',
    not_again: 'none',
    later_run: 'none',
  })
  expect(findings).toMatchObject([
    {
      sentence: 'A rerun is safe: preempted passes by itself; it only overwrites; no other run is under way.',
      evidence: [{ text: 'Container container_1 on host: h was preempted.' }],
      confidence: 'high',
    },
  ])
})

it.each<[string, World, string]>([
  ['it appended', { queries: [writing('Append', 'COMPLETED')] }, 'it has appended to file:/data/orders'],
  [
    'it failed for good reasons',
    { stages: [stage({ failureReason: 'java.lang.OutOfMemoryError: Java heap space' })] },
    'will fail again (executor-heap-oom)',
  ],
  [
    'another run is under way',
    { runs: [{ ...RUN, id: 'run-2' }] },
    'another run of the job is under way (run-2)',
  ],
  [
    'it has succeeded',
    { run: { ...RUN, state: 'succeeded', endedAt: RUN.startedAt } },
    'this run has succeeded',
  ],
  ['it still runs', { run: RUN }, 'still under way'],
  ['the platform tries again', { run: { ...RUN, state: 'retrying' } }, 'already tries again'],
])('unsafe: %s', async (_why, world, reason) => {
  const { outputs } = await look({ ...ended, ...world })
  expect(outputs['rerun']).toBe('unsafe')
  expect(outputs['reasons']).toContain(reason)
})

it.each<[string, World, string]>([
  ['nothing says why', { executors: [] }, 'why it failed is not known'],
  [
    'it may have been a full heap',
    { executors: [executor('1', 'Container from a bad node: container_1 on host: h. Exit status: 143.')] },
    'why it failed is not known',
  ],
  ['plans cannot be read', { broken: ['queries'] }, 'what it writes is not known'],
  ['it ran no query', { queries: [] }, 'what it writes is not known'],
  [
    'it was tried before',
    { run: { ...RUN, state: 'failed', endedAt: RUN.startedAt, attempt: 2 } },
    'what its earlier attempts wrote',
  ],
  ['other runs cannot be seen', { broken: ['runs'] }, 'whether another run is under way'],
  [
    'it is a stream',
    {
      queries: [
        {
          ...writing('Append'),
          description: 'id = x\nrunId = 59b28410-55cd-488e-93e7-7040ce2ac463\nbatch = 0',
        },
      ],
    },
    'checkpoint',
  ],
  ['the application is gone', { application: null, run: null }, 'whether it has ended is not known'],
])('unknown: %s', async (_why, world, reason) => {
  const { outputs, findings } = await look({ ...ended, ...world })
  expect(outputs['rerun']).toBe('unknown')
  expect(outputs['reasons']).toContain(reason)
  expect(findings[0]?.sentence).toContain('neither known to be safe nor unsafe')
  if (world.broken !== undefined) expect(findings[0]?.unreached[0]).toContain('out of reach')
})

describe('what the run went on after', () => {
  const done = stage({ attempt: 1, status: 'COMPLETE', failedTasks: 2, completedTasks: 8 })
  const lost = stage({ status: 'FAILED', failedTasks: 4, failureReason: 'FetchFailed(null, shuffleId=0)' })

  it('is no reason to run it again: files that were made anew, executors that were replaced', async () => {
    const { outputs } = await look({ ...ended, stages: [lost, done] })
    expect(outputs).toMatchObject({ rerun: 'unknown', signature: 'F11', certainty: 'low', class: null })
    expect(outputs['reasons']).toContain('why it failed is not known')
  })

  it('stands behind the stage that failed for good, and behind what the log says', async () => {
    const failureReason = 'Job aborted due to stage failure: Task 0 in stage 7.0 failed 4 times: MemoryError'
    const bad = stage({ id: 7, status: 'FAILED', failureReason })
    const { outputs } = await look({ ...ended, stages: [lost, done, bad] })
    expect(outputs).toMatchObject({ rerun: 'unsafe', signature: 'F37', cause: 'python-memory' })
    const log = { text: 'Traceback (most recent call last):\npyspark.errors.AnalysisException: no such column', from: 'stdout', link: null, cut: false, whose: 'driver' } as const // prettier-ignore
    expect((await look({ ...ended, stages: [lost, done], log })).outputs).toMatchObject({ signature: 'F29' })
  })

  const AT_ONCE =
    'Job aborted due to stage failure: Task 0 in stage 2.0 failed 4 times, most recent failure: '
  const oom = executor('1', 'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5.5 GB')
  const throttled = stage({
    id: 2,
    status: 'FAILED',
    failureReason: `${AT_ONCE}503 Slow Down`,
    completedAt: APP.startedAt,
  })
  const CUT = 'Job 3 cancelled because SparkContext was shut down'
  it.each<[string, World]>([
    ['a failure that the program has caught, an hour before', { stages: [throttled, stage({ id: 9, status: 'FAILED', failureReason: CUT })] }],
    ['the same, while work was under way', { stages: [throttled, stage({ id: 9 })] }],
    ['nothing that failed, but what the platform says of them', { stages: [done], run: { ...RUN, state: 'failed', endedAt: RUN.startedAt, words: [{ text: 'Max number of executor failures (3) reached', from: 'diagnostics', place: 'platform' }] } }],
    ['nothing that failed, but what a query misses', { stages: [done], queries: [{ ...writing('Overwrite'), error: 'Exception thrown in awaitResult: Executor is not registered (execId=1)' }] }],
    ['a stage of which nobody says why it failed', { stages: [done, stage({ id: 9, status: 'FAILED' })] }],
  ])('excuses no executor that ran out of memory: beside %s', async (_what, world) => {
    const { outputs } = await look({ ...ended, executors: [oom], ...world })
    expect(outputs).toMatchObject({ rerun: 'unsafe', signature: 'F03', certainty: 'high', class: 'deterministic' })
  }) // prettier-ignore

  it('is not named where the last error of the log is none that anybody knows', async () => {
    const text = [
      'WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 3) (h executor 2): java.lang.OutOfMemoryError: Java heap space',
      'INFO DAGScheduler: ResultStage 1 (collect at orders.py:29) finished in 53 ms',
      'ERROR Main: the totals do not add up',
    ].map((line) => `26/11/22 14:51:00 ${line}\n`).join('') // prettier-ignore
    const log = { text, from: 'stderr', link: null, cut: false, whose: 'driver' } as const
    const { outputs } = await look({ ...ended, executors: [], log })
    expect(outputs).toMatchObject({ rerun: 'unknown', signature: 'unknown', certainty: null, class: null })
  })

  it('excuses executors where their own words stand in a stage that completed', async () => {
    const lastly = stage({ id: 9, status: 'FAILED', failureReason: `${AT_ONCE}my own trouble` })
    const tasks = [task('ExecutorLostFailure (executor 1) Reason: Container killed by YARN for exceeding physical memory limits')] // prettier-ignore
    const { outputs } = await look({ ...ended, executors: [oom], stages: [done, lastly], tasks })
    expect(outputs).toMatchObject({ rerun: 'unknown', signature: 'F03', certainty: 'low', class: null })
  })

  it('is what broke while a stage still lacks what went with it', async () => {
    const { outputs } = await look({ ...ended, stages: [lost] })
    expect(outputs).toMatchObject({ rerun: 'safe', signature: 'F11', certainty: 'high' })
  })
})

describe('P13: a driver whose end nobody tells', () => {
  const driver: SparkExecutor = { ...executor('driver', null), host: 'edge-1' }
  const reasonOf = async (world: World): Promise<unknown> => (await look({ ...ended, ...world })).outputs['reasons']
  const HERE = 'and `arrestor diagnose --log` reads it'

  it('has its log where it ran, and the verdict says so', async () => {
    const why = "why it failed is not known: the driver's log was not read; it is"
    expect(await reasonOf({ executors: [driver] })).toBe(`${why} on edge-1, where its driver ran, ${HERE}`)
    const capabilities = ['application', 'run', 'runs', 'sql'] as const
    expect(await reasonOf({ executors: [driver], capabilities })).toBe(`${why} where its driver ran, ${HERE}`)
  })

  it('is not looked for where its log was read', async () => {
    const log = { text: 'nothing of interest', from: 'stderr', link: null, cut: false, whose: 'driver' } as const
    expect(await reasonOf({ executors: [driver], log })).toBe('why it failed is not known')
  })
}) // prettier-ignore

describe('a broadcast that ran out of time', () => {
  const timeout = 'Could not execute broadcast in 300 secs. You can increase the timeout'
  const log = (...lines: string[]): LogTail => ({
    text: lines.map((one) => `26/11/22 14:51:00 ${one}\n`).join(''),
    from: 'stderr',
    link: null,
    cut: false,
    whose: 'driver',
  })
  const STARVED =
    'WARN TaskSchedulerImpl: Initial job has not accepted any resources; check your cluster UI to ensure that workers are registered'
  const FAILED = `ERROR ApplicationMaster: User class threw exception: ${timeout}`
  const UNPLACED: RunContainer = {
    id: 'orders-exec-1',
    role: 'executor',
    state: 'waiting',
    reason: 'Unschedulable',
    message: '0/3 nodes are available: 3 Insufficient cpu.',
    exitCode: null,
    restarts: 0,
    node: null,
    startedAt: null,
    endedAt: null,
    memoryLimitBytes: null,
    link: 'https://kubernetes/api/v1/namespaces/etl/pods/orders-exec-1',
    listedAt: 'https://kubernetes/api/v1/namespaces/etl/pods',
  }
  it.each<[string, World, string, string]>([
    ['is worth a rerun where the cluster was starved', { log: log(STARVED, FAILED) }, 'transient', 'safe'],
    // Spark warns only until the first task of an application is launched: that it does not warn proves nothing.
    ['is not judged by a log that tells of no shortage', { log: log(FAILED) }, 'unknown', 'unknown'],
    ['is not judged by the end of a log', { log: { ...log('the rest of a line', FAILED), cut: true } }, 'unknown', 'unknown'],
    ['is not judged by a shortage before it', { log: log(STARVED, 'INFO DAGScheduler: ResultStage 0 (collect at a.py:1) finished in 53 ms', FAILED) }, 'unknown', 'unknown'],
    ['is not judged where no log tells', { log: null }, 'unknown', 'unknown'],
    ['is worth a rerun where a pod still waits for a place', { log: log(FAILED), containers: [UNPLACED] }, 'transient', 'safe'],
    ['is not judged where the pods cannot be asked', { log: log(FAILED), containers: [UNPLACED], broken: ['containers'] }, 'unknown', 'unknown'],
    ['is worth a rerun where a pod found no place', { log: null, run: { ...RUN, state: 'failed', endedAt: RUN.startedAt, words: [{ text: '0/3 nodes are available: 3 Insufficient cpu.', place: 'container', from: 'event' }] } }, 'transient', 'safe'],
  ])('%s', async (_what, world, is, rerunIs) => {
    const queries = [{ ...writing('Overwrite'), error: timeout }]
    const { outputs } = await look({ ...ended, executors: [], queries, ...world })
    expect(outputs).toMatchObject({ signature: 'F19', cause: 'broadcast-timeout', class: is, rerun: rerunIs })
    if (is === 'unknown') expect(outputs['reasons']).toBe('whether the cluster was short of executors is not known')
    // The card says no other class than the verdict, whichever probes were asked beside it.
    const results = await Promise.all(
      [logProbe, containers, rerun].map(async (probe) => ({
        step: probe.id,
        ...(await probe.run(undefined, contextOf({ ...ended, executors: [], queries, ...world, broken: [] }))),
      })),
    )
    const verdict = results.at(-1)?.outputs['class']
    expect(conclude(results)).toMatchObject({ id: 'F19', class: verdict })
  }) // prettier-ignore
})

it('the run that it is about is not taken for another one', async () => {
  expect((await look({ ...ended, runs: [{ ...RUN, state: 'running' }] })).outputs['other_run']).toBe('none')
})

const at = (day: number): Date => new Date(Date.UTC(2026, 10, day, 14, 50))
const OWN: PlatformRun = { ...RUN, state: 'failed', endedAt: at(22), dates: { logical_date: '20261122' } }
const LATER: PlatformRun = { ...RUN, id: 'run-2', state: 'succeeded', submittedAt: at(23), startedAt: at(23) }

describe('runs that began later', () => {
  const verdict = async (
    runs: readonly PlatformRun[],
    own = OWN,
  ): Promise<readonly [unknown, unknown, unknown]> => {
    const { outputs } = await look({ ...ended, run: own, runs })
    return [outputs['rerun'], outputs['later_run'], outputs['reasons']]
  }

  it('unsafe: one has succeeded with the same data', async () => {
    const [is, later, reasons] = await verdict([{ ...LATER, dates: { logical_date: '20261122' } }, OWN])
    expect([is, later]).toEqual(['unsafe', 'run-2'])
    expect(reasons).toBe('run run-2 has succeeded since with the same data (logical date 2026-11-22)')
  })

  it.each<[string, PlatformRun]>([
    ['nobody knows with which data', LATER],
    ['with the next day’s', { ...LATER, dates: { logical_date: '20261123' } }],
  ])('unknown: one has succeeded, %s', async (_what, run) => {
    const [is, , reasons] = await verdict([run, OWN])
    expect(is).toBe('unknown')
    expect(reasons).toContain('run run-2 has succeeded since, ')
  })

  it('one that began before it is none', async () => {
    const before = { ...LATER, submittedAt: at(21), startedAt: at(21) }
    expect(await verdict([OWN, before])).toMatchObject(['safe', 'none', /./])
  })

  it('without times, as Livy has it, the order of the list tells', async () => {
    const own = { ...OWN, submittedAt: null, startedAt: null }
    const other = { ...LATER, submittedAt: null, startedAt: null }
    const timeless = { ...ended, application: null }
    const of = async (runs: readonly PlatformRun[]): Promise<unknown> =>
      (await look({ ...timeless, run: own, runs })).outputs['later_run']
    expect(await of([other, own])).toBe('run-2')
    expect(await of([own, other])).toBe('none')
    expect(await of([other])).toBeNull()
  })

  it('a list that is full of later ones does not tell of the rest', async () => {
    const failed = { ...LATER, state: 'failed', dates: OWN.dates } as PlatformRun
    const many = Array.from({ length: 20 }, (_none, index) => ({ ...failed, id: `run-${index + 2}` }))
    expect(await verdict(many)).toMatchObject(['unknown', null, /whether a later run has succeeded/])
    expect(await verdict([...many.slice(1), OWN])).toMatchObject(['safe', 'run-3', /./])
  })

  it('is asked for its data by its id where the list does not tell, and what the label says counts', async () => {
    const reader = readerOf({ ...ended, run: { ...OWN, dates: {} }, runs: [LATER, OWN] })
    const asking: PlatformReader = {
      ...reader,
      run: async (run, signal) =>
        run.runId === LATER.id ? { ...LATER, dates: { logical_date: '20261122' } } : reader.run(run, signal),
    }
    const context = { ...contextOf({}), reader: asking, labels: { logical_date: '2026-11-22' } }
    expect((await rerun.run(undefined, context)).outputs['rerun']).toBe('unsafe')
    // Where nothing says which data this one is of, there is nothing to ask for.
    expect((await rerun.run(undefined, { ...context, labels: {} })).outputs['rerun']).toBe('unknown')
  })

  it('out of reach is said', async () => {
    const reader = readerOf({ ...ended, run: OWN, runs: [LATER, OWN] })
    const broken: PlatformReader = {
      ...reader,
      run: (run, signal) =>
        run.runId === LATER.id ? Promise.reject(new Error('gone for a while')) : reader.run(run, signal),
    }
    const { outputs, findings } = await rerun.run(undefined, { ...contextOf({}), reader: broken })
    expect(outputs['rerun']).toBe('unknown')
    expect(findings[0]?.unreached).toEqual(['later runs: gone for a while'])
  })
})

describe('a list of queries that was cut', () => {
  const many = (count: number): SparkQuery[] =>
    Array.from({ length: count }, (_none, index) => ({
      ...writing('Overwrite', 'COMPLETED'),
      id: count - index,
    }))

  it('is a gap: an append may be among the rest', async () => {
    const { outputs } = await look({ ...ended, queries: [...many(25), writing('Append', 'COMPLETED')] })
    expect(outputs['rerun']).toBe('unknown')
    expect(outputs['reasons']).toContain('not all of its queries were read')
  })

  it('is a gap where the log of the run was not read whole', async () => {
    const unread = ['event log: it has no end']
    const { outputs } = await look({ ...ended, application: { ...ended.application!, unread } })
    expect(outputs['rerun']).toBe('unknown')
    expect(outputs['reasons']).toContain('not all of its queries were read')
  })

  it('is told by plans alone, too', async () => {
    const capabilities = ['application', 'executors', 'run', 'runs', 'plans'] as const
    expect((await look({ ...ended, capabilities })).outputs).toMatchObject({
      rerun: 'safe',
      writes: 'overwrite',
    })
  })

  it('is none where all were read', async () => {
    expect((await look({ ...ended, queries: many(20) })).outputs['rerun']).toBe('safe')
    expect((await look({ ...ended, queries: many(21) })).outputs['rerun']).toBe('unknown')
  })
})

const LOG = {
  text: 'x\nException in thread "main" java.lang.OutOfMemoryError: Java heap space\n',
  cut: true,
  whose: 'driver',
  from: 'stderr',
  link: null,
} as const

it.each<[string, World, string, string]>([
  ['the driver’s log, which alone knows of its end', { executors: [], log: LOG }, 'F01', 'high'],
  [
    'a failed query, which 4.x tells of',
    {
      executors: [],
      queries: [{ ...writing('Overwrite'), error: 'Could not execute broadcast in 300 secs.' }],
    },
    'F19',
    'high',
  ],
  ['what was named before a log that is not needed', { log: LOG }, 'F11', 'high'],
  [
    'the log’s cause before a symptom',
    { executors: [], stages: [stage({ failureReason: 'FetchFailedException' })], log: LOG },
    'F01',
    'high',
  ],
  [
    'a code before a log that names nothing',
    { executors: [executor('1', 'exited with code 137')], log: { ...LOG, text: 'x\ny\n' } },
    'F03',
    'medium',
  ],
])('knows why it failed from %s', async (_what, world, signature, certainty) => {
  const calls: Calls = {}
  const context = { ...contextOf({}), reader: readerOf({ ...ended, ...world }, calls) }
  const { outputs, findings } = await rerun.run(undefined, context)
  expect(outputs).toMatchObject({ signature, certainty })
  expect(findings[0]?.evidence).toHaveLength(1)
  if (signature === 'F11') expect(calls['log']).toBeUndefined()
})

it('a log out of reach is said, and the rest still counts', async () => {
  const { outputs, findings } = await look({ ...ended, executors: [], broken: ['log'] })
  expect(outputs['signature']).toBe('unknown')
  expect(findings[0]?.unreached).toEqual(['log: log is out of reach'])
})
