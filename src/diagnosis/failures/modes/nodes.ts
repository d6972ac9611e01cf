// Failure modes of machines, containers and what schedules them.
import type { FailureMode } from '../model.ts'

const EVICTED = 'the machine ran short of something and evicted the container'

export const NODES: readonly FailureMode[] = [
  {
    id: 'F09',
    name: 'disk-full',
    meaning: 'a local disk is full',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      // The kubelet, of a limit that the pod itself has set.
      {
        words:
          /\bephemeral local storage usage exceeds the total limit|\bexceeded its local ephemeral storage limit|Usage of EmptyDir volume .{1,260} exceeds the limit/i,
        variant: 'disk-limit',
        meaning: 'it wrote more to its local disk than its own limit allows',
      },
      { words: /No space left on device/i },
      { words: /\bDiskErrorException\b|local-dirs usable space is below|no more usable space/i },
      { words: /evicted\b.{0,80}ephemeral[- ]storage|ephemeral[- ]storage.{0,80}\bevict/i },
      // The kubelet, of its node's disk.
      {
        words:
          /\blow on resource: (?:ephemeral-storage|inodes)|\bnode had condition: \[[^\]]{0,80}DiskPressure/i,
      },
      { words: /Failed to create (?:local dir|a temp directory) in/i },
      { words: /\bDRIVER_OUT_OF_DISK\b/, places: ['platform'] },
    ],
    codes: [53, -101],
  },
  {
    id: 'F35',
    name: 'no-free-port',
    meaning: 'no port is free on the machine that starts the driver',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [{ words: /Service '[\w-]{1,60}' failed after \d+ retries/i }],
  },
  {
    id: 'F32',
    name: 'queue-exhausted',
    meaning: 'the queue has no room for another application',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      { words: /(?:Queue|User)'s AM resource limit exceeded/i },
      // YARN, of a queue with `maximum-applications`.
      { words: /\balready has \d+ applications.{0,80}cannot accept submission/i },
      { words: /\bTOO_MANY_(?:RUNNING_)?JOBS\b|Too many running jobs/i },
      // Dataproc's agent, of a job that it holds back: `Throttling job x (and maybe others): Rate limit`.
      { words: /\bNot enough free memory\b|\bThrottling job .{1,200}: Rate limit\b/i },
      { words: /^Rate limit\b/i, places: ['platform'] },
      { words: /\b[A-Z_]{3,40}_LIMIT_EXCEEDED\b/, places: ['platform'] },
      {
        words: /\bMAX_(?:CONCURRENT_RUNS|SPARK_CONTEXTS|JOB_QUEUE_SIZE)_EXCEEDED\b/,
        places: ['platform'],
      },
    ],
  },
  {
    id: 'F32',
    name: 'no-room-for-its-master',
    meaning:
      'YARN gives its ApplicationMaster no container yet: its queue or the cluster is full, or the request too large',
    class: 'infrastructure',
    // Every application says so for a moment.
    kind: 'symptom',
    patterns: [
      {
        words:
          /Application is (?:Activated, waiting for resources to be assigned for AM|added to the scheduler and is not yet activated)/i,
      },
    ],
  },
  {
    id: 'F12',
    name: 'no-resources',
    meaning: 'nothing gives the application the executors that it asks for',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      { words: /Initial job has not accepted any resources/i },
      { words: /\bFailedScheduling\b|Insufficient (?:cpu|memory)\b|exceeded quota:/i },
      // Kubernetes' scheduler ends its sentence with what preemption could not do: no preemption has happened.
      { words: /\b0\/\d+ nodes are available\b|\bUnschedulable\b/ },
      { words: /were not detected in the Kubernetes cluster after \d+ ms/i },
      // Why Databricks could not make a cluster.
      {
        words:
          /\b[A-Z_]*(?:INSUFFICIENT_(?:INSTANCE_)?CAPACITY|RESOURCE_STOCKOUT|MAX_CAPACITY_REACHED)[A-Z_]*\b/,
        places: ['platform'],
      },
      // The same of EMR and EC2.
      {
        words: /\bINSTANCE_FLEET_TIMEOUT\b|\bInsufficientInstanceCapacity\b|\binsufficient capacity\b/i,
        places: ['platform'],
      },
    ],
  },
  {
    id: 'F39',
    name: 'dataproc-agent',
    meaning: "Dataproc's agent on the master node is in trouble",
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      { words: /Master agent not initialized|High system memory usage|Disk space too low on Master/i },
      { words: /Killing orphaned yarn application/i },
    ],
  },
  {
    id: 'F11',
    name: 'preempted',
    meaning: 'the node or container was taken away (preemption, decommission, scale-in)',
    class: 'transient',
    kind: 'cause',
    patterns: [
      // What was taken, by its name, not that something may be or was not: YARN's schedulers and Spark of them.
      {
        words:
          /\bContainer \S{1,200}(?: on host: \S{1,255})? was preempted\b|\bContainer preempted by scheduler\b|\bYARN event \(e\.g\., preemption\)/,
      },
      // Kubernetes and its schedulers.
      {
        words:
          /\bPreempted (?:in order to admit|by pod \S|by \S{1,253}\/\S|to accommodate) ?|\bpreempting to accommodate a higher priority pod\b|\bPreemptionByScheduler\b/,
      },
      { words: /(?:\bbrief reason: |\bExitCode: \d{1,4}, Reason: )Preempt(?:ed|ing|ion)\b/ },
      // Where a container's reason stands, as of evictions below.
      { words: /^(?:[^:]{1,300}: )?Preempt(?:ed|ing)(?=$|[:.,;])/, places: ['container'] },
      // Clouds of their machines.
      {
        words:
          /\bcompute\.instances\.preempted\b|^Instance was preempted\b|\b(?:[Ii]nstance|VM|[Mm]achine|[Nn]ode) \S{1,255} (?:was|has been) preempted\b/,
      },
      // Spark's own words of an executor that was told to go: it says so of its own scale-down and exclusions as well.
      {
        words:
          /\bExecutor decommission(?: finished)?: .{0,200}\b(?:worker decommissioned|spot|preempt\w{0,5}|reclaim\w{0,4}|interruption|maintenance|terminat\w{0,4})\b/i,
      },
      { words: /\bExecutor (?:\d{1,9}|driver) (?:on \S{1,255} )?is decommissioned\b/ },
      { words: /\bworker decommissioned because of\b/i },
      // YARN, clouds and people of a machine.
      {
        words:
          /\b(?:[Nn]ode|[Ii]nstance|[Mm]achine) \S{1,255} (?:is|was|has been|is being) decommissioned\b|\bNode \S{1,255} (?:as it is now|is) DECOMMISSION(?:ED|ING)\b/,
      },
      { words: /released on a \*?lost\*? node/i },
      { words: /\bNodeShutdown\b|imminent node shutdown|\bTaintManagerEviction\b|node scale[- ]down/i },
      // Where a container's reason stands: its message may say the word of something else.
      {
        words: /^(?:[^:]{1,300}: )?Evicted\b/,
        places: ['container'],
        variant: 'evicted',
        meaning: EVICTED,
      },
      // The kubelet's words, Spark's of an executor's pod, and the kubeflow operator's of a driver's, whoever repeats them.
      {
        words: /\bThe node was low on resource: |\breason: Evicted\b/i,
        variant: 'evicted',
        meaning: EVICTED,
      },
      { words: /\bServer\.SpotInstance(?:Termination|Shutdown)\b/ },
      { words: /\bNODES_LOST\b|\bNODE_EXCLUDED_DECOMMISSIONED\b|\bSPOT_INSTANCE_TERMINATION\b/ },
    ],
    codes: [-100, -102],
    // Spark on YARN starts executors with -XX:OnOutOfMemoryError='kill %p': a full heap ends with 143 as well.
    hint: {
      code: 143,
      variant: 'told-to-end',
      meaning: 'it was told to end from outside: a machine taken away, a scale-in, or on YARN a full heap',
      doubtful: /\bContainer (?:marked|from|exited|container_|for)|\bcontainer_e?\d/,
    },
  },
  {
    id: 'F33',
    name: 'master-failover',
    meaning: 'the standalone master changed',
    class: 'transient',
    // Applications live through it: whatever else is named is the news.
    kind: 'symptom',
    patterns: [
      { words: /I have been elected leader! New state: RECOVERING|Master has changed, new master is at/i },
    ],
  },
  {
    id: 'F34',
    name: 'worker-lost',
    meaning: 'a worker or node of the cluster is gone',
    class: 'infrastructure',
    kind: 'symptom',
    patterns: [
      { words: /because we got no heartbeat in \d+ seconds/i },
      { words: /\bworker lost\b|Worker .{1,80} lost\b|Slave lost/i },
    ],
  },
  {
    id: 'F10',
    name: 'heartbeat-lost',
    meaning: 'the executor stopped answering',
    class: 'infrastructure',
    kind: 'symptom',
    patterns: [
      { words: /no recent heartbeats|Executor heartbeat timed out after/i },
      { words: /Exit as unable to send heartbeats to driver/i },
      { words: /Remote RPC client disassociated/i },
    ],
    codes: [56],
  },
  {
    id: 'F22',
    name: 'driver-error',
    meaning: 'the platform lost its connection to the driver, and ended the run',
    // Unlike a driver that only does not answer, the run is over, and the next one gets another driver.
    class: 'transient',
    kind: 'symptom',
    // Databricks: INTERNAL_ERROR beside it is no failure of the platform's.
    patterns: [{ words: /\bDRIVER_ERROR\b/, places: ['platform'] }],
  },
  {
    id: 'F22',
    name: 'driver-unreachable',
    meaning: 'the driver does not answer',
    class: 'infrastructure',
    kind: 'symptom',
    patterns: [
      { words: /\bDRIVER_(?:NOT_RESPONDING|UNAVAILABLE|UNREACHABLE|UNRESPONSIVE|UNHEALTHY)\b/ },
      { words: /Driver is temporarily unavailable/i, places: ['platform', 'driver'] },
    ],
  },
  {
    id: 'F36',
    name: 'max-executor-failures',
    meaning:
      'so many executors failed that Spark gave the application up; why each of them did is said elsewhere',
    class: 'unknown',
    kind: 'symptom',
    patterns: [
      { words: /Max number of executor failures \(\d+\) reached/i },
      { words: /\bexitCode: 11\b/, places: ['container', 'driver', 'platform'] },
    ],
  },
  {
    id: 'F06',
    name: 'straggler',
    meaning: 'one host is much slower than the others',
    class: 'infrastructure',
    kind: 'measured',
    patterns: [],
  },
  {
    id: 'F31',
    name: 'idle',
    meaning: 'resources are held and not used',
    class: 'unknown',
    kind: 'measured',
    patterns: [],
  },
]
