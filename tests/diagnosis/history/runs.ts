// Runs of a job made of plain data: what each read, shuffled and had, and how long each of its stages took.
import type { RunFigures } from '../../../src/diagnosis/history/figures.ts'
import { timedStages } from '../../../src/diagnosis/history/figures.ts'
import type { SparkStage } from '../../../src/ports.ts'
import { APP, NOW, RUN, stage } from '../support.ts'

export const MINUTE = 60_000
export const MIB = 2 ** 20

/** `name` to minutes; null is a stage that Spark left out. */
export type Times = readonly (readonly [name: string, minutes: number | null])[]

/** Stages one after another from `began` on. */
export function stagesOf(times: Times, began: Date, link: (id: number) => string = String): SparkStage[] {
  let at = began.getTime()
  return times.map(([name, minutes], id) => {
    const submittedAt = minutes === null ? null : new Date(at)
    at += (minutes ?? 0) * MINUTE
    const status = minutes === null ? 'SKIPPED' : 'COMPLETE'
    return stage({ id, name, status, submittedAt, completedAt: minutes === null ? null : new Date(at), link: link(id) }) // prettier-ignore
  })
}

export function figures(id: string, more: Partial<RunFigures> & { readonly times?: Times } = {}): RunFigures {
  const { times, ...rest } = more
  return {
    run: { ...RUN, id, endedAt: NOW, state: 'succeeded' },
    app: { ...APP, id, endedAt: NOW },
    inputBytes: 100 * MIB,
    shuffleBytes: 100 * MIB,
    executors: 4,
    stages: times === undefined ? null : timedStages(stagesOf(times, new Date('2026-11-22T10:00:00Z')), NOW),
    ...rest,
  }
}
