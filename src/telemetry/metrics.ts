// Counters and gauges under their Prometheus names; labels are enums, never text from outside.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  readonly alerts: Counter<'source' | 'outcome'>
  readonly incidents: Counter<'team' | 'event'>
  readonly pages: Counter<'team' | 'outcome'>
  readonly undelivered: Gauge<'destination'>
  readonly deliveries: Counter<'destination' | 'outcome'>
  readonly presses: Counter<'press' | 'outcome'>
  readonly actions: Counter<'action' | 'state'>
  readonly intakeSeconds: Histogram<'source'>
  readonly slackSocket: Gauge
  readonly runbooks: Gauge<'state'>
  readonly runbookFoldersUnread: Gauge
  readonly sourceSynced: Gauge<'source'>
  readonly sourceFailed: Gauge<'source'>
  readonly platformWaits: Histogram<'platform'>
  readonly platformShared: Counter<'platform'>
}

/** A fresh registry; one per process in production, one per test. */
export function createMetrics(options: { processMetrics: boolean }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.processMetrics) collectDefaultMetrics({ register: registry })
  return {
    registry,
    alerts: new Counter({
      name: 'arrestor_alerts_total',
      help: 'Alerts taken in, by what became of them.',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    incidents: new Counter({
      name: 'arrestor_incidents_total',
      help: 'Incidents opened, acknowledged, resolved.',
      labelNames: ['team', 'event'],
      registers,
    }),
    pages: new Counter({
      name: 'arrestor_pages_total',
      help: 'Pages by outcome of an attempt.',
      labelNames: ['team', 'outcome'],
      registers,
    }),
    undelivered: new Gauge({
      name: 'arrestor_undelivered',
      help: 'Effects that wait although they were tried.',
      labelNames: ['destination'],
      registers,
    }),
    deliveries: new Counter({
      name: 'arrestor_deliveries_total',
      help: 'Attempts to deliver an effect.',
      labelNames: ['destination', 'outcome'],
      registers,
    }),
    presses: new Counter({
      name: 'arrestor_presses_total',
      help: 'What people pressed or typed.',
      labelNames: ['press', 'outcome'],
      registers,
    }),
    actions: new Counter({
      name: 'arrestor_action_runs_total',
      help: 'Action runs by state reached.',
      labelNames: ['action', 'state'],
      registers,
    }),
    intakeSeconds: new Histogram({
      name: 'arrestor_intake_seconds',
      help: 'From a webhook in to its answer.',
      labelNames: ['source'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    slackSocket: new Gauge({
      name: 'arrestor_slack_connected',
      help: '1 while Socket Mode is connected.',
      registers,
    }),
    runbooks: new Gauge({
      name: 'arrestor_runbooks',
      help: 'Runbook files: loaded, stale (broken now, the last good version serves), refused (broken, nothing serves).',
      labelNames: ['state'],
      registers,
    }),
    runbookFoldersUnread: new Gauge({
      name: 'arrestor_runbook_folders_unread',
      help: 'Folders of runbooks that cannot be read, or not in time; what they held before serves.',
      registers,
    }),
    sourceSynced: new Gauge({
      name: 'arrestor_runbook_source_sync_timestamp_seconds',
      help: 'When a repository of runbooks was last looked at with success.',
      labelNames: ['source'],
      registers,
    }),
    sourceFailed: new Gauge({
      name: 'arrestor_runbook_source_sync_failed',
      help: '1 while a repository of runbooks cannot be fetched.',
      labelNames: ['source'],
      registers,
    }),
    platformWaits: new Histogram({
      name: 'arrestor_platform_wait_seconds',
      help: 'Requests to a platform that waited for a place of its budget (`probing`), until they had one or ran out of time.',
      labelNames: ['platform'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20],
      registers,
    }),
    platformShared: new Counter({
      name: 'arrestor_platform_shared_total',
      help: 'Requests to a platform that were not sent, since the same had just been asked.',
      labelNames: ['platform'],
      registers,
    }),
  }
}
