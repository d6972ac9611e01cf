// What a log says at INFO: nearly all of it is how things are set. These few entries tell what broke.
import { simpleName } from './log-entries.ts'

interface Telling {
  /** Simple name of the logger. */
  readonly logger: RegExp
  readonly words: RegExp
  /** Healthy runs say it now and then: no more than a hint, and nothing beside an error that nobody explains. */
  readonly hint?: true
}

/** By who says it and what: at INFO the same words of another are a setting, or a plan. */
const TELLING: readonly Telling[] = [
  // Standalone: the new master, and those who live through it (the application's client, a worker).
  { logger: /^Master$/, words: /elected leader! New state: RECOVERING/ },
  {
    logger: /^(?:Worker|StandaloneAppClient\$ClientEndpoint)$/,
    words: /Master has changed, new master is at/,
    hint: true,
  },
  { logger: /^ApplicationMaster$/, words: /Final app status: FAILED/ },
  // YARN's report of an application: what it waits for may pass, and how it failed is said again as an error.
  { logger: /^Client$/, words: /\bdiagnostics: /, hint: true },
  // Hadoop's monitor warns above 10 s of pause, and tells of each above 1 s.
  { logger: /^JvmPauseMonitor$/, words: /Detected pause in JVM or host machine/, hint: true },
]

const SILENT = new Set(['TRACE', 'DEBUG'])

/** How much an entry counts by its level: as it is, as a hint, or not at all. */
export function weightOf(entry: {
  readonly level: string | null
  readonly logger: string | null
  readonly text: string
}): 'whole' | 'hint' | 'none' {
  if (SILENT.has(entry.level ?? '')) return 'none'
  if (entry.level !== 'INFO') return 'whole'
  const logger = simpleName(entry.logger ?? '')
  const telling = TELLING.find((one) => one.logger.test(logger) && one.words.test(entry.text))
  if (telling === undefined) return 'none'
  return telling.hint === true ? 'hint' : 'whole'
}
