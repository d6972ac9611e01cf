// What happens by the calendar: node-cron only ticks; a row per (schedule, slot) says that one replica took it.
import { type ScheduledTask, schedule } from 'node-cron'
import { reasonOf } from '../errors.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'

export interface Schedule {
  readonly name: string
  /** A cron expression, in UTC. */
  readonly cron: string
  /** Length of a slot: a tick belongs to the slot that its time falls into. */
  readonly slotMs: number
  run(tx: Tx, deps: FlowDeps, now: Date): Promise<void>
}

/** Takes the slot that `now` falls into and runs it, in one transaction; false when it was taken already. */
export async function takeSlot(deps: FlowDeps, what: Schedule): Promise<boolean> {
  return await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const slot = new Date(Math.floor(now.getTime() / what.slotMs) * what.slotMs)
    const taken = await tx
      .insertInto('schedule_slots')
      .values({ schedule: what.name, slot, taken_at: now })
      .onConflict((oc) => oc.columns(['schedule', 'slot']).doNothing())
      .returning('slot')
      .executeTakeFirst()
    if (taken === undefined) return false
    await what.run(tx, deps, now)
    return true
  })
}

export interface Schedules {
  stop(): Promise<void>
}

/** Starts ticking. A slot that nobody took while all were down is caught up at the start. */
export function startSchedules(deps: FlowDeps, schedules: readonly Schedule[]): Schedules {
  const running = new Set<Promise<unknown>>()
  const tick = (what: Schedule): void => {
    const work = takeSlot(deps, what).catch((error: unknown) => {
      deps.logger.error(
        { schedule: what.name, reason: reasonOf(error) },
        'a schedule failed; its next slot comes',
      )
    })
    running.add(work)
    void work.finally(() => running.delete(work))
  }
  const tasks: ScheduledTask[] = schedules.map((what) => {
    tick(what)
    return schedule(what.cron, () => tick(what), { timezone: 'UTC', noOverlap: true, name: what.name })
  })
  return {
    async stop() {
      for (const task of tasks) await task.destroy()
      await Promise.all(running)
    },
  }
}
