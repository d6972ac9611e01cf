// Records what a standalone master and its workers say of a supervised driver: it fails, is begun again, loses its
// executor and then its worker, while another application finds no room. Behind the master's reverse proxy, as well.
// Usage: node scripts/spark/record-standalone.ts      SPARK_LINES=3.5,4 chooses the lines. Needs a JDK.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { type Cluster, getJson, startCluster, until } from './cluster.ts'
import { HOW_TO_INSTALL, type SparkInstallation, findSpark, wantedLines } from './lines.ts'

type Json = Record<string, unknown>
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

/** Cluster mode starts the driver without what Java 17 has to be told (3.5). */
const OPENS = ['lang', 'lang.invoke', 'io', 'net', 'nio', 'util', 'util.concurrent']
  .map((name) => `java.base/java.${name}`)
  .concat('java.base/sun.nio.ch', 'java.base/sun.nio.cs', 'java.base/sun.util.calendar')
  .map((name) => `--add-opens=${name}=ALL-UNNAMED`)
  .join(' ')

async function text(url: string): Promise<{ status: number; type: string; body: string } | null> {
  try {
    const response = await fetch(url, { redirect: 'manual' })
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() } // prettier-ignore
  } catch {
    return null
  }
}

/** The master, each worker itself and behind the proxy, and the page of each application. */
async function look({ masterUrl }: Cluster): Promise<Json> {
  const master = (await getJson(`${masterUrl}/json/`)) ?? {}
  const workers: Json = {}
  for (const { id, webuiaddress } of list(master['workers']))
    workers[String(id)] = {
      direct: slim(await getJson(`${String(webuiaddress)}/json/`)),
      proxied: slim(await getJson(`${masterUrl}/proxy/${String(id)}/json/`)),
    }
  const pages: Json = {}
  for (const { id } of [...list(master['activeapps']), ...list(master['completedapps'])])
    pages[String(id)] = (await text(`${masterUrl}/app/?appId=${String(id)}`))?.body ?? null
  return { master, workers, pages }
}

/** Without the executors' command line, which is long and names this machine. */
function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'command')
  return Object.fromEntries(entries.map(([key, inner]) => [key, slim(inner)]))
}

/** The process of this cluster whose command line has all of these words. */
function processOf(cluster: Cluster, ...words: readonly string[]): number {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one)))
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      // An executor's line names neither our folder nor our master, and an application's id is one of a kind.
      const ours = command.includes(cluster.workDir) || words.some((word) => word.startsWith('app-'))
      if (ours && words.every((word) => command.includes(word))) return Number(name)
    } catch {
      // It has ended meanwhile.
    }
  throw new Error(`No process with ${words.join(', ')}`)
}

/** Without what only names this machine. */
function tidy(text: string): string {
  const { username } = userInfo()
  return text
    .replaceAll(/[^"\s]*arrestor-spark-[A-Za-z0-9]+\//g, '/var/spark/')
    .replaceAll(/nonce=\\"[0-9a-f-]+/g, 'nonce=\\"0')
    .replaceAll(/csrfToken\\" value=\\"[0-9a-f]+/g, `csrfToken\\" value=\\"${'0'.repeat(32)}`)
    .replaceAll(new RegExp(`("user": "|User:</strong>\\s*|<span>)${username}\\b`, 'g'), '$1spark')
}

async function record(spark: SparkInstallation): Promise<Json> {
  const masterProperties = { 'spark.ui.reverseProxy': 'true' }
  const cluster = await startCluster(spark, { history: true, workers: 2, workerMemoryMb: 1500, workerCores: 2, masterProperties }) // prettier-ignore
  const interrupted = (): void => void cluster.stop().finally(() => process.exit(1))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const json = async (): Promise<Json> => (await getJson(`${cluster.masterUrl}/json/`)) ?? {}
  const told: Json = {}
  const keep = async (name: string): Promise<void> => {
    told[name] = { at: Date.now(), ...(await look(cluster)) }
    process.stdout.write(`${spark.version}: ${name}\n`)
  }
  try {
    const out = path.join(cluster.workDir, 'classes')
    mkdirSync(out)
    const jobs = path.join(import.meta.dirname, 'jobs')
    execFileSync('javac', ['--release', '17', '-cp', `${spark.home}/jars/*`, '-d', out, path.join(jobs, 'Orders.java')]) // prettier-ignore
    const jar = path.join(cluster.workDir, 'orders.jar')
    execFileSync('jar', ['cf', jar, '-C', out, '.'])
    const conf = {
      'spark.executor.memory': '512m',
      'spark.cores.max': '1',
      'spark.ui.port': '0',
      'spark.driver.extraJavaOptions': OPENS,
      'spark.eventLog.enabled': 'true',
      'spark.eventLog.dir': `file:${cluster.eventLogDir}`,
    }
    spawn(
      path.join(spark.home, 'bin', 'spark-submit'),
      [
        '--master', cluster.sparkUrl, '--deploy-mode', 'cluster', '--supervise', '--class', 'Orders', '--driver-memory', '512m',
        ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]), `file:${jar}`, '40', 'fail',
      ],
      { cwd: cluster.workDir, env: { ...process.env, SPARK_HOME: spark.home, SPARK_LOCAL_IP: '127.0.0.1' }, stdio: 'ignore' },
    ) // prettier-ignore
    const named = async (state: string): Promise<string | undefined> =>
      list((await json())['activeapps']).find((one) => one['name'] === 'Orders' && one['state'] === state)?.['id'] as string | undefined // prettier-ignore
    await until(async () => (await named('RUNNING')) !== undefined, 'the application')
    const first = await named('RUNNING')
    const waiting = cluster.submit(path.join(jobs, 'healthy.py'), { 'spark.executor.memory': '1400m' }, ['600']) // prettier-ignore
    await until(async () => list((await json())['activeapps']).some((one) => one['state'] === 'WAITING'), 'the one that waits') // prettier-ignore
    await keep('waiting')
    await waiting.stop()
    await until(async () => list((await json())['activeapps']).every((one) => one['id'] !== first), 'its end') // prettier-ignore
    await keep('failed once')
    const history = `${String(cluster.historyUrl)}/api/v1/applications/${String(first)}`
    await until(async () => (await getJson(`${history}/environment`)) !== null, 'its environment')
    const environment = (await getJson(`${history}/environment`)) ?? {}
    told['environment'] = ['sparkProperties', 'systemProperties'].map((key) =>
      (environment[key] as string[][]).filter(([name = '']) => /^(?:spark\.(?:app\.(?:id|name)|driver\.supervise|submit\.deployMode)|user\.dir)$/.test(name)),
    ) // prettier-ignore
    await until(async () => (await named('RUNNING')) !== undefined, 'the second attempt')
    const second = await named('RUNNING')
    await until(() => { try { return processOf(cluster, 'CoarseGrainedExecutorBackend', String(second)) > 0 } catch { return false } }, 'its executor') // prettier-ignore
    process.kill(processOf(cluster, 'CoarseGrainedExecutorBackend', String(second)), 'SIGKILL')
    await until(async () => ((await text(`${cluster.masterUrl}/app/?appId=${String(second)}`))?.body ?? '').includes('Removed Executors'), 'the loss') // prettier-ignore
    await keep('executor lost')
    const workers = list((await json())['workers'])
    const home = list((await json())['activedrivers'])[0]?.['worker']
    const index = workers.findIndex(({ id }) => id === home)
    // Workers register in any order: the one of the driver is the parent of its process.
    const driver = processOf(cluster, 'DriverWrapper')
    const stat = readFileSync(`/proc/${driver}/stat`, 'utf8')
    process.kill(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), 'SIGKILL')
    await until(async () => list((await json())['completeddrivers']).length > 0, `worker ${index} to be missed`) // prettier-ignore
    await keep('worker lost')
    return told
  } finally {
    await cluster.stop()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) throw new Error(HOW_TO_INSTALL)
  const into = path.join(import.meta.dirname, '..', '..', 'tests', 'platforms', 'spark-standalone', 'recordings') // prettier-ignore
  mkdirSync(into, { recursive: true })
  const told = tidy(JSON.stringify(await record(spark), null, 1))
  writeFileSync(path.join(into, `${line}.json`), `${told}\n`)
}
