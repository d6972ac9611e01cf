// Every action a runbook may name.
import type { Action } from './action.ts'
import { killApplication } from './actions/kill-application.ts'

export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  [killApplication].map((action) => [action.id, action]),
)
