// A reader that remembers: what several ask for in a diagnosis is read once, so that all of them speak of the same.
import type { Run } from '../alerts/model.ts'
import type { PlatformReader, SparkApplication } from '../ports.ts'
import { createSharedAnswers } from './shared-answers.ts'

const REMEMBERING = new WeakSet<PlatformReader>()

/**
 * The reader, with every answer kept that does not go by as threads and running tasks do; one that remembers already is
 * given back as it is, so that probes and the capture beside them share what they read. Lives as long as a diagnosis.
 */
export function remembering(reader: PlatformReader): PlatformReader {
  if (REMEMBERING.has(reader)) return reader
  const answers = createSharedAnswers({ ttlMs: Number.POSITIVE_INFINITY })
  // Who still wants an answer keeps it coming, whoever else's time is over.
  const once = <T>(
    what: string,
    about: unknown,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => answers.ask(JSON.stringify([what, about]), signal, ask)
  const byRun =
    <T>(what: string, ask: (run: Run, signal: AbortSignal) => Promise<T>) =>
    (run: Run, signal: AbortSignal): Promise<T> =>
      once(what, [run.runId, run.jobName], signal, (shared) => ask(run, shared))
  // The same id may be read at its driver and at the History Server.
  const byApp =
    <T>(what: string, ask: (app: SparkApplication, signal: AbortSignal) => Promise<T>) =>
    (app: SparkApplication, signal: AbortSignal): Promise<T> =>
      once(what, [app.id, app.apiUrl], signal, (shared) => ask(app, shared))
  const shared: PlatformReader = {
    ...reader,
    locate: byRun('locate', (run, signal) => reader.locate(run, signal)),
    run: byRun('run', (run, signal) => reader.run(run, signal)),
    containers: byRun('containers', (run, signal) => reader.containers(run, signal)),
    executors: byApp('executors', (app, signal) => reader.executors(app, signal)),
    stages: byApp('stages', (app, signal) => reader.stages(app, signal)),
    jobs: byApp('jobs', (app, signal) => reader.jobs(app, signal)),
    gauges: byApp('gauges', (app, signal) => reader.gauges(app, signal)),
    environment: byApp('environment', (app, signal) => reader.environment(app, signal)),
    log: (run, bytes, signal) =>
      once('log', [run.runId, run.jobName, bytes], signal, (shared) => reader.log(run, bytes, shared)),
  }
  REMEMBERING.add(shared)
  return shared
}
