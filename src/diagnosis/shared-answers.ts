// One answer for all who ask the same: those who ask meanwhile wait for it, those who ask soon after get it, too.

export interface SharedAnswers {
  /**
   * The answer under `key`: one that is kept or under way, else what `work` gives. One key is one T. Rejects as `work`
   * does, or with the reason of `signal` where others still wait: work is called off only when nobody is left who wants
   * it. A failure is told to those who wait for it and to nobody after them. Of `since`, an instant of `performance.now()`:
   * an answer that was begun before it will not do. One is begun anew then, for all who wait for it.
   */
  ask<T>(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    since?: number,
  ): Promise<T>
}

export interface SharingLimits {
  /** How long an answer is given to others after it came, in milliseconds. Infinity: as long as this lives. */
  readonly ttlMs: number
  /** The least from the beginning of an answer to that of the next under its key for those who want a newer one; 0 unless said. */
  readonly renewMs?: number
  /** What an answer weighs, for `maxWeight`; without it nothing weighs anything. */
  readonly weigh?: (answer: unknown) => number
  /** Of all kept answers together: the oldest go first, and one that is heavier than a quarter of it is not kept. */
  readonly maxWeight?: number
  /** Called for every question that cost nothing, with the instant at which its answer was begun. */
  readonly onShared?: (begunAt: number) => void
}

interface Entry {
  readonly answer: Promise<unknown>
  readonly control: AbortController
  readonly begunAt: number
  /** Who still waits. */
  askers: number
  settled: boolean
  weight: number
}

export function createSharedAnswers(limits: SharingLimits): SharedAnswers {
  const { ttlMs, renewMs = 0, weigh, maxWeight = Number.POSITIVE_INFINITY, onShared } = limits
  const entries = new Map<string, Entry>()
  let held = 0

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return
    entries.delete(key)
    held -= entry.weight
  }

  function keep(key: string, entry: Entry, answer: unknown): void {
    entry.settled = true
    // Called off and begun anew meanwhile.
    if (entries.get(key) !== entry) return
    const weight = weigh?.(answer) ?? 0
    if (ttlMs <= 0 || weight > maxWeight / 4) {
      drop(key, entry)
      return
    }
    entry.weight = weight
    held += weight
    for (const [oldKey, old] of entries) {
      if (held <= maxWeight) break
      if (old.settled && old !== entry) drop(oldKey, old)
    }
    // Whatever is not asked for again must not stay in memory until somebody asks for something else.
    if (Number.isFinite(ttlMs)) setTimeout(() => drop(key, entry), ttlMs).unref()
  }

  function begin(key: string, work: (signal: AbortSignal) => Promise<unknown>): Entry {
    const control = new AbortController()
    const begunAt = performance.now()
    const entry: Entry = {
      answer: work(control.signal),
      control,
      begunAt,
      askers: 0,
      settled: false,
      weight: 0,
    }
    entries.set(key, entry)
    void entry.answer.then(
      (answer) => keep(key, entry, answer),
      () => drop(key, entry),
    )
    return entry
  }

  /** Forgets what was begun before `since`, not too soon: of all who wait here the first does, and the others share what it begins. */
  async function renew(key: string, since: number, signal: AbortSignal): Promise<void> {
    const old = entries.get(key)
    if (old === undefined || old.begunAt >= since) return
    await pause(old.begunAt + renewMs - performance.now(), signal)
    drop(key, old)
  }

  return {
    async ask<T>(
      key: string,
      signal: AbortSignal,
      work: (signal: AbortSignal) => Promise<T>,
      since?: number,
    ): Promise<T> {
      signal.throwIfAborted()
      if (since !== undefined) await renew(key, since, signal)
      const known = entries.get(key)
      // What was called off is on its way to fail, for a reason that is not ours.
      const shared = known !== undefined && !known.control.signal.aborted
      const entry = shared ? known : begin(key, work)
      if (shared) onShared?.(known.begunAt)
      // One key is one T.
      return (await wait(entry, signal)) as T
    },
  }
}

/** Waits for an entry as long as the signal allows; the last who leaves calls the work off and hears what it says to that. */
function wait(entry: Entry, signal: AbortSignal): Promise<unknown> {
  entry.askers += 1
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      entry.askers -= 1
      if (entry.askers === 0 && !entry.settled) entry.control.abort(signal.reason)
      // Who leaves together with the last one hears what the work says, too: it knows where it was held up.
      queueMicrotask(() => {
        if (entry.askers > 0 || entry.settled) reject(signal.reason)
      })
    }
    signal.addEventListener('abort', leave, { once: true })
    entry.answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave)
    })
  })
}

/** Rejects with the reason of `signal` when that is aborted first. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal.addEventListener('abort', leave, { once: true })
  })
}
