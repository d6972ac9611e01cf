// One line or more for each way in which a log tells a failure, by who writes it: Spark's own loggers, and others' errors in them.

/** What is written: level, logger, message, and the exception below it. */
export interface Written {
  readonly id: string
  /** The finer name; the mode's id alone is looked at where absent. */
  readonly cause?: string
  readonly level: string
  /** With its package. */
  readonly logger: string
  readonly message: string
  readonly exception?: { readonly class: string; readonly msg: string }
}

const SPARK = 'org.apache.spark'
const at =
  (level: string, logger: string) =>
  (id: string, message: string, cause?: string): Written => ({
    id,
    level,
    logger,
    message,
    ...(cause === undefined ? {} : { cause }),
  })
const ofTask = at('WARN', `${SPARK}.scheduler.TaskSetManager`)
const task = (id: string, error: string, cause?: string): Written =>
  ofTask(id, `Lost task 3.0 in stage 1.0 (TID 9) (10.0.0.7 executor 4): ${error}`, cause)
const ofScheduler = at('ERROR', `${SPARK}.scheduler.TaskSchedulerImpl`)
const lost = (id: string, reason: string, cause?: string): Written =>
  ofScheduler(id, `Lost executor 4 on 10.0.0.7: ${reason}`, cause)
const driver = at('ERROR', `${SPARK}.deploy.SparkSubmit`)
const thrown = (id: string, name: string, msg: string, cause?: string): Written => ({
  ...driver(id, 'uncaught error in thread main, stopping SparkContext', cause),
  exception: { class: name, msg },
})
const client = at('INFO', `${SPARK}.deploy.yarn.Client`)
const report = (id: string, diagnostics: string, cause?: string): Written =>
  client(
    id,
    `\n\t client token: N/A\n\t diagnostics: ${diagnostics}\n\t ApplicationMaster host: N/A\n\t queue: root.small`,
    cause,
  )
const kernel = at('WARN', 'kernel')
const warns = (logger: string): ReturnType<typeof at> => at('WARN', `${SPARK}.${logger}`)
const fails = (logger: string): ReturnType<typeof at> => at('ERROR', `${SPARK}.${logger}`)
const informs = (logger: string): ReturnType<typeof at> => at('INFO', logger)
const dataproc = warns('deploy.SparkSubmit')

const MEMORY: readonly Written[] = [
  fails('scheduler.TaskSetManager')('F20', 'Total size of serialized results of 47 tasks (1043.6 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)'),
  thrown('F19', `${SPARK}.SparkException`, 'Could not execute broadcast in 300 secs. You can increase the timeout for broadcasts via spark.sql.broadcastTimeout or disable broadcast join by setting spark.sql.autoBroadcastJoinThreshold to -1', 'broadcast-timeout'),
  thrown('F19', `${SPARK}.SparkException`, 'Cannot broadcast the table that is larger than 8.0 GiB: 9.1 GiB.', 'broadcast-too-big'),
  driver('F01', 'Not enough memory to build and broadcast the table to all worker nodes.'),
  driver('F01', 'driver container failed with ExitCode: 137, Reason: OOMKilled'),
  thrown('F01', 'java.lang.OutOfMemoryError', 'Java heap space', 'driver-oom'),
  thrown('F01', 'java.lang.OutOfMemoryError', 'GC overhead limit exceeded', 'driver-gc-overhead'),
  report('F01', 'AM Container for appattempt_1795372654672_0004_000001 exited with  exitCode: 52'),
  report('F01', 'Application application_1795372654672_0004 failed 2 times due to AM Container for appattempt_1795372654672_0004_000002 exited with  exitCode: 137'),
  report('F01', 'AM Container for appattempt_1795372654672_0004_000001 exited with  exitCode: -104', 'driver-container-killed'),
  lost('F03', 'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used. Consider boosting spark.executor.memoryOverhead.'),
  lost('F03', 'Container [pid=4711,containerID=container_1_0001_01_000002] is running beyond physical memory limits.'),
  lost('F03', 'The executor with id 4 exited with exit code 137. The API gave the following container statuses: termination reason: OOMKilled'),
  kernel('F03', 'Out of memory: Killed process 4711 (java) total-vm:1kB'),
  task('F02', 'java.lang.OutOfMemoryError: Java heap space', 'executor-heap-oom'),
  task('F02', 'java.lang.OutOfMemoryError: GC overhead limit exceeded', 'gc-overhead'),
  task('F02', 'java.lang.OutOfMemoryError: Metaspace', 'off-heap-oom'),
  task('F02', 'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory', 'no-threads'),
  task('F02', `${SPARK}.memory.SparkOutOfMemoryError: Unable to acquire 65536 bytes of memory, got 0`),
  warns('memory.TaskMemoryManager')('F02', 'Failed to allocate a page (67108864 bytes), try again.'),
  lost('F02', 'Command exited with code 52'),
  task('F37', "ModuleNotFoundError: No module named 'pandas'", 'python-module-missing'),
  task('F37', "ImportError: cannot import name 'x' from 'y'", 'python-module-missing'),
  { ...ofTask('F37', 'Lost task 0.0 in stage 1.0', 'python-memory'), exception: { class: 'numpy.core._exceptions.MemoryError', msg: 'Unable to allocate 1 GiB' } },
  task('F37', '[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9 than that in driver: 3.11', 'python-version'),
  task('F37', `${SPARK}.SparkException: Python worker exited unexpectedly (crashed)`, 'python-worker-crashed'),
  at('WARN', 'org.apache.hadoop.util.JvmPauseMonitor')('F07', 'Detected pause in JVM or host machine (eg GC): pause of approximately 12000ms'),
  informs('org.apache.hadoop.util.JvmPauseMonitor')('F07', 'Detected pause in JVM or host machine (eg GC): pause of approximately 2000ms'),
] // prettier-ignore

const NODES: readonly Written[] = [
  task('F09', 'java.io.IOException: No space left on device'),
  task('F09', 'org.apache.hadoop.util.DiskChecker$DiskErrorException: Could not find any valid local directory'),
  lost('F09', 'The executor with id 4 was Evicted: ephemeral-storage is used up'),
  lost('F09', 'Evicted: The node was low on resource: ephemeral-storage. Threshold quantity: 1, available: 0.'),
  lost('F09', 'Evicted: The node had condition: [DiskPressure].', 'disk-full'),
  lost('F09', 'Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.', 'disk-limit'),
  fails('storage.DiskBlockManager')('F09', 'Failed to create local dir in /tmp. Ignoring this directory.'),
  lost('F09', 'Command exited with code 53'),
  thrown('F35', 'java.net.BindException', "Address already in use: Service 'sparkDriver' failed after 16 retries (on a random free port)!"),
  report('F32', "[Sun Nov 22 18:40:53 +0000 2026] Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.  Details : AM Partition = <DEFAULT_PARTITION>", 'queue-exhausted'),
  report('F32', '[Sun Nov 22 18:40:53 +0000 2026] Application is Activated, waiting for resources to be assigned for AM.  Details : AM Partition = <DEFAULT_PARTITION>', 'no-room-for-its-master'),
  driver('F32', 'org.apache.hadoop.yarn.exceptions.YarnException: Queue root.small already has 10000 applications, cannot accept submission of application: application_1795372654672_0004'),
  dataproc('F32', 'Throttling job 4711 (and maybe others): Too many running jobs (current=5 max=5)'),
  dataproc('F32', 'Throttling job 4711 (and maybe others): Not enough free memory (current=10 min=40)'),
  dataproc('F32', 'Throttling job 4711 (and maybe others): Rate limit'),
  warns('scheduler.TaskSchedulerImpl')('F12', 'Initial job has not accepted any resources; check your cluster UI to ensure that workers are registered and have sufficient resources'),
  fails('scheduler.cluster.k8s.ExecutorPodsAllocator')('F12', 'pods "orders-exec-1" is forbidden: exceeded quota: etl, requested: requests.cpu=1'),
  lost('F12', 'Unschedulable: 0/3 nodes are available: 3 node(s) had untolerated taint'),
  warns('scheduler.cluster.k8s.ExecutorPodsAllocator')('F12', 'Executors with ids 1,2 were not detected in the Kubernetes cluster after 60000 ms despite the fact that a previous allocation attempt tried to create them.'),
  dataproc('F39', 'Master agent not initialized'),
  dataproc('F39', 'Killing orphaned yarn application application_1795372654672_0004'),
  lost('F11', 'Container container_1_0001_01_000002 on host: h was preempted.', 'preempted'),
  lost('F11', 'Container preempted by scheduler', 'preempted'),
  lost('F11', 'Executor for container container_1 exited because of a YARN event (e.g., preemption) and not because of an error in the running job.', 'preempted'),
  lost('F11', 'Preempted by pod 6f9c2c1e-0000-0000-0000-000000000000 on node worker-7', 'preempted'),
  lost('F11', 'The executor with id 4 exited with exit code 137. The API gave the following brief reason: Preempting', 'preempted'),
  lost('F11', 'Executor decommission: spot instance notice', 'preempted'),
  lost('F11', 'Executor decommission finished: spot reclaim', 'preempted'),
  lost('F11', 'Executor decommission: worker decommissioned because of kill request from HTTP endpoint', 'preempted'),
  lost('F11', 'Executor 4 on worker-7 is decommissioned', 'preempted'),
  lost('F11', 'preempting to accommodate a higher priority pod', 'preempted'),
  lost('F11', 'compute.instances.preempted', 'preempted'),
  lost('F11', 'Deactivating Node worker-7:8041 as it is now DECOMMISSIONED', 'preempted'),
  lost('F11', 'worker decommissioned because of kill request from HTTP endpoint (data migration disabled).', 'preempted'),
  lost('F11', 'node worker-7.internal was decommissioned', 'preempted'),
  lost('F11', 'Container released on a *lost* node'),
  lost('F11', 'NodeShutdown: Pod was terminated in response to imminent node shutdown.'),
  lost('F11', 'Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi.', 'evicted'),
  lost('F11', 'Server.SpotInstanceTermination: Spot instance termination'),
  lost('F11', 'SPOT_INSTANCE_TERMINATION'),
  lost('F11', 'Command exited with code 143', 'told-to-end'),
  informs(`${SPARK}.deploy.master.Master`)('F33', 'I have been elected leader! New state: RECOVERING'),
  informs(`${SPARK}.deploy.client.StandaloneAppClient$ClientEndpoint`)('F33', 'Master has changed, new master is at spark://m2:7077'),
  informs(`${SPARK}.deploy.worker.Worker`)('F33', 'Master has changed, new master is at spark://m2:7077'),
  warns('deploy.master.Master')('F34', 'Removing worker-20261122145000-10.0.0.7-7078 because we got no heartbeat in 60 seconds'),
  lost('F34', 'worker lost: Not receiving heartbeat for 60 seconds'),
  warns('HeartbeatReceiver')('F10', 'Removing executor 4 with no recent heartbeats: 135969 ms exceeds timeout 120000 ms'),
  fails('executor.Executor')('F10', 'Exit as unable to send heartbeats to driver more than 60 times'),
  lost('F10', 'Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.'),
  lost('F10', 'Command exited with code 56'),
  driver('F22', 'DRIVER_NOT_RESPONDING'),
  driver('F22', 'Driver is temporarily unavailable'),
  fails('deploy.yarn.ApplicationMaster')('F36', 'Max number of executor failures (3) reached'),
  informs(`${SPARK}.deploy.yarn.ApplicationMaster`)('F36', 'Final app status: FAILED, exitCode: 11, (reason: Max number of executor failures (3) reached)'),
  informs(`${SPARK}.deploy.yarn.ApplicationMaster`)('F36', 'Final app status: FAILED, exitCode: 11'),
] // prettier-ignore

const SERVICES: readonly Written[] = [
  thrown('F28', 'org.apache.hadoop.security.token.SecretManager$InvalidToken', "token (HDFS_DELEGATION_TOKEN token 1 for x) can't be found in cache"),
  thrown('F28', 'java.io.IOException', 'org.apache.hadoop.security.AccessControlException: Client cannot authenticate via:[TOKEN, KERBEROS]'),
  thrown('F28', 'javax.security.sasl.SaslException', 'GSS initiate failed [Caused by GSSException: No valid credentials provided (Mechanism level: Failed to find any Kerberos tgt)]'),
  informs(`${SPARK}.deploy.yarn.ApplicationMaster`)('F28', 'Final app status: FAILED, exitCode: 14'),
  task('F28', 'com.amazonaws.AmazonServiceException: The security token included in the request is expired (Error Code: ExpiredTokenException)'),
  task('F27', 'com.amazonaws.services.s3.model.AmazonS3Exception: Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: X)'),
  task('F27', 'software.amazon.awssdk.services.s3.model.S3Exception: Service Unavailable (Service: S3, Status Code: 503, Request ID: X)'),
  task('F27', 'com.google.api.client.googleapis.json.GoogleJsonResponseException: 429 Too Many Requests'),
  task('F27', 'com.google.api.client.googleapis.json.GoogleJsonResponseException: 412 Precondition Failed'),
  task('F27', 'Operation failed: "The server is busy.", 503, PUT, https://a.dfs.core.windows.net/b'),
  task('F38', 'java.nio.file.AccessDeniedException: s3a://b/k: getFileStatus on s3a://b/k (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden)'),
  task('F38', 'Operation failed: "This request is not authorized to perform this operation using this permission.", 403, HEAD'),
  task('F38', 'AuthorizationPermissionMismatch'),
  task('F38', 'org.apache.hadoop.security.AccessControlException: Permission denied: user=etl, access=WRITE'),
  thrown('F26', 'org.apache.thrift.transport.TTransportException', 'java.net.SocketTimeoutException: Read timed out', 'metastore-timeout'),
  thrown('F26', 'org.apache.hadoop.hive.ql.metadata.HiveException', 'java.lang.RuntimeException: Unable to instantiate org.apache.hadoop.hive.ql.metadata.SessionHiveMetaStoreClient', 'metastore'),
  thrown('F26', 'org.apache.hadoop.hive.metastore.api.MetaException', 'Could not connect to meta store using any of the URIs provided', 'metastore'),
  fails('deploy.history.FsHistoryProvider')('F23', 'Exception encountered when attempting to load application log hdfs://x/app-1'),
  warns('deploy.history.FsHistoryProvider')('F23', 'Error while reading new log hdfs://x/app-1.inprogress'),
  thrown('F23', 'java.io.FileNotFoundException', 'Log directory specified does not exist: file:/tmp/spark-events Did you configure the correct one through spark.history.fs.logDirectory?'),
  thrown('F24', 'org.apache.hadoop.hdfs.protocol.FSLimitException$MaxDirectoryItemsExceededException', 'The directory item limit of /spark-logs is exceeded: limit=1048576 items=1048576'),
  fails('scheduler.AsyncEventQueue')('F25', 'Dropping event from queue appStatus. This likely means one of the listeners is too slow and cannot keep up with the rate at which tasks are being started by the scheduler.'),
  warns('scheduler.AsyncEventQueue')('F25', 'Dropped 123 events from appStatus since Sun Nov 22 04:00:00 UTC 2026.'),
  task('F04', 'FetchFailed(BlockManagerId(1, h, 7337, None), shuffleId=0, mapIndex=1, mapId=1, reduceId=3, message='),
  task('F04', `${SPARK}.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0 partition 3`),
  task('F04', 'java.lang.RuntimeException: Executor is not registered (appId=app-1, execId=4)'),
  driver('F04', 'ShuffleMapStage 1 (collect at x.py:1) has failed the maximum allowable number of times: 4.'),
] // prettier-ignore

const DATA: readonly Written[] = [
  thrown('F17', 'java.lang.IllegalStateException', 'Some data may have been lost because they are not available in Kafka any more; either the data was aged out'),
  thrown('F17', 'java.lang.IllegalStateException', "Partition orders-0's offset was changed from 30 to 14, some data may have been missed."),
  thrown('F17', 'org.apache.kafka.clients.consumer.OffsetOutOfRangeException', 'Fetch position is out of range'),
  thrown('F16', `${SPARK}.sql.streaming.StreamingQueryException`, '[CANNOT_LOAD_STATE_STORE.UNCATEGORIZED] An error occurred during loading state.'),
  thrown('F16', 'java.lang.IllegalStateException', 'batch files [1,3] are not contiguous'),
  thrown('F16', 'java.util.ConcurrentModificationException', 'Multiple streaming queries are concurrently using file:/c/offsets', 'checkpoint-shared'),
  thrown('F16', 'java.lang.IllegalStateException', 'Incomplete log file in the offset log'),
  thrown('F30', 'org.apache.spark.sql.delta.schema.DeltaInvariantViolationException', '[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint ok (x > 0) violated by row'),
  thrown('F30', `${SPARK}.sql.catalyst.expressions.ExpectationViolationException`, "Flow 'orders' failed to meet the expectation. Violated expectations: 'valid_id'."),
  thrown('F30', 'io.delta.Exception', 'NOT NULL constraint violated for column: id'),
  thrown('F30', 'great_expectations.exceptions.exceptions.ValidationError', 'Validation failed'),
  driver('F30', 'Data quality check of orders failed'),
  thrown('F29', `${SPARK}.sql.AnalysisException`, '[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found.'),
  thrown('F29', 'pyspark.errors.exceptions.captured.AnalysisException', 'cannot resolve x'),
  task('F29', `${SPARK}.sql.execution.datasources.SchemaColumnConvertNotSupportedException: column: [x], physicalType: INT32, logicalType: string`),
  task('F29', 'Parquet column cannot be converted in file s3://b/k. Column: [x], Expected: string, Found: INT32'),
  warns('sql.execution.streaming.ProcessingTimeExecutor')('F14', 'Current batch is falling behind. The trigger interval is 30000 milliseconds, but spent 43341 milliseconds'),
] // prettier-ignore

export const WRITTEN: readonly Written[] = [...MEMORY, ...NODES, ...SERVICES, ...DATA]

/** As Spark's own log4j2.properties prints it: `%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex`. */
export function plainly({ level, logger, message, exception }: Written): string {
  const said = exception === undefined ? '' : `\n${exception.class}: ${exception.msg}\n\tat a.B.c(B.java:1)`
  return `26/11/22 14:30:00 ${level} ${logger.split('.').at(-1)}: ${message}${said}`
}

/** As Spark 4 writes it with `spark.log.structuredLogging.enabled=true`. */
export function asJson({ level, logger, message, exception }: Written): string {
  return JSON.stringify({
    ts: '2026-11-22T14:30:00.000Z',
    level,
    msg: message,
    ...(exception === undefined
      ? {}
      : {
          exception: { ...exception, stacktrace: [{ class: 'a.B', method: 'c', file: 'B.java', line: 1 }] },
        }),
    logger,
  })
}
