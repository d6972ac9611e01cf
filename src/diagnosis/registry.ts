// Every probe, by the word after `use:` in a runbook.
import type { Probe } from './model.ts'
import { application } from './probes/application.ts'
import { cluster } from './probes/cluster.ts'
import { executorDeaths } from './probes/executor-deaths.ts'
import { failedStages } from './probes/failed-stages.ts'
import { skew } from './probes/skew.ts'

export const PROBES: ReadonlyMap<string, Probe> = new Map(
  [application, cluster, executorDeaths, failedStages, skew].map((probe) => [probe.id, probe]),
)
