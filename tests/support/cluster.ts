// The whole product before a standalone cluster of a few lines, whose applications a test puts there as it goes on.
import { onTestFinished } from 'vitest'
import type { PlatformReader } from '../../src/ports.ts'
import { type Reply, stage } from '../platforms/support.ts'
import { type World, type WorldOptions, startWorld } from './world.ts'

export interface App {
  readonly id: string
  readonly at: string
  readonly state: string
  /** Of its last job, as the History Server keeps it. */
  readonly job: string
  readonly environment?: Readonly<Record<string, string>>
}

/** A standalone cluster that knows these applications; tests put others in as time goes on. */
export async function startCluster(
  apps: App[],
  options: WorldOptions = {},
): Promise<{ world: World; asked: string[] }> {
  const started = ({ at }: App): number => new Date(at).getTime()
  const info = (app: App): unknown => ({
    id: app.id,
    name: `orders-daily-${app.id}`,
    attempts: [
      {
        startTime: new Date(app.at).toISOString().replace('Z', 'GMT'),
        endTime: new Date(started(app) + 60_000).toISOString().replace('Z', 'GMT'),
        lastUpdatedEpoch: started(app) + 60_000,
        completed: true,
        sparkUser: 'etl',
        appSparkVersion: '4.0.0',
      },
    ],
  })
  const served = await stage((_method, url): Reply => {
    if (url.pathname === '/json/')
      return { body: JSON.stringify({ status: 'ALIVE', workers: [], activeapps: [], completedapps: apps.map((app) => ({ id: app.id, name: `orders-daily-${app.id}`, starttime: started(app), duration: 60_000, state: app.state })) }) }
    const [, id, rest] = /^\/history\/api\/v1\/applications\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? []
    const app = apps.find((one) => one.id === id)
    if (url.pathname === '/history/api/v1/version') return { body: '{"spark":"4.0.0"}' }
    if (url.pathname === '/history/api/v1/applications') return { body: JSON.stringify(url.searchParams.get('status') === 'running' ? [] : apps.map(info)) }
    if (app === undefined) return { status: 404, body: 'unknown app' }
    if (rest === undefined) return { body: JSON.stringify(info(app)) }
    return { body: JSON.stringify(rest === '/jobs' ? [{ jobId: 0, status: app.job }] : rest === '/environment' ? { sparkProperties: Object.entries(app.environment ?? {}) } : []) }
  }) // prettier-ignore
  onTestFinished(() => served.close())
  const world = await startWorld({
    ...options,
    environment: { SANDBOX_SPARK_MASTER_URL: served.url, SANDBOX_SPARK_HISTORY_URL: `${served.url}/history` },
  })
  // Answers are shared for five seconds of real time, in which virtual hours go by here: each look asks for itself.
  const readers = world.service.deps.readers as Map<string, PlatformReader>
  for (const [name, reader] of readers) readers.set(name, reader.fresh ?? reader)
  return { world, asked: served.asked }
}
