// The verdict on a rerun from what a cloud delivers alone: a job run of EMR Serverless and its event log in S3.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { rerun } from '../../../src/diagnosis/probes/rerun.ts'
import { MINUTE, seconds } from '../aws/support.ts'
import { type Bench, FOLDER, RUN, START, bench, jobRun } from '../emr-serverless/bench.ts'
import { NEVER, runOf } from '../support.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})

/** Plans that a real Spark made: which of them writes in this way. */
function planOf(mode: 'Overwrite' | 'Append'): string {
  const file = path.join(import.meta.dirname, '../../diagnosis/rerun/plans/3.5.9.json')
  const plans = (JSON.parse(readFileSync(file, 'utf8')) as { planDescription: string }[]).map((one) => one.planDescription) // prettier-ignore
  const found = plans.find((plan) => plan.includes('Execute InsertIntoHadoopFs') && plan.includes(`, ${mode}, `)) // prettier-ignore
  if (found === undefined) throw new Error(`no plan has ${mode}`)
  return found
}

const BEGINNING: readonly object[] = [
  { Event: 'SparkListenerLogStart', 'Spark Version': '3.5.9' },
  { Event: 'SparkListenerApplicationStart', 'App Name': 'orders', 'App ID': RUN, Timestamp: START, User: 'etl' }, // prettier-ignore
  {
    Event: 'SparkListenerExecutorAdded',
    Timestamp: START,
    'Executor ID': '1',
    'Executor Info': { Host: 'worker-1', 'Total Cores': 4 },
  },
]
const END: readonly object[] = [
  {
    Event: 'SparkListenerExecutorRemoved',
    Timestamp: START + MINUTE,
    'Executor ID': '1',
    'Removed Reason': 'Container container_1 on host: worker-1 was preempted.',
  },
  { Event: 'SparkListenerApplicationEnd', Timestamp: START + 2 * MINUTE },
]
const query = (physicalPlanDescription: string): object => ({
  Event: 'org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart',
  executionId: 0,
  description: 'parquet at orders.py:9',
  physicalPlanDescription,
  time: START,
})
const FAILED = jobRun({ state: 'FAILED', endedAt: seconds(START + 2 * MINUTE) })
const later = (day: string, state = 'SUCCESS'): ReturnType<typeof jobRun> =>
  jobRun({
    jobRunId: '00f9runexample7000',
    name: 'orders-daily',
    state,
    createdAt: seconds(START + 5 * MINUTE),
    startedAt: seconds(START + 5 * MINUTE),
    jobDriver: { sparkSubmit: { entryPoint: 's3://code/orders.py', entryPointArguments: ['--day', day] } },
  })

async function verdict(events: readonly object[], runs = [FAILED]): Promise<ProbeResult['outputs']> {
  const log = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`
  const objects = { [`${FOLDER}/sparklogs/eventlog_v2_${RUN}/events_1_${RUN}`]: Buffer.from(log) }
  open = await bench({ runs, objects })
  const { reader } = open.platform
  const context = { run: runOf({ runId: RUN }), labels: {}, reader, signal: NEVER, now: new Date() }
  return (await rerun.run(undefined, context)).outputs
}
const overwriting = [...BEGINNING, query(planOf('Overwrite')), ...END]

it('safe: it was preempted while it overwrote', async () => {
  expect(await verdict(overwriting)).toMatchObject({
    rerun: 'safe',
    writes: 'overwrite',
    reasons: 'preempted passes by itself; it only overwrites; no other run is under way',
  })
})

it.each<[string, readonly object[], ReturnType<typeof jobRun>[], string]>([
  ['it appended', [...BEGINNING, query(planOf('Append')), ...END], [FAILED], 'it was appending to file:/data/a'],
  ['a later run of its day succeeded', overwriting, [later('2026-11-22'), FAILED], 'run 00f9runexample7000 has succeeded since with the same data (day 2026-11-22)'],
  ['another run goes on', overwriting, [later('2026-11-23', 'RUNNING'), FAILED], 'another run of the job is under way (00f9runexample7000)'],
])('unsafe: %s', async (_why, events, runs, reason) => {
  expect(await verdict(events, runs)).toMatchObject({ rerun: 'unsafe', reasons: expect.stringContaining(reason) as string })
}) // prettier-ignore

it.each<[string, readonly object[], ReturnType<typeof jobRun>[], string]>([
  ['a run of the next day succeeded', overwriting, [later('2026-11-23'), FAILED], 'has succeeded since, with other data (day 2026-11-23, this is 2026-11-22)'],
  ['its log has no end', overwriting.slice(0, -1), [FAILED], 'not all of its queries were read'],
  ['it ran no query', [...BEGINNING, ...END], [FAILED], 'what it writes is not known'],
  ['it was tried before', overwriting, [{ ...FAILED, attempt: 2 }], 'what its earlier attempts wrote'],
])('unknown: %s', async (_why, events, runs, reason) => {
  expect(await verdict(events, runs)).toMatchObject({ rerun: 'unknown', reasons: expect.stringContaining(reason) as string })
}) // prettier-ignore
