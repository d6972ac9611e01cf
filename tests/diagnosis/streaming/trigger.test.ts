// The interval of a stream's trigger: as the runbook names it, else as the driver's log says last.
import { describe, expect, it } from 'vitest'
import { triggerGiven, triggerOf } from '../../../src/diagnosis/streaming/trigger.ts'
import { type World, contextOf, readerOf } from '../support.ts'

const says = (ms: number): string =>
  `WARN ProcessingTimeExecutor: Current batch is falling behind. The trigger interval is ${ms} milliseconds, but spent 9000 milliseconds\n`
const logged = (text: string): World => ({
  log: { text, whose: 'driver', cut: false, from: 'stderr', link: 'http://driver/stderr' },
})

describe('the log', () => {
  it('is believed in what it says last, and quoted with where it stands', async () => {
    const unreached: string[] = []
    const trigger = await triggerOf(contextOf(logged(`${says(1000)}INFO else\n${says(2000)}INFO more\n`)), unreached) // prettier-ignore
    expect(trigger).toEqual({
      ms: 2000,
      shown: {
        text: 'The trigger interval is 2000 milliseconds, but spent 9000 milliseconds',
        from: 'the log stderr',
        link: 'http://driver/stderr',
      },
    })
    expect(unreached).toEqual([])
  })

  it.each([
    ['says nothing of it', logged('INFO all is well\n')],
    ['has a trigger that waits for nothing', logged(says(0))],
    ['is not there', { log: null }],
    ['is not told by this platform', { ...logged(says(1000)), capabilities: ['application' as const] }],
  ])('tells no interval where it %s, and that is no failure', async (_when, world: World) => {
    const unreached: string[] = []
    expect(await triggerOf(contextOf(world), unreached)).toBeNull()
    expect(unreached).toEqual([])
  })

  it('that cannot be read is named', async () => {
    const unreached: string[] = []
    expect(await triggerOf(contextOf({ ...logged(says(1000)), broken: ['log'] }), unreached)).toBeNull()
    expect(unreached).toEqual(['log: log is out of reach'])
  })

  it('is not waited for once the probe’s time is over', async () => {
    const context = { ...contextOf({}), reader: readerOf({ broken: ['log'] }), signal: AbortSignal.abort(new Error('late')) } // prettier-ignore
    await expect(triggerOf(context, [])).rejects.toThrow('late')
  })
})

it('the runbook’s seconds are kept as milliseconds, whole', () => {
  expect(triggerGiven(0.25)).toMatchObject({
    ms: 250,
    shown: { text: 'trigger_s 0.25', from: 'the runbook' },
  })
  expect(triggerGiven(1.0004).ms).toBe(1000)
})
