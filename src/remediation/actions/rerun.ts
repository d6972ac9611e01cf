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
  danger: true,
  needs: 'run.rerun',
  floor: 'responder',
  caution: { probe: 'run.rerun', step: STEP, judge: judgeVerdict },
  params: NO_PARAMS,
  target: ({ run, facts }) => run.runId ?? facts['app.app_id'] ?? facts[`${STEP}.run`] ?? null,
  execute: ({ target, id }, writer, signal) => writer.rerun(target, id, signal),
  async verify(order, reader, signal) {
    const begun = await begunSince(order, reader, signal)
    return begun === null
      ? { kind: 'waiting', detail: `${reader.platform} shows no run that has begun since.` }
      : { kind: 'verified', detail: `Run ${begun.id} is ${begun.state} (${begun.stateText}).` }
  },
}

/** Unsafe is nobody's, what is not known is a commander's. */
function judgeVerdict(lookup: Lookup): Judgement {
  const reasons = lookup(`${STEP}.reasons`)
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
 * The run of the job that has begun since it was ordered: the same one, where the platform repairs it, else a newer one.
 * What goes on has begun since, for the order was given while nothing did; of what is over its time tells.
 */
async function begunSince(
  { target, run, requestedAt }: Order,
  reader: PlatformReader,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const own = await reader.run({ ...run, runId: target }, signal)
  if (own === null) return null
  const since = requestedAt.getTime() - SKEW_MS
  if (goesOn(own) || (own.repairedAt?.getTime() ?? 0) >= since) return own
  const jobName = own.jobName ?? run.jobName
  if (jobName === null) return null
  const ended = own.endedAt?.getTime() ?? 0
  const later = (await reader.runs(jobName, RUNS_READ, signal)).filter(
    ({ id, submittedAt }) => id !== own.id && submittedAt !== null && submittedAt.getTime() >= ended,
  )
  return later.find((one) => goesOn(one) || (one.submittedAt?.getTime() ?? 0) >= since) ?? null
}

function goesOn({ state }: PlatformRun): boolean {
  return state === 'queued' || state === 'running' || state === 'retrying'
}
