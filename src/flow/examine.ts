// What the running service knows of itself: database, Slack, what waits to be delivered, PagerDuty, platforms, runbooks.
import type { PlatformReader } from '../ports.ts'
import { utcMinute } from '../utc.ts'
import { type Check, ago, oneLine } from './check.ts'
import type { FlowDeps } from './deps.ts'
import { checkRunbooks, checkSource, concerning } from './examine-runbooks.ts'

/** Somebody waits for the answer, in Slack. */
const ASK_MS = 2_500
/** Whose things are told: null is all teams; what is shared is told in any case. */
type Teams = readonly string[] | null

/**
 * Asks everything at once; answers within three seconds and never throws. Failures first within each kind. With `teams`
 * nothing is told of what only other teams have: their platforms, runbooks, repositories, deliveries and pages.
 */
export async function examine(deps: FlowDeps, teams: Teams = null): Promise<readonly Check[]> {
  const [database, platforms] = await Promise.all([
    checkDatabase(deps, teams),
    Promise.all(
      platformsOf(deps, teams).map(([name, reader]) =>
        // Of what it was a moment ago, nobody asks the doctor.
        check(`platform ${name}`, () => inTime((reader.fresh ?? reader).check(AbortSignal.timeout(ASK_MS)))),
      ),
    ),
  ])
  return [
    ...database,
    checkSlack(deps),
    ...platforms,
    ...checkRunbooks(concerning(deps.library(), teams)),
    ...deps
      .runbookSources()
      .filter(({ team }) => team === null || teams === null || teams.includes(team))
      .map((source) => checkSource(source)),
  ]
}

/** The platforms of these teams, and those that no team names. */
function platformsOf({ readers, settings }: FlowDeps, teams: Teams): [string, PlatformReader][] {
  const others = [...settings.teams.values()].flatMap(({ name, platforms }) =>
    teams === null || teams.includes(name) ? [] : platforms,
  )
  const own = [...settings.teams.values()].flatMap(({ name, platforms }) =>
    teams === null || teams.includes(name) ? platforms : [],
  )
  return [...readers].filter(([name]) => own.includes(name) || !others.includes(name))
}

async function check(what: string, ask: () => Promise<string>): Promise<Check> {
  try {
    return { what, state: 'ok', says: await ask() }
  } catch (error) {
    return { what, state: 'failed', says: oneLine(error) }
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ASK_MS / 1000} s`)), ASK_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The database, and what only it can tell. */
async function checkDatabase(deps: FlowDeps, teams: Teams): Promise<Check[]> {
  const { store } = deps
  const database = await check('database', async () => {
    await inTime(store.ping())
    return store.kind === 'embedded' ? 'the embedded one answers' : 'PostgreSQL answers'
  })
  if (database.state === 'failed') return [database]
  const told = async (what: string, ask: () => Promise<Check>): Promise<Check> => {
    try {
      return await inTime(ask())
    } catch (error) {
      return { what, state: 'failed', says: oneLine(error) }
    }
  }
  return [
    database,
    ...(await Promise.all([
      told('deliveries', () => checkOutbox(deps, teams)),
      told('PagerDuty', () => checkPagerDuty(deps, teams)),
    ])),
  ]
}

/** What was given up is told for this long. */
const DEAD_TOLD_MS = 86_400_000

async function checkOutbox({ store, clock }: FlowDeps, teams: Teams): Promise<Check> {
  const now = clock.now()
  const rows = await store.db
    .selectFrom('outbox')
    .select(({ fn }) => [
      'destination',
      'state',
      fn.countAll<number>().as('count'),
      fn.min('created_at').as('oldest'),
      fn.max('last_error').as('error'),
    ])
    .where((eb) =>
      eb.or([
        eb.and([eb('state', 'in', ['waiting', 'sending']), eb('attempts', '>', 0)]),
        eb.and([eb('state', '=', 'dead'), eb('created_at', '>', new Date(now.getTime() - DEAD_TOLD_MS))]),
      ]),
    )
    .where((eb) =>
      teams === null
        ? eb.lit(true)
        : eb(
            'subject',
            'in',
            eb.selectFrom('incidents').select('incidents.id').where('incidents.team', 'in', teams),
          ),
    )
    .groupBy(['destination', 'state'])
    .orderBy('destination')
    .execute()
  if (rows.length === 0) return { what: 'deliveries', state: 'ok', says: 'nothing waits that was tried' }
  const parts = rows.map(
    ({ destination, state, count, oldest, error }) =>
      `${count} for ${destination} ${state === 'dead' ? 'given up' : 'waiting although tried'}, the oldest ${ago(oldest, now)}${error === null ? '' : ` (${error})`}`,
  )
  const isDead = rows.some(({ state }) => state === 'dead')
  return { what: 'deliveries', state: isDead ? 'failed' : 'warning', says: parts.join('; ') }
}

async function checkPagerDuty({ store, clock, settings }: FlowDeps, of: Teams): Promise<Check> {
  const what = 'PagerDuty'
  const teams = [...settings.teams.values()].filter(({ name }) => of === null || of.includes(name))
  if (!teams.some(({ pages }) => pages))
    return { what, state: 'warning', says: 'no team has a routing key: nobody is ever paged' }
  const last = await store.db
    .selectFrom('pages')
    .select(['state', 'requested_at', 'sent_at', 'last_error'])
    .where((eb) =>
      of === null
        ? eb.lit(true)
        : eb(
            'incident_id',
            'in',
            eb.selectFrom('incidents').select('incidents.id').where('incidents.team', 'in', of),
          ),
    )
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined) return { what, state: 'ok', says: 'no page was needed yet' }
  const when = ago(last.sent_at ?? last.requested_at, clock.now())
  if (last.state === 'undelivered')
    return {
      what,
      state: 'failed',
      says: `the last page, ${when}, was not delivered: ${last.last_error ?? 'no reason is known'}`,
    }
  return { what, state: 'ok', says: `the last page, ${when}: ${last.state}` }
}

function checkSlack(deps: FlowDeps): Check {
  const { connected, since, problem } = deps.slackConnection()
  if (connected)
    return { what: 'Slack', state: 'ok', says: `connected since ${since === null ? '?' : utcMinute(since)}` }
  return { what: 'Slack', state: 'failed', says: oneLine(problem ?? 'not connected') }
}
