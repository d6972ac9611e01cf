// Job runs of EMR on EKS as the shared reader asks for them.
import type { AwsClient } from '../aws/client.ts'
import type { JobRun, JobRuns } from '../job-runs/reader.ts'
import { pagesBy } from '../aws/pages.ts'
import { belowS3, s3PlaceOf } from '../aws/s3-store.ts'
import { settingIn } from '../aws/spark-settings.ts'
import type { Config } from './config.ts'
import { type JobRunInfo, jobRunSchema, jobRunsSchema, virtualClusterSchema } from './schema.ts'
import type { Reads } from './service.ts'
import { type RunPage, runOf } from './status.ts'

/** 50 a page. */
const PAGES = 6

export function createSource(
  config: Config,
  client: AwsClient<Reads>,
  normalise: (name: string) => string,
): JobRuns {
  const pageOf = (home: string, id: string): RunPage => ({
    link: `https://${config.region}.console.aws.amazon.com/emr/home?region=${config.region}#/eks/clusters/${home}`,
    timesBy: `aws emr-containers describe-job-run --region ${config.region} --virtual-cluster-id ${home} --id ${id}`,
  })

  function described(home: string, info: JobRunInfo): JobRun {
    const { monitoringConfiguration: monitoring, applicationConfiguration: configurations } =
      info.configurationOverrides ?? {}
    const logUri = monitoring?.s3MonitoringConfiguration?.logUri
    const { sparkSubmitJobDriver: submit, sparkSqlJobDriver: sql } = info.jobDriver ?? {}
    const settings = submit?.sparkSubmitParameters ?? sql?.sparkSqlParameters ?? ''
    const set = settingIn('spark.eventLog.dir', settings, configurations ?? [])
    const events = set !== null && s3PlaceOf(set) !== null ? set : (config.event_log ?? null)
    return {
      home,
      run: runOf(info, normalise, pageOf(home, info.id)),
      logs: logUri && s3PlaceOf(logUri) !== null ? belowS3(logUri, home, 'jobs', info.id) : null,
      events: events === null ? null : { folder: events, own: false },
      sparkId: `spark-${info.id}`,
    }
  }

  return {
    kind: config.kind,
    homes: config.virtual_cluster_ids,
    // Spark names its application after the job run.
    idOf(text) {
      const id = text.replace(/^spark-/, '')
      return /^0000[0-9a-z]{8,60}$/.test(id) ? id : null
    },
    async get(home, id, signal) {
      const answer = await client.call('DescribeJobRun', { virtualClusterId: home, id }, jobRunSchema, signal)
      return answer === null ? null : described(home, answer.jobRun)
    },
    async list(home, signal) {
      const pages = await pagesBy('nextToken', PAGES, (sent) =>
        client.call(
          'ListJobRuns',
          { virtualClusterId: home, maxResults: 50, ...sent },
          jobRunsSchema,
          signal,
        ),
      )
      return pages.flatMap((page) => page.jobRuns.map((one) => runOf(one, normalise, pageOf(home, one.id))))
    },
    // What earlier attempts said, the service does not keep.
    words: () => Promise.resolve([]),
    async driverFolder({ logs }, store, signal) {
      if (logs === null) return null
      // containers/spark-<job run>/spark-<job run>-driver/
      const applications = (await store.list(belowS3(logs, 'containers'), signal)) ?? []
      for (const application of applications.filter(
        ({ folder, name }) => folder && name.startsWith('spark-'),
      )) {
        // prettier-ignore
        const pods = (await store.list(application.path, signal)) ?? []
        const driver = pods.findLast(({ folder, name }) => folder && name.endsWith('-driver'))
        if (driver !== undefined) return driver.path
      }
      return null
    },
    async check(signal) {
      const told = await Promise.all(
        config.virtual_cluster_ids.map(async (id) => {
          const answer = await client.call('DescribeVirtualCluster', { id }, virtualClusterSchema, signal)
          const of = answer?.virtualCluster
          return of === undefined ? `${id} is not there` : `${of.name ?? id} (${id}) is ${of.state}`
        }),
      )
      return `EMR on EKS in ${config.region} answers: virtual cluster ${told.join(', virtual cluster ')}`
    },
  }
}
