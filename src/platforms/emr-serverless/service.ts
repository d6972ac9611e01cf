// The EMR Serverless API, and the calls that we know of it.
import type {
  CancelJobRunCommandInput,
  GetApplicationCommandInput,
  GetJobRunCommandInput,
  ListJobRunAttemptsCommandInput,
  ListJobRunsCommandInput,
} from '@aws-sdk/client-emr-serverless'
import { type AwsClient, type Credentials, type Service, createAwsClient } from '../aws/client.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'

/** GetDashboardForJobRun is left out on purpose: its link opens the Spark UI to whoever has it. */
export interface Reads {
  GetApplication: GetApplicationCommandInput
  GetJobRun: GetJobRunCommandInput
  ListJobRuns: ListJobRunsCommandInput
  ListJobRunAttempts: ListJobRunAttemptsCommandInput
}
export interface Writes {
  CancelJobRun: CancelJobRunCommandInput
}

const SERVICE: Service = {
  name: 'emr-serverless',
  async load() {
    const sdk = await import('@aws-sdk/client-emr-serverless')
    return { sdk, Client: sdk.EMRServerlessClient }
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
    calls: ['GetApplication', 'GetJobRun', 'ListJobRuns', 'ListJobRunAttempts'],
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
