// Every action a runbook may name.
import type { Action } from './action.ts'
import { killApplication } from './actions/kill-application.ts'
import { rerunJob } from './actions/rerun.ts'
import { rollBack } from './actions/roll-back.ts'

export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  [killApplication, rerunJob, rollBack].map((action) => [action.id, action]),
)
