// Answers of the EMR Serverless API as far as we read them, as its SDK gives them (dates are dates).
import * as z from 'zod'
import { configurationsSchema } from '../aws/spark-settings.ts'

const word = z.string().nullish()
const instant = z
  .date()
  .nullish()
  .transform((at) => at ?? null)
const count = z.number().nullish()
const image = z.object({ imageUri: word, resolvedImageDigest: word }).nullish()

const monitoring = z
  .object({
    s3MonitoringConfiguration: z.object({ logUri: word }).nullish(),
    managedPersistenceMonitoringConfiguration: z.object({ enabled: z.boolean().nullish() }).nullish(),
  })
  .nullish()

const standing = {
  name: word,
  mode: word,
  state: z.string(),
  stateDetails: word,
  createdBy: word,
  createdAt: instant,
  updatedAt: instant,
  attempt: count,
}

export const jobRunSchema = z.object({
  jobRun: z.object({
    ...standing,
    jobRunId: z.string(),
    applicationId: z.string(),
    startedAt: instant,
    endedAt: instant,
    releaseLabel: word,
    retryPolicy: z.object({ maxAttempts: count }).nullish(),
    queuedDurationMilliseconds: count,
    jobDriver: z
      .object({
        sparkSubmit: z
          .object({
            entryPoint: word,
            entryPointArguments: z.array(z.string()).nullish(),
            sparkSubmitParameters: word,
          })
          .nullish(),
      })
      .nullish(),
    configurationOverrides: z
      .object({ applicationConfiguration: configurationsSchema, monitoringConfiguration: monitoring })
      .nullish(),
    imageConfiguration: image,
    workerTypeSpecifications: z.record(z.string(), z.object({ imageConfiguration: image })).nullish(),
  }),
})
export type JobRunInfo = z.output<typeof jobRunSchema>['jobRun']

export const jobRunsSchema = z.object({
  jobRuns: z.array(z.object({ ...standing, id: z.string(), applicationId: z.string() })),
  nextToken: word,
})
export type JobRunSummary = z.output<typeof jobRunsSchema>['jobRuns'][number]

export const attemptsSchema = z.object({
  jobRunAttempts: z.array(z.object({ attempt: count, state: z.string(), stateDetails: word })),
})

export const applicationSchema = z.object({
  application: z.object({
    applicationId: z.string(),
    name: word,
    state: z.string(),
    type: word,
    releaseLabel: word,
    runtimeConfiguration: configurationsSchema,
    monitoringConfiguration: monitoring,
  }),
})
export type ApplicationInfo = z.output<typeof applicationSchema>['application']
