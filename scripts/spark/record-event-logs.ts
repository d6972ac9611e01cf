// Records event logs that a real Spark wrote, and what its History Server says of them: two readers of one log must agree.
// Usage: node scripts/spark/record-event-logs.ts      SPARK_LINES=3.5,4 chooses the lines.
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import path from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { getJson, startCluster, until } from './cluster.ts'
import { HOW_TO_INSTALL, findSpark, wantedLines } from './lines.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const JOB = path.join(import.meta.dirname, 'jobs', 'event_log.py')
const QUANTILES = '0,0.05,0.25,0.5,0.75,0.95,1'

interface Form {
  readonly name: string
  readonly conf: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

const ZSTD = { 'spark.eventLog.compress': 'true', 'spark.eventLog.compression.codec': 'zstd' }
const FORMS: readonly Form[] = [
  { name: 'single', conf: { ...ZSTD, 'spark.eventLog.rolling.enabled': 'false' }, args: [] },
  {
    name: 'rolled',
    // 10 MiB before compression is the least that Spark rolls at.
    conf: { ...ZSTD, 'spark.eventLog.rolling.enabled': 'true', 'spark.eventLog.rolling.maxFileSize': '10m' },
    args: ['4000'],
  },
]

/** Without the paths and the user of the machine that recorded. */
function scrub(text: string, workDir: string): string {
  return text
    .replaceAll(`${import.meta.dirname}/jobs/`, '')
    .replaceAll(workDir, '/var/spark')
    .replaceAll(path.join(homedir(), '.cache', 'arrestor', 'spark'), '/opt/spark')
    .replaceAll(homedir(), '/home/spark')
    .replaceAll(ROOT, '/opt/jobs')
    .replaceAll(/("(?:user|sparkUser|User|user\.name|USER)": ?)"[^"]*"/g, '$1"spark"')
    .replaceAll(`["user.name","${userInfo().username}"]`, '["user.name","spark"]')
}

/** One file of a log as Spark packed it, without what it should not tell. */
async function copyLog(from: string, to: string, workDir: string): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    await mkdir(to, { recursive: true })
    for (const name of await readdir(from))
      if (!name.endsWith('.crc')) await copyLog(path.join(from, name), path.join(to, name), workDir)
    return
  }
  const bytes = await readFile(from)
  if (bytes.length === 0) return writeFile(to, bytes)
  return writeFile(to, zstdCompressSync(scrub(zstdDecompressSync(bytes).toString('utf8'), workDir)))
}

type Json = Record<string, unknown>
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) throw new Error(HOW_TO_INSTALL)
  const cluster = await startCluster(spark, { history: true })
  try {
    for (const form of FORMS) {
      const before = new Set(await readdir(cluster.eventLogDir))
      const code = await cluster.submit(JOB, form.conf, form.args).ended
      const written = (await readdir(cluster.eventLogDir)).find((name) => !before.has(name))
      if (code !== 0 || written === undefined) throw new Error(`The job ended with ${code}: ${written}`)
      const appId = /app-\d+-\d+/.exec(written)?.[0] ?? ''
      const base = `${cluster.historyUrl}/api/v1/applications/${appId}`
      await until(async () => {
        const info = await getJson(base)
        return list(info?.['attempts'])[0]?.['completed'] === true
      }, `${appId} in the History Server`)
      // The first look makes it replay the log, which can take longer than it may take to answer.
      let stages: Json[] = []
      await until(async () => {
        stages = list(await getJson(`${base}/stages`))
        return stages.length > 0
      }, `stages of ${appId}`)
      const failed: Json = {}
      const quantiles: Json = {}
      for (const { stageId, attemptId, numFailedTasks } of stages) {
        const stage = `${base}/stages/${String(stageId)}/${String(attemptId)}`
        const key = `${String(stageId)}.${String(attemptId)}`
        if (Number(numFailedTasks) > 0)
          failed[key] = await getJson(`${stage}/taskList?status=FAILED&sortBy=runtime&length=50`)
        quantiles[key] = await getJson(`${stage}/taskSummary?quantiles=${QUANTILES}`)
      }
      const answers = {
        application: await getJson(base),
        executors: await getJson(`${base}/allexecutors`),
        jobs: await getJson(`${base}/jobs`),
        environment: { sparkProperties: (await getJson(`${base}/environment`))?.['sparkProperties'] },
        stages,
        failed,
        quantiles,
      }
      const to = path.join(ROOT, 'tests/platforms/event-log/recordings', `${line}-${form.name}`)
      await rm(to, { recursive: true, force: true })
      await mkdir(path.join(to, 'log'), { recursive: true })
      await copyLog(path.join(cluster.eventLogDir, written), path.join(to, 'log', written), cluster.workDir)
      await writeFile(path.join(to, 'answers.json'), `${scrub(JSON.stringify(answers), cluster.workDir)}\n`)
      console.log(`${line} ${form.name}: ${written}`)
    }
  } finally {
    await cluster.stop()
  }
}
