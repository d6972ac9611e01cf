// /runbooks/coverage and its verb: which alerts had no runbook, of one's own teams and no other, then and now.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexOf } from '../../src/runbooks/index-of.ts'
import { STACK, arrestor } from '../cli/run.ts'
import { matching, runbook } from '../runbooks/support.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { openTestStore } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

const ALL = 'api-token-of-all'
const STREAMING = 'api-token-of-streaming'
const KNOWN = matching('known', ['alertname="Known"'])
const REST = runbook('rest', 'catch_all: true')

interface Covered {
  readonly days: number
  readonly since: string
  readonly alerts: readonly {
    readonly team: string
    readonly name: string
    readonly alerts: number
    readonly seen: number
    readonly got: unknown
    readonly now: unknown
    readonly gap: boolean
    readonly first_seen: string
    readonly last_seen: string
  }[]
  readonly more: boolean
}

let door: FrontDoor
let serial = 0

/** Posts alerts of one name; the job says which incident they join. */
async function send(name: string, count: number, job = `job-${name}`, team = 'data-platform'): Promise<void> {
  const alerts = Array.from({ length: count }, () => ({
    status: 'firing',
    labels: { alertname: name, team, job_name: job },
    annotations: {},
    startsAt: '2026-11-02T01:00:00Z',
    fingerprint: `f${(serial += 1)}`,
  }))
  expect(await door.post(envelope(alerts))).toMatchObject({ status: 200 })
}

beforeAll(async () => {
  door = await openFrontDoor(await openTestStore())
  door.useRunbooks(indexOf([KNOWN, REST]))
  await send('Old', 1)
  const before = new Date(door.clock.now().getTime() - 20 * 86_400_000)
  await door.store.db
    .updateTable('alert_instances')
    .set({ first_seen_at: before, last_seen_at: before })
    .where('name', '=', 'Old')
    .execute()
  await send('Known', 3)
  await send('Unknown', 2)
  await send('Joiner', 1, 'job-Known')
  await send('Foreign', 1, 'job-x', 'streaming')
  door.useRunbooks(indexOf([]))
  await send('Bare', 1)
  await send('Mended', 4)
  door.useRunbooks(indexOf([KNOWN, REST, matching('mended', ['alertname="Mended"'])]))
})
afterAll(() => door?.close())

async function read(query = '', token = ALL): Promise<Covered> {
  const { status, body } = await door.get(`/api/v1/runbooks/coverage${query}`, token)
  expect(status).toBe(200)
  return body as Covered
}
const find = (covered: Covered, name: string): Covered['alerts'][number] | undefined =>
  covered.alerts.find((one) => one.name === name)

describe('coverage of the last days', () => {
  it('counts each name, with what its incidents got and what it would get now', async () => {
    const covered = await read()
    expect(find(covered, 'Known')).toMatchObject({
      team: 'data-platform',
      alerts: 3,
      seen: 3,
      got: [{ runbook: 'known', reason: 'matched', incidents: 1 }],
      now: { runbook: 'known', reason: 'matched' },
      gap: false,
    })
    expect(find(covered, 'Unknown')).toMatchObject({
      alerts: 2,
      got: [{ runbook: 'rest', reason: 'catch_all', incidents: 1 }],
      gap: true,
    })
    expect(find(covered, 'Bare')).toMatchObject({
      got: [{ runbook: null, reason: 'none', incidents: 1 }],
      now: { runbook: 'rest', reason: 'catch_all' },
      gap: true,
    })
  })

  it('closes a gap once there is a runbook, and takes no credit from another’s incident', async () => {
    const covered = await read()
    expect(find(covered, 'Mended')).toMatchObject({
      got: [{ runbook: null, reason: 'none', incidents: 1 }],
      now: { runbook: 'mended', reason: 'matched' },
      gap: false,
    })
    // It joined the incident that Known had opened: it was not matched itself, and would not be.
    expect(find(covered, 'Joiner')).toMatchObject({ got: [], now: { reason: 'catch_all' }, gap: true })
  })

  it('tells gaps first, the most frequent first among them', async () => {
    const { alerts, more } = await read()
    expect(alerts.map(({ gap }) => gap)).toEqual(
      alerts.map(({ gap }) => gap).toSorted((a, b) => Number(b) - Number(a)),
    )
    expect(alerts[0]?.name).toBe('Unknown')
    expect(more).toBe(false)
  })

  it('looks as far back as it is told to', async () => {
    expect(find(await read('?days=10'), 'Old')).toBeUndefined()
    const far = await read('?days=30')
    expect(find(far, 'Old')?.first_seen).toBe(find(far, 'Old')?.last_seen)
    expect(new Date(far.since).getTime()).toBe(door.clock.now().getTime() - 30 * 86_400_000)
  })

  it.each(['days=0', 'days=367', 'days=x', 'days=1.5', 'days=', 'days=1&days=2'])(
    '400 for ?%s',
    async (query) => {
      const answer = await door.get(`/api/v1/runbooks/coverage?${query}`)
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining('days: ')])
    },
  )

  it('shows a token its teams alone', async () => {
    expect((await read('', STREAMING)).alerts.map(({ team, name }) => [team, name])).toEqual([
      ['streaming', 'Foreign'],
    ])
  })
})

describe('arrestor runbook coverage', () => {
  const env = (token = ALL): { env: Record<string, string> } => ({
    env: { ARRESTOR_URL: door.http.url, ARRESTOR_TOKEN: token },
  })

  it('shows the table, and fails on a gap where that is asked for', async () => {
    const { code, stdout } = await arrestor(['runbook', 'coverage'], env())
    expect(code).toBe(0)
    expect(stdout).toMatch(/^gap {5}Unknown +data-platform +2 {2}\S+ {2}rest \(catch-all\): 1 incident$/m)
    expect(stdout).toMatch(/^caught {2}Known +data-platform +3 .*known: 1 incident$/m)
    expect(stdout).toMatch(/^caught {2}Mended .*no runbook: 1 incident, now mended$/m)
    expect(stdout).toMatch(/^7 alert names in 30 days: 5 without a runbook$/m)
    expect((await arrestor(['runbook', 'coverage', '--fail-on-gap'], env())).code).toBe(1)
  })

  it('answers as JSON what the API answers', async () => {
    const { stdout } = await arrestor(['runbook', 'coverage', '--json', '--days', '7'], env(STREAMING))
    expect(JSON.parse(stdout)).toEqual(await read('?days=7', STREAMING))
  })

  it.each([
    [['--days', '0'], 'ARR-704'],
    [['--days', '1&x=y'], 'ARR-704'],
  ])('says what is wrong with %j', async (args, code) => {
    const answer = await arrestor(['runbook', 'coverage', ...args], env())
    expect([answer.code, answer.stderr]).toEqual([1, expect.stringContaining(code)])
    expect(answer.stderr).not.toMatch(STACK)
  })

  it('says that nobody answers, or that the token is not known', async () => {
    const nobody = { env: { ARRESTOR_URL: 'http://127.0.0.1:1', ARRESTOR_TOKEN: 'x' } }
    expect((await arrestor(['runbook', 'coverage'], nobody)).stderr).toContain('ARR-701')
    expect((await arrestor(['runbook', 'coverage'], env('nobody'))).stderr).toContain('ARR-702')
  })
})
