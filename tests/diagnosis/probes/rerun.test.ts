// The verdict probe: what it asks for, what it says where it was not told.
import { expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { rerun } from '../../../src/diagnosis/probes/rerun.ts'
import type { SparkQuery } from '../../../src/ports.ts'
import { APP, type Calls, RUN, type World, contextOf, executor, readerOf, stage } from '../support.ts'

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
    { executors: [executor('1', 'exited with exit code 143')] },
    'why it failed is not known',
  ],
  ['plans cannot be read', { broken: ['queries'] }, 'what it writes is not known'],
  ['it ran no query', { queries: [] }, 'what it writes is not known'],
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

it('the run that it is about is not taken for another one', async () => {
  expect((await look({ ...ended, runs: [{ ...RUN, state: 'running' }] })).outputs['other_run']).toBe('none')
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
