// Spark's event log (JsonProtocol) as far as we read it: one JSON object a line, its `Event` first.
import * as z from 'zod'

const count = z.number().catch(0)
const epoch = z.number().transform((ms) => (ms > 0 ? new Date(ms) : null))
const instant = epoch.nullish().catch(null)

export const logStartSchema = z.object({ 'Spark Version': z.string() })

export const applicationStartSchema = z.object({
  'App Name': z.string(),
  'App ID': z.string().optional(),
  'App Attempt ID': z.string().optional(),
  Timestamp: epoch,
  User: z.string().optional(),
})

export const applicationEndSchema = z.object({ Timestamp: epoch })

export const environmentSchema = z.object({ 'Spark Properties': z.record(z.string(), z.string()) })

export const executorAddedSchema = z.object({
  Timestamp: epoch,
  'Executor ID': z.string(),
  'Executor Info': z.object({
    Host: z.string(),
    'Total Cores': count,
    'Resource Profile Id': z.number().optional(),
  }),
})

export const executorRemovedSchema = z.object({
  Timestamp: epoch,
  'Executor ID': z.string(),
  'Removed Reason': z.string().nullish(),
})

export const blockManagerAddedSchema = z.object({
  'Block Manager ID': z.object({ 'Executor ID': z.string(), Host: z.string() }),
  'Maximum Memory': count,
  Timestamp: instant,
})

/** `SparkListenerExecutorExcluded` and its kin, and their names before 3.1. */
export const executorMarkedSchema = z.object({ executorId: z.string() })
export const nodeMarkedSchema = z.object({ hostId: z.string() })

export const profileAddedSchema = z.object({
  'Resource Profile Id': z.number(),
  'Task Resource Requests': z
    .object({ cpus: z.object({ Amount: z.number() }).optional() })
    .optional()
    .catch(undefined),
})

const executorMetrics = z.record(z.string(), z.number()).optional().catch(undefined)
export const stageExecutorMetricsSchema = z.object({
  'Executor ID': z.string(),
  'Executor Metrics': executorMetrics,
})

export const stageInfoSchema = z.object({
  'Stage ID': z.number(),
  'Stage Attempt ID': z.number().default(0),
  'Stage Name': z.string().default(''),
  'Number of Tasks': count,
  'Submission Time': instant,
  'Completion Time': instant,
  'Failure Reason': z.string().nullish(),
})
export type StageInfo = z.output<typeof stageInfoSchema>
export const stageSchema = z.object({ 'Stage Info': stageInfoSchema })

export const jobStartSchema = z.object({
  'Job ID': z.number(),
  'Submission Time': instant,
  'Stage Infos': z.array(stageInfoSchema).catch([]),
  Properties: z.object({ 'spark.sql.execution.id': z.coerce.number().optional() }).nullish().catch(null),
})

export const sqlStartSchema = z.object({
  executionId: z.number(),
  description: z.string().catch(''),
  physicalPlanDescription: z.string().catch(''),
  time: count,
})
export type SqlStart = z.output<typeof sqlStartSchema>

/** `errorMessage` since 3.4: empty where nothing failed. */
export const sqlEndSchema = z.object({
  executionId: z.number(),
  time: count,
  errorMessage: z.string().optional().catch(undefined),
})
export type SqlEnd = z.output<typeof sqlEndSchema>

export const jobEndSchema = z.object({
  'Job ID': z.number(),
  'Completion Time': instant,
  'Job Result': z.object({
    Result: z.string(),
    Exception: z.object({ Message: z.string().nullish() }).nullish().catch(null),
  }),
})

const address = z
  .object({ 'Executor ID': z.string(), Host: z.string(), Port: z.number() })
  .nullish()
  .catch(null)

export const taskEndSchema = z.object({
  'Stage ID': z.number(),
  'Stage Attempt ID': z.number().default(0),
  'Task End Reason': z.object({
    Reason: z.string(),
    'Full Stack Trace': z.string().nullish(),
    'Class Name': z.string().nullish(),
    Description: z.string().nullish(),
    'Executor ID': z.string().nullish(),
    'Exit Caused By App': z.boolean().nullish(),
    'Loss Reason': z.string().nullish(),
    'Block Manager Address': address,
    'Shuffle ID': z.number().nullish(),
    'Map ID': z.number().nullish(),
    'Map Index': z.number().nullish(),
    'Reduce ID': z.number().nullish(),
    Message: z.string().nullish(),
    'Kill Reason': z.string().nullish(),
  }),
  'Task Info': z.object({
    'Task ID': z.number(),
    Index: z.number(),
    Attempt: z.number(),
    'Launch Time': count,
    'Executor ID': z.string(),
    Host: z.string().default(''),
    'Getting Result Time': count,
    'Finish Time': count,
    Failed: z.boolean().default(false),
    Killed: z.boolean().default(false),
  }),
  'Task Executor Metrics': executorMetrics,
  'Task Metrics': z
    .object({
      'Executor Deserialize Time': count,
      'Executor Run Time': count,
      'Result Size': count,
      'JVM GC Time': count,
      'Result Serialization Time': count,
      'Memory Bytes Spilled': count,
      'Disk Bytes Spilled': count,
      'Shuffle Read Metrics': z
        .object({ 'Fetch Wait Time': count, 'Remote Bytes Read': count, 'Local Bytes Read': count })
        .optional(),
      'Shuffle Write Metrics': z.object({ 'Shuffle Bytes Written': count }).optional(),
      'Input Metrics': z.object({ 'Bytes Read': count }).optional(),
      'Output Metrics': z.object({ 'Bytes Written': count }).optional(),
    })
    .optional(),
})
export type TaskEnd = z.output<typeof taskEndSchema>
