// Every performance finding of one application.
import type { Performance } from './measure.ts'
import { driverShare, excluded, executorImbalance, idleCores } from './executors.ts'
import { bigBroadcast, smallFiles } from './files.ts'
import { containerPeak, gcRatio, heapPeak, memoryOverprovisioned, spillRatio } from './memory.ts'
import { bigPartition, fetchWait, lowParallelism, resultSize, schedulerDelay, smallTasks } from './stages.ts'

export const PERFORMANCE: readonly Performance[] = [
  gcRatio,
  heapPeak,
  containerPeak,
  spillRatio,
  fetchWait,
  schedulerDelay,
  bigPartition,
  resultSize,
  executorImbalance,
  excluded,
  smallTasks,
  lowParallelism,
  smallFiles,
  bigBroadcast,
  driverShare,
  idleCores,
  memoryOverprovisioned,
]
