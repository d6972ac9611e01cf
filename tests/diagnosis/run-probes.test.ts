// P13: a probe that cannot see says what it could not see, and the others still come.
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Probe, ProbeContext, ProbeResult } from '../../src/diagnosis/model.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { type Calls, contextOf, executor, readerOf } from './support.ts'

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

  it('looks for the application once', async () => {
    const calls: Calls = {}
    const context = { ...contextOf({}), reader: readerOf({ executors: [executor('1', null)] }, calls) }
    await runProbes(
      [...PROBES.keys()].map((id) => step(id)),
      context,
      LIMITS,
    )
    expect(calls['locate']).toBe(1)
  })

  it('throws only when it is called off', async () => {
    await expect(runProbes([step('fine')], { ...contextOf({}), signal: AbortSignal.abort(new Error('draining')) }, LIMITS, mapOf(fine))).rejects.toThrow('draining')
  }) // prettier-ignore
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
