// A hundred random histories on each database: alerts, presses, time and faults in any order, and what must hold after all of them.
import { afterAll, describe, expect, it } from 'vitest'
import { storeKinds } from '../support/stores.ts'
import { type World, alertBody, startWorld } from '../support/world.ts'

const HISTORIES = 100
const STEPS = 12
/** Histories that run side by side in one world. */
const TOGETHER = 10

/** A small generator with a seed, so that a failing run can be run again (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface History {
  readonly job: string
  /** Whether its alert fires, as its source last said. */
  firing: boolean
  starts: number
}

const STARTS = Date.UTC(2026, 10, 2, 1)

async function fire(world: World, history: History, status: 'firing' | 'resolved'): Promise<void> {
  if (status === 'firing' && !history.firing) history.starts += 1
  history.firing = status === 'firing'
  const labels = {
    alertname: 'SparkExecutorOOMKilled',
    severity: 'critical',
    team: 'data-platform',
    job_name: history.job,
  }
  const startsAt = new Date(STARTS + history.starts * 1_000).toISOString()
  const answer = await world.send(alertBody(labels, { status, startsAt, fingerprint: history.job }))
  expect(answer.status).toBe(200)
}

async function press(world: World, history: History, action: string): Promise<void> {
  const incident = await world.store.db
    .selectFrom('incidents')
    .innerJoin('outbox', 'outbox.subject', 'incidents.id')
    .select(['outbox.external_id'])
    .where('outbox.destination', '=', 'slack.card')
    .where('incidents.key', 'like', `%${history.job}`)
    .orderBy('incidents.number', 'desc')
    .executeTakeFirst()
  const ts = incident?.external_id?.split('/')[1]
  if (ts !== undefined) await world.press('U0ALICE', action, { ts, stale: true })
}

async function step(world: World, histories: readonly History[], random: () => number): Promise<void> {
  const history = histories[Math.floor(random() * histories.length)]!
  const dice = random()
  if (dice < 0.3) await fire(world, history, 'firing')
  else if (dice < 0.45) await fire(world, history, 'resolved')
  else if (dice < 0.6) await press(world, history, 'acknowledge')
  else if (dice < 0.66) await press(world, history, 'resolve')
  else if (dice < 0.76)
    world.slack.faults.add({
      kind: random() < 0.5 ? 'lost_reply' : 'server_error',
      match: 'chat.postMessage',
    })
  else if (dice < 0.84)
    world.pagerduty.faults.add({ kind: random() < 0.5 ? 'lost_reply' : 'server_error', match: '/v2/enqueue' })
  else await world.clock.advance(5_000 + Math.floor(random() * 20_000))
}

describe.each(storeKinds().map((kind) => [kind.name, kind] as const))(
  'a hundred histories on %s',
  (_name, kind) => {
    afterAll(() => kind.close())

    it.skipIf(kind.missing !== undefined)(
      `leave one card an incident, one page a key, and no side behind the other${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
      async () => {
        const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
        console.log(`SEED=${seed} repeats this run`)
        const random = randomFrom(seed)
        for (let batch = 0; batch < HISTORIES / TOGETHER; batch += 1) {
          const world = await startWorld({ kind })
          const histories = Array.from({ length: TOGETHER }, (_, n): History => ({
            job: `job-${String.fromCharCode(97 + n)}x`,
            firing: false,
            starts: 0,
          }))
          for (let n = 0; n < STEPS * TOGETHER; n += 1) await step(world, histories, random)
          world.slack.faults.clear()
          world.pagerduty.faults.clear()
          await world.clock.advance(180_000)

          const incidents = await world.store.db.selectFrom('incidents').selectAll().execute()
          // P3: one card an incident.
          expect(world.cards(), `seed ${seed}`).toHaveLength(incidents.length)
          // P2: at most one open incident a key.
          const open = incidents
            .filter((incident) => incident.state !== 'resolved')
            .map((incident) => incident.key)
          expect(new Set(open).size).toBe(open.length)
          // P6: one page a key, and PagerDuty ends where we ended.
          const byKey = new Map(world.pagerduty.state().incidents.map((one) => [one.dedup_key, one]))
          const pages = await world.store.db.selectFrom('pages').selectAll().execute()
          for (const page of pages) {
            const incident = incidents.find((one) => one.id === page.incident_id)!
            const there = byKey.get(page.dedup_key)
            if (there === undefined) expect(page.state, `seed ${seed}`).toBe('withdrawn')
            else if (incident.state === 'resolved') expect(there.status, `seed ${seed}`).toBe('resolved')
            else if (incident.state === 'acknowledged')
              expect(there.status, `seed ${seed}`).toBe('acknowledged')
          }
          // Nothing waits for ever: every effect has ended one way or the other.
          const waiting = await world.store.db
            .selectFrom('outbox')
            .select(['destination', 'subject', 'last_error'])
            .where('state', 'in', ['waiting', 'sending'])
            .execute()
          expect(waiting, `seed ${seed}`).toEqual([])
          // What fires has an open incident unless a person resolved it.
          for (const history of histories.filter((one) => one.firing)) {
            const last = incidents
              .filter((one) => one.key.endsWith(history.job))
              .sort((a, b) => b.number - a.number)[0]
            expect(last?.state === 'resolved' ? last.resolution : 'open', `seed ${seed}`).toMatch(
              /open|person|pagerduty/,
            )
          }
          await world.close()
        }
      },
    )
  },
)
