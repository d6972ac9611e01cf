// The EMR on EKS API, and the calls that we know of it.
import type {
  CancelJobRunCommandInput,
  DescribeJobRunCommandInput,
  DescribeVirtualClusterCommandInput,
  ListJobRunsCommandInput,
  StartJobRunCommandInput,
} from '@aws-sdk/client-emr-containers'
import { clientsOf } from '../aws/calls.ts'
import type { Service } from '../aws/client.ts'

export interface Reads {
  DescribeJobRun: DescribeJobRunCommandInput
  DescribeVirtualCluster: DescribeVirtualClusterCommandInput
  ListJobRuns: ListJobRunsCommandInput
}
export interface Writes {
  CancelJobRun: CancelJobRunCommandInput
  StartJobRun: StartJobRunCommandInput
}

const SERVICE: Service = {
  name: 'emr-containers',
  async load() {
    const sdk = await import('@aws-sdk/client-emr-containers')
    return { sdk, Client: sdk.EMRContainersClient }
  },
}

export const readsOf = clientsOf<Reads>(SERVICE, 'reads', [
  'DescribeJobRun',
  'DescribeVirtualCluster',
  'ListJobRuns',
])
export const writesOf = clientsOf<Writes>(SERVICE, 'writes', ['CancelJobRun', 'StartJobRun'])
