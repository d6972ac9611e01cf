// Against earlier runs on a stand-in History Server: what else differs, what is not kept, and each figure behind its link.
import { afterEach, describe, expect, it } from 'vitest'
import { percentile } from '../../../src/diagnosis/history/percentile.ts'
import type { Evidence, ProbeResult } from '../../../src/diagnosis/model.ts'
import { runHistory } from '../../../src/diagnosis/probes/run-history.ts'
import { type Reply, NEVER, platformOf, runOf } from '../../platforms/support.ts'
import { type ToldHistory, type ToldRun, sparkHistory } from '../../support/spark-history.ts'
import { APP, RUN, NOW, readerOf } from '../support.ts'

const GIB = 2 ** 30
const JOIN = 'join at orders.py:41'
const idOf = (day: number): string => `app-202611${day}020000-0000`
const beganOn = (day: number): Date => new Date(Date.UTC(2026, 10, day, 2))

/** A night's run: it reads so many GiB, which take a minute each to join. */
function night(day: number, gib: number, more: Partial<ToldRun> = {}): ToldRun {
  return {
    id: idOf(day),
    startedAt: beganOn(day),
    minutes: gib + 3,
    executors: 4,
    stages: [
      { name: 'scan at orders.py:12', seconds: 60, inputBytes: gib * GIB, shuffleBytes: gib * GIB },
      { name: JOIN, seconds: 60 * gib },
      { name: 'write at orders.py:50', seconds: 120 },
    ],
    ...more,
  }
}
const NIGHTS = [20, 19, 18, 17, 16, 15, 14].map((day, at) => night(day, 10 + (at % 3)))

let served: ToldHistory | null = null
afterEach(async () => {
  await served?.close()
  served = null
})

async function look(
  runs: readonly ToldRun[],
  {
    params = {},
    fault,
    now = NOW,
  }: { params?: object; fault?: (path: string) => Reply | null; now?: Date } = {},
): Promise<ProbeResult> {
  served = await sparkHistory(() => runs, fault)
  const { reader } = platformOf(served.config)
  const context = { run: runOf({ runId: runs[0]!.id }), labels: {}, reader, signal: NEVER, now }
  return runHistory.run(runHistory.params.parse(params), context)
}

describe('a run that took three times as long over three times the input', () => {
  const GROWN = night(21, 33)

  it('is told with its input, its shuffle, and the stage that took the time', async () => {
    const { outputs, findings } = await look([GROWN, ...NIGHTS])
    expect(outputs).toMatchObject({
      earlier: 7,
      read: 5,
      input_bytes: 33 * GIB,
      input_p50_bytes: 11 * GIB,
      input_p95_bytes: 12 * GIB,
      input_change: 'more',
      shuffle_bytes: 33 * GIB,
      shuffle_change: 'more',
      executors: 4,
      executors_p50: 4,
      executors_change: 'none',
      stage: 1,
      stage_name: JOIN,
      stage_s: 1980,
      stage_p50_s: 660,
      stage_p95_s: 720,
      stage_change: 'longer',
    })
    expect(findings.map(({ severity, sentence }) => [severity, sentence])).toEqual([
      ['medium', 'This run of orders-daily took 36 min; of 7 earlier runs half took 14 min or less, 95 % 15 min or less.'],
      ['low', 'Against 5 earlier runs of orders-daily this one had more input (33 GiB; half of them had 11 GiB or less, 95 % 12 GiB or less) and more shuffle (33 GiB; half of them had 11 GiB or less, 95 % 12 GiB or less).'],
      ['medium', 'Stage 1 (join at orders.py:41) took 33 min; in 5 earlier runs half took 11 min or less for it, 95 % 12 min or less: no stage has changed more.'],
    ]) // prettier-ignore
    expect(findings[2]!.link).toBe(`${served!.url}/history/history/${GROWN.id}/stages/stage/?id=1&attempt=0`)
    expect(findings.flatMap(({ unreached }) => unreached)).toEqual([])
  })

  it('every p50 and p95 comes out of the links beside it', async () => {
    const { findings } = await look([GROWN, ...NIGHTS])
    const [time, bytes, stage] = await Promise.all(findings.map(({ evidence }) => behind(evidence)))
    const length = ({ attempts }: Answer): number => (attempts as Answer[])[0]!['duration'] as number
    const lengths = time!.map(({ link, text, answer }) => {
      const ms = link.endsWith('/json/')
        ? (answer['completedapps'] as Answer[]).find((one) => text.from.endsWith(String(one['id'])))![
            'duration'
          ]
        : length(answer)
      expect(text.text).toMatch(new RegExp(`^${String(ms)} ms, `))
      return ms as number
    })
    expect(lengths).toHaveLength(8)
    expect(time![0]!.text.text).toContain(`p50 ${percentile(lengths.slice(1), 0.5)} ms, p95 ${percentile(lengths.slice(1), 0.95)} ms of the 7 `) // prettier-ignore

    for (const [field, rows] of [['inputBytes', bytes!.slice(0, 6)], ['shuffleWriteBytes', bytes!.slice(6)]] as const) {
      const sums = rows.map(({ answer, text }) => {
        const sum = (answer as unknown as Answer[]).reduce((all, one) => all + Number(one[field]), 0)
        expect(text.text).toMatch(new RegExp(` ${sum}(?:;|$)`))
        return sum
      })
      expect(rows[0]!.text.text).toContain(`p50 ${percentile(sums.slice(1), 0.5)}, p95 ${percentile(sums.slice(1), 0.95)} of the 5 `)
    } // prettier-ignore

    const took = stage!.map(({ answer, text }) => {
      const [one] = answer as unknown as Answer[]
      const at = (name: string): number => Date.parse(String(one![name]).replace('GMT', 'Z'))
      const ms = at('completionTime') - at('submissionTime')
      expect(text.text).toContain(`: ${ms} ms; stage 1.0 submissionTime `)
      expect(one!['name']).toBe(JOIN)
      return { ms, which: text.text.split(':', 1)[0] }
    })
    const others = took.slice(1).map(({ ms }) => ms)
    expect(others).toHaveLength(5)
    expect(took.find(({ which }) => which === 'p50')!.ms).toBe(percentile(others, 0.5))
    expect(took.find(({ which }) => which === 'p95')!.ms).toBe(percentile(others, 0.95))
    expect(took[0]).toEqual({ ms: 1_980_000, which: 'this run' })
  })

  it('asks a History Server for so many runs as it was told to, and no more', async () => {
    await look([GROWN, ...NIGHTS], { params: { read: 3 } })
    const asked = served!.asked.filter((one) => one.includes('/stages'))
    expect(asked.map((one) => /app-[\d-]+/.exec(one)![0]).sort()).toEqual([18, 19, 20, 21].map(idOf))
    await served!.close()
    expect((await look([GROWN, ...NIGHTS], { params: { read: 0 } })).outputs).toMatchObject({ minutes: 36, ratio: 2.4, read: null }) // prettier-ignore
    expect(served!.asked.filter((one) => one.includes('/stages'))).toEqual([])
  })
})

describe('a run that goes on', () => {
  const now = new Date(beganOn(21).getTime() + 40 * 60_000)
  const live = (more: Partial<ToldRun>): ToldRun => night(21, 10, { minutes: null, ...more })

  it('is told what it has done so far, and not what it has yet to do', async () => {
    const half = { executors: 2, stages: [{ name: 'scan at orders.py:12', seconds: 60, inputBytes: GIB }, { name: JOIN, seconds: null }] } // prettier-ignore
    const { outputs, findings } = await look([live(half), ...NIGHTS], { now })
    expect(outputs).toMatchObject({ input_bytes: GIB, input_change: 'none', executors_change: 'less', stage_s: 2340, stage_change: 'longer' }) // prettier-ignore
    expect(findings.slice(1).map(({ sentence }) => sentence)).toEqual([
      'Against 5 earlier runs of orders-daily this one has so far fewer executors at a time (2; half of them had 4 or less, 95 % 4 or less).',
      'Stage 1 (join at orders.py:41) has taken 39 min so far; in 5 earlier runs half took 11 min or less for it, 95 % 12 min or less: no stage has changed more.',
    ])
  })

  it('has had no time to get its executors yet', async () => {
    const now = new Date(beganOn(21).getTime() + 2 * 60_000)
    const { outputs, findings } = await look([live({ executors: 1, stages: [] }), ...NIGHTS], { now })
    expect(outputs).toMatchObject({ executors: 1, executors_change: 'none', stage: null })
    expect(findings).toHaveLength(1)
  })
})

it('a run as ever is told by its time alone; the figures are there for whoever asks', async () => {
  const { outputs, findings } = await look([night(21, 10), ...NIGHTS])
  expect(findings).toHaveLength(1)
  expect(outputs).toMatchObject({ input_change: 'none', stage_change: 'none', stage_name: JOIN, read: 5 })
})

describe('P13: what cannot be compared is said, and the time still comes', () => {
  const time = 'This run of orders-daily took 13 min; of 7 earlier runs half took 14 min or less, 95 % 15 min or less.' // prettier-ignore

  it('where event logs have gone', async () => {
    const { outputs, findings } = await look([night(21, 10), ...NIGHTS.map((one) => ({ ...one, gone: true }))]) // prettier-ignore
    expect(findings.map(({ sentence }) => sentence)).toEqual([
      time,
      'No stages and executors are kept of 7 earlier runs of orders-daily, so input, shuffle, executors and stages are not compared.',
    ])
    expect(outputs).toMatchObject({ minutes: 13, read: 0, input_bytes: 10 * GIB, input_p50_bytes: null })
  })

  it('where some have gone, the next that are kept are read', async () => {
    const { outputs } = await look([night(21, 10), ...NIGHTS.map((one, at) => ({ ...one, gone: at < 2 }))])
    expect(outputs).toMatchObject({ read: 5, input_p50_bytes: 11 * GIB })
  })

  it('where runs turn out to have failed, they are left out', async () => {
    const master = (path: string): Reply | null =>
      path === '/master/json/' ? { body: JSON.stringify({ status: 'ALIVE', workers: [], activeapps: [], completedapps: [] }) } : null // prettier-ignore
    const bad = NIGHTS.map((one, at) => ({ ...one, failed: at > 1 }))
    const { outputs, findings } = await look([night(21, 10), ...bad], { fault: master })
    expect(outputs['read']).toBe(2)
    expect(findings[1]!.sentence).toBe('Of the earlier runs of orders-daily only 2 ended well, so input, shuffle, executors and stages are not compared.') // prettier-ignore
  })

  it('where the History Server fails', async () => {
    const { findings } = await look([night(21, 10), ...NIGHTS], {
      fault: (path) => (/^\/history.*\/stages$/.test(path) ? { status: 500, type: 'text/plain' } : null),
    })
    expect(findings[0]!.sentence).toBe(time)
    expect(findings[0]!.unreached.length).toBeGreaterThan(0)
    expect(findings[0]!.unreached.every((one) => /^stages: .*500/.test(one))).toBe(true)
  })

  it('where it is too slow', async () => {
    served = await sparkHistory(() => [night(21, 10), ...NIGHTS])
    const { reader } = platformOf(served.config)
    const slow = {
      ...reader,
      stages: (_app: unknown, signal: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        }),
    }
    const context = { run: runOf({ runId: idOf(21) }), labels: {}, reader: slow, signal: NEVER, now: NOW }
    const { findings } = await runHistory.run(runHistory.params.parse({ read_s: 0.1 }), context)
    expect(findings[0]!.sentence).toBe(time)
    expect(findings[0]!.unreached).toEqual(['earlier runs: not all was read within 0.1 s'])
  })

  it('where a platform has neither stages nor executors', async () => {
    const runs = [1, 2, 3].map((day) => ({ ...RUN, id: `r${day}`, state: 'succeeded' as const, submittedAt: beganOn(10 + day), startedAt: beganOn(10 + day), endedAt: new Date(beganOn(10 + day).getTime() + 60_000) })) // prettier-ignore
    const reader = readerOf({ run: RUN, runs, capabilities: ['application', 'run', 'runs'], application: APP }) // prettier-ignore
    const context = { run: runOf({ runId: RUN.id }), labels: {}, reader, signal: NEVER, now: NOW }
    const { findings } = await runHistory.run(runHistory.params.parse(undefined), context)
    expect(findings).toHaveLength(2)
    expect(findings[1]!.sentence).toBe('batch tells neither stages nor executors of its runs, so their time alone is compared.') // prettier-ignore
  })
})

type Answer = Readonly<Record<string, unknown>>

async function behind(
  evidence: readonly Evidence[],
): Promise<{ readonly link: string; readonly text: Evidence; readonly answer: Answer }[]> {
  return Promise.all(
    evidence.map(async (text) => {
      const response = await fetch(text.link!)
      expect([text.link, response.status]).toEqual([text.link, 200])
      return { link: text.link!, text, answer: (await response.json()) as Answer }
    }),
  )
}
