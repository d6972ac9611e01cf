// Every figure on every finding, of every kind of platform, can be looked up: a link that opens, an event log, or a command.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Evidence, Finding } from '../../src/diagnosis/model.ts'
import { PERFORMANCE } from '../../src/diagnosis/performance/findings.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { PLATFORM_KINDS } from '../../src/platforms/registry.ts'
import { NEVER } from '../platforms/support.ts'
import { DEPLOYED, WORLDS, type World } from './links/worlds.ts'
import { EVERYTHING_TOLD } from './everything-told.ts'

/** Whatever a probe would not look at for being small. */
const PARAMS: Readonly<Record<string, object>> = {
  'spark.skew': { least_s: 0, least_mib: 0, material_s: [0, 0, 0, 1e15] },
  'prometheus.query': { query: 'up' },
}
/** One formula at a time: `spark.performance` tells four at most. */
const STEPS = [
  ...PERFORMANCE.map(({ id }) => ({ id, use: 'spark.performance', params: { only: [id] }, heading: id })),
  ...[...PROBES.keys()]
    .filter((use) => use !== 'spark.performance')
    .map((use) => ({ id: use.replace(/\W/g, '_'), use, params: PARAMS[use], heading: use })),
]

/** A number that stands by itself; one in a name (`app-2026...-0001`, `F03`, `3.5.9`) is none. */
const hasFigure = (text: string): boolean => text.split(/[\s();:,]+/).some((word) => /^\d+(?:\.\d+)?\.?$/.test(word)) // prettier-ignore
const COMMAND = /; (?:aws|gcloud|kubectl) /
/** Answers in figures: Spark's API and metrics, a master's JSON, YARN's and Kubernetes' API. */
const REST = /\/api\/v1\/|\/apis\/|\/ws\/v1\/|\/json\/|\/api\/2\.\d\/|\/batches\//

/** Clouds' pages, for people who are logged in: no test can open them. */
const CONSOLE = /^https:\/\/(?:console\.cloud\.google\.com|[\w-]+\.console\.aws\.amazon\.com)\//
/** And the build that markers of deployments name. */
const ELSEWHERE = new RegExp(`${CONSOLE.source}|^https://ci\\.example\\.com/`)
/** Worlds that show their figures in consoles, event logs and by commands alone. */
const CONSOLES_ONLY: ReadonlySet<string> = new Set([
  'dataproc: a job that failed',
  'emr: a step that failed on a cluster that lost an instance',
  'emr-serverless: a job run that failed',
  'emr-on-eks: a job run that failed',
])

const isWeb = (link: string | null): link is string => link !== null && /^https?:\/\/[^/]/.test(link)

/** What nobody could check by hand. */
function holes({ sentence, link, evidence }: Finding): string[] {
  return [
    ...(hasFigure(sentence) && !isWeb(link) ? [`no link: ${sentence}`] : []),
    ...evidence
      .filter(
        ({ text, from, link: at }) =>
          hasFigure(text) && !isWeb(at) && !from.includes('event log ') && !COMMAND.test(from),
      ) // prettier-ignore
      .map(({ text, from }) => `no link: ${from}: ${text}`),
  ]
}

/** Instants that a figure speaks of, as an answer may write them. */
function written(instant: string): string[] {
  const at = new Date(instant)
  const iso = at.toISOString()
  return [iso, iso.replace('Z', 'GMT'), iso.replace('.000Z', 'Z'), String(at.getTime()), String(at.getTime() / 1000)] // prettier-ignore
}

/** Databricks counts from when a run was asked for: its work begins after the queue and the making of its cluster. */
function addedUp(answer: string, instant: string): string[] {
  const { tasks: [first] = [], ...run } = JSON.parse(answer) as Started & { tasks?: Started[] }
  return [run, ...(first === undefined ? [] : [first])].flatMap((one) =>
    (one.start_time ?? 0) + (one.queue_duration ?? 0) + (one.setup_duration ?? 0) === Date.parse(instant)
      ? [String(one.start_time)]
      : [],
  )
}

interface Started {
  readonly start_time?: number
  readonly queue_duration?: number
  readonly setup_duration?: number
}

const told = new Map<string, { world: World; findings: readonly Finding[] }>()
const nameOf = (kind: string, what: string): string => `${kind}: ${what}`

beforeAll(async () => {
  for (const [kind, what, open] of WORLDS) {
    const world = await open()
    const { reader, run } = world
    const context = { run, labels: {}, reader, signal: NEVER, now: new Date(), limits: EVERYTHING_TOLD, deployments: DEPLOYED } // prettier-ignore
    const results = await runProbes(STEPS, context, { deadlineMs: 30_000, concurrency: 4 })
    told.set(nameOf(kind, what), { world, findings: results.flatMap(({ findings }) => findings) })
  }
}, 120_000)
afterAll(() => Promise.all([...told.values()].map(({ world }) => world.close())))

it('looks at every kind of platform', () => {
  expect(new Set(WORLDS.map(([kind]) => kind))).toEqual(PLATFORM_KINDS)
})

describe.each(WORLDS.map(([kind, what]) => [nameOf(kind, what)]))('%s', (name) => {
  const evidenceOf = (): Evidence[] => told.get(name)!.findings.flatMap(({ evidence }) => evidence)
  const here = (link: string | null): link is string =>
    isWeb(link) && told.get(name)!.world.servers.some((server) => link.startsWith(server))
  const follow = (link: string): Promise<Response> =>
    fetch(link, { headers: told.get(name)!.world.headers ?? {}, redirect: 'manual' })

  it('says where each figure can be looked up', () => {
    const { findings } = told.get(name)!
    expect(findings.filter(({ sentence, evidence }) => hasFigure(sentence) || evidence.some(({ text }) => hasFigure(text))).length).toBeGreaterThan(1) // prettier-ignore
    expect(findings.flatMap(holes)).toEqual([])
  })

  it('every link to figures answers', async () => {
    const links = new Set(told.get(name)!.findings.flatMap(({ link, evidence }) => [link, ...evidence.map((one) => one.link)])) // prettier-ignore
    const web = [...links].filter(isWeb)
    const figures = web.filter((one) => REST.test(one))
    for (const link of figures) expect([link, (await follow(link)).status]).toEqual([link, 200])
    // None at all would say nothing of any: only where pages are consoles there is none, and then none that we could open.
    expect(figures.length > 0).toBe(!CONSOLES_ONLY.has(name))
    if (CONSOLES_ONLY.has(name)) {
      expect(web.filter(here)).toEqual([])
      expect(web.filter((link) => !ELSEWHERE.test(link))).toEqual([])
      expect(web.some((link) => CONSOLE.test(link))).toBe(true)
    }
  })

  it("the run's times stand at an address, or are printed by a command that is named", async () => {
    const { reader, run } = told.get(name)!.world
    const found = (await reader.run(run, NEVER))!
    const times = [found.startedAt ?? found.submittedAt, found.endedAt].filter((at) => at !== null)
    if (found.timesAt === undefined) {
      if (times.length > 0) expect(found.timesBy).toMatch(new RegExp(`^(?:aws|gcloud) .*\\b${found.id}\\b`))
      return
    }
    const answer = await follow(found.timesAt)
    expect([found.timesAt, answer.status]).toEqual([found.timesAt, 200])
    const text = await answer.text()
    for (const at of times.map((one) => one.toISOString()))
      expect([at, found.timesAt, [...written(at), ...addedUp(text, at)].some((one) => text.includes(one))]).toEqual([at, found.timesAt, true]) // prettier-ignore
  })

  it('an instant that is quoted stands behind its link', async () => {
    for (const { text, link } of evidenceOf()) {
      if (!here(link) || !REST.test(link)) continue
      const answer = await (await follow(link)).text()
      for (const [, instant = ''] of text.matchAll(/\b(?:submitted|started|ended|submissionTime|completionTime) (\d{4}-[\d-]+T[\d:.]+Z)/g)) // prettier-ignore
        expect([link, text, [...written(instant), ...addedUp(answer, instant)].some((one) => answer.includes(one))]).toEqual([link, text, true]) // prettier-ignore
    }
  })
})

describe('on Kubernetes', () => {
  const worlds = WORLDS.filter(([kind]) => kind === 'kubernetes').map(([kind, what]) => [nameOf(kind, what)])
  const look = async (name: string, link: string): Promise<string> =>
    (await fetch(link, { headers: told.get(name)!.world.headers ?? {} })).text()

  it.each(worlds)('%s: containers that are counted are listed, with the codes and reasons that are quoted', async (name) => {
    const finding = told.get(name)!.findings.find(({ probe }) => probe === 'run.containers')!
    const [, count] = /of (\d+) containers?/.exec(finding.sentence)!
    const { items } = JSON.parse(await look(name, finding.link!)) as { items: unknown[] }
    expect(items).toHaveLength(Number(count))
    const [quoted] = finding.evidence
    const [, reason = '', code] = /(?:ended|waits): (\w+)(?:, exit code (\d+))?/.exec(quoted!.text)!
    const pod = await look(name, quoted!.link!)
    expect(pod).toContain(`"reason":"${reason}"`)
    if (code !== undefined) expect(pod).toContain(`"exitCode":${code}`)
  }) // prettier-ignore

  it.each(worlds)('%s: events that are quoted stand behind their links, with their counts and no others', async (name) => {
    const quoted = told.get(name)!.findings.flatMap(({ evidence }) => evidence).filter(({ from }) => from.startsWith('event about'))
    expect(quoted.length).toBeGreaterThan(0)
    for (const { text, from, link } of quoted) {
      const { items } = JSON.parse(await look(name, link!)) as { items: { reason: string; message: string; count: number }[] }
      expect(items.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([text])
      expect(items[0]!.count).toBe(Number(/, (\d+) times/.exec(from)?.[1] ?? 1))
    }
  }) // prettier-ignore
})

it('what Spark says in an event log alone is told with the log, and with no page that does not show it', async () => {
  const kept: string[] = []
  for (const [name, { world, findings }] of told) {
    const app = await world.reader.locate(world.run, NEVER)
    if (app?.logAt === undefined) continue
    kept.push(name.split(':', 1)[0]!)
    const quoted = findings
      .filter(({ probe }) => probe === 'spark.failed-stages' || probe === 'spark.executor-deaths')
      .flatMap(({ evidence }) => evidence)
    expect(quoted.length).toBeGreaterThan(0)
    for (const { from, link } of quoted)
      expect([name, link, from]).toEqual([name, null, expect.stringContaining(`event log ${app.logAt}`)])
  }
  expect(kept.sort()).toEqual(['databricks', 'dataproc', 'emr', 'emr-on-eks', 'emr-serverless'])
})

it('notices a figure that nobody can look up', () => {
  const finding: Finding = { probe: 'p', severity: 'low', sentence: 'App-1 lost 3 executors.', evidence: [], link: null, confidence: 'low', unreached: [] } // prettier-ignore
  const quoting = (one: Evidence): Finding => ({ ...finding, sentence: 'It lost some.', evidence: [one] })
  expect(holes(finding)).toHaveLength(1)
  expect(holes({ ...finding, link: 'https://spark/api' })).toEqual([])
  expect(holes({ ...finding, sentence: 'App-1 (3.5.9) runs.' })).toEqual([])
  expect(holes(quoting({ text: 'exit code 137', from: 'executor 1', link: null }))).toHaveLength(1)
  expect(holes(quoting({ text: 'exit code 137', from: 'executor 1', link: 's3://logs/x' }))).toHaveLength(1)
  expect(
    holes(quoting({ text: 'exit code 137', from: 'executor 1, event log s3://logs/x', link: null })),
  ).toEqual([])
  expect(
    holes(quoting({ text: '9 ms', from: 'run s-1; aws emr describe-step --step-id s-1', link: null })),
  ).toEqual([])
})
