// What the domain asks of the world: time, Spark to look into, Spark to act on. Adapters implement these.

export interface Clock {
  /** The instant all replicas agree on: database time in production, the virtual clock in tests. */
  now(): Date
}

export type * from './ports/spark.ts'
export type * from './ports/runs.ts'
export type * from './ports/metrics.ts'
export type * from './ports/history.ts'
export type * from './ports/reader.ts'
export type * from './ports/writer.ts'
export type * from './ports/webhooks.ts'
