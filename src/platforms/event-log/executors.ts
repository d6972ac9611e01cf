// Executors out of an event log: who came, who went and why, and what their tasks add up to.
import type { SparkExecutor } from '../../ports.ts'
import { endingOf } from './task-errors.ts'
import { durationMs } from './quantiles.ts'
import type { TaskEnd } from './schema.ts'

type Writable = { -readonly [K in keyof SparkExecutor]: SparkExecutor[K] }
export type Peaks = Readonly<Record<string, number>>

export interface ExecutorLedger {
  added(id: string, host: string, cores: number, profile: number, at: Date | null): void
  removed(id: string, reason: string | null, at: Date | null): void
  /** Its block manager tells of memory; the driver has no other way of appearing. */
  memory(id: string, host: string, bytes: number, at: Date | null): void
  excluded(id: string, now: boolean): void
  hostExcluded(host: string, now: boolean): void
  task(task: TaskEnd): void
  peaks(id: string, peaks: Peaks | undefined): void
  /** Processor cores that one task of a resource profile takes. */
  profile(id: number, cpusPerTask: number): void
  all(): readonly SparkExecutor[]
}

const RSS = ['ProcessTreeJVMRSSMemory', 'ProcessTreePythonRSSMemory', 'ProcessTreeOtherRSSMemory'] as const

export function createExecutorLedger(): ExecutorLedger {
  const known = new Map<string, Writable>()
  const cpusPerTask = new Map<number, number>()
  const entry = (id: string, host: string): Writable => {
    const found = known.get(id)
    if (found !== undefined) return found
    const fresh: Writable = {
      id,
      host,
      active: true,
      addedAt: null,
      removedAt: null,
      removeReason: null,
      failedTasks: 0,
      completedTasks: 0,
      totalDurationMs: 0,
      totalGcMs: 0,
      maxMemoryBytes: 0,
      peakHeapBytes: null,
      peakRssBytes: null,
      maxTasks: 0,
      totalShuffleReadBytes: 0,
      excluded: false,
    }
    known.set(id, fresh)
    return fresh
  }

  function raise(id: string, peaks: Peaks | undefined): void {
    const one = known.get(id)
    if (one === undefined || peaks === undefined) return
    const heap = peaks['JVMHeapMemory'] ?? 0
    const rss = RSS.reduce((sum, name) => sum + (peaks[name] ?? 0), 0)
    // A task that ended before the first measurement has zeros, one whose executor vanished -1.
    if (heap > 0) one.peakHeapBytes = Math.max(one.peakHeapBytes ?? 0, heap)
    if (rss > 0) one.peakRssBytes = Math.max(one.peakRssBytes ?? 0, rss)
  }

  return {
    added(id, host, cores, profile, at) {
      const one = entry(id, host)
      one.host = host
      one.addedAt = at
      one.maxTasks = Math.floor(cores / (cpusPerTask.get(profile) ?? 1))
    },
    removed(id, reason, at) {
      const one = entry(id, '')
      one.active = false
      one.removedAt = at
      one.removeReason = reason
    },
    memory(id, host, bytes, at) {
      const one = entry(id, host)
      one.maxMemoryBytes = bytes
      one.addedAt ??= at
    },
    excluded(id, now) {
      const one = known.get(id)
      if (one !== undefined) one.excluded = now
    },
    hostExcluded(host, now) {
      for (const one of known.values()) if (one.host === host) one.excluded = now
    },
    task(task) {
      const one = known.get(task['Task Info']['Executor ID'])
      if (one === undefined) return
      const ending = endingOf(task)
      if (ending === 'succeeded') one.completedTasks += 1
      if (ending === 'failed') one.failedTasks += 1
      one.totalDurationMs += durationMs(task)
      raise(one.id, task['Task Executor Metrics'])
      const metrics = task['Task Metrics']
      // What is sent again after a loss keeps the numbers of its first attempt, which were added then.
      if (metrics === undefined || task['Task End Reason'].Reason === 'Resubmitted') return
      const shuffle = metrics['Shuffle Read Metrics']
      one.totalGcMs += metrics['JVM GC Time']
      one.totalShuffleReadBytes +=
        (shuffle?.['Remote Bytes Read'] ?? 0) + (shuffle?.['Local Bytes Read'] ?? 0)
    },
    peaks: raise,
    profile(id, cpus) {
      cpusPerTask.set(id, Math.max(1, cpus))
    },
    all: () => [...known.values()],
  }
}
