// A History Server asked about itself: what it runs, how long its answers take, and how new its list is.
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { HistoryServer, PlatformReader, TimedAnswer } from '../../ports.ts'
import type { Query, TimedClient } from './client.ts'
import { listedSchema, versionSchema } from './schema.ts'

/** Spark filters by status before it counts, so that ended applications take no place of these. */
const RUNNING = { status: 'running', limit: '500' } as const

/** Nothing is asked before its methods are called. */
export function createHistoryServer(platform: string, client: TimedClient): HistoryServer {
  async function ask<T>(
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    query?: Query,
  ): Promise<TimedAnswer<T>> {
    const answer = await client.timed(path, schema, signal, query)
    // Who knows no such page is no History Server, however politely it says so.
    if (answer === null)
      throw new ArrestorError('ARR-502', { platform, url: `${client.baseUrl}${path}`, why: 'it answers 404' })
    return answer
  }
  return {
    link: `${client.baseUrl}/`,
    async version(signal) {
      const { value, ...how } = await ask('/api/v1/version', versionSchema, signal)
      return { ...how, value: value.spark }
    },
    async running(signal) {
      const { value, ...how } = await ask('/api/v1/applications', z.array(listedSchema), signal, RUNNING)
      const listed = value.map(({ id, attempts: [newest] }) => ({
        id,
        updatedAt: new Date(newest?.lastUpdatedEpoch ?? 0),
      }))
      return { ...how, value: listed }
    },
  }
}

/** To be spread into a reader: its History Server, where one is configured. */
export function historyBeside(platform: string, client: TimedClient | null): Pick<PlatformReader, 'history'> {
  return client === null ? {} : { history: createHistoryServer(platform, client) }
}
