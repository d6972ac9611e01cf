// Webhook bodies as Alertmanager posts them, for tests that count what became of each.

export interface BodyOptions {
  readonly job: string
  readonly fingerprint: string
  readonly appId?: string
}

/** One firing alert of one job. The same options make the same alert: sent twice it is a repeat. */
export function oomBody({ job, fingerprint, appId }: BodyOptions): Record<string, unknown> {
  return {
    version: '4',
    groupKey: `{}:{job_name="${job}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'arrestor',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts: [
      {
        status: 'firing',
        labels: {
          alertname: 'SparkExecutorOOMKilled',
          severity: 'critical',
          platform: 'prod',
          job_name: job,
          executor_id: fingerprint,
          ...(appId === undefined ? {} : { app_id: appId }),
        },
        annotations: { summary: `Executors of ${job} are being killed` },
        startsAt: '2026-11-02T02:59:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example/graph?g0.expr=up',
        fingerprint,
      },
    ],
  }
}
