// Records what a real Spark answers while something is wrong with it, for the sandbox and the tests to replay.
// Usage: node scripts/spark/record.ts [recording ...]      SPARK_LINES=3.5,4 chooses the lines.
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { type Cluster, getJson, startCluster, until } from './cluster.ts'
import { pressKill } from './kill-form.ts'
import { HOW_TO_INSTALL, findSpark, wantedLines } from './lines.ts'

type Json = Record<string, unknown>

interface Scenario {
  readonly id: string
  readonly title: string
  readonly job: string
  readonly args: readonly string[]
  readonly conf?: Readonly<Record<string, string>>
  /** It ends by itself a moment after what is to be recorded; nobody kills it. */
  readonly endsItself?: boolean
  /** What the driver's own metrics say is the point of it; else one answer serves all recordings. */
  readonly metrics?: boolean
  /** Whether the living application shows what is to be recorded. */
  ready(ask: (relative: string) => Promise<unknown>): Promise<boolean>
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

const SCENARIOS: readonly Scenario[] = [
  {
    id: 'executor-oom',
    title: 'Executors die of OutOfMemoryError, and Spark keeps starting new ones',
    job: 'executor_oom.py',
    args: [],
    ready: async (ask) =>
      list(await ask('allexecutors')).filter((one) => one['isActive'] === false).length >= 8,
  },
  {
    id: 'fetch-failed',
    title: 'Shuffle files are lost with their executors: FetchFailed and stage retries',
    job: 'fetch_failed.py',
    args: [],
    ready: async (ask) => list(await ask('stages?status=failed')).length >= 2,
  },
  {
    id: 'data-skew',
    title: 'One key holds nearly all rows of a join',
    job: 'skewed_join.py',
    args: ['600'],
    ready: async (ask) => {
      const jobs = list(await ask('jobs'))
      return jobs.length > 0 && jobs.every((job) => job['status'] === 'SUCCEEDED')
    },
  },
  {
    id: 'driver-oom',
    title: 'The driver collects more than its heap holds, and ends',
    job: 'driver_oom.py',
    args: [],
    conf: { 'spark.driver.extraJavaOptions': '-XX:+UseSerialGC' },
    endsItself: true,
    ready: async (ask) =>
      list(await ask('stages?status=active')).some((stage) => Number(stage['numCompleteTasks']) >= 5),
  },
  {
    id: 'streaming-lag',
    title: 'Batches of a stream take longer than its trigger allows',
    job: 'stream_behind.py',
    args: ['600'],
    metrics: true,
    ready: async (ask) =>
      list(await ask('sql?length=100')).filter((one) => one['status'] === 'COMPLETED').length >= 5,
  },
  {
    id: 'healthy',
    title: 'Nothing is wrong',
    job: 'healthy.py',
    args: ['600'],
    ready: async (ask) => list(await ask('jobs')).some((job) => job['status'] === 'SUCCEEDED'),
  },
]

/** Plans are long, and those of a stream's batches are alike. */
const PLANS = 20

/** What is asked of a driver UI and of the History Server, below /applications/<id>/. */
async function askAll(base: string): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {}
  const ask = async (relative: string): Promise<Answer> => {
    const answer = await get(`${base}${relative === '' ? '' : '/'}${relative}`)
    answers[relative] = answer
    return answer
  }
  for (const relative of ['', 'jobs', 'executors', 'allexecutors', 'environment']) await ask(relative)
  const stages = list((await ask('stages?details=false')).body)
  for (const stage of stages) {
    const at = `stages/${String(stage['stageId'])}/${String(stage['attemptId'])}`
    await ask(`${at}/taskSummary?quantiles=0.0,0.05,0.25,0.5,0.75,0.95,1.0`)
    await ask(`${at}/taskList?sortBy=-runtime&length=60`)
  }
  const queries = list((await ask('sql?details=false&planDescription=false&length=1000')).body)
  for (const { id } of queries.slice(-PLANS))
    await ask(`sql/${String(id)}?details=false&planDescription=true`)
  return answers
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: unknown
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url)
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  return { status: response.status, type, body: type.includes('json') ? slim(JSON.parse(text)) : text }
}

/** Leaves out what nobody reads and what only names this machine. */
function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim)
  if (typeof value !== 'object' || value === null) return value
  const out: Json = {}
  for (const [key, inner] of Object.entries(value)) {
    if (['systemProperties', 'classpathEntries', 'hadoopProperties', 'metricsProperties'].includes(key))
      out[key] = []
    else if (key === 'details' || key === 'executorLogs' || key === 'accumulatorUpdates') continue
    else if (key === 'sparkProperties')
      out[key] = list(inner).filter(
        (pair) =>
          !/python|home|serializedPySpark|secret|extraJavaOptions|bindAddress|\.port$/i.test(
            String((pair as unknown as string[])[0]),
          ),
      )
    else out[key] = slim(inner)
  }
  return out
}

async function record(cluster: Cluster, scenario: Scenario, into: string): Promise<void> {
  const jobs = path.join(import.meta.dirname, 'jobs')
  const submitted = cluster.submit(path.join(jobs, scenario.job), scenario.conf ?? {}, scenario.args)
  let app: Json | undefined
  await until(async () => {
    app = list((await getJson(`${cluster.masterUrl}/json/`))?.['activeapps'])[0]
    return app !== undefined
  }, `the application (${submitted.log})`)
  const appId = String(app?.['id'])
  const page = await (await fetch(`${cluster.masterUrl}/app/?appId=${appId}`)).text()
  const ui = /href="([^"]+)">Application Detail UI/.exec(page)?.[1] ?? ''
  const base = `${ui}/api/v1/applications/${appId}`
  await until(
    async () => {
      try {
        return await scenario.ready(async (relative) => (await get(`${base}/${relative}`)).body)
      } catch {
        return false
      }
    },
    `${scenario.id} to show (${submitted.log})`,
    600_000,
  )

  const master = async (): Promise<Record<'/json/' | '/' | '/app/', Answer>> => ({
    '/json/': await get(`${cluster.masterUrl}/json/`),
    '/': await get(`${cluster.masterUrl}/`),
    '/app/': await get(`${cluster.masterUrl}/app/?appId=${appId}`),
  })
  const tidy = (value: unknown): string => {
    const worker = list((live.master['/json/'].body as Json)['workers'])[0]?.['webuiaddress']
    return JSON.stringify(value, null, 1)
      .replaceAll(cluster.masterUrl, 'http://spark-master:8080')
      .replaceAll(cluster.sparkUrl, 'spark://spark-master:7077')
      .replaceAll(ui, 'http://spark-driver:4040')
      .replaceAll(String(worker), 'http://spark-worker:8081')
      .replaceAll(`${jobs}/`, '')
      .replaceAll(`${cluster.workDir}/`, '/var/spark/')
      .replaceAll(
        /csrfToken\\" value=\\"[0-9a-f]+/g,
        'csrfToken\\" value=\\"00000000000000000000000000000000',
      )
      .replaceAll(/\b127\.0\.0\.1\b/g, 'spark-worker')
      .replaceAll(/("(?:user|sparkUser)": )"[^"]*"/g, '$1"spark"')
      .replaceAll(new RegExp(`(<td>\\s*|User:</strong>\\s*)${userInfo().username}\\b`, 'g'), '$1spark')
  }
  const live = {
    at: Date.now(),
    appId,
    master: await master(),
    app: await askAll(base),
    version: await get(`${ui}/api/v1/version`),
    ...(scenario.metrics === true ? { metrics: await get(`${ui}/metrics/json/`) } : {}),
  }
  await mkdir(into, { recursive: true })
  await writeFile(
    path.join(into, 'live.json'),
    `${tidy({ id: scenario.id, title: scenario.title, ...(scenario.endsItself === true ? { over: true } : {}), ...live })}\n`,
  )

  const kill = scenario.endsItself === true ? null : await pressKill(cluster.masterUrl, appId)
  if (scenario.endsItself === true) await submitted.ended
  const history = `${String(cluster.historyUrl)}/api/v1/applications/${appId}`
  // A driver that ends while its SparkContext is being stopped leaves its event log unfinished for ever.
  const completed = async (): Promise<boolean> =>
    list((await getJson(history))?.['attempts'])[0]?.['completed'] === true
  await until(completed, 'the History Server', 20_000).catch((error: unknown) => {
    process.stderr.write(`${scenario.id}: the event log stays unfinished (${String(error)})\n`)
  })
  // A driver that is busy with something else than Spark outlives its SparkContext.
  await submitted.stop()
  const ended = {
    at: Date.now(),
    appId,
    kill,
    master: await master(),
    app: await askAll(history),
    version: await get(`${String(cluster.historyUrl)}/api/v1/version`),
  }
  await writeFile(
    path.join(into, 'ended.json'),
    `${tidy({ id: scenario.id, title: scenario.title, ...ended })}\n`,
  )
}

const chosen = process.argv.slice(2)
const root = path.join(import.meta.dirname, '..', '..', 'src', 'sandbox', 'spark', 'recordings')
for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) throw new Error(HOW_TO_INSTALL)
  for (const scenario of SCENARIOS.filter(({ id }) => chosen.length === 0 || chosen.includes(id))) {
    // A fresh cluster each time: the master remembers completed applications.
    const cluster = await startCluster(spark, { history: true, workers: scenario.id === 'data-skew' ? 2 : 1 })
    // Its processes are not ours to be ended with us: they have groups of their own.
    const interrupted = (): void => void cluster.stop().finally(() => process.exit(1))
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
    try {
      await record(cluster, scenario, path.join(root, scenario.id, spark.line))
      process.stdout.write(`${scenario.id} on Spark ${spark.version}\n`)
    } finally {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      await cluster.stop()
    }
  }
}
