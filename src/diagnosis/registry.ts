// Every probe, by the word after `use:` in a runbook.
import type { Probe } from './model.ts'
import { application } from './probes/application.ts'
import { cluster } from './probes/cluster.ts'
import { containers } from './probes/containers.ts'
import { executorDeaths } from './probes/executor-deaths.ts'
import { failedStages } from './probes/failed-stages.ts'
import { historyServer } from './probes/history-server.ts'
import { listenerDrops } from './probes/listener-drops.ts'
import { log } from './probes/log.ts'
import { performance } from './probes/performance.ts'
import { progress } from './probes/progress.ts'
import { prometheusQuery } from './probes/prometheus-query.ts'
import { rerun } from './probes/rerun.ts'
import { runChanges } from './probes/run-changes.ts'
import { runHistory } from './probes/run-history.ts'
import { runState } from './probes/run-state.ts'
import { skew } from './probes/skew.ts'
import { threads } from './probes/threads.ts'
import { streaming } from './probes/streaming.ts'

const ALL: readonly Probe[] = [
  application,
  cluster,
  containers,
  executorDeaths,
  failedStages,
  historyServer,
  listenerDrops,
  log,
  performance,
  progress,
  prometheusQuery,
  rerun,
  runChanges,
  runHistory,
  runState,
  skew,
  threads,
  streaming,
]

export const PROBES: ReadonlyMap<string, Probe> = new Map(ALL.map((probe) => [probe.id, probe]))
