// A database that goes away is said once, with the mend, and that it is back; what fails because of it stays quiet.
import { ArrestorError } from '../errors.ts'
import type { StoreLogger } from './store.ts'

export interface Outage {
  /** A call failed because the database is not there. */
  away(error: ArrestorError): void
  /** A call was answered. */
  works(): void
  /** A connection died while nobody used it. */
  lost(why: string): void
  /** The logger for everything that calls the database: without the lines that only repeat the outage. */
  readonly log: StoreLogger
}

/** A pool dies one connection after the other, and some still answer meanwhile: only this long after the last failure is it over. */
const QUIET_MS = 1_000

/** Tells `logger`; one for each store. `now` is monotonic, in milliseconds. */
export function createOutage(logger: StoreLogger, now: () => number = () => performance.now()): Outage {
  let isAway = false
  let failedAt = 0
  let lostTold = false
  const repeats = (fields: object): boolean =>
    Object.values(fields).some((value) => typeof value === 'string' && value.startsWith('ARR-201'))
  return {
    away(error) {
      if (!isAway) logger.error({ code: error.code }, error.message)
      isAway = true
      failedAt = now()
    },
    works() {
      if (isAway && now() - failedAt < QUIET_MS) return
      if (isAway) logger.info({}, 'the database answers again')
      isAway = lostTold = false
    },
    lost(why) {
      // The whole pool dies at once: one line stands for all.
      if (!isAway && !lostTold) logger.warn({ why }, 'a database connection was lost')
      lostTold = true
    },
    log: {
      info: (fields, message) => logger.info(fields, message),
      warn: (fields, message) => void (repeats(fields) || logger.warn(fields, message)),
      error: (fields, message) => void (repeats(fields) || logger.error(fields, message)),
    },
  }
}

/** Tells `outage` of an error that is one, and gives the error back. */
export function noticed(outage: Pick<Outage, 'away'> | undefined, error: unknown): unknown {
  if (error instanceof ArrestorError && error.code === 'ARR-201') outage?.away(error)
  return error
}
