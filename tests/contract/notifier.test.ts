// The contract over every destination the product delivers to. A destination without a bench fails here.
import { afterAll, describe, expect, it } from 'vitest'
import { acknowledgeLocked, resolveLocked } from '../../src/flow/settle.ts'
import { DESTINATIONS, DUE } from '../../src/flow/destinations.ts'
import { diagnose } from '../../src/flow/diagnose.ts'
import { escalationDue } from '../../src/flow/escalate.ts'
import { REFUSED, settlePage } from '../../src/flow/deliver-page.ts'
import { eventNotifier } from '../../src/http/outgoing.ts'
import { type Incident, SYSTEM } from '../../src/incidents/model.ts'
import { lockIncident } from '../../src/incidents/repository.ts'
import { pageNotifier } from '../../src/pagerduty/notifier.ts'
import { createConnection } from '../../src/pagerduty/transport.ts'
import { createSlack } from '../../src/slack/index.ts'
import type { Notifier, OutboxRow } from '../../src/store/outbox.ts'
import { type Desk, EVENT_SECRET, ROUTING_KEY, openDesk } from './desk.ts'
import { chartsFollow } from '../../src/flow/charts.ts'
import { json } from '../../src/store/store.ts'
import { aChart } from '../charts/samples.ts'
import { drawsDots } from '../support/world.ts'
import { type NotifierBench, notifierContract } from './notifier.ts'
import { type Answer, type Asked, type OtherEnd, createOtherEnd } from './other-end.ts'

type Destination = (typeof DESTINATIONS)[keyof typeof DESTINATIONS]
type Opener = () => Promise<NotifierBench>

// Opening a store takes longer than all tests of a bench; each bench has incidents of its own.
let opened: Promise<Desk> | undefined
const sharedDesk = (): Promise<Desk> => (opened ??= openDesk())
afterAll(async () => (await opened)?.close())

const BOT_TOKEN = 'xoxb-contract-bot-token'
const APP_TOKEN = 'xapp-contract-app-token'

const field = (asked: Asked, name: string): string => new URLSearchParams(asked.body).get(name) ?? ''
const method = (asked: Asked): string => asked.path.split('/').at(-1) ?? ''

/** Slack on a good day: posts get a ts, and are found again with their metadata. */
function slackOnAGoodDay(asked: Asked, happened: readonly Asked[]): Answer {
  const ts = (index: number): string => `1700000000.0000${index + 10}`
  const posts = happened.filter((one) => method(one) === 'chat.postMessage')
  if (method(asked).startsWith('conversations.'))
    return ok({
      messages: [
        ...posts.map((post, index) => ({
          ts: ts(index),
          metadata: JSON.parse(field(post, 'metadata')) as unknown,
        })),
        ...happened
          .filter((one) => method(one) === 'files.completeUploadExternal')
          .map((shown) => ({
            ts: ts(posts.length),
            files: (JSON.parse(field(shown, 'files')) as { id: string }[]).map(({ id }) => ({ name: id })),
          })),
      ],
    })
  if (method(asked) === 'files.getUploadURLExternal')
    // Its id is its name, so that the message that shows it can be made from the completion alone.
    return ok({
      upload_url: `http://${asked.headers['host']}/upload`,
      file_id: field(asked, 'filename'),
    })
  return ok({ channel: field(asked, 'channel'), ts: ts(posts.length - 1) })
}
const ok = (body: object): Answer => ({ status: 200, body: JSON.stringify({ ok: true, ...body }) })

async function slackBench(
  destination: Destination,
  write: (desk: Desk, incident: Incident) => Promise<OutboxRow>,
  rest: Pick<NotifierBench, 'repeats' | 'whenResolved' | 'isNew'>,
): Promise<NotifierBench> {
  const desk = await sharedDesk()
  const end = await createOtherEnd({
    isEffect: (asked) =>
      ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'].includes(method(asked)),
    fine: slackOnAGoodDay,
  })
  return {
    desk,
    end,
    notifier: slackNotifier(desk, end, destination),
    row: await write(desk, await desk.open()),
    secrets: [BOT_TOKEN, APP_TOKEN],
    identityOf: (asked) => field(asked, 'metadata') + field(asked, 'ts') + field(asked, 'files'),
    readsReplies: true,
    needsIncident: true,
    ...rest,
  }
}

function slackNotifier(desk: Desk, end: OtherEnd, destination: Destination): Notifier {
  const tokens = { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: `${end.url}/api/` }
  const found = createSlack(desk.deps, tokens, drawsDots()).notifiers.find(
    (one) => one.destination === destination,
  )
  if (found === undefined) throw new Error(`Slack has no notifier for ${destination}`)
  return found
}

/** The ladder's first step: asks for a page and mentions people. */
async function climb(desk: Desk, incident: Incident): Promise<void> {
  const now = desk.clock.now()
  const row = { subject: incident.id, data: { step: 0, round: 0 }, dueAt: now, attempts: 0 }
  const kind = escalationDue(desk.deps)
  expect(kind.kind).toBe(DUE.escalation)
  await desk.store.transaction((tx) => kind.handle(tx, row, now))
}

async function cardIsPosted(desk: Desk, incident: Incident): Promise<void> {
  await desk.store.db
    .updateTable('outbox')
    .set({ external_id: 'C0DATA/1700000000.000100' })
    .where('destination', '=', DESTINATIONS.card)
    .where('subject', '=', incident.id)
    .execute()
}

/** A finding with a chart, told in the thread. */
async function chartIsFound(desk: Desk, incident: Incident): Promise<void> {
  const now = desk.clock.now()
  await desk.store.transaction(async (tx) => {
    await tx
      .insertInto('findings')
      .values({
        incident_id: incident.id,
        generation: 1,
        step: 'heap',
        position: 0,
        outputs: json({}),
        findings: json([{ severity: 'high', chart: aChart() }]),
        at: now,
      })
      .execute()
    await chartsFollow(tx, incident.id, 1, now)
  })
}

async function pageBench(action: 'trigger' | 'acknowledge' | 'resolve'): Promise<NotifierBench> {
  const desk = await sharedDesk()
  const { deps, clock, store } = desk
  const incident = await desk.open()
  await climb(desk, incident)
  if (action !== 'trigger') {
    const trigger = await desk.row(DESTINATIONS.page, incident)
    await store.transaction((tx) => settlePage(tx, deps, trigger, { kind: 'delivered' }, clock.now()))
    await store.transaction(async (tx) => {
      const locked = (await lockIncident(tx, incident.id))!
      if (action === 'acknowledge') await acknowledgeLocked(tx, deps, locked, SYSTEM, clock.now())
      else await resolveLocked(tx, deps, locked, SYSTEM, 'person', clock.now())
    })
  }
  const end = await createOtherEnd({
    isEffect: () => true,
    fine: (asked) => ({
      status: 202,
      body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: dedupKey(asked) }),
    }),
  })
  return {
    desk,
    end,
    notifier: pageNotifier(deps, {
      connection: createConnection({ timeoutMs: 5_000 }),
      eventsUrl: end.url,
      routingKeys: new Map([[incident.team, ROUTING_KEY]]),
    }),
    row: await desk.row(DESTINATIONS.page, incident, (row) => row.payload['action'] === action),
    secrets: [ROUTING_KEY],
    identityOf: dedupKey,
    repeats: 'same key',
    readsReplies: true,
    needsIncident: true,
    whenResolved: action === 'trigger' ? 'withdrawn' : 'sent',
  }
}
const dedupKey = (asked: Asked): string => (JSON.parse(asked.body) as { dedup_key: string }).dedup_key

async function eventBench(): Promise<NotifierBench> {
  const desk = await sharedDesk()
  const end = await createOtherEnd({ isEffect: () => true, fine: () => ({ status: 204 }) })
  return {
    desk,
    end,
    notifier: eventNotifier([
      { url: `${end.url}/hook?key=hook-url-secret`, secret: EVENT_SECRET, teams: null },
    ]),
    row: await desk.row(DESTINATIONS.event, await desk.open()),
    // The address may carry a credential of the receiver's, so it is a secret as well.
    secrets: [EVENT_SECRET, 'hook-url-secret'],
    identityOf: (asked) => asked.headers['x-arrestor-delivery'] ?? '',
    repeats: 'same key',
    readsReplies: false,
    needsIncident: false,
    whenResolved: 'sent',
  }
}

const BENCHES: Readonly<Record<Destination, Readonly<Record<string, Opener>>>> = {
  'slack.card': {
    'first post': () =>
      slackBench('slack.card', (desk, incident) => desk.row('slack.card', incident), {
        repeats: 'looks',
        whenResolved: 'sent',
        // What was found is edited to show the newest state.
        isNew: (asked) => method(asked) === 'chat.postMessage',
      }),
    edit: () =>
      slackBench(
        'slack.card',
        async (desk, incident) => {
          await cardIsPosted(desk, incident)
          return await desk.row('slack.card', incident)
        },
        // Twice the same edit of the same message is one edit.
        { repeats: 'same key', whenResolved: 'sent' },
      ),
  },
  'slack.thread': {
    finding: () =>
      slackBench(
        'slack.thread',
        async (desk, incident) => {
          await cardIsPosted(desk, incident)
          await diagnose(desk.deps, incident.id)
          return await desk.row('slack.thread', incident)
        },
        { repeats: 'looks', whenResolved: 'sent' },
      ),
    mention: () =>
      slackBench(
        'slack.thread',
        async (desk, incident) => {
          await cardIsPosted(desk, incident)
          await climb(desk, incident)
          return await desk.row('slack.thread', incident, (row) => row.payload['type'] === 'mention')
        },
        { repeats: 'looks', whenResolved: 'withdrawn' },
      ),
  },
  'slack.chart': {
    picture: () =>
      slackBench(
        'slack.chart',
        async (desk, incident) => {
          await cardIsPosted(desk, incident)
          await chartIsFound(desk, incident)
          return await desk.row('slack.chart', incident)
        },
        { repeats: 'looks', whenResolved: 'sent' },
      ),
  },
  'slack.second-route': {
    'refused page': () =>
      slackBench(
        'slack.second-route',
        async (desk, incident) => {
          await climb(desk, incident)
          const page = await desk.row('pagerduty.event', incident)
          const refused = { kind: 'retry' as const, reason: `${REFUSED}wrong key` }
          await desk.store.transaction((tx) => settlePage(tx, desk.deps, page, refused, desk.clock.now()))
          return await desk.row('slack.second-route', incident)
        },
        { repeats: 'looks', whenResolved: 'withdrawn' },
      ),
  },
  'pagerduty.event': {
    trigger: () => pageBench('trigger'),
    acknowledge: () => pageBench('acknowledge'),
    resolve: () => pageBench('resolve'),
  },
  'webhook.event': { 'incident.opened.v1': eventBench },
}

describe('every destination', () => {
  it('has a bench', () => {
    expect(Object.keys(BENCHES).sort()).toEqual(Object.values(DESTINATIONS).sort())
    for (const [destination, variants] of Object.entries(BENCHES))
      expect(Object.keys(variants).length, destination).toBeGreaterThan(0)
  })
})

for (const [destination, variants] of Object.entries(BENCHES))
  for (const [variant, open] of Object.entries(variants)) notifierContract(`${destination}, ${variant}`, open)
