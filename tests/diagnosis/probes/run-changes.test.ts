// What changed since the last good run, against a platform that keeps two runs of a job.
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/alerts/model.ts'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { runChanges } from '../../../src/diagnosis/probes/run-changes.ts'
import type { Deployment } from '../../../src/incidents/deployments.ts'
import type { PlatformReader, PlatformRun, ReadCapability, SparkApplication } from '../../../src/ports.ts'
import { APP, NO_TOTALS, NOW, RUN, contextOf, readerOf, stage } from '../support.ts'

const at = (day: number, hour: number, minute = 0): Date => new Date(Date.UTC(2026, 10, day, hour, minute))
const GOOD: PlatformRun = { ...RUN, id: 'good', state: 'succeeded', submittedAt: at(21, 2, 10), startedAt: at(21, 2, 10), applicationId: 'app-good', link: 'http://platform/runs/good' } // prettier-ignore
const BAD: PlatformRun = { ...GOOD, id: 'bad', state: 'failed', submittedAt: at(22, 2, 10), startedAt: at(22, 2, 10), applicationId: 'app-bad', link: 'http://platform/runs/bad' } // prettier-ignore
const MARKER: Deployment = {
  sender: 'ci', externalId: '1', team: 'data', platform: null, jobNames: ['orders-daily'], what: 'deploy', commit: null, image: null,
  version: null, summary: null, by: null, url: null, at: at(22, 1, 30), receivedAt: at(22, 1, 30),
} // prettier-ignore

/** What each application shows, by its id. */
interface Shown {
  readonly environment?: Readonly<Record<string, string>>
  readonly inputBytes?: number
  readonly plan?: string
  readonly app?: Partial<SparkApplication>
}

interface Two {
  readonly runs?: readonly PlatformRun[]
  readonly current?: PlatformRun | null
  readonly good?: Shown
  readonly bad?: Shown
  readonly lists?: Readonly<Record<string, PlatformRun['state']>>
  readonly broken?: readonly (keyof PlatformReader)[]
  readonly deployments?: readonly Deployment[]
  readonly capabilities?: readonly ReadCapability[]
}

const plan = (schema: string): string => `(1) Scan parquet db.orders\nReadSchema: ${schema}\n`

async function look(two: Two): Promise<ProbeResult & { readonly asked: string[] }> {
  const runs = two.runs ?? [BAD, GOOD]
  const current = two.current === undefined ? BAD : two.current
  const shown = (app: SparkApplication): Shown =>
    (app.id === 'app-good' ? two.good : two.bad) ?? { environment: { 'spark.executor.memory': '8g' }, inputBytes: 100, plan: plan('struct<a:int>') } // prettier-ignore
  const asked: string[] = []
  const reader: PlatformReader = {
    ...readerOf({ broken: two.broken ?? [], ...(two.capabilities === undefined ? {} : { capabilities: two.capabilities }) }),
    run: ({ runId }: Run) => {
      asked.push(runId ?? '-')
      return Promise.resolve(runId === null ? current : (runs.find(({ id }) => id === runId) ?? null))
    },
    runs: () => Promise.resolve(runs.map((run) => ({ ...run, state: two.lists?.[run.id] ?? run.state }))),
    locate: ({ runId }: Run) => {
      const id = runId ?? ''
      return Promise.resolve({ ...APP, id, ...(id === 'app-good' ? two.good?.app : two.bad?.app) })
    },
    ...(two.broken?.includes('environment') === true
      ? {}
      : { environment: (app: SparkApplication) => Promise.resolve(new Map(Object.entries(shown(app).environment ?? {}))) }),
    stages: (app) => Promise.resolve([0, 1].map((attempt) => stage({ attempt, totals: { ...NO_TOTALS, inputBytes: shown(app).inputBytes ?? 0 } }))),
    queries: (app) => Promise.resolve([{ id: 0, status: 'COMPLETED', description: '', durationMs: 1, nodes: [], link: 'http://driver/sql/0', plan: shown(app).plan ?? '' }]),
  } // prettier-ignore
  const context = { ...contextOf({}), reader, now: NOW }
  const result = await runChanges.run({}, two.deployments === undefined ? context : { ...context, deployments: two.deployments }) // prettier-ignore
  return { ...result, asked }
}

const sentence = (result: ProbeResult): string => result.findings[0]!.sentence

describe('run.changes', () => {
  it.each(['sql', 'plans'] as const)('tells columns where a platform has %s', async (told) => {
    const good = { plan: plan('struct<a:int>') }
    const bad = { plan: plan('struct<a:string>') }
    const capabilities = ['application', 'run', 'runs', told] as const
    expect(sentence(await look({ good, bad, capabilities }))).toContain('orders.a int -> string')
    expect(sentence(await look({ good, bad, capabilities: capabilities.slice(0, 3) }))).not.toContain(
      'orders.a',
    )
  })

  it('tells what differs from the last good run, in one sentence, newest first', async () => {
    const result = await look({
      good: { environment: { 'spark.executor.memory': '8g', 'spark.kubernetes.container.image': 'r/etl:1.4.2' }, inputBytes: 100, plan: plan('struct<a:int>'), app: { sparkVersion: '4.0.1' } },
      bad: { environment: { 'spark.executor.memory': '4g', 'spark.kubernetes.container.image': 'r/etl:1.5.0' }, inputBytes: 100, plan: plan('struct<a:int>'), app: { sparkVersion: '4.0.1' } },
      deployments: [{ ...MARKER, commit: '4f9c2d1', by: 'alice', url: 'https://ci.example/7' }],
    }) // prettier-ignore
    expect(sentence(result)).toBe('Since the last good run (good, 2026-11-21 02:10 UTC): image 1.4.2 -> 1.5.0, spark.executor.memory 8g -> 4g, deploy 4f9c2d1 by alice 40 min before.') // prettier-ignore
    expect(result.findings).toHaveLength(1)
    expect(result.findings[0]).toMatchObject({ severity: 'none', confidence: 'high', unreached: [] })
    expect(result.outputs).toEqual({
      last_good: 'good',
      last_good_at: '2026-11-21T02:10:00.000Z',
      count: 3,
      newest: 'image',
      newest_what: 'image 1.4.2 -> 1.5.0',
      newest_at: '2026-11-22T02:10:00.000Z',
      deploy: 'deploy 4f9c2d1 by alice',
      deploy_by: 'alice',
      deploy_minutes: 40,
      commit: '4f9c2d1',
      image: '1.4.2 -> 1.5.0',
      spark_version: 'none',
      runtime: 'none',
      node_type: 'none',
      config_keys: 'spark.executor.memory',
      columns: 'none',
      input_ratio: 1,
    })
  })

  it('P13: an image under a tag that moves is not called the same, and why is said', async () => {
    const moving = { environment: { 'spark.kubernetes.container.image': 'r/etl:latest' }, app: { sparkVersion: '4.0.1' } } // prettier-ignore
    const result = await look({ good: moving, bad: moving })
    expect(result.findings[0]?.unreached).toEqual([
      'image: both runs say r/etl:latest, a tag that moves, and no digest tells the two apart',
    ])
    expect(result.outputs).toMatchObject({ image: null, spark_version: 'none', count: 0 })
    expect(sentence(result)).toMatch(/versions \(but for the image\).* are the same\.$/)
  })

  it('tells versions, columns and input', async () => {
    const traits = {
      commit: 'a'.repeat(40),
      runtime: '15.4',
      node_type: 'm5.xlarge',
      definition: 'x',
      parameters: 'day=1',
    }
    const good = { ...GOOD, traits }
    const bad = {
      ...BAD,
      traits: { ...traits, commit: 'b'.repeat(40), node_type: 'm5.large', definition: 'y' },
    }
    const result = await look({
      runs: [bad, good],
      current: bad,
      good: { environment: { a: '1' }, inputBytes: 1024 ** 3, plan: plan('struct<a:int>') },
      bad: { environment: { a: '1' }, inputBytes: 3 * 1024 ** 3, plan: plan('struct<a:string>') },
    })
    expect(sentence(result)).toContain("commit aaaaaaaaaa -> bbbbbbbbbb, the job's definition has changed, node type m5.xlarge -> m5.large, column orders.a int -> string and 1 more") // prettier-ignore
    expect(result.outputs).toMatchObject({ count: 5, commit: 'aaaaaaaaaa -> bbbbbbbbbb', node_type: 'm5.xlarge -> m5.large', runtime: 'none', columns: 'orders.a', input_ratio: 3 }) // prettier-ignore
    expect(result.findings[1]).toMatchObject({ sentence: '1 column is read otherwise since the last good run good.', evidence: [{ text: 'column orders.a int -> string', from: 'both runs' }] }) // prettier-ignore
  })

  it('shows where the bytes of both runs add up, where they differ', async () => {
    const told = (inputBytes: number, id: string) => ({ environment: { a: '1' }, inputBytes, app: { apiUrl: `http://history/api/v1/applications/${id}` } }) // prettier-ignore
    const grown = await look({ good: told(100, 'app-good'), bad: told(300, 'app-bad') })
    expect(grown.findings[0]!.evidence).toEqual([
      { text: 'sum inputBytes 300', from: 'all stages of this run, of each the attempt that read most', link: 'http://history/api/v1/applications/app-bad/stages?details=false' },
      { text: 'sum inputBytes 100', from: 'all stages of the last good run, of each the attempt that read most', link: 'http://history/api/v1/applications/app-good/stages?details=false' },
    ]) // prettier-ignore
    expect((await look({ good: told(100, 'a'), bad: told(110, 'b') })).findings[0]!.evidence).toEqual([])
  })

  it('says that less was read of a run that came to its end alone', async () => {
    const shown = { good: { environment: { a: '1' }, inputBytes: 1000 }, bad: { environment: { a: '1' }, inputBytes: 10 } } // prettier-ignore
    expect((await look(shown)).outputs['count']).toBe(0)
    const ended = { ...BAD, state: 'succeeded' as const }
    const result = await look({ ...shown, current: ended, runs: [ended, GOOD] })
    expect(sentence(result)).toContain('input 1000 B -> 10 B (0.0 times)')
  })

  it('says what was held against each other when nothing differs', async () => {
    const result = await look({})
    expect(sentence(result)).toBe('No change is seen since the last good run (good, 2026-11-21 02:10 UTC): no deployment is known, and versions, configuration, input, schemas are the same.') // prettier-ignore
    expect(result.outputs).toMatchObject({ count: 0, newest: 'none', deploy: 'none', config_keys: 'none' })
  })

  it('says what could not be compared, and the rest still comes', async () => {
    const result = await look({ broken: ['environment'] })
    expect(result.findings[0]!.unreached).toEqual([
      'configuration of the last good run: environment is out of reach',
      'configuration of this run: environment is out of reach',
    ])
    expect(result.outputs).toMatchObject({ config_keys: null, input_ratio: 1, columns: 'none' })
    expect(sentence(result)).not.toContain('configuration')
  })

  it('P12: an old secret and a new one are in neither sentence nor evidence', async () => {
    const env = (secret: string): Shown => ({ environment: Object.fromEntries([['spark.db.password', secret], ...'abcdef'.split('').map((key) => [`spark.${key}`, secret.slice(0, 3)])]) }) // prettier-ignore
    const result = await look({ good: env('old-hunter2'), bad: env('new-hunter3') })
    expect(JSON.stringify(result)).not.toMatch(/hunter/)
    expect(result.findings[1]?.evidence[0]?.text).toContain(
      'spark.db.password differs, its values are not shown',
    )
  })
})

describe('the last good run', () => {
  it('is asked for by its id: what the list calls a success may have failed', async () => {
    const liar = {
      ...GOOD,
      id: 'liar',
      state: 'failed' as const,
      submittedAt: at(21, 12),
      startedAt: at(21, 12),
    }
    const result = await look({ runs: [BAD, liar, GOOD], lists: { liar: 'succeeded' } })
    expect(result.outputs['last_good']).toBe('good')
    expect(result.asked).toEqual(['-', 'liar', 'good'])
  })

  it('may be one whose end the list does not know; a later one is none', async () => {
    const later = { ...GOOD, id: 'later', submittedAt: at(22, 12), startedAt: at(22, 12) }
    expect((await look({ runs: [later, BAD, GOOD], lists: { good: 'unknown' } })).outputs['last_good']).toBe(
      'good',
    )
  })

  it('that is not known leaves deploy markers of seven days, and says so', async () => {
    const result = await look({ runs: [BAD], deployments: [{ ...MARKER, version: '1.5.0' }, { ...MARKER, version: '1.4.0', at: at(10, 0) }] }) // prettier-ignore
    expect(sentence(result)).toBe('No earlier successful run of orders-daily is known to compare with; in the last seven days: deploy 1.5.0 40 min before.') // prettier-ignore
    expect(result.outputs).toMatchObject({ last_good: 'none', count: 1, config_keys: null })
    const nothing = await look({ runs: [BAD] })
    expect(nothing.findings[0]).toMatchObject({ confidence: 'low' })
  })

  it('of a platform that keeps no times is the next in its list', async () => {
    const timeless = { submittedAt: null, startedAt: null }
    const [bad, good] = [
      { ...BAD, ...timeless },
      { ...GOOD, ...timeless },
    ]
    const later = { ...GOOD, ...timeless, id: 'later' }
    expect((await look({ current: bad, runs: [later, bad, good] })).outputs['last_good']).toBe('good')
  })

  it('of a run that the platform does not know is not looked for', async () => {
    const result = await look({ current: null })
    expect(sentence(result)).toBe('batch knows no run of this alert, so there is nothing to compare.')
    expect(result.outputs['count']).toBeNull()
  })

  it('of a run that the platform does not know: what was deployed is told all the same', async () => {
    const result = await look({ current: null, deployments: [{ ...MARKER, version: '1.5.0', by: 'alice' }] })
    expect(sentence(result)).toMatch(
      /^batch knows no run of this alert; in the last seven days: deploy 1\.5\.0.* by alice at 20/,
    )
    expect(result.outputs).toMatchObject({ deploy_by: 'alice', last_good: 'none', deploy_minutes: null })
  })
})

describe('deploy markers', () => {
  it('count when they speak of the job and platform, came after the last good run began, and are not of the future', async () => {
    const result = await look({
      deployments: [
        { ...MARKER, version: 'mine' },
        { ...MARKER, version: 'all', jobNames: [] },
        { ...MARKER, version: 'meanwhile', at: at(22, 2, 25), what: 'rollback' },
        { ...MARKER, version: 'other', jobNames: ['refunds'] },
        { ...MARKER, version: 'elsewhere', platform: 'spare' },
        { ...MARKER, version: 'before', at: at(20, 0) },
        { ...MARKER, version: 'future', at: at(23, 0) },
      ],
    })
    expect(sentence(result)).toBe('Since the last good run (good, 2026-11-21 02:10 UTC): rollback meanwhile 15 min into the run, deploy mine 40 min before, deploy all 40 min before.') // prettier-ignore
    expect(result.outputs).toMatchObject({ deploy: 'rollback meanwhile', deploy_minutes: -15 })
  })

  it.each<[Partial<Deployment>, string]>([
    [{ version: '1.5.0', commit: 'c'.repeat(40), by: 'bob' }, 'deploy 1.5.0 (cccccccccc) by bob'],
    [{ image: 'r/etl:1' }, 'deploy r/etl:1'],
    [{ summary: 'acme/orders to production' }, 'deploy acme/orders to production'],
    [{ what: 'config', summary: 'less memory' }, 'change of configuration less memory'],
  ])('%o reads: %s', async (marker, words) => {
    expect((await look({ deployments: [{ ...MARKER, ...marker }] })).outputs['deploy']).toBe(words)
  })

  it('of a busy day are cut to a sentence, and all of them stand in the evidence', async () => {
    const many = Array.from({ length: 40 }, (_, n) => ({ ...MARKER, version: `1.${n}`, at: at(22, 1, n) }))
    const result = await look({ deployments: many })
    expect(sentence(result)).toMatch(/deploy 1\.39 .* and 36 more\.$/)
    expect(result.findings[1]!.sentence).toBe('40 deploy markers since the last good run good.')
    expect(result.findings[1]!.evidence[0]!.text.split('\n')).toHaveLength(30)
  })
})
