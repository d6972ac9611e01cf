// What every due kind must do: nothing for what is gone, nothing for what has moved on, nothing twice, nothing in the air.
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { DueKind, DueRow } from '../../src/store/due.ts'
import type { Desk } from './desk.ts'

/** A kind with rows that are due. */
export interface DueSample {
  readonly kind: DueKind
  /** A row whose subject waits for it. */
  readonly row: DueRow
  /** Moves the subject on, so that the row has nothing to say any more: resolved, ended, settled. */
  readonly moveOn: () => Promise<void>
  /** What handling a row that still holds leads to: the timeline, effects, due rows, jobs. */
  readonly leadsTo: readonly Trace[]
}

export const TRACES = ['timeline', 'outbox', 'due', 'jobs', 'pages', 'action_runs'] as const
export type Trace = (typeof TRACES)[number]

/** Declares the suite for one kind; `sample` is called anew for each test. */
export function dueKindContract(name: string, desk: () => Desk, sample: () => Promise<DueSample>): void {
  const handle = async (kind: DueKind, row: DueRow): Promise<void> => {
    const { store, clock } = desk()
    await store.transaction((tx) => kind.handle(tx, row, clock.now()))
  }
  /** Everything a handler may leave behind, as text per table. */
  const world = async (): Promise<Record<Trace, string>> => {
    const { db } = desk().store
    const rows = async (table: 'timeline' | 'outbox' | 'due' | 'pages' | 'action_runs'): Promise<string> =>
      JSON.stringify(
        (await db.selectFrom(table).selectAll().execute()).map((one) => JSON.stringify(one)).sort(),
      )
    const { rows: jobs } =
      await sql`select name, count(*) from pgboss.job group by name order by name`.execute(db)
    return {
      timeline: await rows('timeline'),
      outbox: await rows('outbox'),
      due: await rows('due'),
      pages: await rows('pages'),
      action_runs: await rows('action_runs'),
      jobs: JSON.stringify(jobs),
    }
  }
  const changed = (before: Record<Trace, string>, after: Record<Trace, string>): Trace[] =>
    TRACES.filter((trace) => before[trace] !== after[trace])

  describe(`due kind contract: ${name}`, () => {
    it('bears its name', async () => {
      expect((await sample()).kind.kind).toBe(name)
    })

    it('P4: does its work when it is due, however late', async () => {
      const { kind, row, leadsTo } = await sample()
      const before = await world()
      await handle(kind, { ...row, dueAt: new Date(row.dueAt.getTime() - 7 * 86_400_000), attempts: 3 })
      expect(changed(before, await world())).toEqual(expect.arrayContaining([...leadsTo]))
    })

    it('does nothing, and does not fail, when its subject is gone', async () => {
      const { kind, row } = await sample()
      const before = await world()
      await handle(kind, { ...row, subject: 'nobody-knows-this' })
      // A job may be asked for: it looks for its subject itself, and finds none.
      expect(changed(before, await world()).filter((trace) => trace !== 'jobs')).toEqual([])
    })

    it('P5: looks again: what has moved on gets neither page nor effect', async () => {
      const { kind, row, moveOn } = await sample()
      await moveOn()
      const before = await world()
      await handle(kind, row)
      expect(changed(before, await world()).filter((trace) => trace !== 'jobs')).toEqual([])
    })

    it('leaves nothing when its transaction is undone', async () => {
      const { kind, row } = await sample()
      const before = await world()
      const { store, clock } = desk()
      const undone = store.transaction(async (tx) => {
        await kind.handle(tx, row, clock.now())
        throw new Error('the machine stopped')
      })
      await expect(undone).rejects.toThrow('the machine stopped')
      expect(changed(before, await world())).toEqual([])
    })
  })
}
