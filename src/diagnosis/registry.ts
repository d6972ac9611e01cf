// Every probe, by the word after `use:` in a runbook.
import type { Probe } from './model.ts'
import { application } from './probes/application.ts'
import { cluster } from './probes/cluster.ts'
import { executorDeaths } from './probes/executor-deaths.ts'
import { failedStages } from './probes/failed-stages.ts'
import { performance } from './probes/performance.ts'
import { prometheusQuery } from './probes/prometheus-query.ts'
import { skew } from './probes/skew.ts'

export const PROBES: ReadonlyMap<string, Probe> = new Map(
  [application, cluster, executorDeaths, failedStages, performance, prometheusQuery, skew].map((probe) => [
    probe.id,
    probe,
  ]),
)
