// What is asked of a History Server itself, apart from what it keeps of an application.

export interface TimedAnswer<T> {
  readonly value: T
  /** From sending the request to the last byte of its answer, in milliseconds. */
  readonly tookMs: number
  /** The same question, for a person to ask. */
  readonly link: string
}

/** An application as the History Server lists it. */
export interface ListedApplication {
  readonly id: string
  /** When it last took something of its event log (`lastUpdatedEpoch` of its newest attempt). */
  readonly updatedAt: Date
}

/**
 * Asks a History Server how it is and can do nothing else. Throws ARR-501 (not reachable, or a 5xx), ARR-502 (something
 * else answers), ARR-506 to ARR-508 (we are refused, or have no Kerberos token).
 */
export interface HistoryServer {
  /** Its page for people. */
  readonly link: string
  /** The Spark that it runs. */
  version(signal: AbortSignal): Promise<TimedAnswer<string>>
  /** What it lists as running, at most 500; among them drivers that were killed, whose logs have no end. */
  running(signal: AbortSignal): Promise<TimedAnswer<readonly ListedApplication[]>>
}
