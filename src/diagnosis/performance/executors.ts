// Findings of executors and of time: uneven ones, excluded ones, idle ones, and a driver that works alone.
import { size, span } from '../probes/support.ts'
import { type Measured, type Performance, heldBy, median, percent, sum } from './measure.ts'
import { type Shown, shownAt } from './shown.ts'
import { type Snapshot, untilOf } from './snapshot.ts'

const LEAST_MS = 300_000
const LEAST_BYTES = 100 * 1024 ** 2

function lifetimeMs(snapshot: Snapshot, executor: Snapshot['executors'][number]): number {
  const from = executor.addedAt ?? snapshot.app.startedAt ?? snapshot.now
  const to = executor.removedAt ?? untilOf(snapshot)
  return Math.max(0, to.getTime() - from.getTime())
}

function appMs(snapshot: Snapshot): number {
  return Math.max(0, untilOf(snapshot).getTime() - (snapshot.app.startedAt ?? snapshot.now).getTime())
}

/** The application's own times, as Spark gives them. */
function appShown(snapshot: Snapshot): Shown {
  const { app } = snapshot
  return {
    figures: `startTime ${app.startedAt?.toISOString() ?? 'not known'}, counted until ${untilOf(snapshot).toISOString()}`,
    from: 'the application',
    shownAt: app.apiUrl ?? app.link,
  }
}

/**
 * max / median of `totalDuration` and of `totalShuffleRead` over executors that lived for half of the application or
 * longer. Thresholds: Dr. Elephant's; floors 5 minutes and 100 MiB. A median of nothing counts as one, which is critical as
 * it is there: all the work is in one place.
 */
export const executorImbalance: Performance = {
  id: 'exec_imbalance',
  title: 'How uneven the executors are',
  meaning: 'max / median of totalDuration or totalShuffleRead over executors',
  thresholds: [1.334, 1.778, 3.162, 10],
  source: 'Dr. Elephant',
  material: heldBy('totalDuration of the busiest executor, beyond the median where that is compared'),
  from: ['executors'],
  measure: (snapshot) => {
    const settled = snapshot.executors.filter((one) => lifetimeMs(snapshot, one) > appMs(snapshot) / 2)
    // One alone is its own median.
    if (settled.length < 2) return []
    const compare = (
      of: (one: Snapshot['executors'][number]) => number,
      floor: number,
      words: (value: number) => string,
      field: string,
    ): Measured[] => {
      const middle = median(settled.map(of)) ?? 0
      const most = settled.reduce((a, b) => (of(b) > of(a) ? b : a))
      if (of(most) < floor) return []
      const value = of(most) / Math.max(1, middle)
      const does = field === 'totalDuration' ? 'works' : 'reads'
      const against =
        middle === 0
          ? ', and half of the others not at all'
          : ` ${Number(value.toFixed(1))} times as much as the others`
      return [
        {
          value,
          says: `Executor ${most.id} on ${most.host} ${does}${against} (${words(of(most))} against ${words(middle)})`,
          figures: `${field} max ${of(most)}, median ${middle}`,
          from: `executor ${most.id}`,
          link: snapshot.app.link,
          shownAt: shownAt(snapshot.app, 'allexecutors'),
          also: [appShown(snapshot)],
          affectedMs: field === 'totalDuration' ? of(most) - middle : most.totalDurationMs,
        },
      ]
    }
    return [
      ...compare(({ totalDurationMs }) => totalDurationMs, LEAST_MS, span, 'totalDuration'),
      ...compare(({ totalShuffleReadBytes }) => totalShuffleReadBytes, LEAST_BYTES, size, 'totalShuffleRead'),
    ]
  },
}

/**
 * Excluded executors / active ones: any at all is low. Ours. They are counted: no time holds this down, since what failed
 * before they were excluded may have failed at once.
 */
export const excluded: Performance = {
  id: 'excluded',
  title: 'Executors kept from tasks',
  meaning: 'executors excluded after failures / active ones',
  thresholds: [Number.MIN_VALUE, 0.1, 0.25, 0.5],
  source: 'ours',
  material: {
    time: null,
    except: 'executors are counted: exclusion follows failures, whatever time they took',
  },
  from: ['executors'],
  measure: ({ executors, app }) => {
    const active = executors.filter((one) => one.active)
    const out = active.filter((one) => one.excluded)
    if (out.length === 0) return []
    return [
      {
        value: out.length / active.length,
        says: `${out.length} of ${active.length} executors are kept from tasks after failures, on ${[...new Set(out.map(({ host }) => host))].slice(0, 3).join(', ')}`,
        figures: `isExcluded ${out.length} (${out
          .slice(0, 10)
          .map(({ id }) => id)
          .join(', ')}), isActive ${active.length}`,
        from: 'all executors',
        link: app.link,
        shownAt: shownAt(app, 'executors'),
        affectedMs: null,
      },
    ]
  },
}

/** When the oldest stage that runs was submitted; now while none does. */
function oldestActive({ stages, now }: Snapshot): Date {
  const began = stages.flatMap(({ status, submittedAt }) =>
    status === 'ACTIVE' && submittedAt !== null ? [submittedAt.getTime()] : [],
  )
  return new Date(Math.min(...began, now.getTime()))
}

/**
 * The longest that the tasks in an executor can have been running. Spark counts a task's time when it ends: the slot of
 * one that hangs would look as if it had never been used.
 */
export function underWayMs(snapshot: Snapshot, executor: Snapshot['executors'][number]): number {
  const active = executor.activeTasks ?? 0
  const { app, now } = snapshot
  if (active === 0 || app.endedAt !== null) return 0
  const since = Math.max(executor.addedAt?.getTime() ?? 0, oldestActive(snapshot).getTime())
  return active * Math.max(0, now.getTime() - since)
}

/** 1 - sum of `totalDuration` / sum of (lifetime x `maxTasks`). 0.50 is DataFlint's; the others are ours. */
export const idleCores: Performance = {
  id: 'idle_cores',
  title: 'Task slots without a task',
  meaning: '1 - sum totalDuration / sum (lifetime x maxTasks)',
  thresholds: [0.3, 0.5, 0.7, 0.85],
  source: '0.50 DataFlint, the others ours',
  material: heldBy('the time of slots without a task'),
  from: ['executors', 'stages'],
  measure: (snapshot) => {
    const given = sum(snapshot.executors.map((one) => lifetimeMs(snapshot, one) * one.maxTasks))
    const running = sum(snapshot.executors.map((one) => underWayMs(snapshot, one)))
    const used = sum(snapshot.executors.map(({ totalDurationMs }) => totalDurationMs)) + running
    if (given <= 0) return []
    const value = Math.max(0, 1 - used / given)
    return [
      {
        value,
        says: `${percent(value)} of the time that executors held their slots they had no task in them`,
        figures: `sum totalDuration ${used - running} ms, of activeTasks at most ${running} ms, sum of lifetime x maxTasks ${given} ms until ${untilOf(snapshot).toISOString()}`,
        from: 'all executors',
        link: snapshot.app.link,
        shownAt: shownAt(snapshot.app, 'allexecutors'),
        // The time of tasks that run counts from there.
        ...(running === 0
          ? {}
          : {
              also: [
                {
                  figures: `submissionTime ${oldestActive(snapshot).toISOString()} of the oldest active stage`,
                  from: 'active stages',
                  shownAt: shownAt(snapshot.app, 'stages?status=active&details=false'),
                },
              ],
            }),
        affectedMs: given - used,
      },
    ]
  },
}

const LEAST_APP_MS = 600_000

/** (application time - union of its jobs' intervals) / application time, from ten minutes on. Sparklens' formula. */
export const driverShare: Performance = {
  id: 'driver_share',
  title: 'Time without a job',
  meaning: 'share of the application’s time in which no job ran',
  thresholds: [0.3, 0.5, 0.7, 0.9],
  source: 'formula Sparklens, thresholds ours',
  material: heldBy('the time without a job'),
  from: ['jobs'],
  measure: (snapshot) => {
    const { app, jobs } = snapshot
    const whole = appMs(snapshot)
    if (whole < LEAST_APP_MS || jobs.length === 0) return []
    const busy = unionMs(
      jobs.flatMap(({ submittedAt, completedAt }) =>
        submittedAt === null
          ? []
          : [[submittedAt.getTime(), (completedAt ?? untilOf(snapshot)).getTime()] as const],
      ),
    )
    const value = Math.max(0, 1 - busy / whole)
    return [
      {
        value,
        says: `No job ran in ${percent(value)} of ${span(whole)}: the driver works alone, or waits`,
        figures: `jobs ${busy} ms of ${whole} ms`,
        from: 'all jobs',
        link: app.link,
        shownAt: shownAt(app, 'jobs'),
        also: [appShown(snapshot)],
        // Every slot waits with it.
        affectedMs: whole - busy,
      },
    ]
  },
}

/** Length of the union of intervals. */
export function unionMs(intervals: readonly (readonly [number, number])[]): number {
  let total = 0
  let until = Number.NEGATIVE_INFINITY
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }
  return total
}
