// Small files and large broadcasts, on plans that real Sparks have recorded and on made ones of every size.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bigBroadcast, smallFiles } from '../../../src/diagnosis/performance/files.ts'
import { severityOf } from '../../../src/diagnosis/performance/measure.ts'
import { metricOf } from '../../../src/platforms/spark-rest/metric-text.ts'
import type { SparkPlanNode, SparkQuery } from '../../../src/ports.ts'
import { GIB, MINUTE, snapshot } from './snapshots.ts'

function query(nodes: SparkPlanNode[], more: Partial<SparkQuery> = {}): SparkQuery {
  return { id: 4, status: 'COMPLETED', description: '', plan: '', durationMs: 90 * MINUTE, nodes, link: 'http://driver:4040/SQL/execution/?id=4', ...more } // prettier-ignore
}

function node(name: string, metrics: Record<string, string>): SparkPlanNode {
  return {
    id: 0,
    name,
    metrics: Object.entries(metrics).map(([key, text]) => ({ name: key, ...metricOf(text)! })),
  }
}
const read = (files: string, bytes: string): SparkPlanNode =>
  node('Scan parquet', { 'number of files read': files, 'size of files read': bytes })
const written = (files: string, bytes: string): SparkPlanNode =>
  node('Execute InsertIntoHadoopFsRelationCommand', { 'number of written files': files, 'written output': bytes }) // prettier-ignore
const broadcast = (bytes: string): SparkPlanNode => node('BroadcastExchange', { 'data size': bytes })

describe('small_files', () => {
  it.each<[string, SparkPlanNode, string]>([
    ['99 small files', read('99', '1.0 MiB'), 'none'],
    ['100 small files', read('100', '1.0 MiB'), 'low'],
    ['1,000 written', written('1,000', '1.0 GiB'), 'medium'],
    ['10,000', written('10,000', '1.0 GiB'), 'high'],
    ['100,000', read('100,000', '100.0 GiB'), 'critical'],
  ])('%s is %s', (_what, one, severity) => {
    const [measured] = smallFiles.measure(snapshot({ queries: [query([one])] }))
    expect(severityOf(measured!, smallFiles.thresholds)).toBe(severity)
  })

  it('is nothing where files are large, or where nobody says how large they are', () => {
    const large = read('100,000', '293.0 GiB')
    const unknown = node('Scan jdbc', { 'number of files read': '100,000' })
    const nodes = [large, unknown, read('0', '0.0 B')]
    expect(smallFiles.measure(snapshot({ queries: [query(nodes)] }))).toEqual([])
  })

  it('of a query that was read in a minute is no more than low; what was written is left to its readers', () => {
    const quick = { durationMs: MINUTE }
    const graded = (one: SparkPlanNode): string =>
      severityOf(smallFiles.measure(snapshot({ queries: [query([one], quick)] }))[0]!, smallFiles.thresholds)
    expect(graded(read('100,000', '1.0 GiB'))).toBe('low')
    expect(graded(written('100,000', '1.0 GiB'))).toBe('critical')
  })
})

describe('big_broadcast', () => {
  it.each([
    ['511.9 MiB', 'none'],
    ['512.0 MiB', 'low'],
    ['1024.0 MiB', 'medium'],
    ['4.0 GiB', 'high'],
    ['8.0 GiB', 'critical'],
  ])('%s is %s', (bytes, severity) => {
    const [measured] = bigBroadcast.measure(snapshot({ queries: [query([broadcast(bytes)])] }))
    expect(severityOf(measured!, bigBroadcast.thresholds)).toBe(severity)
    expect(measured!.figures).toBe(`data size ${bytes}`)
    const [quick] = bigBroadcast.measure(snapshot({ queries: [query([broadcast(bytes)], { durationMs: MINUTE / 2 })] })) // prettier-ignore
    expect(severityOf(quick!, bigBroadcast.thresholds)).toBe('none')
  })

  it('is the exchange, and not the join that uses it or a shuffle', () => {
    const nodes = [
      node('Exchange', { 'data size': '9.0 GiB' }),
      node('BroadcastHashJoin', { 'data size': '9.0 GiB' }),
      broadcast('0.0 B'),
    ]
    expect(bigBroadcast.measure(snapshot({ queries: [query(nodes)] }))).toEqual([])
    expect(GIB * 9).toBeGreaterThan(bigBroadcast.thresholds[3])
  })
})

describe.each(['3.5.9', '4.3.0'])('on plans that Spark %s recorded', (version) => {
  const file = path.join(import.meta.dirname, '../../platforms/spark-rest/recordings', `sql-${version}.json`)
  const raw = JSON.parse(readFileSync(file, 'utf8')) as {
    id: number
    duration: number
    nodes: { nodeId: number; nodeName: string; metrics: { name: string; value: string }[] }[]
  }[]
  const queries = raw.map(({ id, duration, nodes }) =>
    query(
      nodes.map((one) => ({
        id: one.nodeId,
        name: one.nodeName,
        metrics: one.metrics.flatMap(({ name, value }) => {
          const found = metricOf(value)
          return found === null ? [] : [{ name, ...found }]
        }),
      })),
      { id, durationMs: duration },
    ),
  )

  it('the small files are found where they are written and where they are read', () => {
    const found = smallFiles.measure(snapshot({ queries }))
    const said = found.map(({ value, says }) => `${value} ${says}`)
    expect(said).toContainEqual(expect.stringMatching(/^280 Query 0 writes 280 files of \d+ B on average \(Execute InsertInto/)) // prettier-ignore
    expect(said).toContainEqual(
      expect.stringMatching(/^280 Query 1 reads 280 files of \d+ B on average \(Scan parquet/),
    )
    // Three files of 23 MiB are none.
    expect(found.some(({ from }) => from.startsWith('query 3,'))).toBe(false)
  })

  it('the broadcast is found with what Spark says it weighs', () => {
    const found = bigBroadcast.measure(snapshot({ queries }))
    expect(found.map(({ from, figures }) => [from, figures])).toEqual([
      ['query 2, BroadcastExchange', `data size ${version === '4.3.0' ? '16.2 MiB' : '1180.3 KiB'}`],
    ])
  })
})
