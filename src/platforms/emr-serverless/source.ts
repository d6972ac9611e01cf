// Job runs of EMR Serverless as the shared reader asks for them.
import { datesOfArguments } from '../../alerts/data-dates.ts'
import type { AwsClient } from '../aws/client.ts'
import type { JobRun, JobRuns } from '../job-runs/reader.ts'
import { pagesBy } from '../aws/pages.ts'
import { belowS3, s3PlaceOf } from '../aws/s3-store.ts'
import { settingIn } from '../aws/spark-settings.ts'
import type { Config } from './config.ts'
import { type ApplicationInfo, type JobRunInfo, applicationSchema, attemptsSchema, jobRunSchema, jobRunsSchema } from './schema.ts' // prettier-ignore
import type { Reads } from './service.ts'
import { type RunPage, hasEnded, maxAttemptsOf, stateOf, summaryOf, traitsOf, wordsOf } from './status.ts'

/** 50 a page, newest first. */
const PAGES = 6
/** Earlier attempts whose words are told, the newest. */
const ATTEMPTS_TOLD = 3

export function createSource(
  config: Config,
  client: AwsClient<Reads>,
  normalise: (name: string) => string,
): JobRuns {
  const pageOf = (home: string, id: string): RunPage => ({
    link: `https://${config.region}.console.aws.amazon.com/emr/home?region=${config.region}#/serverless`,
    timesBy: `aws emr-serverless get-job-run --region ${config.region} --application-id ${home} --job-run-id ${id}`,
  })

  /** What an application configures for all its job runs; not everybody may read it, and most runs say it themselves. */
  async function defaultsOf(home: string, signal: AbortSignal): Promise<ApplicationInfo | null> {
    try {
      const answer = await client.call('GetApplication', { applicationId: home }, applicationSchema, signal)
      return answer?.application ?? null
    } catch {
      signal.throwIfAborted()
      return null
    }
  }

  async function described(home: string, info: JobRunInfo, signal: AbortSignal): Promise<JobRun> {
    const own = info.configurationOverrides?.monitoringConfiguration?.s3MonitoringConfiguration?.logUri
    const application = config.logs === 's3' && !own ? await defaultsOf(home, signal) : null
    const logUri = own ?? application?.monitoringConfiguration?.s3MonitoringConfiguration?.logUri
    const logs =
      logUri && s3PlaceOf(logUri) !== null
        ? belowS3(logUri, 'applications', home, 'jobs', info.jobRunId)
        : null
    const state = stateOf(info)
    return {
      home,
      run: {
        ...summaryOf({ ...info, id: info.jobRunId }, normalise, pageOf(home, info.jobRunId)),
        maxAttempts: maxAttemptsOf(info),
        startedAt: info.startedAt,
        endedAt: hasEnded(state) ? (info.endedAt ?? info.updatedAt) : null,
        traits: traitsOf(info),
        dates: datesOfArguments(info.jobDriver?.sparkSubmit?.entryPointArguments ?? []),
      },
      logs,
      events: eventsOf(info, application, logs),
      sparkId: info.jobRunId,
    }
  }

  function eventsOf(
    info: JobRunInfo,
    application: ApplicationInfo | null,
    logs: string | null,
  ): JobRun['events'] {
    // prettier-ignore
    const set = settingIn('spark.eventLog.dir', info.jobDriver?.sparkSubmit?.sparkSubmitParameters ?? '', [
      ...(info.configurationOverrides?.applicationConfiguration ?? []),
      ...(application?.runtimeConfiguration ?? []),
    ])
    if (set !== null && s3PlaceOf(set) !== null) return { folder: set, own: false }
    if (config.event_log !== undefined) return { folder: config.event_log, own: false }
    return logs === null ? null : { folder: belowS3(logs, 'sparklogs'), own: true }
  }

  return {
    kind: config.kind,
    homes: config.application_ids,
    idOf: (text) => (/^00[0-9a-z]{8,62}$/.test(text) ? text : null),
    async get(home, id, signal) {
      const input = { applicationId: home, jobRunId: id }
      const answer = await client.call('GetJobRun', input, jobRunSchema, signal)
      return answer === null ? null : described(home, answer.jobRun, signal)
    },
    async list(home, signal) {
      const pages = await pagesBy('nextToken', PAGES, (sent) =>
        client.call('ListJobRuns', { applicationId: home, maxResults: 50, ...sent }, jobRunsSchema, signal),
      )
      return pages.flatMap((page) =>
        page.jobRuns.map((one) => summaryOf(one, normalise, pageOf(home, one.id))),
      )
    },
    async words({ home, run }, signal) {
      if ((run.attempt ?? 1) === 1 && run.state !== 'retrying') return []
      const input = { applicationId: home, jobRunId: run.id, maxResults: 50 }
      const answer = await client.call('ListJobRunAttempts', input, attemptsSchema, signal)
      return (answer?.jobRunAttempts ?? [])
        .filter(({ state }) => state === 'FAILED')
        .sort((a, b) => (b.attempt ?? 0) - (a.attempt ?? 0))
        .slice(0, ATTEMPTS_TOLD)
        .flatMap((one) =>
          wordsOf(one.stateDetails, 'failed', `attempt ${one.attempt ?? '?'} of job run ${run.id}`),
        ) // prettier-ignore
        .filter(({ text }) => run.words.every((word) => word.text !== text))
    },
    async driverFolder({ logs }, store, signal) {
      if (logs === null) return null
      // Of a run with a retry policy each attempt has a folder of its own.
      const attempts = (await store.list(belowS3(logs, 'attempts'), signal)) ?? []
      const numbers = attempts.filter(({ folder, name }) => folder && /^\d+$/.test(name)).map(({ name }) => Number(name)) // prettier-ignore
      return numbers.length > 0
        ? belowS3(logs, 'attempts', String(Math.max(...numbers)), 'SPARK_DRIVER')
        : belowS3(logs, 'SPARK_DRIVER')
    },
    async check(signal) {
      const told = await Promise.all(
        config.application_ids.map(async (home) => {
          const input = { applicationId: home, maxResults: 50 }
          const answer = await client.call('ListJobRuns', input, jobRunsSchema, signal)
          if (answer === null) return `${home} is not there`
          const newest = answer.jobRuns.length
          return `${home} tells ${newest} of its newest job runs`
        }),
      )
      return `EMR Serverless in ${config.region} answers: application ${told.join(', application ')}`
    },
  }
}
