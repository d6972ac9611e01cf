// Metrics of one application's driver: at this instant from the driver itself, over time from a Prometheus that watches it.
import type { PlatformReader, SparkApplication } from '../ports.ts'

/** A Prometheus that is configured for the platform; null where there is none. */
export function metricsOf(reader: PlatformReader): NonNullable<PlatformReader['metrics']> | null {
  return reader.capabilities.has('metrics') ? (reader.metrics ?? null) : null
}

/**
 * PromQL for a driver's series by the end of their names (a pattern, as Spark's PrometheusServlet writes them:
 * `DAGScheduler_job_activeJobs_Value`). With `spark.metrics.namespace=spark`, as our rules ask for, a name does not say
 * whose it is, and the executors' page of the same instance does; else the application's id is in the name.
 */
export function ofDriver(app: Pick<SparkApplication, 'id'>, pattern: string): string {
  const own = app.id.replaceAll(/[^A-Za-z0-9]/g, '_')
  return (
    `{__name__=~"metrics_${own}_driver_${pattern}"}` +
    ` or ({__name__=~"metrics_spark_driver_${pattern}"} and on (instance) ` +
    `metrics_executor_maxTasks{executor_id="driver", application_id=${JSON.stringify(app.id)}})`
  )
}

/** The name of a series without what stands before `_driver_`. */
export function driverName(labels: Readonly<Record<string, string>>): string {
  const name = labels['__name__'] ?? ''
  const at = name.indexOf('_driver_')
  return at < 0 ? name : name.slice(at + '_driver_'.length)
}

/** Where a live driver shows its metrics at this instant. */
export function gaugesShownAt(app: Pick<SparkApplication, 'apiUrl' | 'link'>): string {
  const [base] = app.apiUrl?.split('/api/v1/applications/') ?? []
  return base === undefined ? app.link : `${base}/metrics/json/`
}

/** The gauges of a live driver; null where there is none, or none that tells. */
export function gaugesOf(
  reader: PlatformReader,
  app: SparkApplication,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | null> {
  return reader.capabilities.has('gauges') && app.foundAt === 'driver'
    ? reader.gauges(app, signal)
    : Promise.resolve(null)
}
