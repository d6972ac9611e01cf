// Diagnoses one large application in a process of its own, and says on standard output what that cost.
// Usage: node --expose-gc large-stage-child.ts log <folder> <app id> | history <address> <app id>
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { createPlatforms } from '../../src/platforms/create.ts'
import { createEventLogReader } from '../../src/platforms/event-log/reader.ts'
import { folderStore } from '../../src/platforms/event-log/store.ts'
import { platformConfigSchema } from '../../src/platforms/registry.ts'
import { costOf } from '../support/extra-memory.ts'

export const LARGE_STAGE_PROBES = [
  'spark.application',
  'spark.executor-deaths',
  'spark.failed-stages',
  'spark.performance',
  'spark.skew',
  'run.state',
  'run.rerun',
]

async function readLog(folder: string, appId: string): Promise<object> {
  const log = await createEventLogReader('large', folderStore(folder)).find(
    '.',
    appId,
    AbortSignal.timeout(300_000),
  )
  const record = log?.stages.get('0.0')
  return {
    kept: log,
    told: {
      completed: record?.stage.completedTasks,
      quantiles: record?.quantiles()?.runMs,
      unread: log?.unread,
    },
  }
}

async function diagnose(url: string, runId: string): Promise<object> {
  const config = platformConfigSchema.parse({
    kind: 'spark-standalone',
    master_url: 'http://127.0.0.1:9',
    history_url: url,
    timeout_ms: 30_000,
  })
  const reader = createPlatforms({ large: config }, (name) => name).readers.get('large')!
  const run = { platform: 'large', cluster: null, jobName: null, runId, attempt: null, retriesLeft: null }
  const results = await runProbes(
    LARGE_STAGE_PROBES.map((use) => ({ id: use.replace('.', '-'), use, heading: use, params: {} })),
    { run, labels: {}, reader, now: new Date(), signal: AbortSignal.timeout(120_000) },
    { deadlineMs: 60_000, concurrency: 4 },
  )
  const findings = results.flatMap((result) => result.findings)
  return {
    kept: results,
    told: {
      sentences: findings.filter(({ severity }) => severity !== 'none').map(({ sentence }) => sentence),
      unreached: findings.flatMap(({ unreached }) => unreached),
    },
  }
}

const [what, where = '', appId = ''] = process.argv.slice(2)
const work = (): Promise<object> => (what === 'log' ? readLog(where, appId) : diagnose(where, appId))
const { result, ...cost } = await costOf(work)
console.log(JSON.stringify({ ...cost, ...(result as { told: object }).told }))
