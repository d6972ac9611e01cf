// P1, P3, P6, P7: kill -9 of the service as a process. What was answered 2xx is stored; nothing is done twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type TestContext, afterAll, describe, expect, test } from 'vitest'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { type Message, findButton, textOf } from '../support/world.ts'
import { type Arrestor, startArrestor } from './support/arrestor.ts'
import { oomBody } from './support/bodies.ts'
import { type Database, type DatabaseKind, databaseKinds } from './support/databases.ts'
import { type Ends, configOf, startEnds } from './support/ends.ts'
import { until } from './support/wait.ts'

/** ARRESTOR_ROUNDS takes more of them. */
const KILLS_IN_FLOOD = 3 * Number(process.env['ARRESTOR_ROUNDS'] ?? 1)
const ROUNDS_OF_EFFECTS = 2 * Number(process.env['ARRESTOR_ROUNDS'] ?? 1)
const WEBHOOKS = 1000
const SENDERS = 64
const JOBS = 25
/** As many as leave at once: deliveries to Slack and PagerDuty take four each, actions two. */
const CARDS = 4
const KILLS = 2
/** The longest wait after a kill is an action's lease of 45 s, and then what it leads to. */
const SETTLE_MS = 150_000

interface Place {
  readonly ends: Ends
  readonly spark: SparkReplay
  readonly database: Database
  readonly start: (pageAfter: string) => Promise<Arrestor>
}

/** `context` is the test's own: tests that run side by side each tidy up after themselves alone. */
async function place(kind: DatabaseKind, context: TestContext): Promise<Place> {
  const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-kill9-'))
  const ends = await startEnds({ dir })
  const spark = await createSparkReplay({ port: 0 })
  const database = await kind.create(dir)
  let last: Arrestor | undefined
  context.onTestFinished(async () => {
    await last?.stop()
    await Promise.all([ends.close(), spark.close()])
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    ends,
    spark,
    database,
    async start(pageAfter) {
      const config = configOf({ masterUrl: spark.masterUrl, historyUrl: spark.historyUrl, pageAfter })
      last = await startArrestor({ dir, config, env: { ...ends.env, ...database.env } })
      return last
    },
  }
}

/** Sends from many senders until `enough` bodies have been answered 200; what had no answer returns to the queue. */
async function flood(
  arrestor: Arrestor,
  queue: { job: string; fingerprint: string }[],
  acknowledged: Set<string>,
  enough: number,
): Promise<number> {
  let unanswered = 0
  let killed: Promise<void> | undefined
  const sender = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const status = await arrestor.send(oomBody(next))
      if (status === 200) acknowledged.add(next.fingerprint)
      else queue.push(next)
      if (status === null) {
        unanswered += 1
        return
      }
      if (acknowledged.size >= enough) killed ??= enough < WEBHOOKS ? killSoon(arrestor) : Promise.resolve()
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  await killed
  return unanswered
}

/** Answers come in batches: without a pause the kill would always hit the moment after a commit. */
async function killSoon(arrestor: Arrestor): Promise<void> {
  await delay(Math.random() * 30)
  await arrestor.kill()
}

const stored = (database: Database): Promise<Set<string>> =>
  database.look(async (store) => {
    const rows = await store.db.selectFrom('alert_instances').select('fingerprint').execute()
    return new Set(rows.map((row) => row.fingerprint))
  })

const missingOf = (acknowledged: ReadonlySet<string>, kept: ReadonlySet<string>): string[] =>
  [...acknowledged].filter((fingerprint) => !kept.has(fingerprint))

for (const kind of databaseKinds()) {
  const missing = kind.missing === null ? '' : ` (${kind.missing})`
  // Side by side: nearly all of it is waiting for leases to run out.
  const how = { concurrent: true, skip: kind.missing !== null }
  describe(`kill -9 of the service, ${kind.name}${missing}`, how, () => {
    afterAll(() => kind.close())

    test(`P1: in the middle of ${WEBHOOKS} webhooks from ${SENDERS} senders, ${KILLS_IN_FLOOD} times: nothing answered 200 is lost, one card per incident`, async (context) => {
      const { ends, database, start } = await place(kind, context)
      const queue = Array.from({ length: WEBHOOKS }, (_, index) => ({
        job: `job-of-team-${String.fromCodePoint(97 + (index % JOBS))}`,
        fingerprint: `f${index}`,
      }))
      const acknowledged = new Set<string>()
      let unanswered = 0
      let keptUnanswered = 0
      for (let kill = 1; kill <= KILLS_IN_FLOOD; kill += 1) {
        // Somewhere in this part of the flood, not at its edges.
        const enough = Math.floor((WEBHOOKS * (kill - Math.random() * 0.8)) / (KILLS_IN_FLOOD + 0.2))
        unanswered += await flood(await start('1h'), queue, acknowledged, enough)
        const kept = await stored(database)
        expect(missingOf(acknowledged, kept), `after kill ${kill}`).toEqual([])
        keptUnanswered += kept.size - acknowledged.size
      }
      const arrestor = await start('1h')
      unanswered += await flood(arrestor, queue, acknowledged, WEBHOOKS)
      expect(acknowledged.size).toBe(WEBHOOKS)
      const each = `${WEBHOOKS / JOBS} alerts, firing`
      await until(
        () => ends.cards().filter((card) => textOf(card).includes(each)).length >= JOBS,
        `${JOBS} cards that say "${each}"`,
        SETTLE_MS,
        () => `There are ${ends.cards().length}: ${textOf(ends.cards().at(-1))}`,
      )
      const { incidents } = await arrestor.api<{ incidents: { alerts_total: number }[] }>(
        '/incidents?state=all&limit=200',
      )
      expect(incidents.map((incident) => incident.alerts_total)).toEqual(
        Array.from({ length: JOBS }, () => WEBHOOKS / JOBS),
      )
      expect(ends.cards()).toHaveLength(JOBS)
      expect(ends.slack.state().calls['chat.delete']).toBeUndefined()
      expect(await arrestor.stop()).toBe(0)
      expect((await stored(database)).size).toBe(WEBHOOKS)
      console.log(
        `${kind.name}: ${WEBHOOKS} webhooks, ${KILLS_IN_FLOOD} kills, ${unanswered} requests cut off (${keptUnanswered} of their alerts were stored), 0 lost, ${JOBS} cards`,
      )
    }, 300_000)

    for (const [when, fault] of [
      ['between claim and send', 'swallow'],
      ['between send and record', 'withhold_reply'],
    ] as const)
      test(
        `P3, P6, P7: ${when} of cards, pages and kills: each is done once`,
        async (context) => {
          const { ends, spark, start } = await place(kind, context)
          const seen = { cards: 0, pages: 0, kills: 0 }
          for (let round = 1; round <= ROUNDS_OF_EFFECTS; round += 1) {
            await cutOff({ ends, spark, start }, fault, round)
            seen.cards += CARDS
            seen.pages += CARDS
            seen.kills += KILLS
          }
          console.log(
            `${kind.name}, killed ${when}, ${ROUNDS_OF_EFFECTS} rounds: ${seen.cards} cards, ${seen.pages} pages and ${seen.kills} kills were on their way; none came twice, none was lost`,
          )
        },
        ROUNDS_OF_EFFECTS * (SETTLE_MS + 60_000),
      )
  })
}

/** One round: cards, pages and kills hang at the other end, the service is killed, started again, and all is looked at. */
async function cutOff(
  { ends, spark, start }: Omit<Place, 'database'>,
  fault: 'swallow' | 'withhold_reply',
  round: number,
): Promise<void> {
  const cardOf = (job: string): Message | undefined => ends.cards().find((card) => textOf(card).includes(job))
  const killable = Array.from(
    { length: KILLS },
    (_, index) => `killable-${'abcdefgh'[index]}-of-${'abcdefgh'[round]}`,
  )
  const others = Array.from(
    { length: CARDS },
    (_, index) => `other-${'abcdefgh'[index]}-of-${'abcdefgh'[round]}`,
  )
  const before = { cards: ends.cards().length, kills: spark.calls()['kill'] ?? 0 }

  const first = await start('0s')
  await until(() => ends.slack.state().sockets === 1, 'the service at Slack')
  const apps = killable.map(() => spark.start('executor-oom').appId)
  for (const [index, job] of killable.entries())
    expect(await first.send(oomBody({ job, fingerprint: job, appId: apps[index] ?? '' }))).toBe(200)
  // Their cards have all they will have before the others come: then only new things are on their way.
  for (const job of killable)
    await until(() => {
      const card = cardOf(job)
      return (
        card !== undefined &&
        textOf(card).includes('*Paged*') &&
        findButton(card, 'act') !== undefined &&
        ends.thread(card).some((reply) => textOf(reply).includes('Evidence captured'))
      )
    }, `the kill button of ${job}`)

  // Each kill tells in its thread what was captured before it.
  ends.slack.faults.add({ kind: fault, match: 'chat.postMessage', count: CARDS + KILLS })
  ends.pagerduty.faults.add({ kind: fault, match: '/v2/enqueue', count: CARDS })
  spark.faults.add({ kind: fault, match: 'kill', count: KILLS })
  for (const job of others) expect(await first.send(oomBody({ job, fingerprint: job }))).toBe(200)
  for (const job of killable)
    expect(await ends.press('U0BOB', 'act', cardOf(job)!)).toMatchObject({ ok: true })
  const hanging = (): number =>
    [ends.slack, ends.pagerduty, spark].reduce((sum, end) => sum + end.faults.list().length, 0)
  await until(
    () => hanging() === 0,
    'everything to be on its way',
    30_000,
    () => first.stdout().slice(-2000),
  )
  await first.kill()
  expect(ends.cards().length - before.cards).toBe(KILLS + (fault === 'swallow' ? 0 : CARDS))
  expect(stateOf(spark, apps)).toEqual(apps.map(() => (fault === 'swallow' ? 'RUNNING' : 'KILLED')))

  const second = await start('0s')
  await until(() => ends.slack.state().sockets === 1, 'the service at Slack again')
  const holds = (job: string, what: string, condition: (card: Message) => boolean): Promise<void> =>
    until(
      () => condition(cardOf(job) ?? { ts: '', text: '', blocks: [] }),
      `${what} on the card of ${job}`,
      SETTLE_MS,
      async () =>
        `It says: ${textOf(cardOf(job))}\n${second.stdout().slice(-2000)}\n${JSON.stringify(await historyOf(second, job))}`,
    )
  const says = (job: string, text: string): Promise<void> =>
    holds(job, `"${text}"`, (card) => textOf(card).includes(text))
  for (const job of others) await says(job, '*Paged*')
  if (fault === 'withhold_reply') for (const job of killable) await says(job, '*done and verified*')
  else
    for (const job of killable) {
      // Nothing is blindly repeated: a person looks, says that it did not happen, and presses again.
      await says(job, '*ended without an answer*')
      expect(findButton(cardOf(job)!, 'act')).toBeUndefined()
      expect(await ends.press('U0BOB', 'settle_not', cardOf(job)!)).toMatchObject({ ok: true })
      await holds(job, 'a new kill button', (card) => findButton(card, 'act') !== undefined)
      expect(await ends.press('U0BOB', 'act', cardOf(job)!)).toMatchObject({ ok: true })
      await says(job, '*done and verified*')
    }

  expect(stateOf(spark, apps)).toEqual(apps.map(() => 'KILLED'))
  // Swallowed kills were asked for once in vain, and once more by a person who had looked.
  expect((spark.calls()['kill'] ?? 0) - before.kills).toBe(fault === 'swallow' ? 2 * KILLS : KILLS)
  for (const job of [...killable, ...others])
    expect(ends.cards().filter((card) => textOf(card).includes(job))).toHaveLength(1)
  expect(ends.cards().length - before.cards).toBe(KILLS + CARDS)
  expect(ends.slack.state().calls['chat.delete']).toBeUndefined()
  const pages = ends.pagerduty.state().incidents.map((incident) => incident.title)
  for (const job of [...killable, ...others])
    expect(pages.filter((title) => title.includes(job))).toHaveLength(1)
  expect(new Set(ends.pagerduty.state().events.map((event) => event['dedup_key'])).size).toBe(pages.length)
  expect(await second.stop()).toBe(0)
}

/** What the service itself knows of a job's incident, for a test that failed. */
async function historyOf(arrestor: Arrestor, job: string): Promise<unknown> {
  const { incidents } = await arrestor.api<{ incidents: { number: number; job_name: string }[] }>(
    '/incidents?state=all',
  )
  const number = incidents.find(({ job_name }) => job_name === job)?.number ?? 0
  return await arrestor.api(`/incidents/${number}`)
}

const stateOf = (spark: SparkReplay, apps: readonly string[]): (string | undefined)[] =>
  apps.map((appId) => spark.applications().find((app) => app.appId === appId)?.state)
