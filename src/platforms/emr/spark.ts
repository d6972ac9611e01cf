// Spark itself on an EMR cluster, where it can be reached: through YARN, or a History Server alone.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError } from '../../errors.ts'
import type { PlatformReader, SparkApplication } from '../../ports.ts'
import type { PlatformDeps } from '../platform.ts'
import { sparkDetails } from '../spark-rest/details.ts'
import { createHistoryClient } from '../spark-rest/history-client.ts'
import { endedAs, foundInHistory, historyCheck, historyOf, historyPlace } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import { isYarnId } from '../yarn/clients.ts'
import { createReader as createYarnReader } from '../yarn/reader.ts'
import { configSchema as yarnSchema, type Config as YarnConfig } from '../yarn/config.ts'
import type { Config } from './config.ts'

export interface Spark
  extends
    Pick<PlatformReader, 'executors' | 'stages' | 'jobs' | 'queries' | 'failedTasks' | 'taskQuantiles' | 'taskTimes' | 'environment' | 'gauges'>,
    Partial<Pick<PlatformReader, 'run' | 'cluster' | 'threads' | 'history'>> {
  /** By YARN's id alone. */
  locate(run: Run, signal: AbortSignal): Promise<SparkApplication | null>
  check(signal: AbortSignal): Promise<string>
} // prettier-ignore

/** YARN's id of an application that Spark itself tells of; null of one that was found elsewhere. */
export function sparkIdIn({ apiUrl }: SparkApplication): string | null {
  const id = /\/api\/v1\/applications\/([^/]+)/.exec(apiUrl ?? '')?.[1]
  return id !== undefined && isYarnId(id) ? id : null
}

/** The `yarn` block as a platform of that kind; null where there is none. */
export function yarnConfigOf(config: Config): YarnConfig | null {
  if (config.yarn === undefined) return null
  return yarnSchema.parse({
    ...config.yarn,
    kind: 'yarn',
    timeout_ms: config.timeout_ms,
    actions: config.actions,
    ...(config.history_url === undefined ? {} : { history_url: config.history_url }),
    ...(config.history_auth === undefined ? {} : { history_auth: config.history_auth }),
  })
}

/** Null where the configuration names no way to it. */
export function createSpark(platform: string, config: Config, deps: PlatformDeps): Spark | null {
  const yarn = yarnConfigOf(config)
  if (yarn !== null) return createYarnReader(platform, yarn, deps)
  const history = createHistoryClient(platform, config, deps)
  if (history === null) return null
  return {
    ...sparkDetails((app, _signal, read) =>
      app.foundAt === 'history'
        ? read(historyPlace(history, app.id, app.attemptId))
        : Promise.reject(new ArrestorError('ARR-501', { platform, url: app.link, why: 'the History Server does not know it' })),
    ), // prettier-ignore
    ...historyBeside(platform, history),
    async locate({ runId: id }, signal) {
      const info = id === null || !isYarnId(id) ? null : await historyOf(history, id, signal)
      const [newest] = info?.attempts ?? []
      if (info === null || newest === undefined) return null
      const described = {
        id: info.id,
        name: info.name,
        attemptId: newest.attemptId ?? null,
        startedAt: newest.startTime,
        endedAt: newest.completed ? newest.endTime : null,
        user: newest.sparkUser ?? null,
        sparkVersion: newest.appSparkVersion ?? null,
      }
      return foundInHistory(history, described, newest.completed ? await endedAs(history, info, signal) : 'unknown') // prettier-ignore
    },
    check: (signal) => historyCheck(platform, history, signal),
  }
}
