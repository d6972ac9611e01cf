// The failures that can be had at a press: what each means in one line, and the alerts that tell of it.
import type { FiredAlert, Labels } from './alertmanager.ts'

/** What a scenario's alerts are made from. `appId` is set when the scenario has a Spark application. */
export type Occasion = { startsAt: string; appId?: string }

/** A deploy marker, as a pipeline would send it. */
export type Deployed = { version: string; commit: string; by: string; minutesBefore: number }

export type Scenario = {
  id: string
  title: string
  explains: string
  team: 'data-platform' | 'streaming'
  severity: 'critical' | 'warning'
  /** The id of the channel where its card is expected. */
  channel: string
  /** The recording that the Spark replay plays for it, when there is one. */
  recording?: string
  /** What its pipeline deployed before, the oldest first: the card tells of it. */
  deployed?: readonly Deployed[]
  /** The workers of the Spark replay are gone while it burns. */
  losesWorkers?: boolean
  /** The labels that Alertmanager's route groups by. */
  groupBy: readonly string[]
  alerts: (occasion: Occasion) => FiredAlert[]
}

const CHANNELS = { 'data-platform': 'C0DATA', streaming: 'C0STREAM' } as const
const GROUP_BY = ['alertname', 'team', 'platform', 'job_name'] as const

type Kind = Omit<Scenario, 'channel' | 'groupBy' | 'alerts'> & {
  alertname: string
  labels: Labels
  summary: string
  description: string
  /** The PromQL that would have found it: what Prometheus links to. */
  expr: string
}

/** A scenario of one alert. */
function single(kind: Kind): Scenario {
  const { id, title, explains, team, severity, recording, losesWorkers, deployed } = kind
  return {
    id,
    title,
    explains,
    team,
    severity,
    ...(recording === undefined ? {} : { recording }),
    ...(losesWorkers === undefined ? {} : { losesWorkers }),
    ...(deployed === undefined ? {} : { deployed }),
    channel: CHANNELS[team],
    groupBy: GROUP_BY,
    alerts: (occasion) => [alert(kind, { ...kind.labels }, occasion)],
  }
}

function alert(
  kind: Pick<Kind, 'alertname' | 'severity' | 'team' | 'summary' | 'description' | 'expr'>,
  labels: Labels,
  occasion: Occasion,
): FiredAlert {
  return {
    labels: {
      alertname: kind.alertname,
      severity: kind.severity,
      team: kind.team,
      platform: 'sandbox',
      // The scrape job, as Prometheus adds it: not to be mistaken for the Spark job.
      job: 'spark-metrics',
      ...labels,
      ...(occasion.appId === undefined ? {} : { app_id: occasion.appId }),
    },
    annotations: { summary: kind.summary, description: kind.description },
    startsAt: occasion.startsAt,
    generatorURL: `http://prometheus.sandbox.example:9090/graph?g0.expr=${encodeURIComponent(kind.expr)}&g0.tab=1`,
  }
}

const STORM = { hosts: 20, executorsOnEach: 10 }

const STORM_KIND = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  summary: 'An executor of clickstream-hourly was killed: out of memory',
  description: 'Container killed by YARN for exceeding physical memory limits.',
  expr: 'increase(spark_executor_oom_killed_total[5m]) > 0',
} as const

/** Every scenario, in the order of the menu. */
export const SCENARIOS: readonly Scenario[] = [
  single({
    id: 'executor-oom',
    title: 'Executor out of memory',
    explains:
      'Executors die and Spark keeps retrying: a real recorded application to look into, and to kill.',
    team: 'data-platform',
    severity: 'critical',
    recording: 'executor-oom',
    deployed: [{ version: '1.5.0', commit: '4f9c2d10aa', by: 'dana', minutesBefore: 40 }],
    alertname: 'SparkExecutorOOMKilled',
    labels: { job_name: 'orders-daily' },
    summary: 'Executors of orders-daily are being killed: out of memory',
    description: 'More than 3 executors were lost to OOM in 5 minutes; the stage is being retried.',
    expr: 'increase(spark_executor_oom_killed_total{job_name="orders-daily"}[5m]) > 3',
  }),
  single({
    id: 'driver-oom',
    title: 'Driver out of memory',
    explains:
      'Too much was collected to the driver: the application has ended, and a rerun alone will not help. Recorded too.',
    team: 'data-platform',
    severity: 'critical',
    recording: 'driver-oom',
    alertname: 'SparkDriverOOM',
    labels: { job_name: 'customer-export' },
    summary: 'The driver of customer-export ran out of memory',
    description: 'java.lang.OutOfMemoryError: Java heap space in thread "main" while collecting a result.',
    expr: 'spark_driver_oom_total{job_name="customer-export"} > 0',
  }),
  single({
    id: 'data-skew',
    title: 'Data skew',
    explains:
      'One task runs far longer than its neighbours. Nothing has failed yet: a warning, and a recording of it.',
    team: 'data-platform',
    severity: 'warning',
    recording: 'data-skew',
    alertname: 'SparkTaskSkew',
    labels: { job_name: 'clicks-sessionize' },
    summary: 'One task of clicks-sessionize runs far longer than the median',
    description: 'The slowest task of a stage has taken more than 10 times as long as the median one.',
    expr: 'spark_stage_task_duration_max / spark_stage_task_duration_median > 10',
  }),
  single({
    id: 'fetch-failure',
    title: 'Fetch failure',
    explains:
      'Shuffle files were lost with their host; stages are computed again and may never finish. Recorded too.',
    team: 'data-platform',
    severity: 'critical',
    recording: 'fetch-failed',
    alertname: 'SparkFetchFailures',
    labels: { job_name: 'payments-hourly' },
    summary: 'payments-hourly cannot fetch shuffle data',
    description: 'More than 5 FetchFailedException in 10 minutes; a stage is being computed again.',
    expr: 'increase(spark_shuffle_fetch_failures_total{job_name="payments-hourly"}[10m]) > 5',
  }),
  single({
    id: 'streaming-lag',
    title: 'Streaming lag',
    explains:
      'A stream falls behind its source, recorded as well. It is the other team’s: another channel, other people.',
    team: 'streaming',
    severity: 'critical',
    recording: 'streaming-lag',
    alertname: 'SparkStreamingLag',
    labels: { job_name: 'clicks-to-lake', query_name: 'clicks' },
    summary: 'clicks-to-lake is 14 minutes behind its source',
    description: 'The input rate is 1.8 times the processing rate, and has been for 10 minutes.',
    expr: 'spark_streaming_lag_seconds{job_name="clicks-to-lake"} > 600',
  }),
  single({
    id: 'bad-deploy',
    title: 'Bad deployment',
    explains:
      'Since a new version went out, the check of its output fails. Bob may press Roll Back; the pipeline does it.',
    team: 'data-platform',
    severity: 'critical',
    deployed: [
      { version: '2.3.1', commit: '9b1e6c02d4', by: 'dana', minutesBefore: 3 * 24 * 60 },
      { version: '2.4.0', commit: 'c07d51f3aa', by: 'dana', minutesBefore: 1 },
    ],
    alertname: 'SparkJobDeploymentFailing',
    labels: { job_name: 'invoices-daily' },
    summary: 'invoices-daily 2.4.0 writes invoices without a currency',
    description: 'The check of its output has failed since 2.4.0 went out; 2.3.1 passed it.',
    expr: 'invoices_check_failed{job_name="invoices-daily"} > 0',
  }),
  single({
    id: 'no-alive-workers',
    title: 'No alive workers',
    explains: 'The master has no workers left. Not one job but the whole platform waits.',
    team: 'data-platform',
    severity: 'critical',
    losesWorkers: true,
    alertname: 'SparkNoAliveWorkers',
    labels: { instance: 'spark-master:8080' },
    summary: 'The Spark master has no alive workers',
    description: 'metrics_master_aliveWorkers_Value is 0 and applications are waiting for resources.',
    expr: 'metrics_master_aliveWorkers_Value == 0',
  }),
  {
    id: 'storm',
    title: 'Storm: 200 alerts, one cause',
    explains: 'A job loses 200 executors on 20 hosts at once. There should be one card, not 200.',
    team: 'data-platform',
    severity: 'critical',
    channel: CHANNELS['data-platform'],
    // Grouping by host as well is a common mistake; it makes one cause arrive in many bodies.
    groupBy: [...GROUP_BY, 'host'],
    alerts: (occasion) =>
      Array.from({ length: STORM.hosts * STORM.executorsOnEach }, (_, index) => {
        const host = `worker-${String((index % STORM.hosts) + 1).padStart(2, '0')}`
        return alert(
          STORM_KIND,
          { job_name: 'clickstream-hourly', host, executor_id: String(index + 1) },
          occasion,
        )
      }),
  },
  single({
    id: 'unknown',
    title: 'An alert nobody has a runbook for',
    explains: 'It still becomes a card and still pages; the gap in the runbooks is counted.',
    team: 'data-platform',
    severity: 'warning',
    alertname: 'SparkQuantumFluxInverted',
    labels: { job_name: 'mystery-box' },
    summary: 'Something happened that nobody has written down yet',
    description: 'flux is <!channel> & "inverted": *this* text comes from outside and must stay inert.',
    expr: 'spark_quantum_flux < 0',
  }),
]
