// A look without a runbook: every probe that the platform can answer, shared reads, and what could not be seen.
import { describe, expect, it } from 'vitest'
import { examine } from '../../src/diagnosis/examine.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { type Calls, APP, NOW, executor, readerOf, runOf } from './support.ts'

const OPTIONS = { now: NOW, signal: new AbortController().signal, deadlineMs: 5_000 }
const DEAD = [executor('1', 'Command exited with code 52'), executor('2', 'Command exited with code 52')]

describe('a look at a run without a runbook', () => {
  it('asks every probe that needs no instructions, and reads what they share once', async () => {
    const calls: Calls = {}
    const { results } = await examine(readerOf({ executors: DEAD }, calls), runOf(), OPTIONS)
    const asked = results.map(({ step }) => step)
    expect(asked).toEqual(
      // Neither a Prometheus nor a History Server is beside it.
      [...PROBES.values()]
        .filter(({ needs }) => !needs.includes('metrics') && !needs.includes('history'))
        .map(({ id }) => id),
    )
    expect(calls).toMatchObject({ locate: 1, executors: 1, stages: 1, log: 1 })
  })

  it('concludes what broke', async () => {
    const { conclusion } = await examine(readerOf({ executors: DEAD }), runOf(), OPTIONS)
    expect(conclusion).toMatchObject({
      id: 'F02',
      class: 'deterministic',
      certainty: 'medium',
      evidence: { text: 'Command exited with code 52' },
    })
  })

  it('leaves out what the platform cannot tell', async () => {
    const reader = readerOf({ capabilities: ['application', 'executors'] })
    const { results } = await examine(reader, runOf(), OPTIONS)
    expect(results.map(({ step }) => step)).toContain('spark.executor-deaths')
    expect(results.map(({ step }) => step)).not.toContain('spark.log')
  })

  it('P13: says once what could not be reached, and concludes from the rest', async () => {
    const away = ['History Server: it does not answer']
    const world = {
      application: { ...APP, unreached: away },
      executors: DEAD,
      broken: ['environment'] as const,
    }
    const { unreached, conclusion } = await examine(readerOf(world), runOf(), OPTIONS)
    expect(unreached.filter((one) => one === away[0])).toHaveLength(1)
    expect(unreached.some((one) => one.includes('environment is out of reach'))).toBe(true)
    expect(conclusion?.id).toBe('F02')
  })

  it('gives probes the parameters that it is given', async () => {
    const params = { 'spark.log': { kib: 1 } }
    const log = { text: 'x\n'.repeat(10), cut: true, whose: 'driver', from: 'a log', link: null } as const
    const { results } = await examine(readerOf({ log }), runOf(), { ...OPTIONS, params })
    expect(results.find(({ step }) => step === 'spark.log')?.outputs).toMatchObject({ signature: 'none' })
  })
})
