// The job run an alert speaks of, read from its labels under the names that exporters and operators use.
import type { Run } from './model.ts'
import type { NormaliseJobName } from './job-name.ts'

// Never a bare `job`: in Prometheus that label is the scrape job.
/** The labels that name a job, the first that is there counts. */
export const NAMES_OF_JOBS = [
  'job_name',
  'spark_app_name',
  'app_name',
  'application_name',
  'label_spark_app_name',
  'dag_id',
] as const
const RUN_ID = ['app_id', 'spark_app_id', 'application_id', 'label_spark_app_selector', 'run_id'] as const
const CLUSTER = ['cluster', 'workspace', 'cluster_id', 'namespace', 'app_namespace'] as const

/**
 * The run in these labels; fields that no label speaks of are null. Where none names an application or a job, a pod of
 * Spark's does, as `namespace/pod`: the Kubernetes reader finds its run.
 */
export function runFromLabels(labels: Readonly<Record<string, string>>, normalise: NormaliseJobName): Run {
  const first = (names: readonly string[]): string | null => {
    for (const name of names) {
      const value = labels[name]
      if (value !== undefined && value !== '') return value
    }
    return null
  }
  const jobName = first(NAMES_OF_JOBS)
  return {
    platform: first(['platform']),
    cluster: first(CLUSTER),
    jobName: jobName === null ? null : normalise(jobName),
    runId: first(RUN_ID) ?? (jobName === null ? podIn(labels) : null),
    attempt: wholeNumber(labels['attempt']),
    retriesLeft: wholeNumber(labels['retries_left']),
  }
}

function podIn({ namespace = '', pod = '' }: Readonly<Record<string, string>>): string | null {
  const place = `${namespace}/${pod}`
  return isPod(place) ? place : null
}

/** Whether a run is told by a pod named as Spark names pods (`etl/orders-4f-exec-7`); of another, say an exporter's, nothing follows. */
export function isPod(runId: string): boolean {
  return /^[a-z0-9-]+\/[a-z0-9][a-z0-9.-]*-(?:driver|exec-\d+)$/.test(runId)
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null
}
