// Spark's monitoring REST API (/api/v1) as far as we read it; every field that some version omits may be absent.
import * as z from 'zod'
import { roundedNumber } from '../safe-json.ts'

const date = z
  .string()
  .transform((text) => new Date(text.replace(/GMT$/, 'Z')))
  // A running attempt ends at epoch -1.
  .transform((at) => (Number.isNaN(at.getTime()) || at.getTime() < 0 ? null : at))

// Sums of bytes and of nanoseconds are 64-bit at Spark. Ids below are 32-bit, or count what has been begun: numbers.
const count = roundedNumber.catch(0)

export const versionSchema = z.object({ spark: z.string() })

export const attemptSchema = z.object({
  attemptId: z.string().optional(),
  startTime: date,
  endTime: date,
  sparkUser: z.string().optional(),
  completed: z.boolean(),
  appSparkVersion: z.string().optional(),
})

export const applicationSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Newest first. */
  attempts: z.array(attemptSchema).min(1),
})
export type ApplicationInfo = z.output<typeof applicationSchema>

/** As in the list of a History Server. */
export const listedSchema = z.object({
  id: z.string(),
  attempts: z.array(z.object({ lastUpdatedEpoch: z.number() })).min(1),
})

export const jobSchema = z.object({
  jobId: z.number(),
  status: z.string(),
  stageIds: z.array(z.number()).default([]),
  submissionTime: date.optional(),
  completionTime: date.optional(),
})

export const executorSchema = z.object({
  id: z.string(),
  hostPort: z.string().default(''),
  isActive: z.boolean(),
  addTime: date.optional(),
  removeTime: date.optional(),
  removeReason: z.string().optional(),
  failedTasks: count,
  completedTasks: count,
  totalDuration: count,
  totalGCTime: count,
  maxMemory: count,
  maxTasks: count,
  activeTasks: count,
  totalShuffleRead: count,
  isExcluded: z.boolean().optional(),
  /** Its name before 3.1, still sent. */
  isBlacklisted: z.boolean().optional(),
  peakMemoryMetrics: z.record(z.string(), roundedNumber).optional(),
})

export const stageSchema = z.object({
  stageId: z.number(),
  attemptId: z.number(),
  status: z.string(),
  name: z.string().default(''),
  numTasks: count,
  numFailedTasks: count,
  numCompleteTasks: count,
  failureReason: z.string().optional(),
  executorRunTime: count,
  submissionTime: date.optional(),
  completionTime: date.optional(),
  // Spark 2 has fewer of them; what is absent is 0.
  jvmGcTime: count,
  shuffleFetchWaitTime: count,
  resultSize: count,
  inputBytes: count,
  shuffleReadBytes: count,
  shuffleWriteBytes: count,
  memoryBytesSpilled: count,
  diskBytesSpilled: count,
})

const queryNodeSchema = z.object({
  nodeId: z.number(),
  nodeName: z.string().default(''),
  metrics: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
})
export type QueryNode = z.output<typeof queryNodeSchema>

export const querySchema = z.object({
  id: z.number(),
  status: z.string(),
  description: z.string().default(''),
  planDescription: z.string().default(''),
  /** Since 4.0; empty where nothing failed. */
  errorMessage: z.string().nullish(),
  duration: count,
  nodes: z.array(queryNodeSchema).default([]),
})

export const taskSchema = z.object({
  taskId: z.number(),
  index: z.number(),
  attempt: z.number(),
  executorId: z.string(),
  host: z.string().default(''),
  status: z.string(),
  errorMessage: z.string().optional(),
  launchTime: date.optional(),
  duration: roundedNumber.optional(),
  taskMetrics: z
    .object({
      executorRunTime: count,
      inputMetrics: z.object({ bytesRead: count }).optional(),
      shuffleReadMetrics: z.object({ remoteBytesRead: count, localBytesRead: count }).optional(),
    })
    .optional(),
})

const series = z.array(roundedNumber).catch([])

export const taskSummarySchema = z.object({
  quantiles: series,
  executorRunTime: series,
  duration: series,
  schedulerDelay: series,
  inputMetrics: z.object({ bytesRead: series }).optional(),
  outputMetrics: z.object({ bytesWritten: series }).optional(),
  shuffleReadMetrics: z.object({ readBytes: series }).optional(),
  shuffleWriteMetrics: z.object({ writeBytes: series }).optional(),
})

export const environmentSchema = z.object({
  sparkProperties: z.array(z.tuple([z.string(), z.string()])),
})
