// Answers of the EMR API as far as we read them, as its SDK gives them (dates are dates).
import * as z from 'zod'
import { clusterConfigurationsSchema } from '../aws/spark-settings.ts'

const word = z.string().nullish()
const instant = z
  .date()
  .nullish()
  .transform((at) => at ?? null)
const reason = z.object({ Code: word, Message: word }).nullish()
const timeline = z
  .object({ CreationDateTime: instant, StartDateTime: instant, EndDateTime: instant })
  .nullish()

const step = z.object({
  Id: z.string(),
  Name: word,
  Config: z.object({ Jar: word, MainClass: word, Args: z.array(z.string()).nullish() }).nullish(),
  Status: z.object({
    State: z.string(),
    StateChangeReason: reason,
    FailureDetails: z.object({ Reason: word, Message: word, LogFile: word }).nullish(),
    Timeline: timeline,
  }),
})
export type StepInfo = z.output<typeof step>
export const stepSchema = z.object({ Step: step })
export const stepsSchema = z.object({ Steps: z.array(step), Marker: word })

export const clusterSchema = z.object({
  Cluster: z.object({
    Id: z.string(),
    Name: word,
    Status: z.object({
      State: z.string(),
      StateChangeReason: reason,
      Timeline: z.object({ CreationDateTime: instant, EndDateTime: instant }).nullish(),
      ErrorDetails: z.array(z.object({ ErrorCode: word, ErrorMessage: word })).nullish(),
    }),
    InstanceCollectionType: word,
    LogUri: word,
    ReleaseLabel: word,
    CustomAmiId: word,
    Tags: z.array(z.object({ Key: word, Value: word })).nullish(),
    Configurations: clusterConfigurationsSchema,
  }),
})
export type ClusterInfo = z.output<typeof clusterSchema>['Cluster']

export const clustersSchema = z.object({
  Clusters: z.array(z.object({ Id: z.string(), Name: word })),
  Marker: word,
})

const count = z.number().nullish()
export const groupsSchema = z.object({
  InstanceGroups: z.array(
    z.object({
      Id: word,
      InstanceGroupType: word,
      Market: word,
      InstanceType: word,
      RequestedInstanceCount: count,
      RunningInstanceCount: count,
      Status: z.object({ State: word, StateChangeReason: reason }).nullish(),
    }),
  ),
})
export const fleetsSchema = z.object({
  InstanceFleets: z.array(
    z.object({
      Id: word,
      InstanceFleetType: word,
      TargetOnDemandCapacity: count,
      TargetSpotCapacity: count,
      ProvisionedOnDemandCapacity: count,
      ProvisionedSpotCapacity: count,
      InstanceTypeSpecifications: z.array(z.object({ InstanceType: word })).nullish(),
      Status: z.object({ State: word, StateChangeReason: reason }).nullish(),
    }),
  ),
})

export const instancesSchema = z.object({
  Instances: z.array(
    z.object({
      Ec2InstanceId: word,
      InstanceType: word,
      Market: word,
      Status: z
        .object({
          State: word,
          StateChangeReason: reason,
          Timeline: z.object({ EndDateTime: instant }).nullish(),
        }) // prettier-ignore
        .nullish(),
    }),
  ),
  Marker: word,
})
export type InstanceInfo = z.output<typeof instancesSchema>['Instances'][number]
