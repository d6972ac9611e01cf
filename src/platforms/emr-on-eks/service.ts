// The EMR on EKS API, and the calls that we know of it.
import type {
  CancelJobRunCommandInput,
  DescribeJobRunCommandInput,
  DescribeVirtualClusterCommandInput,
  ListJobRunsCommandInput,
} from '@aws-sdk/client-emr-containers'
import { type AwsClient, type Credentials, type Service, createAwsClient } from '../aws/client.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'

export interface Reads {
  DescribeJobRun: DescribeJobRunCommandInput
  DescribeVirtualCluster: DescribeVirtualClusterCommandInput
  ListJobRuns: ListJobRunsCommandInput
}
export interface Writes {
  CancelJobRun: CancelJobRunCommandInput
}

const SERVICE: Service = {
  name: 'emr-containers',
  async load() {
    const sdk = await import('@aws-sdk/client-emr-containers')
    return { sdk, Client: sdk.EMRContainersClient }
  },
}

export function readsOf(
  platform: string,
  config: Config,
  credentials: Credentials,
  deps: PlatformDeps,
): AwsClient<Reads> {
  return createAwsClient<Reads>({
    platform,
    service: SERVICE,
    calls: ['DescribeJobRun', 'DescribeVirtualCluster', 'ListJobRuns'],
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
    calls: ['CancelJobRun'],
    reads: false,
    config,
    endpoint: config.endpoint,
    credentials,
    deps,
  })
}
