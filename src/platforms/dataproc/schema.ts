// Dataproc's REST API (v1) as far as we read it: jobs, batches, clusters. Google leaves out what is empty.
import * as z from 'zod'

const word = z.string().nullish()
const instant = z.coerce
  .date()
  .nullish()
  .transform((at) => at ?? null)
const properties = z.record(z.string(), z.string()).nullish()

const statusSchema = z.object({ state: z.string(), details: word, substate: word, stateStartTime: instant })

/** Of each kind of job what is compared between runs. */
const workSchema = z
  .object({
    mainClass: word,
    mainJarFileUri: word,
    mainPythonFileUri: word,
    mainRFileUri: word,
    queryFileUri: word,
    args: z.array(z.string()).nullish(),
    properties,
  })
  .nullish()
export type Work = NonNullable<z.output<typeof workSchema>>

export const jobSchema = z.object({
  reference: z.object({ jobId: z.string() }),
  placement: z.object({ clusterName: word }).nullish(),
  status: statusSchema,
  statusHistory: z.array(statusSchema).default([]),
  yarnApplications: z.array(z.object({ name: word, state: word, trackingUrl: word })).default([]),
  sparkJob: workSchema,
  pysparkJob: workSchema,
  sparkSqlJob: workSchema,
  sparkRJob: workSchema,
  driverOutputResourceUri: word,
  labels: properties,
  jobUuid: word,
  scheduling: z.object({ maxFailuresPerHour: z.number().nullish(), maxFailuresTotal: z.number().nullish() }).nullish(), // prettier-ignore
})
export type JobInfo = z.output<typeof jobSchema>
export const jobsSchema = z.object({ jobs: z.array(jobSchema).default([]), nextPageToken: word })

export const batchSchema = z.object({
  /** `projects/p/locations/r/batches/id` */
  name: z.string(),
  uuid: word,
  state: z.string(),
  stateMessage: word,
  stateTime: instant,
  stateHistory: z
    .array(z.object({ state: z.string(), stateMessage: word, stateStartTime: instant }))
    .default([]),
  createTime: instant,
  creator: word,
  labels: properties,
  operation: word,
  sparkBatch: workSchema,
  pysparkBatch: workSchema,
  sparkSqlBatch: workSchema,
  sparkRBatch: workSchema,
  runtimeInfo: z.object({ outputUri: word, diagnosticOutputUri: word }).nullish(),
  runtimeConfig: z.object({ version: word, containerImage: word, properties }).nullish(),
})
export type BatchInfo = z.output<typeof batchSchema>
export const batchesSchema = z.object({ batches: z.array(batchSchema).default([]), nextPageToken: word })

const group = z.object({ numInstances: z.number().nullish(), machineTypeUri: word }).nullish()
export const clusterSchema = z.object({
  clusterName: z.string(),
  status: z.object({ state: word, detail: word, substate: word }).nullish(),
  config: z
    .object({
      masterConfig: group,
      workerConfig: group,
      secondaryWorkerConfig: group,
      softwareConfig: z.object({ imageVersion: word, properties }).nullish(),
    })
    .nullish(),
})
export type ClusterInfo = z.output<typeof clusterSchema>
