// Cards as data for tests of the pure builders: a plain one to vary, and a hostile generator.
import * as fc from 'fast-check'
import type { Finding } from '../../src/diagnosis/model.ts'
import type { CardView, OfferView } from '../../src/flow/card.ts'
import type { Actor, Incident } from '../../src/incidents/model.ts'
import type { ActionRun } from '../../src/remediation/action-runs.ts'

export const AT = new Date('2026-11-02T03:00:00Z')
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000)

export const ALICE: Actor = { kind: 'person', id: 'U0ALICE', name: 'alice', via: 'slack' }
export const BOB: Actor = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }

export function incidentWith(change: Partial<Incident> = {}): Incident {
  return {
    id: 'inc_0000000000000001',
    number: 42,
    team: 'data-platform',
    key: 'key',
    version: 1,
    state: 'triggered',
    title: 'Executor out of memory: orders-daily',
    severity: 'high',
    source: 'alertmanager',
    platform: 'sandbox',
    run: {
      platform: 'sandbox',
      cluster: null,
      jobName: 'orders-daily',
      runId: 'app-20261102030000-0001',
      attempt: null,
      retriesLeft: null,
    },
    runbookId: 'executor-oom',
    runbookHash: 'hash',
    policyName: 'default',
    openedAt: AT,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
    alertsTotal: 1,
    alertsFiring: 1,
    diagnosis: 'pending',
    diagnosisGeneration: 0,
    ...change,
  }
}

export const FINDING: Finding = {
  probe: 'spark.executor-deaths',
  severity: 'critical',
  sentence: '3 of 4 executors died of Java heap space (F02).',
  evidence: [
    { text: 'java.lang.OutOfMemoryError: Java heap space', from: 'executor 2, removeReason', link: null },
  ],
  link: 'http://spark.example:4040/executors/',
  confidence: 'high',
  unreached: [],
}

export const OFFER: OfferView = {
  id: 'off_0000000000000001',
  incidentId: 'inc_0000000000000001',
  step: 'kill',
  action: 'spark.kill-application',
  target: 'app-20261102030000-0001',
  title: 'Kill Application',
  params: {},
  inputs: {},
  requires: 'commander',
  verifyMs: 60_000,
  runbookHash: 'hash',
  withdrawnAt: null,
  withdrawnReason: null,
  consequence: 'Ends app-20261102030000-0001 now. Work it has not written is lost.',
  warning: null,
  danger: true,
}

export function runWith(change: Partial<ActionRun> = {}): ActionRun {
  return {
    id: 'act_0000000000000001',
    offerId: OFFER.id,
    incidentId: OFFER.incidentId,
    action: OFFER.action,
    target: OFFER.target,
    params: {},
    state: 'running',
    verified: 'pending',
    fence: 1,
    requestedBy: BOB,
    requestedAt: later(90),
    endedAt: null,
    detail: null,
    made: null,
    inVain: false,
    ...change,
  }
}

export function viewWith(change: Partial<CardView> & { incident?: Incident } = {}): CardView {
  return {
    incident: incidentWith(),
    channel: 'C0DATA',
    runbook: { id: 'executor-oom', title: 'Executor out of memory' },
    match: {
      reason: 'matched',
      explanation: [
        {
          runbookId: 'executor-oom',
          entry: 'alertname=~"Spark(Executor|Container)OOM.*"',
          held: true,
          matchers: [
            {
              text: 'alertname=~"Spark(Executor|Container)OOM.*"',
              held: true,
              actual: 'SparkExecutorOOMKilled',
            },
          ],
        },
      ],
      runnersUp: [],
      unknownName: null,
    },
    alerts: [{ name: 'SparkExecutorOOMKilled', summary: 'executors of orders-daily die', startsAt: AT }],
    links: [{ title: 'Query', url: 'http://prometheus.example/graph?g0.expr=up' }],
    findings: [],
    page: null,
    canPage: true,
    next: { dueAt: later(60), page: true, mention: [] },
    offers: [],
    withheld: [],
    runs: [],
    progress: null,
    ...change,
  }
}

/** The main states of a card, by name; each a golden file. */
export function mainStates(): Readonly<Record<string, CardView>> {
  const diagnosed = { diagnosis: 'done', diagnosisGeneration: 1 } as const
  const known = { findings: [FINDING], offers: [OFFER] }
  const page = { state: 'sent', sentAt: later(60), lastError: null, secondRouteAt: null } as const
  const mention = { dueAt: later(300), page: false, mention: ['U0BOB'] }
  const acknowledged = {
    ...diagnosed,
    state: 'acknowledged',
    acknowledgedAt: later(75),
    acknowledgedBy: ALICE,
  } as const
  const acting = {
    incident: incidentWith(acknowledged),
    findings: [FINDING],
    page: { ...page, state: 'acknowledged' as const },
    next: null,
  }
  return {
    fresh: viewWith(),
    diagnosed: viewWith({ ...known, incident: incidentWith(diagnosed) }),
    paged: viewWith({ ...known, incident: incidentWith(diagnosed), page, next: mention }),
    'page-undelivered': viewWith({
      ...known,
      incident: incidentWith(diagnosed),
      page: {
        state: 'undelivered',
        sentAt: null,
        lastError: 'PagerDuty answered HTTP 500',
        secondRouteAt: later(70),
      },
      next: mention,
    }),
    acknowledged: viewWith({ ...acting, offers: [OFFER] }),
    'action-running': viewWith({ ...acting, runs: [runWith()] }),
    verified: viewWith({
      ...acting,
      runs: [
        runWith({
          state: 'succeeded',
          verified: 'verified',
          endedAt: later(95),
          detail: 'Spark says app-20261102030000-0001 is killed.',
        }),
      ],
    }),
    unknown: viewWith({
      ...acting,
      runs: [
        runWith({
          state: 'unknown',
          verified: 'not_verified',
          detail: 'Spark still says app-20261102030000-0001 is running.',
        }),
      ],
    }),
    'resolved-by-source': viewWith({
      findings: [FINDING],
      page: { ...page, state: 'resolved' },
      next: null,
      incident: incidentWith({
        ...diagnosed,
        state: 'resolved',
        resolvedAt: later(600),
        resolvedBy: { kind: 'source', name: 'alertmanager' },
        resolution: 'source',
        alertsFiring: 0,
      }),
    }),
    'resolved-by-person': viewWith({
      findings: [FINDING],
      next: null,
      incident: incidentWith({
        ...diagnosed,
        state: 'resolved',
        resolvedAt: later(600),
        resolvedBy: ALICE,
        resolution: 'person',
      }),
    }),
  }
}

/** Text as an attacker, a log and a careless template write it. */
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.constantFrom(
    '', ' ', '\u0000\u0001', '\u202E\u2066', '<!channel> <!here> <!everyone>', '<@U0ALICE> <!subteam^S123>', '<https://evil.example|https://good.example>',
    '```', '`a` *b* _c_ ~d~', '<!date^1^{date}^https://evil.example|x>', '&lt;!channel&gt;', '😀'.repeat(20), 'a\u202Egnp.exe', '\uD800 alone', '> quote\n> more',
    '<#C0DATA>', 'http://evil.example', 'javascript:alert(1)',
  ) },
  { weight: 1, arbitrary: fc.constantFrom('<', '&', 'x', '😀', '`', '\n', '<!channel>').map((one) => one.repeat(5_000)) },
) // prettier-ignore

const actor: fc.Arbitrary<Actor> = fc.oneof(
  fc.record({ kind: fc.constant('person' as const), id: fc.oneof(fc.constant('U0ALICE'), hostileText), name: hostileText, via: fc.constant('slack' as const) }),
  fc.record({ kind: fc.constant('source' as const), name: hostileText }),
) // prettier-ignore
const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null })
const few = <T>(one: fc.Arbitrary<T>, maxLength = 6): fc.Arbitrary<T[]> => fc.array(one, { maxLength })
const address = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  hostileText.map((text) => `http://x.example/${text}`),
  hostileText,
)
const slackId = fc.constantFrom('U0BOB', 'S0ONCALL')

export const finding: fc.Arbitrary<Finding> = fc.record({
  probe: hostileText,
  severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'none'),
  sentence: hostileText,
  evidence: few(fc.record({ text: hostileText, from: hostileText, link: maybe(address) })),
  link: maybe(address),
  confidence: fc.constantFrom('low', 'medium', 'high'),
  unreached: few(hostileText),
})

const incident: fc.Arbitrary<Incident> = fc
  .record({
    state: fc.constantFrom('triggered' as const, 'acknowledged' as const, 'resolved' as const),
    title: hostileText,
    team: hostileText,
    severity: fc.constantFrom('critical' as const, 'high' as const, 'medium' as const, 'low' as const),
    source: hostileText,
    platform: maybe(hostileText),
    acknowledgedBy: maybe(actor),
    acknowledgedAt: maybe(date),
    resolvedBy: maybe(actor),
    resolvedAt: maybe(date),
    resolution: maybe(fc.constantFrom('source' as const, 'person' as const)),
    alertsTotal: fc.nat(),
    alertsFiring: fc.nat(),
    diagnosis: fc.constantFrom('pending' as const, 'running' as const, 'done' as const, 'none' as const),
  })
  .map((change) => incidentWith(change))

/** Any card the types allow, its texts hostile. */
export const anyView: fc.Arbitrary<CardView> = fc.record({
  incident,
  channel: fc.constant('C0DATA'),
  runbook: maybe(fc.record({ id: hostileText, title: hostileText })),
  match: fc.record({
    reason: fc.constantFrom('named', 'matched', 'catch_all', 'none'),
    explanation: few(
      fc.record({
        runbookId: hostileText,
        entry: maybe(hostileText),
        held: fc.boolean(),
        matchers: few(fc.record({ text: hostileText, held: fc.boolean(), actual: hostileText }), 20),
      }),
    ),
    runnersUp: few(fc.record({ id: hostileText, why: hostileText })),
    unknownName: maybe(hostileText),
  }),
  alerts: few(fc.record({ name: hostileText, summary: maybe(hostileText), startsAt: date }), 3),
  links: few(fc.record({ title: hostileText, url: address }), 3),
  findings: few(finding),
  page: maybe(
    fc.record({
      state: fc.constantFrom('pending', 'sent', 'undelivered', 'withdrawn', 'acknowledged', 'resolved'),
      sentAt: maybe(date),
      lastError: maybe(hostileText),
      secondRouteAt: maybe(date),
    }),
  ),
  canPage: fc.boolean(),
  next: maybe(fc.record({ dueAt: date, page: fc.boolean(), mention: fc.array(slackId, { maxLength: 300 }) })),
  offers: few(
    fc
      .record({ title: hostileText, target: hostileText, consequence: hostileText, danger: fc.boolean() })
      .map((change) => ({ ...OFFER, ...change })),
  ),
  withheld: few(fc.record({ title: hostileText, says: hostileText })),
  runs: few(
    fc
      .record({
        action: hostileText,
        target: hostileText,
        state: fc.constantFrom(
          'requested' as const,
          'running' as const,
          'succeeded' as const,
          'failed' as const,
          'unknown' as const,
        ),
        verified: fc.constantFrom(
          'pending' as const,
          'verified' as const,
          'not_verified' as const,
          'not_needed' as const,
        ),
        requestedBy: actor,
        detail: maybe(hostileText),
      })
      .map((change) => change),
    8,
  ).map((changes) => changes.map((change, at) => runWith({ ...change, id: `act_${at}` }))),
  progress: maybe(fc.record({ done: fc.nat(), steps: fc.nat() })),
})

/** Everything in mrkdwn that Slack would act upon: what stands in angle brackets. */
export function activeParts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(activeParts)
  if (typeof value !== 'object' || value === null) return []
  const { type, text } = value as { type?: unknown; text?: unknown }
  if (type === 'mrkdwn') return String(text).match(/<[^>]*>?/g) ?? []
  return Object.values(value).flatMap(activeParts)
}
