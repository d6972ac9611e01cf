// What every probe must do: give the outputs it declares, say what it could not see, quote no secret, throw nothing.
import { describe, expect, it } from 'vitest'
import type { Run } from '../../src/alerts/model.ts'
import type { Finding, Outputs, Probe, ProbeContext } from '../../src/diagnosis/model.ts'
import { type StepResult, runProbes } from '../../src/diagnosis/run-probes.ts'
import type { PlatformReader } from '../../src/ports.ts'

/** A Spark on which a probe has something to see. */
export interface ProbeSample {
  readonly reader: PlatformReader
  readonly run: Run
  readonly params: unknown
  readonly now: Date
}

const SECRET = 'hunter2-of-the-contract'
const METHODS = [
  'locate',
  'run',
  'runs',
  'log',
  'jobs',
  'queries',
  'executors',
  'stages',
  'failedTasks',
  'taskQuantiles',
  'taskTimes',
  'gauges',
  'environment',
  'cluster',
  'threads',
  'metrics',
  'history',
  'containers',
  'events',
] as const
const NO_RUN: Run = {
  platform: null,
  cluster: null,
  jobName: null,
  runId: null,
  attempt: null,
  retriesLeft: null,
}

/** Declares the suite for one probe; `sample` is called anew for each test. */
export function probeContract(probe: Probe, sample: () => Promise<ProbeSample>): void {
  const declared = Object.keys(probe.outputs).sort()

  const look = async (
    change: (sample: ProbeSample) => Partial<ProbeContext> = () => ({}),
    deadlineMs = 10_000,
  ): Promise<StepResult> => {
    const { reader, run, params, now } = await sample()
    const context: ProbeContext = { run, labels: {}, reader, signal: new AbortController().signal, now }
    const changed = { ...context, ...change({ reader, run, params, now }) }
    const step = { id: 'seen', use: probe.id, params, heading: 'The heading' }
    const [result] = await runProbes([step], changed, { deadlineMs, concurrency: 1 })
    return result!
  }

  const expectWhole = ({ outputs, findings }: StepResult): void => {
    expect(Object.keys(outputs).sort()).toEqual(declared)
    expect(findings.length).toBeGreaterThan(0)
    for (const finding of findings) {
      expect(finding.probe).toBe(probe.id)
      expect(finding.sentence).toMatch(/^[^\n]{10,400}[.]$/)
      if (finding.link !== null) expect(URL.canParse(finding.link)).toBe(true)
      for (const { text, from } of finding.evidence) {
        expect(text.length).toBeLessThanOrEqual(2_000)
        expect(from).toMatch(/\w/)
      }
    }
  }

  describe(`probe contract: ${probe.id}`, () => {
    it('is named, titled, and says of every output what it means', () => {
      expect(probe.id).toMatch(/^[a-z]+(\.[a-z]+(-[a-z]+)*)+$/)
      expect(probe.title).toMatch(/^[A-Z]/)
      expect(probe.needs.length).toBeGreaterThan(0)
      expect(declared.length).toBeGreaterThan(0)
      for (const [name, meaning] of Object.entries(probe.outputs)) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(meaning, name).toMatch(/\w{3,}/)
      }
    })

    it('gives exactly the outputs it declares, and sees something where there is something', async () => {
      const result = await look()
      expectWhole(result)
      expect(known(result.outputs).length).toBeGreaterThan(declared.length / 3)
    })

    it('says where its templates go only of parameters that it takes', async () => {
      const { params } = await sample()
      for (const [name, where] of Object.entries(probe.destinations ?? {})) {
        expect(['plain', 'url', 'promql']).toContain(where)
        const bad = probe.params.safeParse({ ...(params as object), [name]: { no: 'text' } })
        expect(bad.error?.issues.map(({ path }) => path[0])).toContain(name)
      }
    })

    it('P13: is not run with a hole in a query or an address, and says what was missing', async () => {
      const { reader, run, now, params } = await sample()
      const context = { run, labels: {}, reader, signal: new AbortController().signal, now }
      for (const [name, where] of Object.entries(probe.destinations ?? {})) {
        if (where === 'plain') continue
        const holed = { ...(params as object), [name]: 'a{b="{{ no_such_name }}"}' }
        const step = { id: 'seen', use: probe.id, params: holed, heading: 'The heading' }
        const [result] = await runProbes([step], context, { deadlineMs: 10_000, concurrency: 1 })
        expectWhole(result!)
        expectBlind(result!)
        expect(result!.findings[0]?.sentence).toContain('it needs no_such_name, which is not known')
      }
    })

    it('can be graded and said anew where it measures a value, and says so where it does not', async () => {
      const { reader, run, now, params } = await sample()
      const context = { run, labels: {}, reader, signal: new AbortController().signal, now }
      const grade = { critical: -1e15 }
      const step = {
        id: 'seen',
        use: probe.id,
        params,
        heading: 'The heading',
        grade,
        says: 'It is {{ value }}',
      }
      const [result] = await runProbes([step], context, { deadlineMs: 10_000, concurrency: 1 })
      expectWhole(result!)
      if (typeof result!.outputs['value'] === 'number')
        expect(result!.findings[0]).toMatchObject({
          severity: 'critical',
          sentence: expect.stringMatching(/^It is \S+\.$/),
        })
      else expect(result!.findings.at(-1)?.sentence).toContain('has no output named value')
    })

    it('refuses parameters it does not know, and says so', async () => {
      const { reader, run, now, params } = await sample()
      const context = { run, labels: {}, reader, signal: new AbortController().signal, now }
      const step = {
        id: 'seen',
        use: probe.id,
        params: { ...(params as object), no_such_parameter: 1 },
        heading: 'The heading',
      }
      const [result] = await runProbes([step], context, { deadlineMs: 10_000, concurrency: 1 })
      expectWhole(result!)
      expect(result!.findings[0]?.sentence).toContain('parameters are not usable')
    })

    it('P13: without a platform it says that there is nothing to look at', async () => {
      const result = await look(() => ({ reader: null }))
      expectWhole(result)
      expectBlind(result)
    })

    it('P13: where the platform cannot tell what it needs, it is not run', async () => {
      const result = await look(({ reader }) => ({ reader: { ...reader, capabilities: new Set() } }))
      expectWhole(result)
      expectBlind(result)
      expect(result.findings[0]?.sentence).toContain(`cannot tell (${probe.needs.join(', ')})`)
    })

    it('says that the alert names nothing, or looks at what needs no name', async () => {
      expectWhole(await look(() => ({ run: NO_RUN })))
    })

    it.each(METHODS)(
      'P13: when %s fails, it throws nothing and says what it could not see',
      async (method) => {
        let asked = 0
        const result = await look(({ reader }) => ({
          reader: replaced(reader, method, () => {
            asked += 1
            return Promise.reject(new Error(`${method} is out of reach`))
          }),
        }))
        expectWhole(result)
        // Whether events were dropped is looked for behind every probe; that nobody tells leaves the findings as they are.
        if (asked > 0 && method !== 'gauges')
          expect(result.findings.some(saysUnseen), JSON.stringify(result.findings)).toBe(true)
      },
    )

    it('P13: when Spark never answers, it ends at the deadline and says so', async () => {
      const never = (): Promise<never> => new Promise(() => {})
      const silent = (reader: PlatformReader): PlatformReader =>
        METHODS.reduce((one, method) => replaced(one, method, never), reader)
      const result = await look(({ reader }) => ({ reader: silent(reader) }), 50)
      expectWhole(result)
      expectBlind(result)
      expect(result.findings[0]?.sentence).toContain('no answer')
    })

    it('P12: quotes no credential that Spark’s own words contain', async () => {
      const result = await look(({ reader }) => ({ reader: talkative(reader) }))
      expectWhole(result)
      expect(JSON.stringify(result.findings)).not.toContain(SECRET)
      expect(JSON.stringify(result.outputs)).not.toContain(SECRET)
    })

    it('looks again and sees the same', async () => {
      const [first, second] = [await look(), await look()]
      expect(known(second.outputs)).toEqual(known(first.outputs))
    })
  })
}

const known = (outputs: Outputs): string[] => Object.keys(outputs).filter((name) => outputs[name] !== null)
const saysUnseen = (finding: Finding): boolean =>
  finding.unreached.length > 0 || finding.sentence.includes('not seen')

function expectBlind({ outputs, findings }: StepResult): void {
  expect(known(outputs)).toEqual([])
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ severity: 'none', confidence: 'low', evidence: [] })
  expect(saysUnseen(findings[0]!)).toBe(true)
}

/** A reader of which one method does something else; of metrics, every one. */
function replaced(
  reader: PlatformReader,
  method: (typeof METHODS)[number],
  does: () => Promise<never>,
): PlatformReader {
  if (method === 'history')
    return reader.history === undefined
      ? reader
      : { ...reader, history: { ...reader.history, version: does, running: does } }
  if (method !== 'metrics') return { ...reader, [method]: does }
  return reader.metrics === undefined ? reader : { ...reader, metrics: { query: does, check: does } }
}

/** A Spark whose every failure message carries a password, as stack traces of JDBC drivers do. */
function talkative(reader: PlatformReader): PlatformReader {
  const spoil = (text: string | null): string | null =>
    text === null ? null : `password=${SECRET} ${text} password=${SECRET}`
  const { metrics } = reader
  return {
    ...reader,
    ...(metrics === undefined
      ? {}
      : {
          metrics: {
            ...metrics,
            query: async (...args) => {
              const { series, ...rest } = await metrics.query(...args)
              const labels = { job: `password=${SECRET}` }
              return {
                ...rest,
                series: series.map((one) => ({ ...one, labels })),
                warnings: [`token: ${SECRET}`],
              }
            },
          },
        }),
    executors: async (...args) =>
      (await reader.executors(...args)).map((one) => ({ ...one, removeReason: spoil(one.removeReason) })),
    stages: async (...args) =>
      (await reader.stages(...args)).map((one) => ({ ...one, failureReason: spoil(one.failureReason) })),
    failedTasks: async (...args) =>
      (await reader.failedTasks(...args)).map((one) => ({ ...one, errorMessage: spoil(one.errorMessage) })),
    run: async (...args) => {
      const run = await reader.run(...args)
      const words = [
        { text: `it failed password=${SECRET}`, from: 'diagnostics', place: 'platform' as const },
      ]
      return run === null ? null : { ...run, state: 'failed', words }
    },
    threads: async (...args) =>
      (await reader.threads(...args))?.map((one) => ({
        ...one,
        name: `${spoil(one.name)}`,
        stack: one.stack.map((frame) => `${spoil(frame)}`),
      })) ?? null,
    log: async (...args) => {
      const tail = await reader.log(...args)
      return tail === null ? null : { ...tail, text: `${spoil(tail.text)}\n` }
    },
  }
}
