// What the main thread and the database's thread say to each other. Queries themselves are PostgreSQL's wire protocol.

export interface WorkerOptions {
  /** Null keeps the cluster in memory. */
  readonly dataDir: string | null
  /** A tar of a prepared cluster; used only where there is no cluster yet. */
  readonly prepared: Uint8Array | null
}

export interface BootReport {
  /** Whether this start made the cluster. */
  readonly created: boolean
  /** Milliseconds by phase, for logs and for the bench. */
  readonly phases: Readonly<Record<string, number>>
}

export type ToWorker =
  | { readonly kind: 'wire'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'rollback'; readonly id: number }
  | { readonly kind: 'dump'; readonly id: number }
  | { readonly kind: 'fsyncs'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

export type FromWorker =
  | { readonly kind: 'ready'; readonly report: BootReport }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'done'; readonly id: number; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: 'refused'; readonly id: number; readonly why: string }
