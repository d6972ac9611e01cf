// Spark's memory settings as numbers, and how much more to try after an out-of-memory. Pure.

const UNITS: Readonly<Record<string, number>> = { b: 1 / 1048576, k: 1 / 1024, m: 1, g: 1024, t: 1048576 }

/**
 * A Spark memory setting in MiB: `512m`, `4g`, `1.5g` is refused as Spark refuses it; a bare number is MiB, as in
 * `spark.executor.memory` and `spark.executor.memoryOverhead`. Null when it is not a size.
 */
export function mebibytes(setting: string | undefined): number | null {
  const found = sizeIn(setting, 'm')
  return found === null ? null : Math.floor(found)
}

/** The same in bytes, which a bare number is in `spark.driver.maxResultSize` and `spark.memory.offHeap.size`. */
export function bytesIn(setting: string | undefined): number | null {
  const found = sizeIn(setting, 'b')
  return found === null ? null : found * 1024 ** 2
}

function sizeIn(setting: string | undefined, bare: string): number | null {
  const parts = /^(\d+)\s*([bkmgt])?(?:i?b)?$/i.exec(setting?.trim() ?? '')
  return parts === null ? null : Number(parts[1]) * (UNITS[parts[2]?.toLowerCase() ?? bare] ?? 1)
}

const STEP_MIB = 256
/** Spark's defaults: `spark.executor.memory` 1g, overhead the larger of 384 MiB and a tenth of the heap. */
const DEFAULT_HEAP_MIB = 1024
const LEAST_OVERHEAD_MIB = 384
const DEFAULT_OVERHEAD_FACTOR = 0.1

/** The heap of one executor in MiB. */
export function executorHeap(properties: ReadonlyMap<string, string>): number {
  return mebibytes(properties.get('spark.executor.memory')) ?? DEFAULT_HEAP_MIB
}

/** The memory beside the heap that one executor's container has, in MiB. */
export function executorOverhead(properties: ReadonlyMap<string, string>): number {
  const set = mebibytes(properties.get('spark.executor.memoryOverhead'))
  const factor = Number(properties.get('spark.executor.memoryOverheadFactor') ?? DEFAULT_OVERHEAD_FACTOR)
  return set ?? Math.max(LEAST_OVERHEAD_MIB, Math.ceil(executorHeap(properties) * factor))
}

/** Heap to try next, in MiB: half as much again, in steps of 256. A starting value, to be watched, not a law. */
export function suggestedHeap(properties: ReadonlyMap<string, string>): number {
  return stepped(executorHeap(properties) * 1.5)
}

/**
 * Overhead to try next, in MiB: half as much again, or a tenth of the heap more where that is larger (a big heap
 * has big off-heap buffers), in steps of 256.
 */
export function suggestedOverhead(properties: ReadonlyMap<string, string>): number {
  const overhead = executorOverhead(properties)
  return stepped(overhead + Math.max(overhead / 2, executorHeap(properties) / 10))
}

function stepped(mib: number): number {
  return Math.ceil(mib / STEP_MIB) * STEP_MIB
}
