// The standalone master's words for an application's state, as ours.
import type { ApplicationState } from '../../ports.ts'

const STATES: Readonly<Record<string, ApplicationState>> = {
  WAITING: 'waiting',
  RUNNING: 'running',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
}

/** The master's word for a state, as ours. */
export function stateOf(word: string): ApplicationState {
  return STATES[word] ?? 'unknown'
}
