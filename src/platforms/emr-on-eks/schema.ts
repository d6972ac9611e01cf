// Answers of the EMR on EKS API as far as we read them, as its SDK gives them (dates are dates).
import * as z from 'zod'
import { configurationsSchema } from '../aws/spark-settings.ts'

const word = z.string().nullish()
const instant = z
  .date()
  .nullish()
  .transform((at) => at ?? null)
const count = z.number().nullish()

const jobRun = z.object({
  id: z.string(),
  name: word,
  clientToken: word,
  virtualClusterId: word,
  state: z.string(),
  stateDetails: word,
  /** INTERNAL_ERROR, USER_ERROR, VALIDATION_ERROR or CLUSTER_UNAVAILABLE. */
  failureReason: word,
  createdAt: instant,
  finishedAt: instant,
  createdBy: word,
  releaseLabel: word,
  jobDriver: z
    .object({
      sparkSubmitJobDriver: z
        .object({
          entryPoint: word,
          entryPointArguments: z.array(z.string()).nullish(),
          sparkSubmitParameters: word,
        })
        .nullish(),
      sparkSqlJobDriver: z.object({ entryPoint: word, sparkSqlParameters: word }).nullish(),
    })
    .nullish(),
  configurationOverrides: z
    .object({
      applicationConfiguration: configurationsSchema,
      monitoringConfiguration: z
        .object({ s3MonitoringConfiguration: z.object({ logUri: word }).nullish() })
        .nullish(),
    })
    .nullish(),
  retryPolicyConfiguration: z.object({ maxAttempts: count }).nullish(),
  retryPolicyExecution: z.object({ currentAttemptCount: count }).nullish(),
})
export type JobRunInfo = z.output<typeof jobRun>

export const jobRunSchema = z.object({ jobRun })
export const jobRunsSchema = z.object({ jobRuns: z.array(jobRun), nextToken: word })
export const virtualClusterSchema = z.object({
  virtualCluster: z.object({ id: z.string(), name: word, state: z.string() }),
})
