// Whether an error tells that something is missing which an executor held or was to answer: its cause is why that one went. Pure.

/** As Spark 3.5 and 4.x write it: lost tasks, results, shuffle files, cached, checkpointed and broadcast blocks, connections. */
const MISSING =
  /\b(?:ExecutorLostFailure|TaskResultLost|FetchFailed\w*|BlockFetchException|BlockNotFoundException|RpcTimeoutException)\b|\bCheckpoint block \S{1,80} not found|\bFailed to (?:get (?:broadcast_|block)|connect to|fetch)|\bjava\.net\.\w+Exception|\bjava\.nio\.channels\.|\bio\.netty\.|\bConnection (?:reset|refused|closed)|\bbarrier (?:task|ResultStage|ShuffleMapStage)|\bindeterminate output\b/

/** Whether an error tells so, in any of its lines. */
export function missesExecutors(text: string): boolean {
  return MISSING.test(text)
}
