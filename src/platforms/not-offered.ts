// What a kind of platform cannot tell: methods that say so. Its capabilities leave them out, so that nothing asks.
import { ArrestorError } from '../errors.ts'
import type { PlatformReader } from '../ports.ts'

type Details = Omit<PlatformReader, 'platform' | 'kind' | 'capabilities' | 'locate' | 'check'>

/** Every detail as one that this platform does not tell; a reader spreads it and puts its own over it. */
export function notOffered(platform: string, kind: string): Details {
  const refuse = (what: string) => (): Promise<never> =>
    Promise.reject(
      new ArrestorError('ARR-502', {
        platform,
        url: kind,
        why: `this kind of platform does not tell ${what}`,
      }),
    )
  return {
    executors: refuse('executors'),
    stages: refuse('stages'),
    jobs: refuse('jobs'),
    queries: refuse('queries'),
    failedTasks: refuse('tasks'),
    taskQuantiles: refuse('tasks'),
    taskTimes: refuse('when tasks ended'),
    environment: refuse('the environment'),
    cluster: refuse('about its machines'),
    run: refuse('about runs'),
    runs: refuse('about earlier runs'),
    log: refuse('logs'),
    threads: refuse('what threads do'),
    gauges: refuse("the driver's metrics"),
    containers: refuse('about containers'),
    events: refuse('events'),
  }
}
