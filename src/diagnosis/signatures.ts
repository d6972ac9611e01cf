// The failure signatures: how Spark's own words tell one cause of death from another. Ordered; the first that fits wins.

export interface Signature {
  /** Stable id that runbooks match, for example `F02`. */
  readonly id: string
  readonly name: string
  /** What it means, after "Cause:". */
  readonly meaning: string
  readonly pattern: RegExp
  /** Whether running the same thing again is worth trying, as far as the words alone tell. */
  readonly transient: boolean
}

/**
 * The first entries are causes, the later ones symptoms of them: a fetch failure says only that somebody's files
 * are gone, an exit code only how somebody died. Texts as Spark 3.5 and 4.3 write them; container texts as YARN's
 * and Kubernetes' allocators in Spark's sources write them.
 */
export const SIGNATURES: readonly Signature[] = [
  {
    id: 'F03',
    name: 'container-killed',
    meaning: 'the container went over its memory limit and was killed from outside',
    pattern:
      /killed by YARN for exceeding (?:physical |virtual )?memory limits|beyond (?:the )?'?(?:physical|virtual|PHYSICAL|VIRTUAL)'? memory limit|OOMKilled|exit(?:ed with exit)?[ _]?(?:code|status)?:? ?(?:-103|-104|137)\b|exited with code 137\b/i,
    transient: false,
  },
  {
    id: 'F02',
    name: 'executor-heap-oom',
    meaning: "the executor's Java heap is too small for what its tasks hold",
    pattern:
      /java\.lang\.OutOfMemoryError|SparkOutOfMemoryError|UNABLE_TO_ACQUIRE_MEMORY|Unable to acquire \d+ bytes of memory|GC overhead limit exceeded|exit(?:ed with)?(?: exit)?(?: ?code| ?status)?:? ?52\b/i,
    transient: false,
  },
  {
    id: 'F09',
    name: 'disk-full',
    meaning: 'a local disk is full',
    pattern: /No space left on device|DiskErrorException|local-dirs usable space/i,
    transient: false,
  },
  {
    id: 'F11',
    name: 'preempted',
    meaning: 'the node or container was taken away (preemption, decommission, scale-in)',
    pattern: /preempt|decommission|released on a \*?lost\*? node|exit(?:ed with)?(?: ?code| ?status)?:? ?143\b/i,
    transient: true,
  },
  {
    id: 'F10',
    name: 'heartbeat-lost',
    meaning: 'the executor stopped answering',
    pattern:
      /no recent heartbeats|heartbeat timed out|unable to send heartbeats|Remote RPC client disassociated|exit(?:ed with)?(?: ?code| ?status)?:? ?56\b/i,
    transient: false,
  },
  {
    id: 'F04',
    name: 'fetch-failed',
    meaning: 'shuffle files were lost with the executor that held them',
    pattern:
      /FetchFailed|MetadataFetchFailedException|Missing an output location for shuffle|Executor is not registered|has failed the maximum allowable number of times/i,
    transient: false,
  },
]

/** What ended a driver, in its own failure texts. The same words in an executor are F02. */
export const DRIVER_OOM: Signature = {
  id: 'F01',
  name: 'driver-oom',
  meaning: "the driver's memory is too small for what it holds",
  pattern:
    /Not enough memory to build and broadcast|bigger than (?:local result size limit by )?spark\.driver\.maxResultSize|driver container failed with ExitCode: (?:137|52)|driver.*(?:OOMKilled|OutOfMemoryError)/i,
  transient: false,
}

/** An ending by a person or a shutdown: not a failure of its own. */
const NOT_A_FAILURE =
  /Master removed our application: KILLED|Executor killed by driver|killed via Web UI|SparkContext (?:was|is) (?:shut|stopp)|was idle for/i

/** The first signature that the text bears; null where it bears none. */
export function signatureOf(text: string): Signature | null {
  if (DRIVER_OOM.pattern.test(text)) return DRIVER_OOM
  return SIGNATURES.find(({ pattern }) => pattern.test(text)) ?? null
}

/** Whether a removal or failure text tells of an intended ending. */
export function isIntended(text: string): boolean {
  return NOT_A_FAILURE.test(text)
}

/** The strongest signature among texts (causes before symptoms) and the first text that bears it. */
export function strongest(texts: readonly string[]): { signature: Signature; text: string } | null {
  for (const signature of [DRIVER_OOM, ...SIGNATURES]) {
    const text = texts.find((one) => !isIntended(one) && signature.pattern.test(one))
    if (text !== undefined) return { signature, text }
  }
  return null
}
