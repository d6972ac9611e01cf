// The failure signatures: how Spark's own words tell one cause of death from another. Ordered; the first that fits wins.

export interface Signature {
  /** Stable id that runbooks match, for example `F02`. */
  readonly id: string
  readonly name: string
  /** What it means, after "Cause:". */
  readonly meaning: string
  readonly words: RegExp
  /** Exit codes that mean the same, where the words are missing; less certain. */
  readonly codes?: RegExp
  /** Whether running the same thing again is worth trying, as far as the words alone tell. */
  readonly transient: boolean
}

/**
 * The first entries are causes, the later ones symptoms of them: a fetch failure says only that somebody's files
 * are gone, an exit code only how somebody died. Texts as Spark 3.5 and 4.3 write them; container texts as YARN's
 * and Kubernetes' allocators in Spark's sources write them.
 */
export const SIGNATURES: readonly Signature[] = [
  // The driver's own failure texts; the same error in an executor is F02.
  {
    id: 'F01',
    name: 'driver-oom',
    meaning: "the driver's memory is too small for what it holds",
    words:
      /Not enough memory to build and broadcast|bigger than (?:local result size limit by )?spark\.driver\.maxResultSize|driver container failed with ExitCode: (?:137|52)|driver.*(?:OOMKilled|OutOfMemoryError)/i,
    transient: false,
  },
  {
    id: 'F03',
    name: 'container-killed',
    meaning: 'the container went over its memory limit and was killed from outside',
    words:
      /killed by YARN for exceeding (?:physical |virtual )?memory limits|beyond (?:the )?'?(?:physical|virtual)'? memory limit|OOMKilled/i,
    codes: exitCodes('-103', '-104', '137'),
    transient: false,
  },
  {
    id: 'F02',
    name: 'executor-heap-oom',
    meaning: "the executor's Java heap is too small for what its tasks hold",
    words:
      /java\.lang\.OutOfMemoryError|SparkOutOfMemoryError|UNABLE_TO_ACQUIRE_MEMORY|Unable to acquire \d+ bytes of memory|GC overhead limit exceeded/i,
    codes: exitCodes('52'),
    transient: false,
  },
  {
    id: 'F09',
    name: 'disk-full',
    meaning: 'a local disk is full',
    words: /No space left on device|DiskErrorException|local-dirs usable space/i,
    transient: false,
  },
  {
    id: 'F11',
    name: 'preempted',
    meaning: 'the node or container was taken away (preemption, decommission, scale-in)',
    words: /preempt|decommission|released on a \*?lost\*? node/i,
    codes: exitCodes('143', '-100', '-102'),
    transient: true,
  },
  {
    id: 'F10',
    name: 'heartbeat-lost',
    meaning: 'the executor stopped answering',
    words:
      /no recent heartbeats|heartbeat timed out|unable to send heartbeats|Remote RPC client disassociated/i,
    codes: exitCodes('56'),
    transient: false,
  },
  {
    id: 'F04',
    name: 'fetch-failed',
    meaning: 'shuffle files were lost with the executor that held them',
    words:
      /FetchFailed|MetadataFetchFailedException|Missing an output location for shuffle|Executor is not registered|has failed the maximum allowable number of times/i,
    transient: false,
  },
]

/** An ending by a person or a shutdown: not a failure of its own. */
const NOT_A_FAILURE =
  /Master removed our application: KILLED|Executor killed by driver|killed via Web UI|SparkContext (?:was|is) (?:shut|stopp)|was idle for/i

/** Whether a removal or failure text tells of an intended ending. */
export function isIntended(text: string): boolean {
  return NOT_A_FAILURE.test(text)
}

/** Whether the text bears the signature, by its words or by an exit code. */
export function bears(signature: Signature, text: string): boolean {
  return signature.words.test(text) || (signature.codes?.test(text) ?? false)
}

export interface Strongest {
  readonly signature: Signature
  readonly text: string
  /** True where words name it, false where only an exit code does. */
  readonly named: boolean
}

/**
 * The strongest signature among texts (causes before symptoms), with the text that names it best: one with words,
 * else one with an exit code. Null where none bears any; texts of intended endings are passed over.
 */
export function strongest(texts: readonly string[]): Strongest | null {
  const failures = texts.filter((text) => !isIntended(text))
  for (const signature of SIGNATURES) {
    const named = failures.find((text) => signature.words.test(text))
    const text = named ?? failures.find((one) => bears(signature, one))
    if (text !== undefined) return { signature, text, named: named !== undefined }
  }
  return null
}

/** `exited with code 52`, `exit code: 137`, `Exit status: -104`, as Spark, YARN and Kubernetes write them. */
function exitCodes(...codes: readonly string[]): RegExp {
  return new RegExp(
    `\\bexit(?:ed)?(?: with)?(?: exit)?[ _]?(?:code|status)?\\s*[:=]?\\s*\\(?(?:${codes.join('|')})\\b`,
    'i',
  )
}
