// Failure modes of memory: the driver's, an executor's heap, a container's limit, Python's.
import type { FailureMode, Place } from '../model.ts'

/** Everybody but the driver, whose own lack of memory is another failure. */
const TASKS: readonly Place[] = ['executor', 'task', 'stage', 'container', 'platform']

/**
 * Why Kubernetes takes a container away: it ends by the same signal as one that went over its memory limit. Where the
 * reason stands in our own words of a pod's end, in the kubeflow operator's, and in Spark's of an executor.
 */
const TAKEN_AWAY =
  /(?:^[^:]{1,300} ended: |\bExitCode: \d{1,4}, Reason: |\bThe API gave the following brief reason: )(?:Evicted|Preempt(?:ed|ing|ion)|NodeShutdown|Terminated|DeadlineExceeded|ContainerStatusUnknown)\b/

/** Texts as Spark 3.5 and 4.x, YARN's and Kubernetes' allocators write them. */
export const MEMORY: readonly FailureMode[] = [
  {
    id: 'F20',
    name: 'result-too-big',
    meaning: 'the job sends more results to the driver than spark.driver.maxResultSize allows',
    class: 'deterministic',
    kind: 'cause',
    patterns: [
      { words: /bigger than (?:local result size limit by )?spark\.driver\.maxResultSize/i },
      { words: /Total size of serialized results of \d+ tasks .{1,60} is bigger than/i },
    ],
  },
  {
    id: 'F19',
    name: 'broadcast-too-big',
    meaning: 'a table is larger than Spark can broadcast',
    class: 'deterministic',
    kind: 'cause',
    patterns: [{ words: /Cannot broadcast the table (?:over|that is larger than)/i }],
  },
  {
    id: 'F19',
    name: 'broadcast-timeout',
    meaning: 'a table could not be collected and broadcast in time',
    // A starved cluster gets it done the next time; a table that has grown does not, and the words are the same.
    class: 'unknown',
    settledBy: {
      mode: 'F12',
      beside: 'transient',
      open: 'whether the cluster was short of executors is not known',
    },
    kind: 'cause',
    patterns: [{ words: /Could not execute broadcast in \d+ secs/i }],
  },
  {
    id: 'F01',
    name: 'driver-oom',
    meaning: "the driver's memory is too small for what it holds",
    class: 'deterministic',
    kind: 'cause',
    patterns: [
      { words: /Not enough memory to build and broadcast/i },
      // The kubeflow operator's: 52 is Spark's own code for it, 137 any kill; then its reason tells.
      { words: /driver container failed with ExitCode: (?:52\b|\d+, Reason: OOMKilled\b)/i },
      { words: /driver\b.{0,120}(?:OOMKilled|OutOfMemoryError)/i, places: ['platform', 'container'] },
      { words: /\bDRIVER_OUT_OF_MEMORY\b/, places: ['platform'] },
      {
        words: /GC overhead limit exceeded/,
        places: ['driver'],
        variant: 'driver-gc-overhead',
        meaning: "the driver's heap is full and its time goes into collecting garbage",
      },
      { words: /\bjava\.lang\.OutOfMemoryError\b|\bSparkOutOfMemoryError\b/, places: ['driver'] },
      // In cluster mode the driver runs in its ApplicationMaster.
      {
        words: /\bAM Container for .{1,80}exited with\s+exitCode: -10[34]\b/i,
        variant: 'driver-container-killed',
        meaning: "the driver's container went over its memory limit and was killed from outside",
      },
    ],
    codes: [52, 137],
    // YARN's words of its end, ours of a pod's (`run.containers`), and the kubeflow operator's.
    codesOf:
      /\bAM Container for\b|^The driver's container ended: |\bdriver container failed with ExitCode: /i,
    codesUnless: TAKEN_AWAY,
  },
  {
    id: 'F03',
    name: 'container-killed',
    meaning: 'the container went over its memory limit and was killed from outside',
    class: 'deterministic',
    kind: 'cause',
    patterns: [
      { words: /killed by YARN for exceeding (?:physical |virtual )?memory limits/i },
      { words: /(?:running )?beyond (?:the )?'?(?:physical|virtual)'? memory limit/i },
      { words: /\bOOMKilled\b/ },
      { words: /\bOut of memory: Kill(?:ed)? process \d+|Memory cgroup out of memory/i },
    ],
    codes: [137, -103, -104],
    codesUnless: TAKEN_AWAY,
  },
  {
    id: 'F02',
    name: 'executor-heap-oom',
    meaning: "the executor's Java heap is too small for what its tasks hold",
    class: 'deterministic',
    kind: 'cause',
    patterns: [
      // Before the heap's own words: the same lack, but garbage collection is where the time went.
      {
        places: TASKS,
        words: /GC overhead limit exceeded/,
        variant: 'gc-overhead',
        meaning: "the executor's heap is full and its time goes into collecting garbage",
      },
      {
        places: TASKS,
        words: /OutOfMemoryError: (?:Direct buffer memory|Metaspace|Compressed class space)/,
        variant: 'off-heap-oom',
        meaning: "the executor's memory outside of the heap (direct buffers, classes) is too small",
      },
      {
        places: TASKS,
        words: /OutOfMemoryError: unable to create (?:new )?native thread/i,
        variant: 'no-threads',
        meaning: 'the machine gives the executor no more threads',
      },
      { words: /\bjava\.lang\.OutOfMemoryError\b/, places: TASKS },
      { places: TASKS, words: /\bSparkOutOfMemoryError\b|\bUNABLE_TO_ACQUIRE_MEMORY\b/ },
      { words: /Unable to acquire \d+ bytes of memory/i },
      { words: /\bFailed to allocate a page \(\d+ bytes\)/i },
    ],
    codes: [52],
  },
  {
    id: 'F37',
    name: 'python-worker',
    meaning: 'the Python side of a task died or misses something',
    class: 'deterministic',
    kind: 'cause',
    patterns: [
      {
        words: /\b(?:ModuleNotFoundError|ImportError): /,
        variant: 'python-module-missing',
        meaning: 'a Python module is missing or another version where the tasks run',
      },
      {
        words: /^(?:\w+\.)*MemoryError\b|\bMemoryError$/,
        variant: 'python-memory',
        meaning: "Python's own memory in an executor is too small",
      },
      {
        words: /\bPYTHON_VERSION_MISMATCH\b|Python in worker has different version/i,
        variant: 'python-version',
        meaning: 'driver and workers run different versions of Python',
      },
    ],
  },
  {
    id: 'F37',
    name: 'python-worker-crashed',
    meaning: 'a Python worker died; who killed it is said elsewhere, or it was native code',
    class: 'deterministic',
    kind: 'symptom',
    patterns: [
      {
        words: /Python worker (?:exited unexpectedly|failed to connect back|process .{0,80}has terminated)/i,
      },
    ],
  },
  {
    id: 'F07',
    name: 'excessive-gc',
    meaning: 'much of the time goes into collecting garbage',
    class: 'deterministic',
    kind: 'symptom',
    patterns: [{ words: /Detected pause in JVM or host machine \(eg GC\)/i }],
  },
  {
    id: 'F08',
    name: 'spill',
    meaning: 'data does not fit into memory and goes through the disk',
    class: 'deterministic',
    kind: 'measured',
    patterns: [],
  },
]
