// The EMR Serverless API, and the calls that we know of it.
import type {
  CancelJobRunCommandInput,
  GetApplicationCommandInput,
  GetJobRunCommandInput,
  ListJobRunAttemptsCommandInput,
  ListJobRunsCommandInput,
  StartJobRunCommandInput,
} from '@aws-sdk/client-emr-serverless'
import { clientsOf } from '../aws/calls.ts'
import type { Service } from '../aws/client.ts'

/** GetDashboardForJobRun is left out on purpose: its link opens the Spark UI to whoever has it. */
export interface Reads {
  GetApplication: GetApplicationCommandInput
  GetJobRun: GetJobRunCommandInput
  ListJobRuns: ListJobRunsCommandInput
  ListJobRunAttempts: ListJobRunAttemptsCommandInput
}
export interface Writes {
  CancelJobRun: CancelJobRunCommandInput
  StartJobRun: StartJobRunCommandInput
}

const SERVICE: Service = {
  name: 'emr-serverless',
  async load() {
    const sdk = await import('@aws-sdk/client-emr-serverless')
    return { sdk, Client: sdk.EMRServerlessClient }
  },
}

export const readsOf = clientsOf<Reads>(SERVICE, 'reads', [
  'GetApplication',
  'GetJobRun',
  'ListJobRuns',
  'ListJobRunAttempts',
])
export const writesOf = clientsOf<Writes>(SERVICE, 'writes', ['CancelJobRun', 'StartJobRun'])
