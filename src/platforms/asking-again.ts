// What shared answers do not know may have begun since they came: it is asked for once more before it is said not to be.
import type { Run } from '../alerts/model.ts'
import type { PlatformReader } from '../ports.ts'
import { answeredSince, withOldest } from './http/wanted-since.ts'

/** A diagnosis asks about its run from several sides within this; they are one look. */
const LOOK_MS = 2000

/**
 * The reader, where an answer about a run that finds nothing, or a run in a state that nobody tells, is asked for again
 * without what was answered before the look: a list that is shared may be older than the run. What was asked since stays
 * shared, so that this costs the requests alone that were another's.
 */
export function askingAgain(reader: PlatformReader): PlatformReader {
  const begunAt = createLooks()

  async function twice<T>(
    about: string | null,
    ask: () => Promise<T>,
    lacks: (answer: T) => boolean,
  ): Promise<T> {
    const since = begunAt(about)
    const { answer, oldest } = await withOldest(ask)
    return lacks(answer) && oldest < since ? await answeredSince(since, ask) : answer
  }

  return {
    ...reader,
    locate: (run, signal) => twice(nameOf(run), () => reader.locate(run, signal), isUnknown),
    run: (run, signal) => twice(nameOf(run), () => reader.run(run, signal), isUnknown),
    runs: (jobName, limit, signal) => twice(jobName, () => reader.runs(jobName, limit, signal), isEmpty),
    log: (run, bytes, signal) =>
      twice(
        nameOf(run),
        () => reader.log(run, bytes, signal),
        (log) => log === null,
      ),
    containers: (run, signal) => twice(nameOf(run), () => reader.containers(run, signal), isEmpty),
    events: (run, limit, signal) => twice(nameOf(run), () => reader.events(run, limit, signal), isEmpty),
  }
}

/** Answers when the look at this run or job began, an instant of `performance.now()`. */
function createLooks(): (about: string | null) => number {
  // The oldest first.
  const looks = new Map<string | null, number>()
  return (about) => {
    const now = performance.now()
    for (const [old, begun] of looks) {
      if (now - begun < LOOK_MS) break
      looks.delete(old)
    }
    const begun = looks.get(about) ?? now
    looks.set(about, begun)
    return begun
  }
}

function nameOf({ runId, jobName }: Run): string | null {
  return runId ?? jobName
}

function isUnknown(found: { readonly state: string } | null): boolean {
  return found === null || found.state === 'unknown'
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0
}
