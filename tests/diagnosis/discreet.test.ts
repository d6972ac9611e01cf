// P12: what probes give to runbooks and store, output by output: measured, a word of ours, a name, or somebody's text.
import { describe, expect, it } from 'vitest'
import { createDiscretion } from '../../src/alerts/discretion.ts'
import { discreetResult } from '../../src/diagnosis/discreet.ts'
import { PERFORMANCE } from '../../src/diagnosis/performance/findings.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import type { StepResult } from '../../src/diagnosis/run-probes.ts'

/** Numbers and booleans. */
const MEASURED: Readonly<Record<string, string>> = {
  'spark.application': 'running unreachable minutes',
  'spark.cluster': 'alive_workers workers waiting_applications cores',
  'run.containers': 'containers bad waiting restarts exit_code memory_limit_mib',
  'spark.executor-deaths':
    'count executors_lost executors_alive lost_in_10_min churn exit_code executor_mib suggested_mib',
  'spark.failed-stages': 'failed recovered retries failed_tasks fail_rate stage',
  'spark.history-server': 'latency_s running lag_minutes',
  'spark.listener-drops': 'dropped',
  'spark.log': 'line lines',
  'spark.performance': PERFORMANCE.map(({ id }) => id).join(' '),
  'spark.progress': 'no_progress median_task_s alloc_stuck executors_wanted executors',
  'prometheus.query': 'value series min max age_s',
  'run.rerun': 'streaming',
  'run.changes': 'last_good_at count newest_at deploy_minutes input_ratio',
  'run.history':
    'earlier minutes p50_minutes p95_minutes ratio failed_in_a_row read input_bytes input_p50_bytes input_p95_bytes shuffle_bytes shuffle_p50_bytes shuffle_p95_bytes executors executors_p50 executors_p95 stage stage_s stage_p50_s stage_p95_s',
  'run.state': 'attempt max_attempts will_retry exhausted waits_s',
  'spark.skew': 'ratio data_ratio stage longest_s median_s running skewed',
  'spark.threads': 'deadlocked blocked task_threads busiest_share executors',
  'spark.streaming':
    'streams stream_lag latency_s trigger_s stream_rate input_rate processing_rate state_growth state_bytes',
}
/** Out of a closed list that stands in our code, or written by us around names. */
const OURS: Readonly<Record<string, string>> = {
  'spark.application': 'state found_at',
  'run.containers': 'worst_role signature cause class',
  'spark.executor-deaths': 'signature cause certainty',
  'spark.failed-stages': 'signature cause certainty',
  'spark.history-server': 'state signature severity',
  'spark.listener-drops': 'severity',
  'spark.log': 'signature cause class',
  'spark.performance': 'worst severity',
  'spark.progress': 'severity',
  'run.rerun': 'rerun reasons class signature cause certainty writes not_again',
  'run.changes': 'newest',
  'run.history': 'input_change shuffle_change executors_change stage_change',
  'run.state': 'state signature cause class',
  'spark.skew': 'severity',
  'spark.streaming': 'severity',
}
/** What things are found by: ids, hosts, versions, labels, names of settings, and the team's own deploy markers. */
const NAMES: Readonly<Record<string, string>> = {
  'spark.application': 'app_id name user spark_version link',
  'spark.cluster': 'status',
  'run.containers': 'worst_reason node',
  'spark.executor-deaths': 'app_id host',
  'spark.failed-stages': 'app_id',
  'spark.history-server': 'spark_version',
  'spark.listener-drops': 'app_id queue',
  'spark.performance': 'app_id',
  'spark.progress': 'app_id',
  'prometheus.query': 'labels',
  'run.rerun': 'run other_run later_run',
  'run.changes': 'last_good deploy deploy_by commit image spark_version runtime node_type config_keys',
  'run.history': 'later_succeeded',
  'run.state': 'queue app_id',
  'spark.skew': 'app_id',
  'spark.streaming': 'app_id query',
}
const listed = (table: Readonly<Record<string, string>>, probe: string): string[] =>
  table[probe]?.split(' ') ?? []

const NOTHING_RAW = createDiscretion([], false)
const resultOf = (use: string, outputs: StepResult['outputs']): StepResult =>
  ({ id: 'a', use, heading: use, outputs, findings: [] }) as unknown as StepResult

describe.each([...PROBES])('%s', (use, probe) => {
  it('has no output of which nobody has said whose words it is', () => {
    const said = [...listed(MEASURED, use), ...listed(OURS, use), ...listed(NAMES, use), ...(probe.quoting ?? [])]
    expect(Object.keys(probe.outputs).toSorted()).toEqual(said.toSorted())
  }) // prettier-ignore

  it('with `evidence: none` keeps its words and names, and nothing that it quotes', () => {
    const outputs = Object.fromEntries(Object.keys(probe.outputs).map((name) => [name, `of ${name}`]))
    const quoted = Object.fromEntries((probe.quoting ?? []).map((name) => [name, null]))
    expect(discreetResult(NOTHING_RAW, use, resultOf(use, outputs)).outputs).toEqual({
      ...outputs,
      ...quoted,
    })
  })
})
