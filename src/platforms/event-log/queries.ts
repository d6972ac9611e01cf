// The SQL queries of an event log: their plans and how they ended, in bounded memory.
import type { SparkQuery } from '../../ports.ts'
import type { SqlEnd, SqlStart } from './schema.ts'

/** As many as Spark's own pages keep by default; of more the newest. */
const KEPT = 1000
/** Characters of one plan, and of all that are kept of a log: of what is beyond, only that it ran is known. */
const MAX_PLAN = 256 * 1024
const MAX_PLANS = 4 * 1024 * 1024
const MAX_WORDS = 4096

/** A query without its operators' measurements, and without a page: those are of whoever shows it. */
export type QueryRecord = Omit<SparkQuery, 'link' | 'nodes'>

export interface QueryLedger {
  started(event: SqlStart): void
  ended(event: SqlEnd): void
  /** A job that ran for a query has failed: before 3.4 nothing else says that the query did. */
  jobFailed(id: number): void
  /** Unfinished ones first, then the newest, as Spark's pages are read. The plan of one whose plan was not kept is empty. */
  all(): readonly QueryRecord[]
}

interface Draft {
  readonly id: number
  readonly description: string
  plan: string
  readonly startedAt: number
  endedAt: number | null
  /** What its end says went wrong; undefined where it does not say. */
  error: string | null | undefined
  jobFailed: boolean
}

export function createQueryLedger(): QueryLedger {
  const drafts = new Map<number, Draft>()
  let held = 0

  /** The plan as it was at the start names every command; what adaptive execution made of it later does not change those. */
  function makeRoom(): void {
    for (const [id, draft] of drafts) {
      if (drafts.size <= KEPT && held <= MAX_PLANS) return
      held -= draft.plan.length
      if (drafts.size > KEPT) drafts.delete(id)
      else draft.plan = ''
    }
  }

  return {
    started({ executionId: id, description, physicalPlanDescription: plan, time }) {
      held -= drafts.get(id)?.plan.length ?? 0
      const kept = plan.length > MAX_PLAN ? '' : plan
      held += kept.length
      drafts.set(id, {
        id,
        description: description.slice(0, MAX_WORDS),
        plan: kept,
        startedAt: time,
        endedAt: null,
        error: undefined,
        jobFailed: false,
      })
      makeRoom()
    },
    ended({ executionId, time, errorMessage }) {
      const draft = drafts.get(executionId)
      if (draft === undefined) return
      draft.endedAt = time
      draft.error = errorMessage?.slice(0, MAX_WORDS)
    },
    jobFailed(id) {
      const draft = drafts.get(id)
      if (draft !== undefined) draft.jobFailed = true
    },
    all: () =>
      [...drafts.values()]
        .map((draft) => ({
          id: draft.id,
          status: statusOf(draft),
          description: draft.description,
          plan: draft.plan,
          error: draft.error || null,
          durationMs: draft.endedAt === null ? 0 : Math.max(0, draft.endedAt - draft.startedAt),
        }))
        .sort((a, b) => Number(a.status === 'COMPLETED') - Number(b.status === 'COMPLETED') || b.id - a.id),
  }
}

/** As Spark's SQL page has it: an end without a word of an error is good, one that says nothing at all is as its jobs are. */
function statusOf({ endedAt, error, jobFailed }: Draft): string {
  if (endedAt === null) return jobFailed ? 'FAILED' : 'RUNNING'
  if (error === undefined) return jobFailed ? 'FAILED' : 'COMPLETED'
  return error === '' || error === null ? 'COMPLETED' : 'FAILED'
}
