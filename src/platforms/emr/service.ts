// The EMR API, and the calls that we know of it.
import type {
  CancelStepsCommandInput,
  DescribeClusterCommandInput,
  DescribeStepCommandInput,
  ListClustersCommandInput,
  ListInstanceFleetsCommandInput,
  ListInstanceGroupsCommandInput,
  ListInstancesCommandInput,
  ListStepsCommandInput,
} from '@aws-sdk/client-emr'
import { type AwsClient, type Credentials, type Service, createAwsClient } from '../aws/client.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'

/** GetClusterSessionCredentials and the presigned pages of Spark's UI are left out on purpose: they are credentials. */
export interface Reads {
  DescribeCluster: DescribeClusterCommandInput
  DescribeStep: DescribeStepCommandInput
  ListClusters: ListClustersCommandInput
  ListInstanceFleets: ListInstanceFleetsCommandInput
  ListInstanceGroups: ListInstanceGroupsCommandInput
  ListInstances: ListInstancesCommandInput
  ListSteps: ListStepsCommandInput
}
export interface Writes {
  CancelSteps: CancelStepsCommandInput
}
export type EmrClient = AwsClient<Reads>

const SERVICE: Service = {
  name: 'elasticmapreduce',
  async load() {
    const sdk = await import('@aws-sdk/client-emr')
    return { sdk, Client: sdk.EMRClient }
  },
}

export function readsOf(
  platform: string,
  config: Config,
  credentials: Credentials,
  deps: PlatformDeps,
): EmrClient {
  return createAwsClient<Reads>({
    platform,
    service: SERVICE,
    calls: [
      'DescribeCluster',
      'DescribeStep',
      'ListClusters',
      'ListInstanceFleets',
      'ListInstanceGroups',
      'ListInstances',
      'ListSteps',
    ],
    reads: true,
    config,
    endpoint: config.endpoint,
    credentials,
    deps,
  })
}

export function writesOf(
  platform: string,
  config: Config,
  credentials: Credentials,
  deps: PlatformDeps,
): AwsClient<Writes> {
  return createAwsClient<Writes>({
    platform,
    service: SERVICE,
    calls: ['CancelSteps'],
    reads: false,
    config,
    endpoint: config.endpoint,
    credentials,
    deps,
  })
}
