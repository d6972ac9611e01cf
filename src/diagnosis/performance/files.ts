// Findings of SQL plans: very many small files read or written, and tables too large to be broadcast.
import type { SparkPlanMetric, SparkPlanNode, SparkQuery } from '../../ports.ts'
import { size } from '../probes/support.ts'
import { type Measured, type Performance, heldBy } from './measure.ts'
import { shownAt } from './shown.ts'
import { type Snapshot } from './snapshot.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
/** An average below this is a small file; DataFlint's, whose ideal is 128 MiB. */
const SMALL = 3 * MIB

const SIDES = [
  { does: 'reads', files: 'number of files read', bytes: 'size of files read' },
  { does: 'writes', files: 'number of written files', bytes: 'written output' },
] as const

/** Measures each operator of the queries that were looked at. */
function ofNodes(
  { app, queries }: Snapshot,
  look: (node: SparkPlanNode, query: SparkQuery) => Omit<Measured, 'from' | 'link' | 'shownAt'> | null,
): Measured[] {
  return queries.flatMap((query) =>
    query.nodes.flatMap((node): Measured[] => {
      const found = look(node, query)
      if (found === null) return []
      return [
        {
          ...found,
          from: `query ${query.id}, ${node.name}`,
          link: query.link,
          shownAt: shownAt(app, `sql/${query.id}?details=true&planDescription=false`),
        },
      ]
    }),
  )
}

function metric(
  { metrics }: SparkPlanNode,
  name: string,
  unit: SparkPlanMetric['unit'],
): SparkPlanMetric | null {
  return metrics.find((one) => one.name === name && one.unit === unit) ?? null
}

/**
 * Files that one operator reads or writes, where their average size is below 3 MiB. The average and 100 files are
 * DataFlint's; the larger counts are ours. What reading them cost is the query's time; what is written costs those who
 * read it later, so that time does not hold it down.
 */
export const smallFiles: Performance = {
  id: 'small_files',
  title: 'Very many small files',
  meaning: 'files read or written by one operator of a query, where their average size is below 3 MiB',
  thresholds: [100, 1_000, 10_000, 100_000],
  source: '3 MiB and 100 files DataFlint, the others ours',
  material: {
    time: 'duration of the query that reads them',
    except: 'files that are written, which cost whoever reads them later',
  },
  from: ['queries'],
  needs: ['sql'],
  measure: (snapshot) =>
    ofNodes(snapshot, (node, query) => {
      for (const { does, files: filesName, bytes: bytesName } of SIDES) {
        const [files, bytes] = [metric(node, filesName, 'number'), metric(node, bytesName, 'bytes')]
        if (files === null || bytes === null || files.value === 0) continue
        const average = bytes.value / files.value
        if (average >= SMALL) continue
        return {
          value: files.value,
          says: `Query ${query.id} ${does} ${files.text} files of ${size(average)} on average (${node.name})`,
          figures: `${filesName} ${files.text}, ${bytesName} ${bytes.text}`,
          affectedMs: does === 'reads' ? query.durationMs : null,
        }
      }
      return null
    }),
}

/**
 * `data size` of the largest BroadcastExchange. 1 GiB is DataFlint's; at 8 GiB Spark fails the query. What it costs is the
 * time of the query, all of which waits for it.
 */
export const bigBroadcast: Performance = {
  id: 'big_broadcast',
  title: 'The largest broadcast table',
  meaning: 'bytes of the largest table that a query sends to every executor; at 8 GiB Spark fails the query',
  thresholds: [GIB / 2, GIB, 4 * GIB, 8 * GIB],
  source: '1 GiB DataFlint, 8 GiB Spark, the others ours',
  material: heldBy('duration of the query'),
  from: ['queries'],
  needs: ['sql'],
  measure: (snapshot) =>
    ofNodes(snapshot, (node, query) => {
      if (!node.name.startsWith('BroadcastExchange')) return null
      const bytes = metric(node, 'data size', 'bytes')
      if (bytes === null || bytes.value === 0) return null
      return {
        value: bytes.value,
        says: `Query ${query.id} sends a table of ${size(bytes.value)} to the driver and from there to every executor (${node.name})`,
        figures: `data size ${bytes.text}`,
        affectedMs: query.durationMs,
      }
    }),
}
