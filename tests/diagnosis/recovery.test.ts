// Whether a later run made it good: a table of what a platform may tell.
import { describe, expect, it } from 'vitest'
import type { DataDates } from '../../src/alerts/data-dates.ts'
import type { Run } from '../../src/alerts/model.ts'
import { type Look, type Watched, lookForRecovery, lookForRelapse } from '../../src/diagnosis/recovery.ts'
import type { PlatformReader, PlatformRun, RunState } from '../../src/ports.ts'
import { NOW, RUN, readerOf, runOf } from './support.ts'

const NEVER = new AbortController().signal
const ALERT = new Date('2026-11-22T14:50:30Z')

/** A run that was submitted at this minute of 14 h. */
function run(id: string, minute: number, state: RunState, more: Partial<PlatformRun> = {}): PlatformRun {
  const submittedAt = new Date(Date.UTC(2026, 10, 22, 14, minute))
  return { ...RUN, id, state, submittedAt, startedAt: submittedAt, link: `http://platform/${id}`, ...more }
}

/** A platform that knows these runs, newest first; `ends` is what it says of one when asked by its id. */
function platform(
  runs: readonly PlatformRun[],
  ends: Readonly<Record<string, RunState>> = {},
): PlatformReader {
  return {
    ...readerOf({}),
    runs: () => Promise.resolve(runs),
    run: ({ runId }: Run) => {
      const found = runId === null ? runs[0] : runs.find(({ id }) => id === runId)
      return Promise.resolve(found === undefined ? null : { ...found, state: ends[found.id] ?? found.state })
    },
  }
}

function look(
  reader: PlatformReader,
  {
    before = null,
    of = { runId: 'failed' },
    dates = {},
  }: { before?: Watched | null; of?: Partial<Run>; dates?: DataDates } = {},
): Promise<Look> {
  return lookForRecovery(reader, runOf(of), before, { at: ALERT, dates }, NEVER)
}

const FAILED = run('failed', 50, 'failed')

describe('a later run of the job', () => {
  it.each<[string, readonly PlatformRun[], Readonly<Record<string, RunState>>, string | null]>([
    ['that succeeded ends it', [run('next', 55, 'succeeded'), FAILED], {}, 'next'],
    ['that succeeded after others failed ends it', [run('c', 58, 'succeeded'), run('b', 55, 'failed'), FAILED], {}, 'c'],
    ['that succeeded before another failed does not', [run('c', 58, 'failed'), run('b', 55, 'succeeded'), FAILED], {}, null],
    ['that is under way does not hide one that succeeded', [run('c', 58, 'running'), run('b', 55, 'succeeded'), FAILED], {}, 'b'],
    ['that was cancelled tells nothing', [run('c', 58, 'cancelled'), FAILED], {}, null],
    ['is not an earlier one', [FAILED, run('old', 40, 'succeeded')], {}, null],
    ['that the list calls finished, yet failed when asked for, does not end it', [run('next', 55, 'succeeded'), FAILED], { next: 'failed' }, null],
    ['whose end the list does not know is asked for', [run('next', 55, 'unknown'), FAILED], { next: 'succeeded' }, 'next'],
    ['whose end nobody knows decides nothing', [run('next', 55, 'unknown'), FAILED], {}, null],
    ['is none', [FAILED], {}, null],
  ])('%s', async (_what, runs, ends, resolvedBy) => {
    const seen = await look(platform(runs, ends))
    expect(seen.kind === 'recovered' ? seen.run.id : null).toBe(resolvedBy)
    if (resolvedBy === null) expect(seen.kind).toBe('waiting')
  }) // prettier-ignore

  it('of a platform that keeps no times is known by its place in the list', async () => {
    const timeless = { submittedAt: null, startedAt: null }
    const [old, failed, next] = ['old', 'failed', 'next'].map((id) =>
      run(id, 0, id === 'failed' ? 'failed' : 'succeeded', timeless),
    )
    expect(await look(platform([next!, failed!, old!]))).toMatchObject({
      kind: 'recovered',
      run: { id: 'next' },
    })
    expect((await look(platform([failed!, old!]))).kind).toBe('waiting')
  })

  it('is asked for by its id at most three times a look', async () => {
    const asked: string[] = []
    const many = Array.from({ length: 9 }, (_, n) => run(`later-${n}`, 59 - n, 'unknown'))
    const reader = platform([
      ...many.map((one) => ({ ...one, submittedAt: new Date(one.submittedAt!.getTime() + 600_000) })),
      FAILED,
    ])
    await look({ ...reader, run: (of, signal) => (asked.push(of.runId ?? '-'), reader.run(of, signal)) })
    expect(asked).toEqual(['failed', 'later-0', 'later-1', 'later-2'])
  })
})

describe('the run itself', () => {
  it('that is not over is waited for, whatever ran beside it', async () => {
    const runs = [run('beside', 55, 'succeeded'), run('failed', 50, 'running')]
    expect(await look(platform(runs))).toMatchObject({ kind: 'waiting', because: 'run failed is not over' })
  })

  it('that has succeeded was not what is wrong', async () => {
    const runs = [run('next', 55, 'succeeded'), run('failed', 50, 'succeeded')]
    expect((await look(platform(runs))).kind).toBe('pointless')
  })

  it('that was seen to fail and succeeds now, repaired, has recovered by itself', async () => {
    const first = await look(platform([FAILED]))
    if (first.kind !== 'waiting') throw new Error(first.kind)
    expect(first.watched).toMatchObject({ id: 'failed', failed: true })
    const second = await look(platform([{ ...FAILED, state: 'succeeded' }]), { before: first.watched })
    expect(second).toMatchObject({ kind: 'recovered', own: true })
  })

  it('that succeeded at a later attempt than the alert speaks of has recovered, too', async () => {
    const reader = platform([run('failed', 50, 'succeeded', { attempt: 2 })])
    expect(await look(reader, { of: { runId: 'failed', attempt: 1 } })).toMatchObject({
      kind: 'recovered',
      own: true,
    })
    expect((await look(reader, { of: { runId: 'failed', attempt: 2 } })).kind).toBe('pointless')
  })

  it('that was repaired after the alert and succeeded before anybody looked has recovered; repaired before, it has not', async () => {
    const repaired = (ms: number): Promise<Look> =>
      look(platform([run('failed', 50, 'succeeded', { repairedAt: new Date(ALERT.getTime() + ms) })]))
    expect(await repaired(1)).toMatchObject({ kind: 'recovered', own: true })
    expect((await repaired(0)).kind).toBe('pointless')
  })

  it('that the alert does not name is the one that began before it; a younger one is a later run', async () => {
    const named = await look(platform([FAILED]), { of: {} })
    expect(named).toMatchObject({ kind: 'waiting', watched: { id: 'failed' } })
    const late = await look(platform([run('next', 55, 'succeeded'), FAILED]), { of: {} })
    expect(late).toMatchObject({ kind: 'recovered', run: { id: 'next' }, own: false })
  })

  it('that the alert does not name is the one that had failed by then, though its retry runs already', async () => {
    const ended = (at: string): Partial<PlatformRun> => ({ endedAt: new Date(at) })
    const broken = run('broken', 40, 'failed', ended('2026-11-22T14:45:00Z'))
    const retry = run('retry', 47, 'running', { endedAt: null })
    const first = await look(platform([retry, broken]), { of: {} })
    expect(first).toMatchObject({ kind: 'waiting', watched: { id: 'broken', failed: true } })
    const over = run('retry', 47, 'succeeded', ended('2026-11-22T14:52:00Z'))
    const { watched } = first as Extract<Look, { kind: 'waiting' }>
    for (const before of [null, watched])
      expect(await look(platform([over, broken]), { of: {}, before })).toMatchObject({
        kind: 'recovered',
        run: { id: 'retry' },
        own: false,
      })
  })

  it('is the current one where the last before it had succeeded, whatever failed long ago', async () => {
    const ended = (at: string): Partial<PlatformRun> => ({ endedAt: new Date(at) })
    const runs = [
      run('slow', 47, 'running', { endedAt: null }),
      run('good', 40, 'succeeded', ended('2026-11-22T14:45:00Z')),
      run('long-ago', 10, 'failed', ended('2026-11-22T14:15:00Z')),
    ]
    expect(await look(platform(runs), { of: {} })).toMatchObject({ kind: 'waiting', watched: { id: 'slow' } })
  })

  it('stays the one of the first look when others follow', async () => {
    const before = { id: 'failed', since: FAILED.submittedAt!, failed: true, dates: {} }
    const seen = await look(platform([run('next', 55, 'failed'), FAILED]), { before, of: {} })
    expect(seen).toMatchObject({ kind: 'waiting', watched: before })
  })

  it('that the platform has forgotten is told by the time of the alert', async () => {
    expect(await look(platform([run('next', 55, 'succeeded')]))).toMatchObject({ kind: 'recovered' })
    expect((await look(platform([run('before', 45, 'succeeded')]))).kind).toBe('waiting')
  })
})

describe('of another data date', () => {
  const TODAY: DataDates = { logical_date: '20261122' }
  const LAST_WEEK: DataDates = { logical_date: '20261115' }
  const today = run('failed', 50, 'failed', { dates: TODAY })
  const backfill = (minute: number, state: RunState = 'succeeded'): PlatformRun =>
    run(`backfill-${minute}`, minute, state, { dates: LAST_WEEK })

  it('a success makes nothing good, and is told', async () => {
    expect(await look(platform([backfill(55), today]))).toMatchObject({
      kind: 'waiting',
      passedOver: {
        id: 'backfill-55',
        because:
          'run backfill-55 succeeded, but it is of logical date 2026-11-15, and what failed is of 2026-11-22',
      },
    })
  })

  it('it is known by the alert, where the platform tells it of the later run alone', async () => {
    const reader = platform([backfill(55), FAILED])
    expect((await look(reader, { dates: TODAY })).kind).toBe('waiting')
    expect(await look(reader)).toMatchObject({ kind: 'recovered', judgedBy: null })
  })

  it('a success of the same date counts, whatever was filled in since and failed', async () => {
    const again = run('again', 52, 'succeeded', { dates: TODAY })
    const runs = [
      backfill(58, 'failed'),
      ...[57, 56, 55, 54, 53].map((minute) => backfill(minute)),
      again,
      today,
    ]
    expect(await look(platform(runs))).toMatchObject({
      kind: 'recovered',
      run: { id: 'again' },
      judgedBy: 'both are of logical date 2026-11-22',
    })
  })

  it('is asked for of a run that only its name tells, where the list does not say', async () => {
    const quiet = ({ dates: _dates, ...rest }: PlatformRun): PlatformRun => rest
    const culprit = { ...today, endedAt: new Date('2026-11-22T14:50:10Z') }
    const known = platform([backfill(55), culprit])
    const reader = { ...known, runs: async () => [backfill(55), culprit].map(quiet) }
    expect(await look(reader, { of: {} })).toMatchObject({
      kind: 'waiting',
      watched: { id: 'failed', dates: TODAY },
      passedOver: { id: 'backfill-55' },
    })
  })

  it('stays known of a run that the platform forgets', async () => {
    const first = await look(platform([today]))
    const { watched } = first as Extract<Look, { kind: 'waiting' }>
    expect((await look(platform([backfill(55)]), { before: watched })).kind).toBe('waiting')
  })

  it('ten are asked for at a look, at most', async () => {
    const asked: string[] = []
    const many = Array.from({ length: 15 }, (_, n) =>
      run(`b-${n}`, 59 - n, 'succeeded', { dates: LAST_WEEK }),
    )
    const early = run('failed', 30, 'failed', { dates: TODAY })
    const reader = platform([...many, early])
    await look({ ...reader, run: (of, signal) => (asked.push(of.runId ?? '-'), reader.run(of, signal)) })
    expect(asked).toHaveLength(1 + 10)
  })
})

describe('after a good run', () => {
  const GOOD = { id: 'good', since: FAILED.submittedAt!, endedAt: ALERT, jobName: 'orders-daily' }
  const later = (state: RunState, endedAt: Date | null): PlatformRun => run('later', 55, state, { endedAt })
  it.each<[string, PlatformRun, Readonly<Record<string, RunState>>, string | null]>([
    ['a failure is a relapse', later('failed', NOW), {}, 'later'],
    ['one that the list calls finished, too', later('succeeded', NOW), { later: 'failed' }, 'later'],
    ['a success is none', later('succeeded', NOW), {}, null],
    ['what runs yet is none', later('running', null), {}, null],
    ['what failed before the good one ended is no news', later('failed', ALERT), {}, null],
  ])('%s', async (_what, one, ends, relapsed) => {
    const good = run('good', 50, 'succeeded')
    const found = await lookForRelapse(platform([one, good], ends), runOf({}), GOOD, NEVER)
    expect(found?.id ?? null).toBe(relapsed)
  })
})
