// What may be run again (reference, 4.2): each row of the gate from the words that a platform or Spark says to the verdict.
import { describe, expect, it } from 'vitest'
import type { Place } from '../../../src/diagnosis/failures/model.ts'
import { strongest } from '../../../src/diagnosis/failures/read.ts'
import { type Verdict, verdictOf } from '../../../src/diagnosis/rerun/verdict.ts'
import { HARMLESS } from '../rerun/support.ts'

/** As `run.rerun` decides: what only may be the reason is none. */
function verdict(text: string, place: Place): Verdict['rerun'] {
  const best = strongest([{ text, place }])
  const known = best !== null && best.certainty !== 'low'
  return verdictOf({ ...HARMLESS, class: known ? best.mode.class : null, cause: best?.cause ?? null }).rerun
}

describe('transient: a rerun once', () => {
  it.each<[row: string, text: string, place: Place]>([
    ['preemption', 'Container container_1 on host: h was preempted.', 'container'],
    ['preemption', 'Preempted in order to admit critical pod', 'container'],
    ['spot', 'SPOT_INSTANCE_TERMINATION (CLOUD_FAILURE): instance_id=i-0abc', 'platform'],
    ['spot', 'instance i-1 (SPOT m5.xlarge) was lost at 10:00: INSTANCE_FAILURE: terminated.', 'platform'],
    ['143 without memory text', 'The executor with id 3 exited with exit code 143(SIGTERM).', 'container'],
    ['143 without memory text', 'Command exited with code 143', 'container'],
    ['lost node', 'Exit status: -100. Diagnostics: Container released on a *lost* node', 'container'],
    ['lost node', 'Container marked as failed: c on host: h. Exit status: -100.', 'container'],
    ['-102', 'Container marked as failed: c on host: h. Exit status: -102.', 'container'],
    ['lost node', 'NODES_LOST', 'platform'],
    ['S3 503', 'Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown)', 'task'],
    ['S3 503', 'S3Exception: Service Unavailable (Service: S3, Status Code: 503, Request ID: X)', 'task'],
    ['metastore socket timeout', 'MetaException(message:Got exception: org.apache.thrift.transport.TTransportException java.net.SocketTimeoutException: Read timed out)', 'driver'],
    ['metastore socket timeout', 'org.apache.hadoop.hive.ql.metadata.HiveException: x\nCaused by: org.apache.thrift.transport.TTransportException: java.net.SocketTimeoutException: Read timed out', 'driver'],
    ['INTERNAL_ERROR', 'INTERNAL_ERROR (INTERNAL_ERROR): Unexpected failure', 'platform'],
    ['CLOUD_FAILURE', 'CLOUD_FAILURE (CLOUD_FAILURE): the provider does not answer', 'platform'],
    ['CLUSTER_ERROR', 'CLUSTER_ERROR (INTERNAL_ERROR): the cluster went away', 'platform'],
    ['DRIVER_ERROR', 'DRIVER_ERROR (INTERNAL_ERROR): could not reach the driver', 'platform'],
    ['operator', 'SchedulingFailure: Failed to request driver from scheduler backend.', 'platform'],
    ['operator', 'DriverStartTimedOut: The driver did not start in time.', 'platform'],
    ['operator', 'ExecutorsStartTimedOut: Too few executors in time.', 'platform'],
  ])('%s: %s', (_row, text, place) => {
    expect(verdict(text, place)).toBe('safe')
  }) // prettier-ignore

  it('but never of a job that appends', () => {
    const writes = [{ mode: 'append', target: 't', finished: true } as const]
    expect(verdictOf({ ...HARMLESS, class: 'transient', cause: 'preempted', writes }).rerun).toBe('unsafe')
  })

  it('143 of a YARN container may be a full heap: nobody knows', () => {
    expect(verdict('Container from a bad node: c on host: h. Exit status: 143.', 'container')).toBe('unknown')
  })
})

describe('deterministic: no rerun', () => {
  it.each<[row: string, text: string, place: Place]>([
    ['exit 52', 'Command exited with code 52', 'container'],
    ['exit 52', "The driver's container ended: Error, exit code 52", 'container'],
    ['-104', 'Container marked as failed: c on host: h. Exit status: -104.', 'container'],
    ['137 and OOMKilled', 'exit code: 137 termination reason: OOMKilled', 'container'],
    ['maxResultSize', 'Total size of serialized results of 47 tasks (1043.6 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)', 'driver'],
    ['broadcast', 'Cannot broadcast the table that is larger than 8.0 GiB: 9.1 GiB.', 'driver'],
    ['broadcast', 'Not enough memory to build and broadcast the table to all worker nodes.', 'driver'],
    ['AnalysisException', 'org.apache.spark.sql.AnalysisException: cannot resolve x', 'driver'],
    ['schema', '[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST] Cannot write', 'driver'],
    ['data quality', 'ExpectationViolationException: Flow x failed to meet the expectation.', 'driver'],
    ['auth', 'UNAUTHORIZED_ERROR', 'platform'],
    ['auth', 'Client cannot authenticate via:[TOKEN, KERBEROS]', 'driver'],
  ])('%s: %s', (_row, text, place) => {
    expect(verdict(text, place)).toBe('unsafe')
  }) // prettier-ignore

  it('a broadcast that ran out of time is for its owner: a starved cluster says the same as a table that has grown', () => {
    expect(verdict('Could not execute broadcast in 300 secs.', 'driver')).toBe('unknown')
  })
})

describe('somebody has to mend something first', () => {
  it.each<[string, Place]>([
    ['CLUSTER_UNAVAILABLE: The EKS cluster is not reachable', 'platform'],
    ['MetaException(message:Could not connect to meta store using any of the URIs)', 'driver'],
    ['METASTORE_DOWN', 'platform'],
    ['DRIVER_UNREACHABLE', 'platform'],
    ['0/3 nodes are available: 3 Insufficient cpu.', 'platform'],
  ])('%s', (text, place) => {
    expect(verdict(text, place)).toBe('unsafe')
  })

  it('a cause in words goes before a state of the operator', () => {
    const state = { text: 'SchedulingFailure: no driver', place: 'platform' } as const
    const event = { text: 'FailedScheduling: 0/3 nodes are available', place: 'container' } as const
    expect(strongest([state, event])?.mode).toMatchObject({ id: 'F12', class: 'infrastructure' })
  })
})
