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
import { clientsOf } from '../aws/calls.ts'
import type { AwsClient, Service } from '../aws/client.ts'

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

export const readsOf = clientsOf<Reads>(SERVICE, 'reads', [
  'DescribeCluster',
  'DescribeStep',
  'ListClusters',
  'ListInstanceFleets',
  'ListInstanceGroups',
  'ListInstances',
  'ListSteps',
])
export const writesOf = clientsOf<Writes>(SERVICE, 'writes', ['CancelSteps'])
