// A workspace to test against: a job whose executors die, with delivered logs out of a recorded Spark, and some history.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync, zstdDecompressSync } from 'node:zlib'
import { type Platform } from '../../../src/platforms/platform.ts'
import { type StandIn, type Workspace, startDatabricks } from './stand-in.ts'
import { platformOf } from '../support.ts'

export const RUN = 1_000_000_000_000_001
export const TASK = 1_000_000_000_000_002
export const JOB = 516_892_700_102_118
export const CLUSTER = '1122-100000-abcdefgh'
const CONTEXT = '7654321098765432100'
const MINUTE = 60_000
export const START = Date.now() - 20 * MINUTE

export const RUNNING = {
  status: { state: 'RUNNING' },
  state: { life_cycle_state: 'RUNNING', state_message: 'In run', user_cancelled_or_timedout: false },
}
export const SUCCESS = ended('SUCCESS', 'SUCCESS', '', 'SUCCESS')
export const FAILED = ended(
  'RUN_EXECUTION_ERROR',
  'CLIENT_ERROR',
  'Task load failed with message: Workload failed, see run output for details. This caused all downstream tasks to get skipped.',
  'FAILED',
)

/** A run or task that has ended so. */
export function ended(code: string, type: string, message: string, result: string): Record<string, unknown> {
  return {
    status: { state: 'TERMINATED', termination_details: { code, type, message } },
    state: { life_cycle_state: 'TERMINATED', result_state: result, state_message: message },
  }
}

export function task(key: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    run_id: TASK,
    task_key: key,
    attempt_number: 0,
    max_retries: 0,
    start_time: START,
    end_time: 0,
    setup_duration: 3 * MINUTE,
    execution_duration: 0,
    cleanup_duration: 0,
    queue_duration: 0,
    cluster_instance: { cluster_id: CLUSTER, spark_context_id: CONTEXT },
    ...RUNNING,
    ...more,
  }
}

export function run(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    run_id: RUN,
    number_in_job: RUN,
    job_id: JOB,
    run_name: 'orders-daily',
    run_type: 'JOB_RUN',
    creator_user_name: 'etl@example.com',
    run_page_url: `https://dbc-1.cloud.databricks.com/?o=1#job/${JOB}/run/${RUN}`,
    start_time: START,
    end_time: 0,
    setup_duration: 0,
    execution_duration: 0,
    cleanup_duration: 0,
    ...RUNNING,
    tasks: [task('load')],
    ...more,
  }
}

const LOG = recordedLog()

function recordedLog(): string {
  const folder = path.join(import.meta.dirname, '..', 'event-log', 'recordings', '3.5-single')
  const answers = JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')) as {
    application: { id: string }
  }
  const file = path.join(folder, 'log', `${answers.application.id}.zstd`)
  return zstdDecompressSync(readFileSync(file)).toString('utf8')
}

const line = (at: number, level: string, text: string): string =>
  `26/11/22 10:${String(at % 60).padStart(2, '0')}:00 ${level} TaskSetManager: ${text}\n`

/** As a cluster delivers below its destination. */
export function delivered(root: string): Record<string, Buffer> {
  const lines = LOG.trimEnd().split('\n')
  const half = Math.floor(lines.length / 2)
  const events = `${root}/${CLUSTER}/eventlog/${CLUSTER}_10_0_0_1/${CONTEXT}`
  const driver = `${root}/${CLUSTER}/driver`
  const old = Array.from({ length: 400 }, (_, at) => line(at, 'INFO', `Finished task ${at}`)).join('')
  const active =
    Array.from({ length: 30 }, (_, at) => line(at, 'INFO', `Starting task ${at}`)).join('') +
    line(31, 'ERROR', 'Lost task 0.3 in stage 3.0: java.lang.OutOfMemoryError: Java heap space')
  return {
    [`${events}/eventlog-2026-11-22--10-15.gz`]: gzipSync(`${lines.slice(0, half).join('\n')}\n`),
    [`${events}/eventlog`]: Buffer.from(`${lines.slice(half).join('\n')}\n`),
    // Of an earlier context of the same cluster.
    [`${root}/${CLUSTER}/eventlog/${CLUSTER}_10_0_0_1/111/eventlog`]: Buffer.from(`${lines[0]}\n`),
    [`${driver}/log4j-2026-11-22-09.log.gz`]: gzipSync(old),
    [`${driver}/log4j-active.log`]: Buffer.from(active),
    [`${driver}/stderr`]: Buffer.from(
      'Traceback (most recent call last):\nValueError: order 7 has no customer\n',
    ),
    [`${driver}/stdout`]: Buffer.from('hello\n'),
  }
}

export function workspace(more: Partial<Workspace> = {}): Workspace {
  const history = Array.from({ length: 30 }, (_, index) => {
    const start = START - (index + 1) * 24 * 60 * MINUTE
    return run({
      run_id: RUN - 1000 - index,
      start_time: start,
      end_time: start + 30 * MINUTE,
      run_duration: 30 * MINUTE,
      queue_duration: 2 * MINUTE,
      setup_duration: 4 * MINUTE,
      ...SUCCESS,
      tasks: [],
    })
  })
  return {
    clientId: '11111111-2222-3333-4444-555555555555',
    clientSecret: 'dose-of-a-secret',
    tokens: {
      'dapi-reader': { userName: 'reader@example.com', mayRead: true, mayManage: false },
      'dapi-manager': { userName: 'manager@example.com', mayRead: true, mayManage: true },
      'dapi-nobody': { userName: 'nobody@example.com', mayRead: false, mayManage: false },
    },
    tokenLifeS: 3600,
    jobs: [
      {
        job_id: JOB,
        settings: {
          name: 'orders-daily',
          max_concurrent_runs: 1,
          tasks: [{ task_key: 'load', max_retries: 2 }],
        },
      },
      { job_id: 7, settings: { name: 'Returns-2026-11-22', tasks: [{ task_key: 'all' }] } },
    ],
    runs: [run(), ...history],
    outputs: {},
    clusters: [
      {
        cluster_id: CLUSTER,
        cluster_name: `job-${JOB}-run-${RUN}`,
        state: 'RUNNING',
        spark_version: '15.4.x-scala2.12',
        cluster_log_conf: { dbfs: { destination: 'dbfs:/cluster-logs' } },
      },
    ],
    events: [],
    files: delivered('/cluster-logs'),
    tasksAPage: 100,
    ...more,
  }
}

export interface Bench {
  readonly databricks: StandIn
  readonly platform: Platform
  readonly platformWith: (config: Record<string, unknown>) => Platform
  readonly close: () => Promise<void>
}

export async function bench(
  more: Partial<Workspace> = {},
  config: Record<string, unknown> = {},
): Promise<Bench> {
  const databricks = await startDatabricks(workspace(more))
  const platformWith = (changes: Record<string, unknown>): Platform =>
    platformOf({ kind: 'databricks', host: databricks.url, auth: oauth(databricks.workspace), ...changes })
  return { databricks, platform: platformWith(config), platformWith, close: () => databricks.close() }
}

export function oauth({ clientId, clientSecret }: Workspace): Record<string, string> {
  return { type: 'oauth', client_id: clientId, client_secret: clientSecret }
}
