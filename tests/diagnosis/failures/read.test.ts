// Spark's own words, told apart. Lines marked "recorded" come from src/sandbox/spark/recordings and docs/spark-facts.md.
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Place, Said } from '../../../src/diagnosis/failures/model.ts'
import { FAILURE_MODES, modeOf } from '../../../src/diagnosis/failures/modes.ts'
import { readLog } from '../../../src/diagnosis/failures/read-log.ts'
import { exitCodesIn, isIntended, sightings, strongest } from '../../../src/diagnosis/failures/read.ts'

const said = (text: string, place: Place = 'task'): Said => ({ text, place })

describe('one text', () => {
  it.each<[text: string, id: string, cause?: string, place?: Place]>([
    // Recorded on 3.5.9 and 4.3.0.
    ['java.lang.OutOfMemoryError: Java heap space', 'F02', 'executor-heap-oom'],
    ['Command exited with code 52', 'F02', 'executor-heap-oom', 'container'],
    [
      'ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: Command exited with code 52',
      'F02',
    ],
    [
      'org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0 partition 1',
      'F04',
    ],
    ['FetchFailed(null, shuffleId=0, mapIndex=-1, mapId=-1, reduceId=1, message=', 'F04'],
    // Memory, as Spark's sources, YARN's and Kubernetes' allocators and public logs have it.
    ['java.lang.OutOfMemoryError: GC overhead limit exceeded', 'F02', 'gc-overhead'],
    ['java.lang.OutOfMemoryError: GC overhead limit exceeded', 'F01', 'driver-gc-overhead', 'driver'],
    ['java.lang.OutOfMemoryError: Java heap space', 'F01', 'driver-oom', 'driver'],
    ['java.lang.OutOfMemoryError: Direct buffer memory', 'F02', 'off-heap-oom'],
    [
      'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory',
      'F02',
      'no-threads',
    ],
    ['[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0.', 'F02'],
    ['Unable to acquire 65536 bytes of memory, got 0', 'F02'],
    ['WARN TaskMemoryManager: Failed to allocate a page (67108864 bytes), try again.', 'F02'],
    [
      'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used.',
      'F03',
    ],
    ['Container killed by YARN for exceeding memory limits. 5.5 GB of 5 GB physical memory used.', 'F03'],
    ['Container marked as failed: container_1 on host: h. Exit status: -104. Possible causes: x', 'F03'],
    ['The executor with id 12 exited with exit code 137(SIGKILL, possible container OOM).', 'F03'],
    ['exit code: 137 termination reason: OOMKilled', 'F03'],
    ['Out of memory: Killed process 4711 (java) total-vm:1kB', 'F03'],
    ['Not enough memory to build and broadcast the table to all worker nodes.', 'F01'],
    ['driver container failed with ExitCode: 137, Reason: OOMKilled', 'F01', 'driver-oom', 'platform'],
    [
      'Job aborted due to stage failure: Total size of serialized results of 47 tasks (1043.6 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)',
      'F20',
    ],
    [
      'Could not execute broadcast in 300 secs. You can increase the timeout for broadcasts via spark.sql.broadcastTimeout',
      'F19',
      'broadcast-timeout',
    ],
    ['Cannot broadcast the table that is larger than 8.0 GiB: 9.1 GiB.', 'F19', 'broadcast-too-big'],
    ["ModuleNotFoundError: No module named 'pandas'", 'F37', 'python-module-missing'],
    ['MemoryError', 'F37', 'python-memory'],
    ['numpy.core._exceptions.MemoryError: Unable to allocate 1 GiB', 'F37', 'python-memory'],
    [
      'org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)',
      'F37',
      'python-worker-crashed',
    ],
    // Nodes and schedulers.
    ['java.io.IOException: No space left on device', 'F09'],
    ['1/1 local-dirs usable space is below configured utilization percentage/no more usable space', 'F09'],
    ['The node was low on resource: ephemeral-storage. Evicted', 'F09', 'disk-full', 'platform'],
    [
      "The driver's container ended: Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.",
      'F09',
      'disk-limit',
      'container',
    ],
    [
      'The executor\'s container ended: Evicted, exit code 137: Container spark-kubernetes-executor exceeded its local ephemeral storage limit "1Gi".',
      'F09',
      'disk-limit',
      'container',
    ],
    [
      'The executor\'s container ended: Evicted: Usage of EmptyDir volume "spark-local-dir-1" exceeds the limit "1Gi".',
      'F09',
      'disk-limit',
      'container',
    ],
    [
      "The executor's container ended: Evicted: The node had condition: [DiskPressure].",
      'F09',
      'disk-full',
      'container',
    ],
    [
      "The driver's container ended: Evicted: The node was low on resource: inodes.",
      'F09',
      'disk-full',
      'container',
    ],
    ['Executor heartbeat timed out after 135969 ms', 'F10'],
    ['Removing executor 7 with no recent heartbeats: 135969 ms exceeds timeout 120000 ms', 'F10'],
    [
      'Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues.',
      'F10',
    ],
    ['Container container_1 on host: h was preempted.', 'F11'],
    ['Preempted in order to admit critical pod', 'F11', 'preempted', 'platform'],
    ['Container released on a *lost* node', 'F11'],
    ['Command exited with code 143', 'F11', 'told-to-end', 'container'],
    [
      'Container exited with a non-zero exit code 143. Killed by external signal',
      'F11',
      'told-to-end',
      'container',
    ],
    ['Initial job has not accepted any resources; check your cluster UI', 'F12'],
    ['0/3 nodes are available: 3 Insufficient cpu.', 'F12', 'no-resources', 'platform'],
    [
      "Unschedulable: 0/5 nodes are available: 5 node(s) didn't match Pod's node affinity/selector. preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling.",
      'F12',
      'no-resources',
      'container',
    ],
    [
      'Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi.',
      'F11',
      'evicted',
      'container',
    ],
    [
      'Pod of the executor: Evicted: The node was low on resource: ephemeral-storage. Container a was using 40Gi.',
      'F09',
      'disk-full',
      'container',
    ],
    [
      'NodeShutdown: Pod was terminated in response to imminent node shutdown.',
      'F11',
      'preempted',
      'container',
    ],
    [
      "Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.",
      'F32',
      'queue-exhausted',
      'platform',
    ],
    ['I have been elected leader! New state: RECOVERING', 'F33', 'master-failover', 'platform'],
    ['Removing worker-1 because we got no heartbeat in 60 seconds', 'F34', 'worker-lost', 'platform'],
    [
      "Service 'sparkDriver' failed after 16 retries (on a random free port)!",
      'F35',
      'no-free-port',
      'driver',
    ],
    ['Max number of executor failures (8) reached', 'F36', 'max-executor-failures', 'container'],
    ['Master agent not initialized', 'F39', 'dataproc-agent', 'platform'],
    [
      'Throttling job 4711 (and maybe others): Not enough free memory (current=10 min=40)',
      'F32',
      'queue-exhausted',
      'platform',
    ],
    ['Rate limit', 'F32', 'queue-exhausted', 'platform'],
    [
      'Application is Activated, waiting for resources to be assigned for AM.',
      'F32',
      'no-room-for-its-master',
      'platform',
    ],
    ['com.google.api.client.googleapis.json.GoogleJsonResponseException: 412 Precondition Failed', 'F27'],
    [
      "ExpectationViolationException: Flow 'orders' failed to meet the expectation. Violated expectations: 'valid_id'.",
      'F30',
    ],
    // Codes of platforms, as Databricks, EMR and EMR on EKS write them.
    ['INTERNAL_ERROR (INTERNAL_ERROR): Unexpected failure', 'F40', 'platform-error', 'platform'],
    ['INTERNAL_ERROR: Please contact support', 'F40', 'platform-error', 'platform'],
    ['CLOUD_FAILURE (CLOUD_FAILURE): the provider does not answer', 'F41', 'cloud-failure', 'platform'],
    ['CLUSTER_ERROR (INTERNAL_ERROR): the cluster went away', 'F41', 'cloud-failure', 'platform'],
    ['DRIVER_ERROR (INTERNAL_ERROR): could not reach the driver', 'F22', 'driver-error', 'platform'],
    ['MAX_CONCURRENT_RUNS_EXCEEDED (CLIENT_ERROR): 1 is allowed', 'F32', 'queue-exhausted', 'platform'],
    ['MAX_JOB_QUEUE_SIZE_EXCEEDED (CLIENT_ERROR): full', 'F32', 'queue-exhausted', 'platform'],
    ['CLUSTER_UNAVAILABLE: The EKS cluster is not reachable', 'F41', 'cluster-unavailable', 'platform'],
    ['SchedulingFailure: Failed to request driver', 'F41', 'not-started', 'platform'],
    ['DriverStartTimedOut: no driver', 'F41', 'not-started', 'platform'],
    ['ExecutorsStartTimedOut: too few executors', 'F41', 'not-started', 'platform'],
    [
      'instance i-1 (ON_DEMAND m5.xlarge) was lost at 10:00: INSTANCE_FAILURE: Instance was terminated.',
      'F41',
      'cloud-failure',
      'platform',
    ],
    [
      'instance i-1 (SPOT m5.xlarge) was lost at 10:00: INSTANCE_FAILURE: Instance was terminated.',
      'F11',
      'spot-lost',
      'platform',
    ],
    ['Server.SpotInstanceTermination: Spot instance termination', 'F11', 'preempted', 'platform'],
    ['VALIDATION_ERROR: The release label is not known', 'F42', 'run-refused', 'platform'],
    [
      'TERMINATED_WITH_ERRORS: BOOTSTRAP_FAILURE: bootstrap action 1 failed',
      'F42',
      'run-refused',
      'platform',
    ],
    ['BOOTSTRAP_FAILURE_BA_DOWNLOAD_FAILED_PRIMARY: no script', 'F42', 'run-refused', 'platform'],
    ['LIBRARY_INSTALLATION_ERROR (CLIENT_ERROR): no wheel', 'F42', 'run-refused', 'platform'],
    ['TERMINATED_WITH_ERRORS: INSTANCE_FLEET_TIMEOUT: no capacity', 'F12', 'no-resources', 'platform'],
    [
      'instance group CORE is SUSPENDED: INSTANCE_FAILURE: There is insufficient capacity',
      'F12',
      'no-resources',
      'platform',
    ],
    ['DRIVER_UNREACHABLE', 'F22', 'driver-unreachable', 'platform'],
    // Termination reasons and event types of Databricks' clusters.
    ['DRIVER_UNRESPONSIVE (SERVICE_FAULT)', 'F22', 'driver-unreachable', 'platform'],
    [
      'DRIVER_NOT_RESPONDING at 2026-11-22T10:00:00.000Z: likely due to GC',
      'F22',
      'driver-unreachable',
      'platform',
    ],
    ['DRIVER_OUT_OF_MEMORY (CLIENT_ERROR)', 'F01', 'driver-oom', 'platform'],
    ['DRIVER_OUT_OF_DISK (CLIENT_ERROR)', 'F09', 'disk-full', 'platform'],
    ['AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE (CLOUD_FAILURE)', 'F12', 'no-resources', 'platform'],
    ['CLOUD_PROVIDER_RESOURCE_STOCKOUT (CLOUD_FAILURE)', 'F12', 'no-resources', 'platform'],
    ['INSTANCE_POOL_MAX_CAPACITY_REACHED (CLIENT_ERROR)', 'F12', 'no-resources', 'platform'],
    ['SPOT_INSTANCE_TERMINATION (CLOUD_FAILURE): instance_id=i-0abc', 'F11', 'preempted', 'platform'],
    ['HIVEMETASTORE_CONNECTIVITY_FAILURE (CLIENT_ERROR)', 'F26', 'metastore', 'platform'],
    // Data and streams.
    ['[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found.', 'F29'],
    ['org.apache.spark.sql.AnalysisException: cannot resolve x', 'F29'],
    [
      '[CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS] An error occurred during loading state.',
      'F16',
    ],
    ['Multiple streaming queries are concurrently using file:/x/offsets', 'F16', 'checkpoint-shared'],
    [
      'Some data may have been lost because they are not available in Kafka any more; either the data was aged',
      'F17',
    ],
    ["Partition orders-0's offset was changed from 30 to 14, some data may have been missed.", 'F17'],
    ['[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint ok (x > 0) violated by row', 'F30'],
    ['Current batch is falling behind. The trigger interval is 30000 milliseconds, but spent 43341', 'F14'],
    // What Spark leans on.
    ['MetaException(message:Could not connect to meta store using any of the URIs)', 'F26'],
    ['Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown)', 'F27'],
    ["token (HDFS_DELEGATION_TOKEN token 1 for x) can't be found in cache", 'F28'],
    ['GSSException: No valid credentials provided (Mechanism level: Failed to find any Kerberos tgt)', 'F28'],
    [
      'com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Status Code: 403; Error Code: AccessDenied)',
      'F38',
    ],
    [
      'Dropping event from queue appStatus. This likely means one of the listeners is too slow',
      'F25',
      'listener-drops',
      'driver',
    ],
    ['ShuffleMapStage 1 (collect at x.py:1) has failed the maximum allowable number of times: 4.', 'F04'],
    ['The directory item limit of /spark-logs is exceeded: limit=1048576 items=1048576', 'F24'],
  ])('%s: %s', (text, id, cause, place) => {
    const found = strongest([said(text, place)])
    expect(found?.mode.id).toBe(id)
    if (cause !== undefined) expect(found?.cause).toBe(cause)
    expect(text).toContain(found?.line)
  })

  it.each([
    '',
    'Command exited with code 1',
    'Command exited with code 520',
    'worker',
    'exited with code 1370',
    'division by zero',
  ])('none: %j', (text) => {
    expect(strongest([said(text)])).toBeNull()
  })

  it('a stack trace is read by its causes, not by the frames that carry a name', () => {
    const text = [
      'org.apache.spark.SparkException: Job aborted.',
      '\tat org.apache.spark.errors.OutOfMemoryError.pretend(X.scala:1)',
      'Caused by: java.io.IOException: No space left on device',
    ].join('\n')
    expect(strongest([said(text)])).toMatchObject({
      mode: { id: 'F09' },
      line: 'Caused by: java.io.IOException: No space left on device',
    })
  })
})

describe('several texts', () => {
  it('a cause is stronger than its symptom, wherever it stands', () => {
    const found = strongest([
      said('FetchFailed(null, shuffleId=0'),
      said('Command exited with code 52', 'container'),
    ])
    expect(found).toMatchObject({ mode: { id: 'F02' }, certainty: 'medium' })
  })

  it('a cause named in words is stronger than one that only an exit code tells', () => {
    const found = strongest([
      said('Command exited with code 137', 'container'),
      said('No space left on device'),
    ])
    expect(found).toMatchObject({ mode: { id: 'F09' }, certainty: 'high' })
  })

  it('a code that may mean several things gives way to whatever is surer, and is told as a guess', () => {
    const ended = said('Container marked as failed: c on host: h. Exit status: 143.', 'container')
    expect(strongest([ended])).toMatchObject({ mode: { id: 'F11' }, certainty: 'low' })
    // Elsewhere than on YARN a full heap ends with another.
    const told = said('Command exited with code 143', 'container')
    expect(strongest([told])).toMatchObject({ mode: { id: 'F11' }, certainty: 'medium' })
    expect(strongest([ended, said('Command exited with code 52', 'container')])?.mode.id).toBe('F02')
    expect(strongest([ended, said('FetchFailed(null')])?.mode.id).toBe('F11')
  })

  it('the text that names the error is quoted before one that has its exit code', () => {
    const found = strongest([
      said('Command exited with code 52', 'container'),
      said('java.lang.OutOfMemoryError: Java heap space\n\tat x'),
    ])
    expect(found).toMatchObject({ certainty: 'high', line: 'java.lang.OutOfMemoryError: Java heap space' })
  })

  it('a symptom alone is told as one: its cause is not known', () => {
    expect(strongest([said('FetchFailed(null, shuffleId=0')])).toMatchObject({ certainty: 'medium' })
  })

  it('tells every mode once', () => {
    const ids = sightings([
      said('FetchFailed(x'),
      said('FetchFailed(y'),
      said('Python worker exited unexpectedly (crashed)'),
      said("ModuleNotFoundError: No module named 'x'"),
    ]).map(({ mode }) => mode.id)
    expect(ids).toEqual(['F37', 'F04'])
  })

  it.each([
    'Job aborted due to stage failure: Master removed our application: KILLED',
    'Executor killed by driver.',
    'Executor 3 was idle for 60 s and is removed',
    'Job 3 cancelled as part of cancellation of all jobs',
  ])('an intended ending is no failure: %s', (text) => {
    expect(isIntended(text)).toBe(true)
    expect(strongest([said(text)])).toBeNull()
  })
})

describe('the table', () => {
  it('has every one of the modes, each with a meaning to put after "Cause:"', () => {
    const ids = new Set(FAILURE_MODES.map(({ id }) => id))
    expect([...ids].sort()).toEqual(
      Array.from({ length: 42 }, (_, i) => `F${String(i + 1).padStart(2, '0')}`),
    )
    for (const { name, meaning } of FAILURE_MODES) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(meaning).toMatch(/^[a-zA-Z]/)
      expect(meaning).not.toMatch(/\.$/)
    }
    expect(new Set(FAILURE_MODES.map(({ name }) => name)).size).toBe(FAILURE_MODES.length)
  })

  it("a platform's code gives way to every cause, and says nothing in a log or of Spark's own error class", () => {
    const code = said('INTERNAL_ERROR (CLOUD_FAILURE): it failed', 'platform')
    for (const [text, id] of [
      ['java.lang.OutOfMemoryError: Java heap space', 'F02'],
      ['[TABLE_OR_VIEW_NOT_FOUND] orders', 'F29'],
      ['FetchFailed(null, shuffleId=0', 'F04'],
    ] as const)
      expect(strongest([code, said(text)])?.mode.id).toBe(id)
    expect(strongest([said('INTERNAL_ERROR: CLOUD_FAILURE BOOTSTRAP_FAILURE', 'driver')])).toBeNull()
    expect(strongest([said('[INTERNAL_ERROR] The Spark SQL phase planning failed', 'platform')])).toBeNull()
    expect(strongest([said('USER_ERROR: Job run failed', 'platform')])).toBeNull()
  })

  it('only what numbers tell has no words', () => {
    for (const { kind, patterns, id } of FAILURE_MODES)
      expect([id, patterns.length === 0]).toEqual([id, kind === 'measured'])
  })

  it('answers an id with its cause rather than its symptom', () => {
    expect(modeOf('F37')?.kind).toBe('cause')
    expect(modeOf('F99')).toBeUndefined()
  })

  it('no pattern carries state from one look to the next', () => {
    for (const { patterns } of FAILURE_MODES)
      for (const { words } of patterns) expect(words.flags).not.toMatch(/[gy]/)
  })
})

describe('hostile text', () => {
  it('is read in time that grows with its length alone', () => {
    const cost = (length: number): number => {
      const texts = [
        'a'.repeat(length),
        'driver '.repeat(length / 7),
        'exit code '.repeat(length / 10),
        'Total size of serialized results of 1 tasks '.repeat(length / 44),
      ]
      // This thread's own work, the least of several: what else the machine does is not in it.
      const works = Array.from({ length: 3 }, () => {
        const begun = process.threadCpuUsage()
        for (const text of texts) strongest([said(text, 'platform')])
        const { user, system } = process.threadCpuUsage(begun)
        return user + system
      })
      return Math.min(...works)
    }
    cost(8_000)
    // What is beyond the first 8,000 characters of a line is not looked at: ten times the text costs about the same.
    expect(cost(800_000)).toBeLessThan(20 * Math.max(1000, cost(8_000)))
  })

  it('of any kind is read without a fault, and what is quoted was said', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 300 }), (text) => {
        const found = strongest([said(text, 'driver')])
        return found === null || text.includes(found.line)
      }),
    )
  })
})

it.each([
  ['Command exited with code 52', [52]],
  ['Exit status: -104. exit code: 137', [-104, 137]],
  ['exited with exit code 137(SIGKILL)', [137]],
  ['no code here 52', []],
])('exit codes in %j', (text, codes) => {
  expect(exitCodesIn(text)).toEqual(codes)
})

describe('what a driver says of others', () => {
  const HEAP = 'java.lang.OutOfMemoryError: Java heap space'
  const ABORTED = `org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.0.7 executor 1): ${HEAP}
\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2898)
Caused by: ${HEAP}`

  it.each<[string, string, string]>([
    ['a job that its tasks broke', ABORTED, 'F02'],
    ['the same out of a program', `Exception in thread "main" ${ABORTED}`, 'F02'],
    [
      'the same in Python',
      `py4j.protocol.Py4JJavaError: An error occurred while calling o45.collect.\n: ${ABORTED}`,
      'F02',
    ],
    [
      'the same after other lines',
      `26/11/22 14:50:00 INFO Main: reading\n26/11/22 14:50:30 ERROR Main: failed\n${ABORTED}`,
      'F02',
    ],
    ['its own heap', `Exception in thread "main" ${HEAP}\n\tat Main.main(Main.java:1)`, 'F01'],
    ['its own heap in its log', `26/11/22 14:50:30 ERROR Utils: uncaught error\n${HEAP}`, 'F01'],
  ])('%s', async (_what, text, id) => {
    const ids = sightings([{ text, place: 'driver' }]).map(({ mode }) => mode.id)
    expect(ids).toEqual([id])
    // Who reads the whole log hears no other failure.
    const log = await readLog(text.split('\n'), 'driver')
    expect(log.seen.map(({ mode }) => mode.id)).toEqual([id])
  })

  it('garbage collection before the heap, of whom it is said', () => {
    const gc = (text: string): string | undefined => strongest([{ text, place: 'driver' }])?.cause
    expect(gc(ABORTED.replaceAll('Java heap space', 'GC overhead limit exceeded'))).toBe('gc-overhead')
    expect(gc('java.lang.OutOfMemoryError: GC overhead limit exceeded')).toBe('driver-gc-overhead')
  })
})

describe('whose exit code it was', () => {
  it.each<[string, string, string?]>([
    ['AM Container for appattempt_1_0001_000001 exited with  exitCode: 52\nFailing this attempt.Diagnostics: Exception from container-launch', 'F01'],
    ['Application application_1_0001 failed 2 times due to AM Container for appattempt_1_0001_000002 exited with  exitCode: 137\nFailing this attempt.Diagnostics: Container exited with a non-zero exit code 137.', 'F01'],
    ['AM Container for appattempt_1_0001_000001 exited with  exitCode: -104\nDiagnostics: Container is running beyond physical memory limits.', 'F01', 'driver-container-killed'],
    ["The driver's container ended: Error, exit code 52", 'F01'],
    ["The driver's container ended: Error, exit code 137", 'F01'],
    ["The driver's container ended: OOMKilled, exit code 137", 'F01'],
    ["The driver's container ended: Evicted, exit code 137: The node was low on resource: memory.", 'F11'],
    ["The executor's container ended: Error, exit code 52", 'F02'],
    ["The executor's container ended: Error, exit code 137", 'F03'],
    ['The executor with id 3 exited with exit code 52(JVM OOM).', 'F02'],
    ['AM Container for appattempt_1_0001_000001 exited with  exitCode: 11', 'F36'],
    ['AM Container for appattempt_1_0001_000001 exited with  exitCode: 14', 'F28'],
  ])('%s', (text, id, cause) => {
    const found = strongest([{ text, place: 'container' }])
    expect(found?.mode.id).toBe(id)
    if (cause !== undefined) expect(found?.cause).toBe(cause)
  }) // prettier-ignore

  const KILLED = 'exited with exit code 137(SIGKILL, possible container OOM)'
  const reason = (words: string, message = ''): string =>
    `The executor with id 12 ${KILLED}.\n\n\n\nThe API gave the following brief reason: ${words}\nThe API gave the following message: ${message}\nThe API gave the following container statuses: \n\n\t container state: terminated\n\t exit code: 137\n\t termination reason: Error`
  const lostWith = (words: string): string =>
    `ExecutorLostFailure (executor 12 exited unrelated to the running tasks) Reason: ${words}`
  const LOW_ON_DISK =
    'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 88Mi.'
  const LOW_ON_MEMORY = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi.'
  it.each<[string, Place, [id: string, cause: string, certainty: string][]]>([
    ['driver container failed with ExitCode: 137, Reason: OOMKilled', 'platform', [['F01', 'driver-oom', 'high'], ['F03', 'container-killed', 'high']]],
    ['driver container failed with ExitCode: 52, Reason: Error', 'platform', [['F01', 'driver-oom', 'high']]],
    // Killed, and nobody says by whom.
    ['driver container failed with ExitCode: 137, Reason: Error', 'platform', [['F01', 'driver-oom', 'medium']]],
    ['driver container failed with ExitCode: 137, Reason: Evicted', 'platform', [['F11', 'evicted', 'high']]],
    ['driver container failed with ExitCode: 137, Reason: ContainerStatusUnknown', 'platform', []],
    ['driver container failed with ExitCode: 143, Reason: Error', 'platform', [['F11', 'told-to-end', 'medium']]],
    ["The driver's container ended: Evicted, exit code 137: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.", 'container', [['F09', 'disk-limit', 'high'], ['F11', 'evicted', 'high']]],
    ["The executor's container ended: Error, exit code 137: the cache has Evicted 12 entries", 'container', [['F03', 'container-killed', 'medium']]],
    ["The executor's container ended: Evicted, exit code 137: The node was low on resource: memory.", 'container', [['F11', 'evicted', 'high']]],
    ["The executor's container ended: ContainerStatusUnknown, exit code 137", 'container', []],
    ["The executor's container ended: OOMKilled, exit code 137", 'container', [['F03', 'container-killed', 'high']]],
    [`The executor with id 12 ${KILLED}.`, 'container', [['F03', 'container-killed', 'medium']]],
    [reason('Evicted', LOW_ON_DISK), 'container', [['F09', 'disk-full', 'high'], ['F11', 'evicted', 'high']]],
    [lostWith(reason('Evicted', LOW_ON_DISK)), 'task', [['F09', 'disk-full', 'high'], ['F11', 'evicted', 'high']]],
    [lostWith(reason('Evicted', LOW_ON_MEMORY)), 'task', [['F11', 'evicted', 'high']]],
    [lostWith(reason('Evicted')), 'task', [['F11', 'evicted', 'high']]],
    [lostWith(reason('Preempting', 'Preempted in order to admit critical pod')), 'task', [['F11', 'preempted', 'high']]],
    ['Executor e-exec-1 failed with ExitCode: 137, Reason: NodeShutdown, Pod Message: ', 'platform', [['F11', 'preempted', 'high']]],
    [reason('Terminated', 'Pod was terminated in response to imminent node shutdown.'), 'container', [['F11', 'preempted', 'high']]],
    // The same words said of something else, or anywhere else, name no reason.
    ['Container from h exited with a non-zero exit code 137. Last 4096 bytes of stderr :\n bash: line 1: 88 Terminated sleep', 'container', [['F03', 'container-killed', 'medium']]],
    ["The driver's container ended: Error, exit code 137: tini: child Terminated; DeadlineExceeded calling metrics", 'container', [['F01', 'driver-oom', 'medium']]],
    ["The driver's container ended: Error, exit code 137: gave up\nThe API gave the following brief reason: Terminated", 'container', [['F01', 'driver-oom', 'medium']]],
    ["The executor's container ended: Error, exit code 137: rpc failed, reason: DeadlineExceeded", 'container', [['F03', 'container-killed', 'medium']]],
    ['driver container failed with ExitCode: 137, Reason: Error\nDeadlineExceeded', 'platform', [['F01', 'driver-oom', 'medium']]],
    [reason('Error', 'DeadlineExceeded: Terminated'), 'container', [['F03', 'container-killed', 'medium']]],
  ])('a kill has the reason that is said with it: %j', (text, place, told) => {
    const found = sightings([said(text, place)])
    expect(found.map(({ mode, cause, certainty }) => [mode.id, cause, certainty])).toEqual(told)
  }) // prettier-ignore

  it('is told of nobody else as well', () => {
    const ids = sightings([said("The driver's container ended: Error, exit code 137", 'container')])
    expect(ids.map(({ mode, certainty }) => [mode.id, certainty])).toEqual([['F01', 'medium']])
  })
})
