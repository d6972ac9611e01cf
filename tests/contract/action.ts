// What every action must do: aim only at what is named, act once, answer in words, and be believed only when Spark shows it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { newId } from '../../src/incidents/id.ts'
import type { Run } from '../../src/alerts/model.ts'
import type { Params } from '../../src/runbooks/model.ts'
import type { PlatformWriter, WriteOutcome } from '../../src/ports.ts'
import type { Action, ActionContext, Verification } from '../../src/remediation/action.ts'
import type { Order } from '../../src/remediation/order.ts'
import { requestRun } from '../../src/remediation/action-runs.ts'
import { findOffer } from '../../src/remediation/offers.ts'
import { json } from '../../src/store/store.ts'
import { type Desk, openDesk } from './desk.ts'

/** A world in which the action has something to do, made anew for each test. */
export interface ActionSample {
  readonly context: ActionContext
  readonly execute: (order: Order) => Promise<WriteOutcome>
  readonly verify: (order: Order) => Promise<Verification>
  /** What an offer of it has fixed; nothing unless said. */
  readonly params?: Params
  /** From now on the effect takes place and its reply is lost, once. */
  readonly loseNextReply: () => void
  /** A name of the right form that stands for nothing. */
  readonly nothing: string
}

const NO_RUN: Run = {
  platform: null,
  cluster: null,
  jobName: null,
  runId: null,
  attempt: null,
  retriesLeft: null,
}

/** What an action can act with. */
type World = Partial<Pick<FlowDeps, 'writers' | 'webhooks'>>
const WEBHOOK = 'pipeline'

/** Declares the suite for one action. */
export function actionContract(action: Action, sample: () => Promise<ActionSample>): void {
  describe(`action contract: ${action.id}`, () => {
    let desk: Desk
    beforeAll(async () => {
      desk = await openDesk()
    })
    afterAll(() => desk?.close())

    /** Runs it through flow on an incident of its own, in this world; answers how the run ended. */
    const runWith = async (
      world: World,
      given: Params = {},
    ): Promise<{ state: string; detail: string | null }> => {
      const incident = await desk.open()
      const now = desk.clock.now()
      const id = newId('act', now)
      const offerId = newId('off', now)
      await desk.store.transaction(async (tx) => {
        await tx
          .insertInto('offers')
          .values({
            id: offerId,
            incident_id: incident.id,
            step: 'act',
            action: action.id,
            target: `target-of-${incident.id}`,
            title: action.title,
            params: json(action.needs === null ? { webhook: WEBHOOK, ...given } : given),
            requires: action.floor,
            verify_ms: 60_000,
            created_at: now,
          })
          .execute()
        const offer = await findOffer(tx, offerId)
        await requestRun(tx, id, offer!, { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }, now)
      })
      const deps: FlowDeps = {
        ...desk.deps,
        ...world,
      }
      await runAction(deps, id)
      return await desk.store.db
        .selectFrom('action_runs')
        .select(['state', 'detail'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    }
    /** What it takes where the runbook says nothing: an action runs on its defaults. */
    const order = (target: string, run: Run, params: Params = {}): Order => ({
      id: `act-of-${target}`,
      target,
      params: action.params.parse(params),
      run,
      requestedAt: desk.clock.now(),
      made: null,
      earlier: [],
    })
    const worldOf = (act: () => Promise<WriteOutcome>, allowed = true): World => {
      if (action.needs === null) {
        const teams = allowed ? null : ['another']
        return { webhooks: [{ name: WEBHOOK, teams, send: act, check: () => Promise.resolve('there') }] }
      }
      const capabilities = new Set(allowed ? [action.needs] : [])
      const writer: PlatformWriter = { platform: 'batch', capabilities, kill: act, rerun: act }
      return { writers: new Map([['batch', writer]]) }
    }

    it('names itself, its button and its consequence', () => {
      expect(action.id).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/)
      expect(action.title).toMatch(/^[A-Z][a-z]+( [A-Z][a-z]+)+$/)
      expect(action.consequence).toMatch(/\{target\}.*\.$/s)
      expect(action.consequence.length).toBeLessThanOrEqual(300)
    })

    it('runs without parameters, and refuses those it does not know before anything happens', async () => {
      expect(action.params.safeParse({}).success).toBe(true)
      expect(action.params.safeParse({ no_such_parameter: 1 }).success).toBe(false)
      for (const bad of [null, 'text', [], 7]) expect(action.params.safeParse(bad).success).toBe(false)
      let called = 0
      const world = worldOf(() => {
        called += 1
        return Promise.resolve({ kind: 'accepted', detail: 'done' })
      })
      const { state, detail } = await runWith(world, { no_such_parameter: 1 })
      expect([state, called]).toEqual(['failed', 0])
      expect(detail).toContain('parameters are not usable')
    })

    it('sends parameters only where it says how they are escaped', () => {
      for (const where of Object.values(action.destinations ?? {}))
        expect(['plain', 'url', 'promql']).toContain(where)
    })

    it('P8: is never anybody’s to press', () => {
      expect(action.floor).not.toBe('viewer')
    })

    it('P13: aims at nothing where the incident does not say at what', () => {
      expect(action.target({ team: 'a', run: NO_RUN, facts: {} })).toBeNull()
      expect(action.target({ team: 'a', run: NO_RUN, facts: { 'other.output': 'app-1' } })).toBeNull()
    })

    it('P7: names one target by one name', async () => {
      const { context } = await sample()
      const target = action.target(context)
      expect(target).toMatch(/^\S{3,}$/)
      expect(action.target(context)).toBe(target)
    })

    it('acts, and it shows', async () => {
      const { context, params, execute, verify } = await sample()
      const given = order(action.target(context)!, context.run, params)
      expect(await verify(given)).toMatchObject({ kind: 'waiting' })
      const outcome = await execute(given)
      expect(outcome.kind, outcome.detail).toBe('accepted')
      expect(outcome.detail).toMatch(/\w{3,}/)
      expect(await verify(given)).toMatchObject({ kind: 'verified' })
    })

    it('P7: does not do again what is done', async () => {
      const { context, params, execute } = await sample()
      const given = order(action.target(context)!, context.run, params)
      await execute(given)
      expect((await execute(given)).kind).toBe('refused')
    })

    it('P7: calls a lost reply unknown, and lets what shows settle it', async () => {
      const { context, params, execute, verify, loseNextReply } = await sample()
      const given = order(action.target(context)!, context.run, params)
      loseNextReply()
      expect((await execute(given)).kind).toBe('unknown')
      expect(await verify(given)).toMatchObject({ kind: 'verified' })
    })

    it('refuses what is not there, and takes its absence for no proof', async () => {
      const { context, params, execute, verify, nothing } = await sample()
      const given = order(nothing, context.run, params)
      expect((await execute(given)).kind).toBe('refused')
      expect((await verify(given)).kind).not.toBe('verified')
    })

    it('P13: does nothing without whom it acts with, or with one that may not', async () => {
      expect(await runWith({})).toMatchObject({ state: 'failed' })
      let called = 0
      const forbidden = worldOf(() => {
        called += 1
        return Promise.resolve({ kind: 'accepted', detail: 'done' })
      }, false)
      const { state, detail } = await runWith(forbidden)
      expect([state, called]).toEqual(['failed', 0])
      expect(detail).toContain(action.needs === null ? 'has no webhook' : 'does not offer')
    })

    it('P7: whatever it acts with throws ends in an unknown run with a reason, not in a failure of ours', async () => {
      const { state, detail } = await runWith(worldOf(() => Promise.reject(new TypeError('socket hang up'))))
      expect([state, detail]).toEqual(['unknown', 'socket hang up'])
    })

    it.each(['accepted', 'refused', 'unknown'] as const)('records what %s means', async (kind) => {
      const { state, detail } = await runWith(
        worldOf(() => Promise.resolve({ kind, detail: `it was ${kind}` })),
      )
      expect(state).toBe({ accepted: 'succeeded', refused: 'failed', unknown: 'unknown' }[kind])
      expect(detail).toContain(`it was ${kind}`)
    })
  })
}
