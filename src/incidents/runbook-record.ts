// What people do with a runbook during an incident: opening it, ticking its sections, judging it. One row each (P11).
import { sql } from 'kysely'
import { type Tx, json } from '../store/store.ts'
import type { Actor } from './model.ts'

/** A section that somebody marked as done. */
export interface Tick {
  readonly by: Actor
  readonly at: Date
}

/** Whose runbook it is: what is ticked stays with the runbook's id, whatever becomes of its text or of the match. */
export interface RecordKey {
  readonly incidentId: string
  readonly runbookId: string
}

/** Counts that a person opened the runbook, when it had `steps` steps to do; answers whether it was their first time. */
export async function noteOpened(
  tx: Tx,
  { incidentId, runbookId, person, steps }: RecordKey & { person: string; steps: number },
  now: Date,
): Promise<boolean> {
  const row = await tx
    .insertInto('runbook_opens')
    .values({
      incident_id: incidentId,
      person,
      runbook_id: runbookId,
      steps,
      first_at: now,
      last_at: now,
      count: 1,
    })
    .onConflict((oc) =>
      oc.columns(['incident_id', 'person', 'runbook_id']).doUpdateSet({
        count: sql<number>`runbook_opens.count + 1`,
        last_at: now,
        steps,
      }),
    )
    .returning('count')
    .executeTakeFirstOrThrow()
  return row.count === 1
}

/** Marks a section as done or as not done; answers whether that changed anything. */
export async function setTick(
  tx: Tx,
  { incidentId, runbookId, section, done }: RecordKey & { section: string; done: boolean },
  by: Actor,
  now: Date,
): Promise<boolean> {
  if (!done) {
    const { numUpdatedRows } = await tx
      .updateTable('runbook_ticks')
      .set({ done: false, by: json(by), at: now })
      .where('incident_id', '=', incidentId)
      .where('runbook_id', '=', runbookId)
      .where('section', '=', section)
      .where('done', '=', true)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
  const row = await tx
    .insertInto('runbook_ticks')
    .values({ incident_id: incidentId, runbook_id: runbookId, section, done, by: json(by), at: now })
    .onConflict((oc) =>
      oc
        .columns(['incident_id', 'runbook_id', 'section'])
        .doUpdateSet({ done, by: json(by), at: now })
        .where('runbook_ticks.done', '=', false),
    )
    .returning('section')
    .executeTakeFirst()
  return row !== undefined
}

/** Keeps a person's judgement of the runbook, the last one; answers whether it is another than before. */
export async function setVote(
  tx: Tx,
  { incidentId, runbookId, person, useful }: RecordKey & { person: string; useful: boolean },
  now: Date,
): Promise<boolean> {
  const row = await tx
    .insertInto('runbook_votes')
    .values({ incident_id: incidentId, person, runbook_id: runbookId, useful, at: now })
    .onConflict((oc) =>
      oc
        .columns(['incident_id', 'person'])
        .doUpdateSet({ runbook_id: runbookId, useful, at: now })
        .where((eb) =>
          eb.or([eb('runbook_votes.useful', '!=', useful), eb('runbook_votes.runbook_id', '!=', runbookId)]),
        ),
    )
    .returning('person')
    .executeTakeFirst()
  return row !== undefined
}

/** The sections that are marked as done, by their id. */
export async function readTicks(
  tx: Tx,
  { incidentId, runbookId }: RecordKey,
): Promise<ReadonlyMap<string, Tick>> {
  const rows = await tx
    .selectFrom('runbook_ticks')
    .select(['section', 'by', 'at'])
    .where('incident_id', '=', incidentId)
    .where('runbook_id', '=', runbookId)
    .where('done', '=', true)
    .execute()
  return new Map(rows.map((row) => [row.section, { by: row.by as Actor, at: row.at }]))
}

/** How many sections are marked in the runbooks that the incident had before this one, by runbook. */
export async function readEarlierTicks(
  tx: Tx,
  { incidentId, runbookId }: RecordKey,
): Promise<readonly { readonly runbookId: string; readonly done: number }[]> {
  const rows = await tx
    .selectFrom('runbook_ticks')
    .select((eb) => ['runbook_id', eb.fn.countAll<number>().as('done')])
    .where('incident_id', '=', incidentId)
    .where('runbook_id', '!=', runbookId)
    .where('done', '=', true)
    .groupBy('runbook_id')
    .orderBy('runbook_id')
    .execute()
  return rows.map((row) => ({ runbookId: row.runbook_id, done: row.done }))
}

/** How the runbook was judged in this incident, and how by this person (null: not yet). */
export interface Votes {
  readonly useful: number
  readonly useless: number
  readonly own: boolean | null
}

export async function readVotes(
  tx: Tx,
  { incidentId, runbookId }: RecordKey,
  person: string,
): Promise<Votes> {
  const rows = await tx
    .selectFrom('runbook_votes')
    .select(['person', 'useful'])
    .where('incident_id', '=', incidentId)
    .where('runbook_id', '=', runbookId)
    .execute()
  return {
    useful: rows.filter((row) => row.useful).length,
    useless: rows.filter((row) => !row.useful).length,
    own: rows.find((row) => row.person === person)?.useful ?? null,
  }
}
