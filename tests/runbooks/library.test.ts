// The shipped library against the failures that we know: each has a runbook, by an alert's name or once it is seen.
import { beforeAll, describe, expect, test } from 'vitest'
import { FAILURE_MODES } from '../../src/diagnosis/failures/modes.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { matchAlert, type RunbookIndex } from '../../src/runbooks/match.ts'
import { probesOf, type ProbeOutputs } from '../../src/runbooks/model.ts'
import { alert } from './support.ts'

/** What an alert that only says "failed" gets first; it looks at everything. */
const GENERAL = 'job-failed'

interface Reached {
  readonly runbook: string
  /** An alert that says it by its name. */
  readonly alert: string
  /** Probes of the general runbook whose `signature` brings the alert of a failed job here. */
  readonly seen: readonly string[]
}

const reached = (runbook: string, name: string, seen = ''): Reached => ({
  runbook,
  alert: name,
  seen: seen.split(' ').filter((probe) => probe !== ''),
})

const REACHED: Readonly<Record<string, Reached>> = {
  F01: reached('driver-oom', 'SparkDriverOOM', 'log state'),
  F02: reached('executor-oom', 'SparkExecutorOOMKilled', 'death stages'),
  F03: reached('executor-oom', 'SparkContainerOOMKilled', 'death stages'),
  F04: reached('fetch-failure', 'SparkFetchFailures', 'stages'),
  F05: reached('data-skew', 'SparkDataSkew'),
  F06: reached('straggler-host', 'SparkStragglerHost'),
  F07: reached('excessive-gc', 'SparkHighGcTime', 'log death stages'),
  F08: reached('spill', 'SparkHighSpill'),
  F09: reached('disk-full', 'SparkExecutorDiskFull', 'stages death log state'),
  F10: reached('heartbeat-lost', 'SparkExecutorHeartbeatLost', 'death stages log state'),
  F11: reached('preemption', 'SparkExecutorsPreempted', 'death stages log state'),
  F12: reached('no-resources', 'SparkApplicationStarving', 'log state stages'),
  F13: reached('no-progress', 'SparkNoProgress'),
  F14: reached('streaming-lag', 'SparkStreamingLag', 'log'),
  F15: reached('state-growth', 'SparkStreamingStateGrowing'),
  F16: reached('checkpoint-damaged', 'SparkCheckpointCorrupt', 'log stages death state'),
  F17: reached('kafka-offsets-lost', 'SparkKafkaOffsetsLost', 'log stages death state'),
  F18: reached('small-files', 'SparkSmallFiles'),
  F19: reached('broadcast-timeout', 'SparkBroadcastTimeout', 'stages log death state'),
  F20: reached('result-too-big', 'SparkResultTooBig', 'stages log death state'),
  F21: reached('sla-miss', 'SparkJobSLAMissed'),
  F22: reached('driver-unreachable', 'SparkDriverUnreachable', 'state log'),
  F23: reached('history-server', 'SparkHistoryServerDown'),
  F24: reached('event-log-growth', 'SparkEventLogDirectoryFull', 'state log'),
  F25: reached('listener-drops', 'SparkListenerEventsDropped', 'log'),
  F26: reached('metastore', 'HiveMetastoreDown', 'stages log state'),
  F27: reached('store-throttled', 'SparkS3Throttled', 'stages log state'),
  F28: reached('credentials-expired', 'SparkKerberosExpired', 'stages log state'),
  F29: reached('schema-or-query', 'SparkSchemaMismatch', 'stages log state'),
  F30: reached('data-quality', 'SparkDataQualityCheckFailed', 'stages log state'),
  F31: reached('idle-resources', 'SparkExecutorsIdle'),
  F32: reached('queue-exhausted', 'SparkApplicationsWaiting', 'state log'),
  F33: reached('master-failover', 'SparkMasterDown', 'log state'),
  F34: reached('worker-lost', 'SparkWorkerLost', 'death stages log'),
  F35: reached('no-free-port', 'SparkDriverPortExhaustion', 'state log'),
  F36: reached('executors-lost', 'SparkMaxExecutorFailures', 'death stages log state'),
  F37: reached('python-worker', 'SparkPythonWorkerCrashed', 'stages log state'),
  F38: reached('access-denied', 'SparkAccessDenied', 'stages log state'),
  F39: reached('dataproc-agent', 'DataprocAgentUnhealthy', 'state log'),
  F40: reached('platform-trouble', 'SparkPlatformError', 'state'),
  F41: reached('platform-trouble', 'SparkCloudFailure', 'state'),
  F42: reached('run-refused', 'SparkRunRefused', 'state'),
}

const ROWS = Object.entries(REACHED)
const SEEN = ROWS.flatMap(([id, { runbook, seen }]) => seen.map((probe) => [id, probe, runbook] as const))

/** Nothing but numbers tells these, so that no word of a failed run ever holds their id. */
const MEASURED = new Set(FAILURE_MODES.filter(({ kind }) => kind === 'measured').map(({ id }) => id))
/** Said in the log of a server that no job waits for: no job fails of it, and none is to be told so. */
const OF_NO_JOB = new Set(['F23'])
const isOnly = (id: string, kind: string): boolean =>
  FAILURE_MODES.every((mode) => mode.id !== id || mode.kind === kind)

let index: RunbookIndex
beforeAll(async () => {
  ;({ index } = await loadRunbooks(['runbooks']))
})

function idOf(alertname: string, outputs?: ProbeOutputs): string | undefined {
  return matchAlert(index, alert({ alertname, job_name: 'nightly-orders' }), outputs).runbook?.id
}

describe('every failure that we know', () => {
  test('is in this table, and nothing else', () => {
    const all = Array.from({ length: 42 }, (_, at) => `F${String(at + 1).padStart(2, '0')}`)
    expect([...new Set(FAILURE_MODES.map(({ id }) => id))].sort()).toEqual(all)
    expect(ROWS.map(([id]) => id)).toEqual(all)
  })

  test.each(ROWS)('%s has a runbook by the name of an alert', (_id, { runbook, alert: name }) => {
    expect(idOf(name)).toBe(runbook)
  })

  test('that words tell is recognised in a failed job, and one that only numbers tell is not promised', () => {
    for (const [id, { seen }] of ROWS)
      expect([id, seen.length > 0]).toEqual([id, !MEASURED.has(id) && !OF_NO_JOB.has(id)])
  })

  test.each(SEEN)('%s, once %s has told it, brings a failed job to %s', (id, probe, runbook) => {
    for (const name of ['SparkJobFailed', 'SparkApplicationFailed'])
      expect(idOf(name, { [probe]: { signature: id } })).toBe(runbook)
  })
})

describe('an alert that says only that something is down', () => {
  const SOMETHING = ['TargetDown', 'PrometheusTargetMissing', 'BlackboxProbeFailed', 'EndpointDown']

  test('goes to the History Server once that is seen to be down, by a probe of the runbook that it gets first', () => {
    const first = index.byId.get(idOf('TargetDown') ?? '')
    const steps = new Map(first === undefined ? [] : probesOf(first).map(({ id, use }) => [id, use]))
    expect(PROBES.get(steps.get('shs') ?? '')?.outputs['signature']).toContain('F23')
    for (const name of SOMETHING) {
      expect(idOf(name, { shs: { signature: 'none' } })).toBe(first?.id)
      expect(idOf(name, { shs: { signature: 'F23' } })).toBe('history-server')
    }
  })

  test('is no failed job, which stays one while the History Server is away', () => {
    expect(idOf('SparkJobFailed', { shs: { signature: 'F23' } })).toBe(GENERAL)
  })
})

describe('a job that failed', () => {
  test('gets the general runbook first, and keeps it while nobody knows why', () => {
    const nobody = { signature: 'unknown' }
    expect(idOf('SparkJobFailed')).toBe(GENERAL)
    expect(idOf('SparkJobFailed', { stages: nobody, log: nobody, state: nobody })).toBe(GENERAL)
    expect(idOf('SparkJobFailed', { death: { signature: 'none' }, log: { signature: 'none' } })).toBe(GENERAL)
  })

  test('is looked at by every probe on which the second pass relies, under the same ids', () => {
    const general = index.byId.get(GENERAL)
    const steps = new Map(general === undefined ? [] : probesOf(general).map(({ id, use }) => [id, use]))
    for (const probe of new Set(SEEN.map(([, id]) => id)))
      expect([probe, PROBES.get(steps.get(probe) ?? '')?.outputs['signature']]).toEqual([
        probe,
        expect.any(String),
      ])
  })

  test('goes to the cause where one probe tells a symptom and another its cause', () => {
    const symptoms = SEEN.filter(([id]) => isOnly(id, 'symptom'))
    const causes = SEEN.filter(([id]) => isOnly(id, 'cause'))
    const wrong = symptoms.flatMap(([symptom, at]) =>
      causes
        .filter(([, probe]) => probe !== at)
        .map(([cause, probe, runbook]) => {
          const got = idOf('SparkJobFailed', { [at]: { signature: symptom }, [probe]: { signature: cause } })
          return got === runbook ? '' : `${at}=${symptom} ${probe}=${cause}: ${got ?? 'none'}, not ${runbook}`
        }),
    )
    expect(wrong.filter((line) => line !== '')).toEqual([])
  })
})
