// P13: a probe that cannot see says what it could not see, and the others still come.
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Probe, ProbeContext, ProbeResult } from '../../src/diagnosis/model.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { outputNames } from '../../src/runbooks/template-names.ts'
import { type Calls, RUN, contextOf, executor, readerOf, stage } from './support.ts'

const LIMITS = { deadlineMs: 1000, concurrency: 4 }

function probe(
  id: string,
  run: (context: ProbeContext) => Promise<ProbeResult>,
  more: Partial<Probe> = {},
): Probe {
  return {
    id,
    title: id,
    needs: [],
    params: z.unknown(),
    outputs: { seen: 'whether' },
    run: (_params, context) => run(context),
    ...more,
  }
}

function step(use: string, params?: unknown): { id: string; use: string; params: unknown; heading: string } {
  return { id: use, use, params, heading: `Heading of ${use}` }
}

const fine = probe('fine', () => Promise.resolve({ outputs: { seen: true }, findings: [] }))
const mapOf = (...probes: Probe[]): Map<string, Probe> => new Map(probes.map((one) => [one.id, one]))

afterEach(() => void vi.useRealTimers())

describe('P13: what cannot be seen is said', () => {
  it.each<[string, Probe | null, unknown, RegExp]>([
    ['throws', probe('odd', () => Promise.reject(new Error('the UI is gone'))), undefined, /the UI is gone/],
    ['is not known', null, undefined, /there is no probe odd/],
    ['needs what the platform cannot tell', probe('odd', fine.run.bind(fine, null), { needs: ['cluster'] }), undefined, /batch cannot tell \(cluster\)/],
    ['needs a log that the platform does not keep', probe('odd', fine.run.bind(fine, null), { needs: ['log'] }), undefined, /batch cannot tell \(log\)\. The driver's log is where it ran: `arrestor diagnose --log` reads it\.$/],
    ['has unusable parameters', probe('odd', fine.run.bind(fine, null), { params: z.strictObject({}) }), { x: 1 }, /parameters are not usable/],
  ])('when a probe %s', async (_what, odd, params, sentence) => {
    const context = contextOf({ capabilities: ['application'] })
    const [first, second] = await runProbes([step('odd', params), step('fine')], context, LIMITS, odd === null ? mapOf(fine) : mapOf(odd, fine))
    expect(first?.findings).toEqual([expect.objectContaining({ probe: 'odd', severity: 'none', confidence: 'low', sentence: expect.stringMatching(sentence) })])
    expect(first?.findings[0]?.sentence).toMatch(/^Heading of odd: not seen/)
    if (odd !== null) expect(first?.outputs).toEqual({ seen: null })
    expect(second).toEqual({ step: 'fine', outputs: { seen: true }, findings: [] })
  }) // prettier-ignore

  it('when no platform is configured', async () => {
    const results = await runProbes(
      [step('spark.executor-deaths')],
      { ...contextOf({}), reader: null },
      LIMITS,
    )
    expect(results[0]?.findings[0]).toMatchObject({
      unreached: ['platform'],
      sentence: expect.stringContaining('no platform'),
    })
    expect(results[0]?.outputs['signature']).toBeNull()
  })

  it('when it does not answer before the deadline, even if it heeds no signal', async () => {
    vi.useFakeTimers()
    const deaf = probe('deaf', () => new Promise(() => undefined))
    const running = runProbes([step('deaf'), step('fine')], contextOf({}), LIMITS, mapOf(deaf, fine))
    await vi.advanceTimersByTimeAsync(1000)
    const [first, second] = await running
    expect(first?.findings[0]).toMatchObject({
      unreached: ['batch'],
      sentence: expect.stringContaining('no answer within 1 s'),
    })
    expect(second?.outputs).toEqual({ seen: true })
  })

  it('secrets in an error do not reach the finding', async () => {
    const leaky = probe('leaky', () =>
      Promise.reject(new Error('GET http://u:hunter2@x failed, password=hunter2')),
    )
    const [first] = await runProbes([step('leaky')], contextOf({}), LIMITS, mapOf(leaky))
    expect(JSON.stringify(first)).not.toContain('hunter2')
  })
})

describe('how they run', () => {
  it('beside one another, no more than allowed, and answer in the order of the steps', async () => {
    let [now, most] = [0, 0]
    const slow = (id: string): Probe =>
      probe(id, async () => {
        now += 1
        most = Math.max(most, now)
        await Promise.resolve()
        await Promise.resolve()
        now -= 1
        return { outputs: { seen: id }, findings: [] }
      })
    const ids = ['a', 'b', 'c', 'd', 'e']
    const results = await runProbes(
      ids.map((id) => step(id)),
      contextOf({}),
      { deadlineMs: 1000, concurrency: 2 },
      mapOf(...ids.map(slow)),
    )
    expect(results.map(({ step }) => step)).toEqual(ids)
    expect(most).toBe(2)
  })

  it('none at all is no error', async () => {
    expect(await runProbes([], contextOf({}), LIMITS)).toEqual([])
  })

  it('looks for the application once, and reads once what several probes ask for', async () => {
    const calls: Calls = {}
    const world = { executors: [executor('1', null)], stages: [stage()], run: RUN }
    const context = { ...contextOf({}), reader: readerOf(world, calls) }
    await runProbes(
      [...PROBES.keys()].map((id) => step(id)),
      context,
      LIMITS,
    )
    expect(calls['locate']).toBe(1)
    expect(calls).toMatchObject({ run: 1, executors: 1, stages: 1, environment: 1 })
  })

  it('throws only when it is called off', async () => {
    await expect(runProbes([step('fine')], { ...contextOf({}), signal: AbortSignal.abort(new Error('draining')) }, LIMITS, mapOf(fine))).rejects.toThrow('draining')
  }) // prettier-ignore
})

describe('parameters with templates', () => {
  /** A probe that answers what it was asked with, as `value`. */
  const echo = (
    id = 'echo',
    destinations?: Probe['destinations'],
    params: z.ZodType = z.unknown(),
  ): Probe => ({
    ...probe(id, () => Promise.reject(new Error('not used'))),
    params,
    outputs: { value: 'it', got: 'parameters' },
    ...(destinations === undefined ? {} : { destinations }),
    run: (given, { chart }) => {
      const value = (given as { value?: unknown }).value ?? null
      return Promise.resolve({
        outputs: { value: value as string, got: JSON.stringify({ given, chart }) },
        findings: [],
      })
    },
  })
  const ask = async (
    steps: readonly { id: string; params: unknown; use?: string; chart?: boolean }[],
    probes: Map<string, Probe> = mapOf(echo('echo', { query: 'promql' })),
    concurrency = 4,
  ): Promise<Record<string, { value: unknown; got: unknown; says: string }>> => {
    const results = await runProbes(
      steps.map((one) => ({ heading: one.id.toUpperCase(), use: 'echo', ...one })),
      {
        ...contextOf({}),
        names: (outputs, own) => (name) => outputNames(outputs, own)(name) ?? { job: 'a"b' }[name],
      },
      { deadlineMs: 1000, concurrency },
      probes,
    )
    return Object.fromEntries(
      results.map(({ step: id, outputs, findings }) => [
        id,
        {
          value: outputs['value'],
          got: outputs['got'],
          says: findings.map(({ sentence }) => sentence).join(' '),
        },
      ]),
    )
  }

  it('are escaped for where the probe says they go', async () => {
    const { a } = await ask([{ id: 'a', params: { query: 'up{x="{{ job }}"}', note: '{{ job }}' } }])
    expect(a?.got).toBe(
      JSON.stringify({ given: { query: String.raw`up{x="a\"b"}`, note: 'a"b' }, chart: false }),
    )
  })

  it.each([
    ['up{x="{{ gone }}"}', 'A: not seen, it needs gone, which is not known.'],
    ['up{x=`{{ job }}`}', 'A: not seen, the value of job may not stand where its template puts it.'],
    ['up{x="{{ a.value }}"}', 'A: not seen, its parameters wait for themselves (a, a).'],
  ])('P13: %s is not asked, and says why', async (query, says) => {
    const { a } = await ask([{ id: 'a', params: { query } }])
    expect(a).toEqual({ value: null, got: null, says })
  })

  it('wait for the probe whose output they speak of, wherever it stands, and with one place alone', async () => {
    const steps = [
      { id: 'c', params: { value: 'c after {{ b.value }}' } },
      { id: 'b', params: { value: 'b after {{ a.value }}' } },
      { id: 'a', params: { value: 'a' } },
    ]
    for (const concurrency of [1, 4]) {
      const { c } = await ask(steps, undefined, concurrency)
      expect(c?.value).toBe('c after b after a')
    }
  })

  it('take a number for a number', async () => {
    const typed = mapOf(echo('echo', {}, z.strictObject({ value: z.number() })))
    const { b } = await ask(
      [
        { id: 'a', params: { value: 42 } },
        { id: 'b', params: { value: '{{ a.value }}' } },
      ],
      typed,
    )
    expect(b?.value).toBe(42)
  })

  it('that wait for one another are not asked, and the others come all the same', async () => {
    const found = await ask([
      { id: 'a', params: { value: '{{ b.value }}' } },
      { id: 'b', params: { value: '{{ a.value }}' } },
      { id: 'c', params: { query: 'up{x="{{ a.value }}"}' } },
      { id: 'd', params: { value: 'd' } },
    ])
    expect(found['a']?.says).toContain('wait for themselves (a, b, a)')
    expect(found['b']?.says).toContain('wait for themselves (b, a, b)')
    expect(found['c']?.says).toBe('C: not seen, it needs a.value, which is not known.')
    expect(found['d']?.value).toBe('d')
  })

  it('that wait for a probe which fails or is too late are not asked either', async () => {
    vi.useFakeTimers()
    const probes = mapOf(
      echo('echo', { query: 'promql' }),
      probe('broken', () => Promise.reject(new Error('gone'))),
      probe('deaf', () => new Promise(() => undefined)),
    )
    const asked = ask(
      [
        { id: 'a', use: 'broken', params: {} },
        { id: 'b', use: 'deaf', params: {} },
        { id: 'c', params: { query: '{{ a.seen }}' } },
        { id: 'd', params: { query: '{{ b.seen }}' } },
      ],
      probes,
    )
    await vi.advanceTimersByTimeAsync(1000)
    const found = await asked
    expect(found['c']?.says).toContain('it needs a.seen')
    expect(found['d']?.says).toContain('it needs b.seen')
  })

  it('tell the probe whether a chart is wanted', async () => {
    const { a } = await ask([{ id: 'a', params: {}, chart: true }])
    expect(a?.got).toContain('"chart":true')
  })

  it('grade and say what was measured, other probes’ outputs among it', async () => {
    const results = await runProbes(
      [
        {
          id: 'a',
          use: 'echo',
          heading: 'A',
          params: { value: 0.97 },
          grade: { high: 0.9 },
          says: '{{ value }} beside {{ b.value }}',
        },
        { id: 'b', use: 'echo', heading: 'B', params: { value: 7 } },
      ],
      contextOf({}),
      LIMITS,
      mapOf(echo()),
    )
    expect(results[0]?.findings).toMatchObject([{ severity: 'high', sentence: '0.97 beside 7.' }])
  })
})

/** For probes that cannot do without. */
const PARAMS: Readonly<Record<string, unknown>> = { 'prometheus.query': { query: 'up' } }

describe('every probe', () => {
  it.each([...PROBES.values()])('$id declares the outputs it gives, whatever it sees', async (one) => {
    for (const world of [
      {},
      { application: null },
      { executors: [executor('1', 'Command exited with code 52')] },
    ]) {
      const { outputs, findings } = await one.run(one.params.parse(PARAMS[one.id] ?? {}), contextOf(world))
      expect(Object.keys(outputs).sort()).toEqual(Object.keys(one.outputs).sort())
      expect(findings.length).toBeGreaterThan(0)
      for (const finding of findings) {
        expect(finding.probe).toBe(one.id)
        expect(finding.sentence).toMatch(/^[A-Za-z0-9].*\.$/)
      }
    }
  })
})
