// What looking into Spark costs: a stage of 200,000 tasks in time and memory, and forty failures of one platform in requests.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LARGE_APP, largeLog, writeLargeLog } from '../../scripts/spark/large-log.ts'
import { HOW_TO_INSTALL, findSpark } from '../../scripts/spark/lines.ts'
import { createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { countingProxy } from '../support/counting-proxy.ts'
import { diagnoseWith, readerAt, serveLargeStage } from '../support/large-stage.ts'
import { type Row, median } from './stats.ts'

const TASKS = 200_000
const ROUNDS = 5
const FORTY = 40

interface Cost {
  readonly ms: number
  readonly peakBytes: number
  readonly rssBytes: number
}

/** In a process of its own, so that nothing else is in its memory. */
function costOf(...args: readonly string[]): Cost {
  const child = path.join(import.meta.dirname, 'large-stage-child.ts')
  return JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', child, ...args], { encoding: 'utf8' }),
  ) as Cost
}

const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** The same requests as the diagnosis sends, sent bare and four at a time: what the History Server itself takes. */
async function bare(url: string, paths: readonly string[]): Promise<number> {
  const began = performance.now()
  const left = [...paths]
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      await (await fetch(`${url}${next}`)).arrayBuffer()
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  return performance.now() - began
}

export async function benchLargeStage(): Promise<Row[]> {
  const rows: Row[] = [await eventLog()]
  const spark = findSpark('4')
  if (spark === null)
    return [
      ...rows,
      { what: 'diagnosis of a stage of 200,000 tasks', measured: `skipped: ${HOW_TO_INSTALL}`, target: '' },
    ]
  const cluster = await serveLargeStage(spark, TASKS)
  const historyUrl = cluster.historyUrl ?? ''
  const history = await countingProxy(historyUrl)
  try {
    await diagnoseWith(readerAt(cluster.masterUrl, history.url))
    const paths = [...history.asked]
    const bytes = history.bytes()
    const times: number[] = []
    const peers: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      peers.push(await bare(historyUrl, paths))
      const began = performance.now()
      await diagnoseWith(readerAt(cluster.masterUrl, historyUrl))
      times.push(performance.now() - began)
    }
    const { peakBytes, rssBytes } = costOf('history', cluster.masterUrl, historyUrl)
    const ratio = median(times) / median(peers)
    return [
      ...rows,
      {
        what: 'diagnosis of a stage of 200,000 tasks, History Server 4.x, once it has loaded the log',
        measured: `${seconds(median(times))}, ${ratio.toFixed(1)} times the same ${paths.length} requests sent bare; ${Math.ceil(bytes / 1024)} KB`,
        target: 'under 3 s',
      },
      {
        what: 'its extra memory, live / resident',
        measured: `${mb(peakBytes)} / ${mb(rssBytes)}`,
        target: 'under 50 MB',
      },
    ]
  } finally {
    await history.close()
    await cluster.stop()
  }
}

async function eventLog(): Promise<Row> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'arrestor-large-'))
  try {
    await writeLargeLog(await largeLog('4', TASKS), path.join(dir, `${LARGE_APP}.zstd`))
    const { ms, peakBytes, rssBytes } = costOf('log', dir)
    return {
      what: 'the event log of such a stage, read whole: extra memory, live / resident',
      measured: `${mb(peakBytes)} / ${mb(rssBytes)} (in ${seconds(ms)}, ten collections a second among it)`,
      target: 'under 50 MB',
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Forty diagnoses at once against one, of one application and of forty. */
export async function benchForty(): Promise<Row[]> {
  const spark = await createSparkReplay({ port: 0 })
  const history = await countingProxy(spark.historyUrl)
  const master = await countingProxy(spark.masterUrl)
  try {
    const ids = Array.from({ length: FORTY }, () => spark.start('executor-oom').appId)
    const requests = async (runIds: readonly string[]): Promise<number> => {
      history.reset()
      master.reset()
      const reader = readerAt(master.url, history.url)
      await Promise.all(runIds.map((id) => diagnoseWith(reader, id)))
      return history.asked.length + master.asked.length
    }
    const one = await requests(ids.slice(0, 1))
    const same = await requests(ids.map(() => ids[0] ?? ''))
    const apart = await requests(ids)
    return [
      {
        what: 'requests to a platform for 40 failures at once, against 1: of one application / of forty',
        measured: `${same} / ${apart} against ${one} (${(same / one).toFixed(1)} and ${(apart / one).toFixed(1)} times)`,
        target: '1 and under 40 times',
      },
    ]
  } finally {
    await Promise.all([history.close(), master.close(), spark.close()])
  }
}
