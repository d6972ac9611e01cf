// A real standalone Spark on free loopback ports with little memory: master, workers, History Server, and spark-submit.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts } from '../ports.ts'
import type { SparkInstallation } from './lines.ts'

export interface ClusterOptions {
  readonly workers?: number
  readonly history?: boolean
  /** Heap of each daemon; 256 MB is enough for tests. */
  readonly daemonMemory?: string
  /** Memory that each worker offers, in MB (600). */
  readonly workerMemoryMb?: number
  /** Task slots that each worker offers (1). */
  readonly workerCores?: number
  /** Loopback addresses, one a worker, so that they are different hosts to Spark; all of 127.0.0.0/8 is this machine. */
  readonly workerHosts?: readonly string[]
  /** Where shuffle files go; a folder of its own unless given. */
  readonly localDir?: string
  /** Java system properties of the master, for example `spark.ui.killEnabled: 'false'`. */
  readonly masterProperties?: Readonly<Record<string, string>>
}

export interface Submitted {
  readonly pid: number
  /** Resolves with the exit code (128 + signal when killed). */
  readonly ended: Promise<number>
  /** Where its standard output and error are kept while the cluster stands. */
  readonly log: string
  stop(): Promise<void>
}

/** A History Server over the cluster's event logs. */
export interface HistoryDaemon {
  readonly url: string
  stop(): Promise<void>
}

export interface Cluster {
  readonly version: string
  readonly masterUrl: string
  readonly sparkUrl: string
  readonly historyUrl: string | null
  readonly eventLogDir: string
  readonly workDir: string
  /** Another History Server, with these properties; it stops with the cluster if not before. */
  startHistory(properties?: Readonly<Record<string, string>>): Promise<HistoryDaemon>
  submit(script: string, conf?: Readonly<Record<string, string>>, args?: readonly string[]): Submitted
  stop(): Promise<void>
}

const START_LIMIT_MS = 90_000
const LAST_WORDS_MS = 2_000

/** Starts a cluster and waits until master and workers answer; throws with the log's place when they do not. */
export async function startCluster(spark: SparkInstallation, options: ClusterOptions = {}): Promise<Cluster> {
  const dir = await mkdtemp(path.join(tmpdir(), 'arrestor-spark-'))
  const eventLogDir = path.join(dir, 'events')
  await mkdir(eventLogDir)
  const port = await freePorts(3)
  const [webPort, firstHistoryPort] = [port + 1, port + 2]
  const sparkUrl = `spark://127.0.0.1:${port}`
  const masterUrl = `http://127.0.0.1:${webPort}`
  const historyUrl = options.history === true ? `http://127.0.0.1:${firstHistoryPort}` : null
  const children: Submitted[] = []
  const env = environment(spark, dir, options)

  const launch = (
    name: string,
    program: string,
    args: readonly string[],
    more: Record<string, string> = {},
  ): Submitted => {
    const child = follow(
      spawn(program, args, {
        cwd: dir,
        env: { ...env, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      }),
      path.join(dir, `${name}.log`),
    )
    children.push(child)
    return child
  }
  const daemon = (
    name: string,
    main: string,
    args: readonly string[],
    more?: Record<string, string>,
  ): Submitted => launch(name, path.join(spark.home, 'bin', 'spark-class'), [main, ...args], more)
  const history = (at: number, properties: Readonly<Record<string, string>> = {}): Submitted =>
    daemon(`history-${at}`, 'org.apache.spark.deploy.history.HistoryServer', [], {
      SPARK_HISTORY_OPTS: javaOptions({
        'spark.history.ui.port': String(at),
        'spark.history.fs.logDirectory': `file:${eventLogDir}`,
        'spark.history.fs.update.interval': '2s',
        ...properties,
      }),
    })
  const answers = (url: string): Promise<void> =>
    until(async () => (await getJson(`${url}/api/v1/version`)) !== null, `the History Server (${dir})`)
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()))
    await rm(dir, { recursive: true, force: true })
  }

  try {
    daemon('master', 'org.apache.spark.deploy.master.Master',
      ['--host', '127.0.0.1', '--port', String(port), '--webui-port', String(webPort)],
      { SPARK_MASTER_OPTS: javaOptions({ 'spark.deploy.maxExecutorRetries': '-1', ...options.masterProperties }) }) // prettier-ignore
    await until(
      async () => (await getJson(`${masterUrl}/json/`))?.['status'] === 'ALIVE',
      `the master (${dir})`,
    )
    const workers = options.workers ?? 1
    for (let index = 0; index < workers; index += 1) {
      const host = options.workerHosts?.[index] ?? '127.0.0.1'
      daemon(`worker-${index}`, 'org.apache.spark.deploy.worker.Worker', [
        '--host', host, '--webui-port', '0',
        '--cores', String(options.workerCores ?? 1),
        '--memory', `${options.workerMemoryMb ?? 600}M`,
        '--work-dir', path.join(dir, `work-${index}`), sparkUrl,
        // Its own pages listen there, too.
      ], { SPARK_LOCAL_IP: host }) // prettier-ignore
    }
    if (historyUrl !== null) history(firstHistoryPort)
    await until(
      async () => (await getJson(`${masterUrl}/json/`))?.['aliveworkers'] === workers,
      `the workers (${dir})`,
    )
    if (historyUrl !== null) await answers(historyUrl)
  } catch (error) {
    await stop()
    throw error
  }

  let submitted = 0
  return {
    version: spark.version,
    masterUrl,
    sparkUrl,
    historyUrl,
    eventLogDir,
    workDir: dir,
    async startHistory(properties) {
      const at = await freePorts()
      const started = history(at, properties)
      const url = `http://127.0.0.1:${at}`
      await answers(url)
      return { url, stop: () => started.stop() }
    },
    submit(script, conf = {}, args = []) {
      const all: Record<string, string> = {
        'spark.driver.memory': '512m',
        'spark.driver.host': '127.0.0.1',
        'spark.driver.bindAddress': '127.0.0.1',
        'spark.ui.port': '0',
        'spark.eventLog.enabled': 'true',
        'spark.eventLog.dir': `file:${eventLogDir}`,
        'spark.executor.memory': '512m',
        ...conf,
      }
      const flags = Object.entries(all).flatMap(([name, value]) => ['--conf', `${name}=${value}`])
      submitted += 1
      return launch(`submit-${submitted}`, path.join(spark.home, 'bin', 'spark-submit'), [
        '--master', sparkUrl, ...flags, script, ...args,
      ]) // prettier-ignore
    },
    stop,
  }
}

/** Polls a condition four times a second; throws naming what was waited for. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  limitMs: number = START_LIMIT_MS,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** The JSON object at a URL, or null when nothing answers there or it is not JSON. */
export async function getJson(url: string): Promise<Record<string, unknown> | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
    return (await response.json()) as Record<string, unknown>
  } catch {
    return null
  }
}

function environment(spark: SparkInstallation, dir: string, options: ClusterOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SPARK|PYSPARK|HADOOP)_/.test(name))
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    SPARK_HOME: spark.home,
    PYSPARK_PYTHON: spark.python,
    PYSPARK_DRIVER_PYTHON: spark.python,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: options.localDir ?? path.join(dir, 'local'),
    SPARK_DAEMON_MEMORY: options.daemonMemory ?? '256m',
    // One compiler thread and the serial collector: two cores are shared with the tests themselves.
    SPARK_DAEMON_JAVA_OPTS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1',
  }
}

function javaOptions(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `-D${name}=${value}`)
    .join(' ')
}

/** Keeps a child's output in a file and stops its whole process group: spark-submit starts Python beside itself. */
export function follow(child: ChildProcess, log: string): Submitted {
  const out = createWriteStream(log)
  child.stdout?.pipe(out, { end: false })
  child.stderr?.pipe(out, { end: false })
  const pid = child.pid ?? -1
  let over = false
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code, signal) => {
      // Its last words are still in the pipe; what it has started may hold that open for long.
      const end = (): void => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143))
      child.once('close', end)
      setTimeout(end, LAST_WORDS_MS).unref()
    })
  }).finally(() => {
    over = true
    out.end()
  })
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // The group is gone already: that is what was wanted.
    }
  }
  return {
    pid,
    log,
    ended,
    async stop() {
      if (over || pid === -1) return
      signal('SIGTERM')
      const hard = setTimeout(() => signal('SIGKILL'), 8000)
      await ended
      clearTimeout(hard)
      signal('SIGKILL')
    },
  }
}
