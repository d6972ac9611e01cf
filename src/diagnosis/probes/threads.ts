// What driver and executors do at this instant, from their thread dumps: deadlocks, and where the tasks stand.
import * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import type { PlatformReader, SparkApplication, SparkThread } from '../../ports.ts'
import type { Evidence, Finding, Probe } from '../model.ts'
import { shownAt } from '../performance/shown.ts'
import { type ThreadReading, bareFrame, readDump, standsAt } from '../threads.ts'
import { blank, evidence, outputsOf, plural, unseen, withApplication } from './support.ts'

const params = z
  .strictObject({
    /** Executors to look into beside the driver; each is one dump of some 30 KB. */
    executors: z.int().min(0).max(10).default(3),
  })
  .prefault({})

/** The threads of one process. */
export interface Dump {
  /** `driver`, or an executor's number. */
  readonly of: string
  readonly threads: readonly SparkThread[]
  readonly reading: ThreadReading
}

export interface Dumps {
  readonly dumps: readonly Dump[]
  readonly unreached: readonly string[]
}

export const threads: Probe = {
  id: 'spark.threads',
  title: 'What threads are doing',
  needs: ['application', 'threads'],
  params,
  outputs: {
    deadlocked: 'threads that wait for one another in a circle',
    blocked: 'threads that wait for a lock that another holds',
    task_threads: 'threads that run tasks',
    busiest_frame: 'the frame where most of them stand',
    busiest_share: 'the part of them that stands there, 0 to 1',
    driver_frame: "where the driver's own program stands",
    executors: 'executors looked into',
  },
  quoting: ['busiest_frame', 'driver_frame'],
  async run(raw, context) {
    const { executors } = params.parse(raw ?? {})
    return withApplication(threads, context, async (app, reader) => {
      const taken = await takeDumps(reader, app, executors, context.signal)
      if (taken.dumps.length === 0) {
        const sentence = `${app.name} has no threads to look at: ${taken.unreached.length > 0 ? 'its processes did not answer' : 'its driver lives no more'}.`
        return { outputs: blank(threads), findings: [unseen(threads.id, sentence, taken.unreached)] }
      }
      const all = taken.dumps.map(({ reading }) => reading)
      const tasks = all.flatMap((reading) => reading.tasks)
      const busiest = readDump(tasks).busiest
      const main = all.find((reading) => reading.main !== null)?.main ?? null
      const at = main === null ? null : standsAt(main)
      return {
        outputs: outputsOf(threads, {
          deadlocked: all.flatMap(({ deadlocks }) => deadlocks.flat()).length,
          blocked: all.flatMap(({ blocked }) => blocked).length,
          task_threads: tasks.length,
          busiest_frame: busiest === null ? null : evidence(busiest.frame, '').text,
          busiest_share: busiest === null ? null : busiest.threads / busiest.of,
          driver_frame: at === null ? null : evidence(bareFrame(at), '').text,
          executors: taken.dumps.filter(({ of }) => of !== 'driver').length,
        }),
        findings: [...deadlocks(taken.dumps, app), standing(taken, app, busiest, tasks, main)],
      }
    })
  },
}

/** Dumps of the driver and of at most `limit` living executors. What does not answer is in `unreached`. */
export async function takeDumps(
  reader: PlatformReader,
  app: SparkApplication,
  limit: number,
  signal: AbortSignal,
): Promise<Dumps> {
  const unreached: string[] = []
  const asked = async <T>(what: string, ask: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await ask()
    } catch (error) {
      unreached.push(`${what}: ${reasonOf(error)}`)
      return otherwise
    }
  }
  const alive = reader.capabilities.has('executors')
    ? (await asked('executors', () => reader.executors(app, signal), [])).filter(
        ({ id, active }) => active && id !== 'driver',
      )
    : []
  const ids = ['driver', ...alive.slice(0, limit).map(({ id }) => id)]
  const dumps = await Promise.all(
    ids.map(async (of): Promise<Dump[]> => {
      const what = of === 'driver' ? 'threads of the driver' : `threads of executor ${of}`
      const found = await asked(what, () => reader.threads(app, of, signal), null)
      return found === null ? [] : [{ of, threads: found, reading: readDump(found) }]
    }),
  )
  return { dumps: dumps.flat(), unreached }
}

/** A circle never opens by itself: whatever waits for one of its threads waits for ever. */
function deadlocks(dumps: readonly Dump[], app: SparkApplication): Finding[] {
  return dumps.flatMap(({ of, reading }) =>
    reading.deadlocks.map((circle) => ({
      probe: threads.id,
      severity: 'critical' as const,
      sentence: `${plural(circle.length, 'thread')} of ${nameOf(of)} wait for one another's locks: a deadlock, which does not end by itself.`,
      evidence: circle.slice(0, 4).map((thread) => quoted(thread, of, app)),
      link: app.link,
      confidence: 'high' as const,
      unreached: [],
    })),
  )
}

/** One dump is one instant: where threads stand is told, and no alarm is made of it unless most of them wait for a lock. */
function standing(
  taken: Dumps,
  app: SparkApplication,
  busiest: ThreadReading['busiest'],
  tasks: readonly SparkThread[],
  main: SparkThread | null,
): Finding {
  const held = tasks.filter(({ state, blockedBy }) => state === 'BLOCKED' && blockedBy !== null)
  const most = tasks.find((thread) => {
    const frame = standsAt(thread)
    return frame !== null && bareFrame(frame) === busiest?.frame
  })
  const where = taken.dumps.find(({ threads: of }) => most !== undefined && of.includes(most))?.of ?? ''
  const looked = plural(taken.dumps.filter(({ of }) => of !== 'driver').length, 'executor')
  const work =
    busiest === null
      ? `No task runs in ${looked} of ${app.name}`
      : `${busiest.threads} of ${plural(busiest.of, 'task thread')} in ${looked} stand at the same frame`
  const locked = held.length === 0 ? '' : `; ${held.length} wait for a lock that another thread holds`
  return {
    probe: threads.id,
    severity: tasks.length > 1 && held.length * 2 > tasks.length ? 'medium' : 'none',
    sentence: `${work}${locked}.`,
    evidence: [
      ...(most === undefined ? [] : [quoted(most, where, app)]),
      ...(main === null ? [] : [quoted(main, 'driver', app)]),
    ],
    link: app.link,
    confidence: 'medium',
    unreached: taken.unreached,
  }
}

function quoted(thread: SparkThread, of: string, app: SparkApplication): Evidence {
  const at = standsAt(thread)
  const waits = thread.blockedBy === null ? '' : `, waits for thread ${thread.blockedBy}`
  const frame = at === null ? 'no frame' : bareFrame(at)
  return evidence(
    `${thread.state} at ${frame}`,
    `${nameOf(of)}, thread ${thread.id} (${evidence(thread.name, '').text})${waits}`,
    shownAt(app, `executors/${of}/threads`),
  )
}

function nameOf(of: string): string {
  return of === 'driver' ? 'the driver' : `executor ${of}`
}
