// Rerun Job: runs once more what has failed, where the verdict allows it, and looks until the platform shows that it does.
import type { PlatformReader, PlatformRun } from '../../ports.ts'
import { type PlatformAction, NO_PARAMS } from '../action.ts'
import type { Judgement, Lookup } from '../caution.ts'
import type { Order } from '../order.ts'

/** Names in facts: the probe's own, under the step that each diagnosis runs it by. */
const STEP = 'rerun'
const RUNS_READ = 20
/** By so much the platform's clock may be behind ours. */
const SKEW_MS = 30_000

export const rerunJob: PlatformAction = {
  id: 'run.rerun',
  title: 'Rerun Job',
  consequence: 'Runs {target} once more, as it was made.',
  consequenceOn: {
    // "The current job and task settings": Jobs API, runs/repair.
    databricks:
      'Repairs run {target}: what failed of it runs again with its parameters, by the settings and code that the job has now.',
  },
  danger: true,
  needs: 'run.rerun',
  floor: 'responder',
  caution: { probe: 'run.rerun', step: STEP, judge: judgeVerdict },
  params: NO_PARAMS,
  target: ({ run, facts }) => run.runId ?? facts['app.app_id'] ?? facts[`${STEP}.run`] ?? null,
  repeatable: true,
  execute: ({ target, id, earlier }, writer, signal) => writer.rerun(target, id, signal, earlier),
  async verify(order, reader, signal) {
    const made = await madeBy(order, reader, signal)
    if (made === null)
      return { kind: 'waiting', detail: `${reader.platform} does not show the run that it was asked for.` }
    const detail = `Run ${made.id} is ${made.state} (${made.stateText}).`
    const ended = made.state === 'failed' || made.state === 'cancelled'
    return { kind: ended ? 'contradicted' : 'verified', detail }
  },
}

/** Unsafe is nobody's, what is not known is a commander's. */
function judgeVerdict(lookup: Lookup): Judgement {
  const reasons = lookup(`${STEP}.reasons`)
  const notAgain = lookup(`${STEP}.not_again`) ?? 'none'
  if (notAgain !== 'none') return { kind: 'withheld', says: `It cannot be run again from here: ${notAgain}.` }
  switch (lookup(`${STEP}.rerun`)) {
    case 'safe':
      return { kind: 'open', requires: null, says: `Safe: ${reasons ?? 'nothing stands against it'}.` }
    case 'unsafe':
      return {
        kind: 'withheld',
        says: `A rerun is not safe: ${reasons ?? 'the platform does not say why'}.`,
      }
    default:
      return {
        kind: 'open',
        requires: 'commander',
        says: `Not known to be safe: ${reasons ?? 'nobody has looked whether it is'}.`,
      }
  }
}

/**
 * The run that the order has led to, and no other of the job: the one that the platform said it made, the same one where
 * the platform repairs it, or after a lost reply the one that carries the order's key.
 */
async function madeBy(
  { id, target, run, requestedAt, made }: Order,
  reader: PlatformReader,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  if (made !== null) return await reader.run({ ...run, runId: made }, signal)
  const own = await reader.run({ ...run, runId: target }, signal)
  if (own === null) return null
  if ((own.repairedAt?.getTime() ?? 0) >= requestedAt.getTime() - SKEW_MS) return own
  const jobName = own.jobName ?? run.jobName
  if (jobName === null || !reader.capabilities.has('runs')) return null
  return (await reader.runs(jobName, RUNS_READ, signal)).find(({ key }) => key === id) ?? null
}
