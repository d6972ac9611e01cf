// Reads a thread dump as a person would: who waits for whom in a circle, what the tasks do, where the driver stands. Pure.
import type { SparkThread } from '../ports.ts'

export interface ThreadReading {
  /** Circles of threads that wait for one another's locks, each beginning with its smallest id. */
  readonly deadlocks: readonly (readonly SparkThread[])[]
  /** The threads that run tasks. */
  readonly tasks: readonly SparkThread[]
  /** Where most of the task threads stand (without tasks, those that work): the frame, and how many share it. */
  readonly busiest: { readonly frame: string; readonly threads: number; readonly of: number } | null
  /** The driver's own program: the call that Python waits for, else `main`, or the thread that runs it in cluster mode. */
  readonly main: SparkThread | null
  /** Threads that wait to enter a lock that another holds. */
  readonly blocked: readonly SparkThread[]
}

/** As Spark names them; before 3.0 it was `Executor task launch worker-7`, in 3.x and 4.x `... for task 0.0 in stage 0.0 (TID 0)`. */
const TASK = /^Executor task launch worker/
/** `Driver` runs the program in YARN's and Kubernetes' cluster mode. */
const MAIN = new Set(['main', 'Driver'])

/**
 * Frames that say how a thread waits and not for what: the first frame that is none of them is where it stands.
 * Everything of the JDK's locks, sleeps and queues, and what Scala and Spark put around a wait.
 */
const WAITING =
  /^(?:jdk\.|sun\.|java\.lang\.(?:Object|Thread|ProcessImpl|ref)\b|java\.util\.concurrent\.|java\.(?:net|io|nio)\.|scala\.(?:concurrent|collection|runtime|Option)\b|org\.apache\.spark\.util\.(?:Spark)?ThreadUtils|- )/

/** Reads one dump. */
export function readDump(threads: readonly SparkThread[]): ThreadReading {
  const tasks = threads.filter(({ name }) => TASK.test(name))
  return {
    deadlocks: circlesOf(threads),
    tasks,
    busiest: busiestOf(tasks),
    main: threads.find(isCallOfPython) ?? threads.find(({ name }) => MAIN.has(name)) ?? null,
    blocked: threads.filter(({ state, blockedBy }) => state === 'BLOCKED' && blockedBy !== null),
  }
}

/** The frame that says what a thread does: the innermost that is no mere waiting, else the innermost. */
export function standsAt(thread: SparkThread): string | null {
  return thread.stack.find((frame) => !WAITING.test(frame)) ?? thread.stack[0] ?? null
}

/** A frame without the locks that 3.5 writes behind it, and the number that a lambda's class has in this JVM alone. */
export function bareFrame(frame: string): string {
  return frame
    .replace(/ => holding .*/s, '')
    .replace(/\$\$Lambda(?:\$\d+|\/0x)?[\w$/]*/g, '$$$$Lambda')
    .trim()
}

/** Under PySpark `main` only waits for the Python process; its calls come in on threads of Py4J. */
function isCallOfPython({ stack }: SparkThread): boolean {
  return (
    stack.some((frame) => /^py4j\.(?:GatewayConnection|ClientServerConnection)\.run\b/.test(frame)) &&
    stack.some((frame) => frame.startsWith('org.apache.spark.'))
  )
}

function busiestOf(threads: readonly SparkThread[]): ThreadReading['busiest'] {
  const counts = new Map<string, number>()
  for (const thread of threads) {
    const frame = standsAt(thread)
    if (frame !== null) counts.set(bareFrame(frame), (counts.get(bareFrame(frame)) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return most === undefined ? null : { frame: most[0], threads: most[1], of: threads.length }
}

/** A thread waits for one other at most, so that each circle is met by walking on from any of its members. */
function circlesOf(threads: readonly SparkThread[]): SparkThread[][] {
  const byId = new Map(threads.map((thread) => [thread.id, thread]))
  const done = new Set<number>()
  const circles: SparkThread[][] = []
  for (const start of threads) {
    const walk: SparkThread[] = []
    const at = new Map<number, number>()
    let here: SparkThread | undefined = start
    while (here !== undefined && !done.has(here.id) && !at.has(here.id)) {
      at.set(here.id, walk.length)
      walk.push(here)
      here = here.blockedBy === null ? undefined : byId.get(here.blockedBy)
    }
    const from = here === undefined ? undefined : at.get(here.id)
    if (from !== undefined) circles.push(fromSmallest(walk.slice(from)))
    for (const { id } of walk) done.add(id)
  }
  // One thread that "waits for itself" is a quirk of a dump taken while a lock changes hands.
  return circles.filter((circle) => circle.length > 1)
}

function fromSmallest(circle: SparkThread[]): SparkThread[] {
  const least = circle.reduce((best, { id }, index) => (id < (circle[best]?.id ?? id) ? index : best), 0)
  return [...circle.slice(least), ...circle.slice(0, least)]
}
