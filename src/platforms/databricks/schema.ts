// The Databricks REST API (Jobs 2.2, Clusters 2.1, DBFS and Files 2.0) as far as we read it; what it omits may be absent.
import * as z from 'zod'

/** 64-bit, in JSON a number; webhooks write it as text. */
const id = z.union([z.number(), z.string()]).transform(String)
/** 0 stands for "not yet". */
const instant = z
  .union([z.number(), z.string()])
  .transform(Number)
  .transform((ms) => (Number.isFinite(ms) && ms > 0 ? new Date(ms) : null))
  .nullish()
  .transform((at) => at ?? null)
const millis = z.number().catch(0).default(0)
const word = z.string().nullish()

/** `status` since 2.2; `state` before, and still sent beside it. */
const statusSchema = z.object({
  state: word,
  termination_details: z.object({ code: word, type: word, message: word }).nullish(),
  queue_details: z.object({ code: word, message: word }).nullish(),
})
const stateSchema = z.object({
  life_cycle_state: word,
  result_state: word,
  state_message: word,
  queue_reason: word,
  user_cancelled_or_timedout: z.boolean().nullish(),
})
const standing = { status: statusSchema.nullish(), state: stateSchema.nullish() }
export type Standing = z.output<z.ZodObject<typeof standing>>

/** How a cluster was asked for; what is not as published tells nothing, and the run is read all the same. */
const newCluster = z
  .object({
    spark_version: word,
    node_type_id: word,
    num_workers: z.number().nullish(),
    autoscale: z.object({ min_workers: z.number(), max_workers: z.number() }).nullish(),
    docker_image: z.object({ url: word }).nullish(),
    spark_conf: z.record(z.string(), z.unknown()).nullish(),
  })
  .nullish()
  .catch(null)
export type NewCluster = NonNullable<z.output<typeof newCluster>>

const made = {
  new_cluster: newCluster,
  libraries: z.array(z.unknown()).nullish().catch(null),
  notebook_task: z.record(z.string(), z.unknown()).nullish().catch(null),
  spark_python_task: z.record(z.string(), z.unknown()).nullish().catch(null),
  python_wheel_task: z.record(z.string(), z.unknown()).nullish().catch(null),
  spark_jar_task: z.record(z.string(), z.unknown()).nullish().catch(null),
  spark_submit_task: z.record(z.string(), z.unknown()).nullish().catch(null),
}

const clusterInstance = z.object({ cluster_id: word, spark_context_id: word }).nullish()

export const taskRunSchema = z.object({
  ...standing,
  run_id: id,
  task_key: z.string(),
  attempt_number: z.number().default(0),
  max_retries: z.number().nullish(),
  start_time: instant,
  end_time: instant,
  setup_duration: millis,
  queue_duration: millis,
  run_page_url: word,
  cluster_instance: clusterInstance,
  existing_cluster_id: word,
  ...made,
})
export type TaskRun = z.output<typeof taskRunSchema>

export const runSchema = z.object({
  ...standing,
  run_id: id,
  /** Absent for one-time runs that were submitted without a job. */
  job_id: id.optional(),
  job_run_id: id.optional(),
  run_name: word,
  run_page_url: word,
  creator_user_name: word,
  attempt_number: z.number().default(0),
  start_time: instant,
  end_time: instant,
  setup_duration: millis,
  queue_duration: millis,
  execution_duration: millis,
  cluster_instance: clusterInstance,
  /** Told where `include_history` asks for it; the run itself is the first of them. */
  repair_history: z.array(z.object({ type: word, id: id.nullish(), start_time: instant })).default([]),
  tasks: z.array(taskRunSchema).default([]),
  job_clusters: z
    .array(z.object({ job_cluster_key: z.string(), new_cluster: newCluster }))
    .nullish()
    .catch(null),
  git_source: z
    .object({
      git_branch: word,
      git_tag: word,
      git_commit: word,
      git_snapshot: z.object({ used_commit: word }).nullish(),
    })
    .nullish()
    .catch(null),
  job_parameters: z
    .array(z.object({ name: z.string(), default: word, value: word }))
    .nullish()
    .catch(null),
  next_page_token: word,
})
export type RunInfo = z.output<typeof runSchema>

export const runListSchema = z.object({ runs: z.array(runSchema).default([]), next_page_token: word })

export const jobListSchema = z.object({
  jobs: z.array(z.object({ job_id: id, settings: z.object({ name: word }).nullish() })).default([]),
  next_page_token: word,
})

export const jobSchema = z.object({
  settings: z
    .object({
      name: word,
      max_retries: z.number().nullish(),
      tasks: z.array(z.object({ task_key: z.string(), max_retries: z.number().nullish() })).default([]),
    })
    .nullish(),
  next_page_token: word,
})

export const runOutputSchema = z.object({
  error: word,
  error_trace: word,
  logs: word,
  logs_truncated: z.boolean().nullish(),
})
export type RunOutput = z.output<typeof runOutputSchema>

const reasonSchema = z.object({
  code: word,
  type: word,
  parameters: z.record(z.string(), z.unknown()).nullish(),
})
export type TerminationReason = z.output<typeof reasonSchema>

const destination = z.object({ destination: z.string() }).nullish()
export const clusterSchema = z.object({
  cluster_id: z.string(),
  cluster_name: word,
  state: word,
  state_message: word,
  termination_reason: reasonSchema.nullish(),
  cluster_log_conf: z.object({ dbfs: destination, volumes: destination, s3: destination }).nullish(),
})
export type ClusterInfo = z.output<typeof clusterSchema>

export const clusterEventsSchema = z.object({
  events: z
    .array(
      z.object({
        timestamp: instant,
        type: word,
        details: z
          .object({
            reason: reasonSchema.nullish(),
            cause: word,
            user: word,
            driver_state_message: word,
            did_not_expand_reason: word,
            instance_id: word,
          })
          .nullish(),
      }),
    )
    .default([]),
})
export type ClusterEvent = z.output<typeof clusterEventsSchema>['events'][number]

export const dbfsListSchema = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        is_dir: z.boolean().default(false),
        file_size: z.number().default(0),
        modification_time: instant,
      }),
    )
    .default([]),
})
export const dbfsReadSchema = z.object({ bytes_read: z.number().default(0), data: z.string().default('') })

export const directorySchema = z.object({
  contents: z
    .array(
      z.object({
        path: z.string(),
        name: z.string(),
        is_directory: z.boolean().default(false),
        file_size: z.number().default(0),
        last_modified: instant,
      }),
    )
    .default([]),
  next_page_token: word,
})

export const meSchema = z.object({ userName: word, displayName: word })

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() })

/** How Databricks says no; SCIM says `detail`. */
export const refusalSchema = z.object({ error_code: word, message: word, detail: word })
