// A real YARN on free loopback ports: ResourceManager, one NodeManager, JobHistoryServer, Spark's History Server.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts } from '../ports.ts'
import { type Submitted, follow, getJson, until } from '../spark/cluster.ts'
import type { SparkInstallation } from '../spark/lines.ts'
import type { YarnInstallation } from './installation.ts'
import { PORTS, type Ports, settingsFor } from './settings.ts'

export interface YarnCluster {
  readonly rmUrl: string
  readonly jobHistoryUrl: string
  readonly historyUrl: string
  /** Submits in cluster mode and resolves with the application's id, as soon as YARN has accepted it. */
  submit(
    script: string,
    name: string,
    conf?: Readonly<Record<string, string>>,
    args?: readonly string[],
  ): Promise<string>
  stop(): Promise<void>
}

/** The daemons' heaps are small; Guice and Jersey reach into the JDK. */
export const JAVA: readonly string[] = [
  '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1',
  ...['lang', 'util', 'net', 'nio', 'io'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
] // prettier-ignore

/** Starts all of it and waits until the node is there; throws with the logs' place when it is not. */
export async function startYarn(yarn: YarnInstallation, spark: SparkInstallation): Promise<YarnCluster> {
  const dir = await mkdtemp(path.join(tmpdir(), 'arrestor-yarn-'))
  const conf = path.join(dir, 'conf')
  const events = path.join(dir, 'events')
  await Promise.all([mkdir(conf), mkdir(events)])
  const lowest = await freePorts(PORTS.length + 1)
  const historyPort = lowest + PORTS.length
  const ports = Object.fromEntries(PORTS.map((name, index) => [name, lowest + index])) as unknown as Ports
  await Promise.all(
    Object.entries(settingsFor(dir, ports)).map(([name, text]) => writeFile(path.join(conf, name), text)),
  )
  const rmUrl = `http://127.0.0.1:${ports.rmWeb}`
  const jobHistoryUrl = `http://127.0.0.1:${ports.jobHistoryWeb}`
  const historyUrl = `http://127.0.0.1:${historyPort}`
  const env = environment(spark, conf)
  const children: Submitted[] = []
  const launch = (name: string, program: string, args: readonly string[], more = {}): Submitted => {
    const options = { cwd: dir, env: { ...env, ...more }, stdio: 'pipe' as const, detached: true }
    const child = follow(spawn(program, args, options), path.join(dir, `${name}.log`))
    children.push(child)
    return child
  }
  const daemon = (name: string, main: string): Submitted =>
    launch(name, 'java', [...JAVA, '-cp', `${conf}:${yarn.jars}/*`, `org.apache.hadoop.${main}`])
  const stop = async (): Promise<void> => {
    // Containers are processes of the NodeManager, which ends them when it is told to; it goes last.
    await killAll(rmUrl)
    await Promise.all(children.map((child) => child.stop()))
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    daemon('resourcemanager', 'yarn.server.resourcemanager.ResourceManager')
    daemon('nodemanager', 'yarn.server.nodemanager.NodeManager')
    daemon('jobhistory', 'mapreduce.v2.hs.JobHistoryServer')
    const historyProperties = {
      'spark.history.ui.port': String(historyPort),
      'spark.history.fs.logDirectory': `file:${events}`,
      'spark.history.fs.update.interval': '2s',
    }
    launch('history', path.join(spark.home, 'bin', 'spark-class'), ['org.apache.spark.deploy.history.HistoryServer'], {
      SPARK_HISTORY_OPTS: Object.entries(historyProperties).map(([key, value]) => `-D${key}=${value}`).join(' '),
    }) // prettier-ignore
    await until(async () => JSON.stringify(await getJson(`${rmUrl}/ws/v1/cluster/nodes`)).includes('"RUNNING"'), `YARN's node (${dir})`) // prettier-ignore
    await until(
      async () => (await getJson(`${jobHistoryUrl}/ws/v1/history/info`)) !== null,
      `the JobHistoryServer (${dir})`,
    )
    await until(
      async () => (await getJson(`${historyUrl}/api/v1/version`)) !== null,
      `the History Server (${dir})`,
    )
  } catch (error) {
    await stop()
    throw error
  }

  let submitted = 0
  return {
    rmUrl,
    jobHistoryUrl,
    historyUrl,
    async submit(script, name, more = {}, args = []) {
      const all: Record<string, string> = {
        'spark.yarn.jars': `local:${spark.home}/jars/*`,
        'spark.yarn.stagingDir': `file:${dir}/staging`,
        'spark.yarn.submit.waitAppCompletion': 'false',
        'spark.yarn.populateHadoopClasspath': 'false',
        'spark.yarn.appMasterEnv.PYSPARK_PYTHON': spark.python,
        'spark.executorEnv.PYSPARK_PYTHON': spark.python,
        'spark.driver.memory': '512m',
        'spark.executor.memory': '512m',
        'spark.executor.instances': '1',
        'spark.executor.cores': '1',
        'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1',
        'spark.eventLog.enabled': 'true',
        'spark.eventLog.dir': `file:${events}`,
        ...more,
      }
      const flags = Object.entries(all).flatMap(([key, value]) => ['--conf', `${key}=${value}`])
      submitted += 1
      const child = launch(`submit-${submitted}`, path.join(spark.home, 'bin', 'spark-submit'), [
        '--master', 'yarn', '--deploy-mode', 'cluster', '--name', name, ...flags, script, ...args,
      ]) // prettier-ignore
      const code = await child.ended
      const id = /application_\d+_\d+/.exec(await readFile(child.log, 'utf8'))?.[0]
      if (id === undefined) throw new Error(`spark-submit of ${name} ended with ${code}; see ${child.log}`)
      return id
    },
    stop,
  }
}

/** Ends every application that still lives, so that no container is left when the NodeManager goes. */
async function killAll(rmUrl: string): Promise<void> {
  const answer = await getJson(`${rmUrl}/ws/v1/cluster/apps?states=NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING`)
  const apps = (answer?.['apps'] as { app?: { id: string }[] } | undefined)?.app ?? []
  for (const { id } of apps)
    await fetch(`${rmUrl}/ws/v1/cluster/apps/${id}/state`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"state":"KILLED"}',
    })
  if (apps.length > 0)
    await until(
      async () => {
        const left = await getJson(`${rmUrl}/ws/v1/cluster/metrics`)
        return (left?.['clusterMetrics'] as { containersAllocated?: number } | undefined)?.containersAllocated === 0
      },
      'containers to end',
      20_000,
    ).catch(() => {}) // prettier-ignore
}

function environment(spark: SparkInstallation, conf: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(SPARK|PYSPARK|HADOOP|YARN)_/.test(name),
  )
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    SPARK_HOME: spark.home,
    PYSPARK_PYTHON: spark.python,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_DAEMON_MEMORY: '256m',
    SPARK_DAEMON_JAVA_OPTS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1',
    HADOOP_CONF_DIR: conf,
    YARN_CONF_DIR: conf,
  }
}
