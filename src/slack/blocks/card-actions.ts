// What was done about it: each action run with who asked, how it ended, and whether Spark confirms it. Pure.
import type { CardView } from '../../flow/card.ts'
import type { ActionRun } from '../../remediation/action-runs.ts'
import { spokenParams } from '../../remediation/inputs.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { actorName, inline } from './text.ts'

const SHOWN = 5

/** A line per action run, the newest last. */
export function actionLines(view: CardView): string[] {
  return view.runs
    .slice(-SHOWN)
    .map(
      (run) =>
        `${label(run.action)} ${inline(run.target, 80)} · ${stateOf(run)} · asked by ${actorName(run.requestedBy)}${asked(run)}`,
    )
}

/** `spark.kill-application` as people say it: `Kill application`. */
export function label(action: string): string {
  const words = action.slice(action.lastIndexOf('.') + 1).replaceAll('-', ' ')
  return inline(words.charAt(0).toUpperCase() + words.slice(1), 60)
}

/** What a yes says: where another waits until it is verified, the work has been taken and not yet done. */
export function taken(action: string): 'accepted' | 'done' {
  return ACTIONS.get(action)?.untilVerified === true ? 'accepted' : 'done'
}

/** A rollback is confirmed by a marker, and the detail says which is missing. */
function byWhom({ action }: ActionRun): string {
  return ACTIONS.get(action)?.needs === null ? '' : ' by Spark'
}

function asked(run: ActionRun): string {
  const spoken = spokenParams(run.params)
  return spoken === '' ? '' : ` with ${inline(spoken, 160)}`
}

function stateOf(run: ActionRun): string {
  const detail = run.detail === null ? '' : ` (${inline(run.detail, 160)})`
  switch (run.state) {
    case 'requested':
    case 'approved':
      return 'about to run'
    case 'running':
      return 'running'
    case 'failed':
      return `*failed*${detail}`
    case 'unknown':
      return `*ended without an answer*: it may have happened${detail}`
    case 'succeeded':
      if (run.verified === 'verified') return `*done and verified*${detail}`
      if (run.verified === 'not_verified') return `*accepted, but not confirmed${byWhom(run)}*${detail}`
      return run.verified === 'pending' ? `${taken(run.action)}, being verified` : `*done*${detail}`
  }
}
