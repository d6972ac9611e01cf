// The columns that a run's queries read, from Spark's own plans, and how they differ from another run's. Pure.
import type { SparkQuery } from '../../ports.ts'

/** By name of table or place: column to type; null where Spark cut the list short. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, string> | null>

export interface ColumnChange {
  /** `orders.amount`. */
  readonly column: string
  /** `orders.amount double -> string`. */
  readonly text: string
}

/**
 * A scan in the formatted plan: `(1) Scan parquet spark_catalog.default.orders`, later `Location: ... [file:/data/orders]`
 * and `ReadSchema: struct<id:bigint,amount:double>`. Seen on 3.5.9 and 4.3.0.
 */
const SCAN = /^\(\d+\) (?:Batch)?Scan\s+(.*)$/

export function tablesIn(queries: readonly Pick<SparkQuery, 'plan'>[]): Tables {
  const tables = new Map<string, Map<string, string> | null>()
  for (const { plan } of queries)
    for (const block of plan.split(/\n\s*\n/)) {
      const lines = block.split('\n').map((line) => line.trim())
      const scan = lines.map((line) => SCAN.exec(line)?.[1]).find((name) => name !== undefined)
      const schema = lines.find((line) => line.startsWith('ReadSchema: '))?.slice('ReadSchema: '.length)
      if (scan === undefined || schema === undefined) continue
      const name = nameOf(scan, lines)
      const columns = columnsOf(schema)
      const known = tables.get(name)
      // Read several times, its columns are those of all reads together.
      tables.set(name, columns === null || known === null ? null : new Map([...(known ?? []), ...columns]))
    }
  return tables
}

/**
 * What of the tables that both runs read is read otherwise. A scan names only the columns that its query wants: one that
 * is gone may have been dropped from the query as well as from the table.
 */
export function comparedColumns(before: Tables, after: Tables): readonly ColumnChange[] {
  return [...before].flatMap(([table, old]) => {
    const now = after.get(table)
    if (old === null || now === null || now === undefined) return []
    const short = table.split('.').at(-1) ?? table
    return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name): ColumnChange[] => {
      const [left, right] = [old.get(name), now.get(name)]
      if (left === right) return []
      const column = `${short}.${name}`
      if (left === undefined) return [{ column, text: `${column} ${right} is new` }]
      if (right === undefined) return [{ column, text: `${column} is gone` }]
      return [{ column, text: `${column} ${left} -> ${right}` }]
    })
  })
}

/** The table; a scan without one (`parquet`) goes by where it reads, dates in it left out. */
function nameOf(scan: string, lines: readonly string[]): string {
  const words = scan.trim().split(/\s+/)
  if (words.length > 1) return words.at(-1) ?? scan
  const place = lines.find((line) => line.startsWith('Location: '))
  const path = /\[([^\],]+)/.exec(place ?? '')?.[1] ?? ''
  const steady = path.replaceAll(/20\d\d[-_/]?[01]\d[-_/]?[0-3]\d/g, '*').replaceAll(/[^/=]+=[^/]*/g, '*')
  const parts = steady.split('/').filter((part) => part !== '' && part !== '*')
  return parts.at(-1) ?? scan
}

/** Columns of `struct<a:int,b:struct<c:string>>`, without those inside others; null where the list was cut. */
function columnsOf(schema: string): ReadonlyMap<string, string> | null {
  const inner = /^struct<(.*)>$/.exec(schema)?.[1]
  if (inner === undefined || /\.\.\.|more fields/.test(schema)) return null
  const columns = new Map<string, string>()
  let depth = 0
  let from = 0
  for (let at = 0; at <= inner.length; at += 1) {
    const sign = inner[at]
    if (sign === '<' || sign === '(') depth += 1
    else if (sign === '>' || sign === ')') depth -= 1
    else if (at === inner.length || (sign === ',' && depth === 0)) {
      const field = inner.slice(from, at)
      const colon = field.indexOf(':')
      if (colon > 0) columns.set(field.slice(0, colon), field.slice(colon + 1))
      from = at + 1
    }
  }
  return columns
}
