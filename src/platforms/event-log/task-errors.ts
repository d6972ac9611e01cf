// What a task's end is called, and its error in the words that Spark's own API has for it (TaskEndReason.toErrorString).
import type { TaskEnd } from './schema.ts'

export type Ending = 'succeeded' | 'failed' | 'killed'

/** Killed are tasks that somebody or speculation ended, and those that lost the race to commit: no failures. */
export function endingOf({ 'Task End Reason': { Reason: reason } }: TaskEnd): Ending {
  if (reason === 'Success') return 'succeeded'
  return reason === 'TaskKilled' || reason === 'TaskCommitDenied' ? 'killed' : 'failed'
}

export function errorOf({ 'Task End Reason': reason }: TaskEnd): string {
  switch (reason.Reason) {
    case 'ExceptionFailure':
      return reason['Full Stack Trace'] ?? `${reason['Class Name'] ?? ''}: ${reason.Description ?? ''}`
    case 'ExecutorLostFailure': {
      const because = (reason['Exit Caused By App'] ?? true) ? 'caused by one of' : 'unrelated to'
      const why = reason['Loss Reason'] === undefined ? '' : ` Reason: ${reason['Loss Reason']}`
      return `ExecutorLostFailure (executor ${reason['Executor ID'] ?? '?'} exited ${because} the running tasks)${why}`
    }
    case 'FetchFailed': {
      const from = reason['Block Manager Address']
      const at =
        from === null || from === undefined
          ? 'null'
          : `BlockManagerId(${from['Executor ID']}, ${from.Host}, ${from.Port}, None)`
      return (
        `FetchFailed(${at}, shuffleId=${reason['Shuffle ID'] ?? '?'}, mapIndex=${reason['Map Index'] ?? '?'}, ` +
        `mapId=${reason['Map ID'] ?? '?'}, reduceId=${reason['Reduce ID'] ?? '?'}, message=\n${reason.Message ?? ''}\n)`
      )
    }
    case 'TaskKilled':
      return `TaskKilled (${reason['Kill Reason'] ?? 'unknown reason'})`
    case 'TaskResultLost':
      return 'TaskResultLost (result lost from block manager)'
    case 'Resubmitted':
      return 'Resubmitted (resubmitted due to lost executor)'
    default:
      return reason.Reason
  }
}
