// Rerun Job: the verdict decides who may press it, whether it is there at all, and once more just before anything is sent.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import { type CardView, readCard } from '../../src/flow/card.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { DUE } from '../../src/flow/destinations.ts'
import { diagnose } from '../../src/flow/diagnose.ts'
import { lookAgainDue } from '../../src/flow/look-again.ts'
import type { Person, Pressed } from '../../src/flow/press.ts'
import { recoverIncident } from '../../src/flow/recover.ts'
import { requestAction } from '../../src/flow/request-action.ts'
import { verifyAction } from '../../src/flow/verify.ts'
import type { Incident } from '../../src/incidents/model.ts'
import type { PlatformReader, PlatformWriter, SparkQuery, WriteOutcome } from '../../src/ports.ts'
import type { Role } from '../../src/remediation/roles.ts'
import { type Library, loadRunbooks } from '../../src/runbooks/load.ts'
import { json } from '../../src/store/store.ts'
import { type Desk, openDesk } from '../contract/desk.ts'
import { APP, RUN, type World, executor, readerOf } from '../diagnosis/support.ts'
import { FAILED, RUN as RUN_ID, START, SUCCESS, bench, run, task } from '../platforms/databricks/bench.ts'

const BOTH = `---
id: both
title: Kill or rerun
owner: us
match: ['alertname=~"Spark.*"']
---

# Kill or rerun

## Do

### Kill

\`\`\`yaml action
id: kill
use: spark.kill-application
\`\`\`

### Rerun

\`\`\`yaml action
id: again
use: run.rerun
verify: { within: 20m }
\`\`\`
`

const writing = (mode: string): SparkQuery => ({
  id: 1,
  status: 'FAILED',
  description: 'parquet at orders.py:9',
  plan: `(1) Execute InsertIntoHadoopFsRelationCommand\nArguments: file:/data/orders, false, Parquet, [path=x], ${mode}, [id]\n`,
  durationMs: 1000,
  nodes: [],
  link: 'http://driver:4040/SQL/execution/?id=1',
})
const ENDED = {
  ...RUN,
  state: 'failed',
  stateText: 'FAILED',
  endedAt: new Date('2026-11-22T14:55:00Z'),
} as const
const SAFE: World = {
  application: { ...APP, state: 'failed', endedAt: APP.startedAt },
  run: ENDED,
  executors: [executor('1', 'Container container_1 on host: h was preempted.')],
  queries: [writing('Overwrite')],
}
const UNKNOWN: World = { ...SAFE, queries: [] }
const UNSAFE: World = { ...SAFE, queries: [writing('Append')] }
const OTHER = { ...RUN, id: 'run-2', submittedAt: new Date('2026-11-22T14:58:00Z') }
const BOB: Person = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }

let desk: Desk
let library: Library
const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-rerun-'))
beforeAll(async () => {
  writeFileSync(path.join(folder, 'both.md'), BOTH)
  ;[desk, library] = await Promise.all([openDesk(), loadRunbooks([folder])])
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await desk?.close()
})

interface Scene {
  readonly incident: Incident
  readonly runId: string
  readonly deps: FlowDeps
  /** Order ids under which the platform was asked to run it again. */
  readonly keys: string[]
  card(): Promise<CardView>
  press(title?: string): Promise<Pressed>
  /** Runs what was requested last; answers how it ended. */
  act(): Promise<{ id: string; state: string; verified: string; detail: string | null }>
  verify(): Promise<{ state: string; verified: string; detail: string | null }>
}

interface Given {
  readonly reader: PlatformReader
  readonly runId?: string
  readonly role?: Role
  readonly writer?: PlatformWriter
  readonly outcome?: WriteOutcome
}

/** A diagnosed incident on a platform that can kill and run again; `reader` may be changed under way. */
async function scene({ reader, role = 'commander', ...given }: Given): Promise<Scene> {
  const incident = await desk.open()
  // Of its own: what is unknown holds its target.
  const runId = given.runId ?? `run-of-${incident.number}`
  await desk.store.db
    .updateTable('incidents')
    .set({ run: json({ ...incident.run, runId }) })
    .where('id', '=', incident.id)
    .execute()
  const keys: string[] = []
  const taken: WriteOutcome = given.outcome ?? { kind: 'accepted', detail: 'taken' }
  const writer = given.writer ?? {
    platform: 'batch',
    capabilities: new Set(['application.kill', 'run.rerun'] as const),
    kill: () => Promise.resolve(taken),
    rerun(_id, key) {
      keys.push(key)
      return Promise.resolve(taken)
    },
  }
  const deps: FlowDeps = {
    ...desk.deps,
    runbooks: () => library.index,
    library: () => library,
    readers: new Map([['batch', reader]]),
    writers: new Map([['batch', writer]]),
    directory: { roleOf: () => Promise.resolve(role) },
  }
  await diagnose(deps, incident.id)
  const card = async (): Promise<CardView> =>
    (await desk.store.transaction((tx) => readCard(tx, deps, incident.id)))!
  const newest = () =>
    desk.store.db
      .selectFrom('action_runs')
      .select(['id', 'state', 'verified', 'detail'])
      .where('incident_id', '=', incident.id)
      .orderBy('requested_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
  return {
    incident,
    runId,
    deps,
    keys,
    card,
    async press(title = 'Rerun Job') {
      const offer = (await card()).offers.find((one) => one.title === title)
      if (offer === undefined) throw new Error(`${title} is not offered`)
      return await requestAction(deps, offer.id, BOB, null)
    },
    async act() {
      await runAction(deps, (await newest()).id)
      return await newest()
    },
    async verify() {
      const { id } = await newest()
      await verifyAction(deps, { actionRunId: id, until: desk.clock.now().toISOString(), tries: 0 })
      return await newest()
    },
  }
}

/** A reader that looks into another world once `change` was called; `fresh` tells of it at once. */
function turning(before: World): { reader: PlatformReader; change: (after: World) => void } {
  let world = before
  const fresh = new Proxy(readerOf(before), {
    get: (_, name: keyof PlatformReader) => readerOf(world)[name],
  })
  return { reader: { ...readerOf(before), fresh }, change: (after) => void (world = after) }
}

const rerunOn = async (of: Scene): Promise<CardView['offers'][number] | undefined> =>
  (await of.card()).offers.find(({ title }) => title === 'Rerun Job')

describe('the verdict', () => {
  it('safe: is offered to a responder, and the dialog says why it is safe', async () => {
    const of = await scene({ reader: readerOf(SAFE), role: 'responder' })
    expect(await rerunOn(of)).toMatchObject({
      requires: 'responder',
      target: of.runId,
      consequence: `Runs ${of.runId} once more, as it was made. Safe: preempted passes by itself; it only overwrites; no other run is under way.`,
    })
    expect(await of.press()).toMatchObject({ kind: 'done' })
    expect(await of.act()).toMatchObject({ state: 'succeeded' })
    expect(of.keys).toEqual([expect.stringMatching(/^act_/)])
  })

  it('unknown: needs a commander, and the dialog quotes what is open', async () => {
    const of = await scene({ reader: readerOf(UNKNOWN), role: 'responder' })
    const offer = await rerunOn(of)
    expect(offer?.requires).toBe('commander')
    expect(offer?.consequence).toContain('Not known to be safe: what it writes is not known.')
    expect(await of.press()).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('needs a commander') as string,
    })
  })

  it('none: where nobody could look, a commander decides', async () => {
    const reader = { ...readerOf(SAFE), locate: () => Promise.reject(new Error('gone')) }
    const of = await scene({ reader: { ...reader, run: () => Promise.reject(new Error('gone')) } })
    expect((await rerunOn(of))?.requires).toBe('commander')
    const blind = await scene({ reader: { ...readerOf(SAFE), capabilities: new Set(['run']) } })
    expect((await rerunOn(blind))?.consequence).toContain('Not known to be safe: nobody has looked')
  })

  it('unsafe: is nobody’s, and the card says why', async () => {
    const of = await scene({ reader: readerOf(UNSAFE) })
    expect(await rerunOn(of)).toBeUndefined()
    expect((await of.card()).withheld).toContainEqual({
      title: 'Rerun Job',
      says: expect.stringMatching(/^A rerun is not safe: it was appending to .*\.$/) as string,
    })
  })
})

describe('P8: what the dialog and the last check know', () => {
  it('is what the standing button was made from, while all is looked at anew', async () => {
    const of = await scene({ reader: readerOf(SAFE) })
    const before = await rerunOn(of)
    expect(before?.warning).toContain('Safe:')
    await desk.store.transaction((tx) =>
      lookAgainDue.handle(
        tx,
        { subject: of.incident.id, data: {}, dueAt: desk.clock.now(), attempts: 0 },
        desk.clock.now(),
      ),
    )
    expect((await of.card()).incident.diagnosis).toBe('pending')
    expect(await rerunOn(of)).toEqual(before)
  })

  it('is of which data the alert says the run is: a later success with the same forbids it', async () => {
    const dated = {
      ...writing('Overwrite'),
      plan: writing('Overwrite').plan.replace('/data/orders', '/data/orders/ds=2026-11-22'),
    }
    const later = {
      ...OTHER,
      state: 'succeeded',
      stateText: 'OK',
      endedAt: new Date('2026-11-22T15:10:00Z'),
      dates: { logical_date: '20261122' },
    } as const
    const before: World = { ...SAFE, queries: [dated], runs: [ENDED] }
    const { reader, change } = turning(before)
    const of = await scene({ reader })
    const [{ labels }] = (await desk.store.db
      .selectFrom('alert_instances')
      .select('labels')
      .where('incident_id', '=', of.incident.id)
      .execute()) as [{ labels: Record<string, string> }]
    await desk.store.db
      .updateTable('alert_instances')
      .set({ labels: json({ ...labels, ds: '2026-11-22' }) })
      .where('incident_id', '=', of.incident.id)
      .execute()
    await diagnose(of.deps, of.incident.id)
    expect((await rerunOn(of))?.consequence).toContain('Safe:')
    await of.press()
    change({ ...before, runs: [later, ENDED] })
    const { state, detail } = await of.act()
    expect(state).toBe('failed')
    expect(of.keys).toEqual([])
    const again = await scene({ reader: readerOf({ ...before, runs: [later, ENDED] }) })
    await desk.store.db
      .updateTable('alert_instances')
      .set({ labels: json({ ...labels, ds: '2026-11-22' }) })
      .where('incident_id', '=', again.incident.id)
      .execute()
    await diagnose(again.deps, again.incident.id)
    // Offering and sending judge by the same.
    expect((await again.card()).withheld).toContainEqual({ title: 'Rerun Job', says: detail })
  })
})

describe('P13: what its platform runs none of its kind again', () => {
  const BATCH: World = { ...SAFE, run: { ...ENDED, notAgain: 'it is a batch' } }
  const says = 'It cannot be run again from here: it is a batch.'

  it('is not offered, however safe it were, and the card says why', async () => {
    const of = await scene({ reader: readerOf(BATCH) })
    expect(await rerunOn(of)).toBeUndefined()
    expect((await of.card()).withheld).toContainEqual({ title: 'Rerun Job', says })
  })

  it('is not asked for where that shows just before', async () => {
    const { reader, change } = turning(SAFE)
    const of = await scene({ reader })
    await of.press()
    change(BATCH)
    expect(await of.act()).toMatchObject({ state: 'failed', detail: says })
    expect(of.keys).toEqual([])
  })
})

describe('P5, P8: just before it runs', () => {
  it('is asked afresh: another run that somebody has begun stops it, nothing is sent, all is looked at anew', async () => {
    const { reader, change } = turning(SAFE)
    const of = await scene({ reader })
    await of.press()
    change({ ...SAFE, runs: [OTHER, ENDED] })
    expect(await of.act()).toMatchObject({
      state: 'failed',
      detail: 'A rerun is not safe: another run of the job is under way (run-2).',
    })
    expect(of.keys).toEqual([])
    expect(await rerunOn(of)).toBeUndefined()
    const due = await desk.store.db
      .selectFrom('due')
      .select('kind')
      .where('subject', '=', of.incident.id)
      .where('kind', '=', DUE.lookAgain)
      .execute()
    expect(due).toHaveLength(1)
  })

  it('stops a responder where it is not known to be safe any more, and no commander', async () => {
    for (const [role, state, sent] of [
      ['responder', 'failed', 0],
      ['commander', 'succeeded', 1],
    ] as const) {
      const { reader, change } = turning(SAFE)
      const of = await scene({ reader, role })
      await of.press()
      change(UNKNOWN)
      const { state: is, detail } = await of.act()
      expect([is, of.keys.length]).toEqual([state, sent])
      if (role === 'responder')
        expect(detail).toMatch(/^Not known to be safe: what it writes .* needs a commander/)
    }
  })
})

describe('P7', () => {
  it('two presses at once run it once, and a kill of the same run waits its turn', async () => {
    const running: World = {
      ...UNKNOWN,
      application: { ...APP, state: 'unknown' },
      run: { ...RUN, state: 'unknown' },
    }
    const of = await scene({ reader: readerOf(running) })
    const offer = (await rerunOn(of))!
    const pressed = await Promise.all([1, 2].map(() => requestAction(of.deps, offer.id, BOB, null)))
    expect(pressed.map(({ kind }) => kind).sort()).toEqual(['done', 'refused'])
    expect(await of.press('Kill Application')).toMatchObject({
      kind: 'refused',
      sentence: `An action on ${of.runId} is already in flight (requested by bob). Nothing was done.`,
    })
  })

  it('a lost reply is unknown, holds the target, and is settled by the run that carries its key alone', async () => {
    const { reader, change } = turning(SAFE)
    const of = await scene({ reader, outcome: { kind: 'unknown', detail: 'the reply was lost' } })
    await of.press()
    expect(await of.act()).toMatchObject({ state: 'unknown', verified: 'pending' })
    change({ ...SAFE, runs: [{ ...OTHER, key: of.keys[0]! }, ENDED] })
    expect(await of.verify()).toMatchObject({
      state: 'succeeded',
      verified: 'verified',
      detail: 'Run run-2 is running (RUNNING).',
    })
    expect(of.keys).toHaveLength(1)
  })

  it('a lost reply stays unknown for a person, whatever else of the job has begun', async () => {
    const { reader, change } = turning(SAFE)
    const of = await scene({
      reader,
      outcome: { kind: 'unknown', detail: 'the reply was lost' },
    })
    await of.press()
    await of.act()
    change({ ...SAFE, runs: [OTHER, ENDED] })
    expect(await of.verify()).toMatchObject({ state: 'unknown', verified: 'not_verified' })
    expect(of.keys).toHaveLength(1)
  })

  it('what was made is looked at by its id, and told to whoever makes another', async () => {
    const world: World = { ...SAFE, run: { ...ENDED, id: 'run-9', stateText: 'FAILED at once' } }
    const { reader, change } = turning(SAFE)
    const told: (readonly string[] | undefined)[] = []
    const of = await scene({
      reader,
      writer: {
        platform: 'batch',
        capabilities: new Set(['run.rerun']),
        kill: () => Promise.reject(new Error('nothing is killed here')),
        rerun(_id, _key, _signal, earlier) {
          told.push(earlier)
          return Promise.resolve({ kind: 'accepted', detail: 'taken', made: 'run-9' })
        },
      },
    })
    await of.press()
    await of.act()
    change(world)
    expect(await of.verify()).toMatchObject({
      state: 'succeeded',
      verified: 'not_verified',
      detail: 'Run run-9 is failed (FAILED at once).',
    })
    // It was done and ended badly: all is looked at anew before it is offered again.
    expect(await rerunOn(of)).toBeUndefined()
    change(SAFE)
    await diagnose(of.deps, of.incident.id)
    await desk.clock.advance(1_000)
    await of.press()
    expect(await of.act()).toMatchObject({ state: 'succeeded' })
    expect(told).toEqual([[], ['run-9']])
  })
})

it('repairs a run of Databricks, which then shows it begun anew; its success ends the incident', async () => {
  const ended = { ...FAILED, end_time: START + 60_000 }
  const workspace = await bench(
    { runs: [run({ ...ended, tasks: [task('load', ended)] })] },
    { actions: ['application.kill', 'run.rerun'], logs: 'none' },
  )
  try {
    const { reader, writer } = workspace.platform
    const of = await scene({ reader, writer: writer!, runId: String(RUN_ID) })
    // Databricks tells no plans, so that a person decides.
    expect(await rerunOn(of)).toMatchObject({ requires: 'commander', target: String(RUN_ID) })
    await of.press()
    expect(await of.act()).toMatchObject({ state: 'succeeded', verified: 'pending' })
    expect(await of.verify()).toMatchObject({ verified: 'verified' })
    expect(workspace.databricks.repaired).toEqual([String(RUN_ID)])
    const over = { ...SUCCESS, end_time: Date.now() }
    for (const one of workspace.databricks.workspace.runs) Object.assign(one, over)
    await recoverIncident(of.deps, { incidentId: of.incident.id })
    expect((await of.card()).incident).toMatchObject({
      state: 'resolved',
      resolution: 'successful_run',
      resolvedBy: { name: `run ${RUN_ID} on batch` },
    })
  } finally {
    await workspace.close()
  }
})

it('P7: repairs a run of Databricks once more only when the first repair has shown and failed, too', async () => {
  const ended = { ...FAILED, end_time: START + 60_000 }
  const workspace = await bench(
    { runs: [run({ ...ended, tasks: [task('load', ended)] })] },
    { actions: ['run.rerun'], logs: 'none' },
  )
  try {
    const { reader, writer } = workspace.platform
    const of = await scene({ reader, writer: writer!, runId: String(RUN_ID) })
    const failAgain = (): void =>
      workspace.databricks.workspace.runs.forEach((one) => void Object.assign(one, ended))
    await of.press()
    expect(await of.act()).toMatchObject({ state: 'succeeded', verified: 'pending' })
    await diagnose(of.deps, of.incident.id)
    expect(await rerunOn(of)).toBeUndefined()
    expect(await of.verify()).toMatchObject({ verified: 'verified' })
    await diagnose(of.deps, of.incident.id)
    expect((await of.card()).withheld).toContainEqual({
      title: 'Rerun Job',
      says: expect.stringContaining('under way') as string,
    })
    failAgain()
    await diagnose(of.deps, of.incident.id)
    await desk.clock.advance(1_000)
    expect(await of.press()).toMatchObject({ kind: 'done' })
    expect(await of.act()).toMatchObject({ state: 'succeeded' })
    expect(workspace.databricks.repaired).toHaveLength(2)
  } finally {
    await workspace.close()
  }
})
