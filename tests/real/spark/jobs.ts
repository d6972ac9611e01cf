// The jobs that break Spark on purpose, each in one way, and the healthy ones: how each is run, and what is to be found.
import type { FailureClass } from '../../../src/diagnosis/failures/model.ts'

export interface Expected {
  /** Id and cause of the failure mode, as they are shown: `F02 executor-heap-oom`. */
  readonly mode: string
  readonly class: FailureClass
  /** What the quoted line says, in Spark's words or by Spark's fields. */
  readonly says: RegExp
}

export interface SparkJob {
  /** File in scripts/spark/jobs, without its ending; and the application's name. */
  readonly job: string
  readonly name: string
  readonly args?: readonly string[]
  readonly conf?: Readonly<Record<string, string>>
  /** While it runs (asked again and again until it shows), or after its end. */
  readonly looked: 'live' | 'ended'
  /** Figures that findings are to carry beside those of the conclusion. */
  readonly figures?: readonly RegExp[]
  /**
   * Only the driver's log tells; on 3.5 alone where it says so. In client mode no page of a standalone cluster shows it:
   * there it is handed in, as a person does with `arrestor diagnose --log`, and the table says so. On YARN the service
   * reads it.
   */
  readonly log?: 'always' | '3.5'
  /** Null for a healthy one: no finding above low. */
  readonly expected: Expected | null
  /** A Prometheus stands in that remembers how large its state was at the first look. */
  readonly remembered?: boolean
  /** A disk of a few megabytes. */
  readonly smallDisk?: boolean
}

/**
 * Executors come when there is a task for them. Else they stand idle while the driver starts, seconds that are minutes
 * here, and more the slower the machine: nothing that is to be called healthy.
 */
const AS_NEEDED = {
  'spark.dynamicAllocation.enabled': 'true',
  'spark.dynamicAllocation.shuffleTracking.enabled': 'true',
  'spark.dynamicAllocation.minExecutors': '0',
}

export const JOBS: readonly SparkJob[] = [
  {
    job: 'executor_oom',
    name: 'orders-daily',
    conf: { 'spark.cores.max': '1' },
    looked: 'live',
    expected: {
      mode: 'F02 executor-heap-oom',
      class: 'deterministic',
      says: /^java\.lang\.OutOfMemoryError: Java heap space/,
    },
  },
  {
    job: 'python_memory',
    name: 'scores-nightly',
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: { mode: 'F37 python-memory', class: 'deterministic', says: /MemoryError/ },
  },
  {
    job: 'driver_oom',
    name: 'customer-export',
    looked: 'ended',
    log: 'always',
    expected: {
      mode: 'F01 driver-oom',
      class: 'deterministic',
      says: /java\.lang\.OutOfMemoryError: Java heap space/,
    },
  },
  {
    job: 'lost_shuffle',
    name: 'refunds-hourly',
    looked: 'ended',
    expected: { mode: 'F04 fetch-failed', class: 'transient', says: /FetchFailed/ },
  },
  {
    job: 'lost_executor',
    name: 'payouts-hourly',
    looked: 'ended',
    expected: { mode: 'F04 fetch-failed', class: 'transient', says: /FetchFailed/ },
  },
  {
    job: 'broadcast_timeout',
    name: 'prices-join',
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    log: '3.5',
    expected: {
      mode: 'F19 broadcast-timeout',
      class: 'unknown',
      says: /Could not execute broadcast in 3 secs/,
    },
  },
  {
    job: 'max_result',
    name: 'report-monthly',
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: {
      mode: 'F20 result-too-big',
      class: 'deterministic',
      says: /Total size of serialized results of \d+ tasks \(.*\) is bigger than spark\.driver\.maxResultSize \(1024\.0 KiB\)/,
    },
  },
  {
    job: 'schema_mismatch',
    name: 'ledger-load',
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: {
      mode: 'F29 schema-or-query',
      class: 'data',
      says: /Parquet column cannot be converted in file|FAILED_READ_FILE\.PARQUET_COLUMN_DATA_TYPE_MISMATCH/,
    },
  },
  {
    job: 'corrupt_checkpoint',
    name: 'visits-stream',
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: {
      mode: 'F16 checkpoint-damaged',
      class: 'data',
      says: /Error reading delta file .*1\.delta/,
    },
  },
  {
    job: 'disk_full',
    name: 'events-compact',
    looked: 'ended',
    smallDisk: true,
    conf: { 'spark.cores.max': '1' },
    expected: { mode: 'F09 disk-full', class: 'infrastructure', says: /No space left on device/ },
  },
  {
    job: 'skewed_join',
    name: 'clicks-sessionize',
    args: ['0', '2'],
    // The hot partition is told while everybody waits for it; after the end recordings show it.
    looked: 'live',
    expected: {
      mode: 'F05 data-skew',
      class: 'deterministic',
      says: /^task_skew: task \d+ has run for \d+ ms, launchTime \S+, seen \S+; it has read \d+ bytes$/,
    },
  },
  {
    job: 'straggler',
    name: 'invoices-render',
    args: ['127.0.0.2', '800'],
    looked: 'live',
    figures: [/executorRunTime max \d+ ms, median \d+ ms/],
    expected: { mode: 'F06 straggler', class: 'infrastructure', says: /^task_skew: / },
  },
  {
    job: 'excessive_gc',
    name: 'features-build',
    args: ['300'],
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: {
      mode: 'F07 excessive-gc',
      class: 'deterministic',
      says: /^gc_ratio: (sum totalGCTime|jvmGcTime) \d+ ms/,
    },
  },
  {
    job: 'stuck',
    name: 'routes-optimise',
    looked: 'live',
    expected: { mode: 'F13 no-progress', class: 'unknown', says: /^no_progress: / },
  },
  {
    job: 'stream_behind',
    name: 'clicks-to-lake',
    looked: 'live',
    // No Prometheus is there, and no log: the driver's own gauges tell both rates.
    expected: {
      mode: 'F14 streaming-lag',
      class: 'unknown',
      says: /^stream_rate: processingRate-total [\d.]+, inputRate-total [\d.]+$/,
    },
  },
  {
    job: 'state_growth',
    name: 'sessions-stream',
    looked: 'live',
    remembered: true,
    expected: { mode: 'F15 state-growth', class: 'deterministic', says: /^state_growth: / },
  },
  {
    job: 'small_files',
    name: 'sensors-daily',
    args: ['2500', '0'],
    looked: 'ended',
    conf: { 'spark.cores.max': '1' },
    expected: { mode: 'F18 small-files', class: 'deterministic', says: /^small_files: / },
  },
  {
    job: 'no_room',
    name: 'forecast-weekly',
    looked: 'live',
    expected: { mode: 'F12 no-resources', class: 'infrastructure', says: /^alloc_stuck: / },
  },
  {
    job: 'healthy',
    name: 'inventory-snapshot',
    args: ['0', '2'],
    looked: 'ended',
    conf: { 'spark.cores.max': '1', ...AS_NEEDED },
    expected: null,
  },
  { job: 'big_shuffle', name: 'warehouse-rollup', looked: 'ended', conf: AS_NEEDED, expected: null },
  { job: 'slow_even', name: 'letters-print', looked: 'ended', conf: AS_NEEDED, expected: null },
  { job: 'tiny_skew', name: 'countries-refresh', looked: 'ended', conf: AS_NEEDED, expected: null },
]

/** What only YARN does, and what only a driver's log tells: on YARN the service finds that by itself. */
export const JOBS_ON_YARN: readonly SparkJob[] = [
  {
    job: 'container_memory',
    name: 'features-nightly',
    looked: 'ended',
    expected: {
      mode: 'F03 container-killed',
      class: 'deterministic',
      says: /Reason: Container killed by YARN for exceeding physical memory limits\. [\d.]+ \wB of 640 MB physical memory used\./,
    },
  },
  ...JOBS.filter(({ log }) => log !== undefined),
  ...JOBS.filter(({ job }) => job === 'stream_behind').map((job) => ({
    ...job,
    figures: [/^stream_lag: latency \d+ ms, trigger interval 1000 ms$/m],
    expected: {
      mode: 'F14 streaming-lag',
      class: 'unknown' as const,
      says: /Current batch is falling behind\. The trigger interval is 1000 milliseconds, but spent/,
    },
  })),
]
