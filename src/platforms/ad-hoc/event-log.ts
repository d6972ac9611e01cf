// Event logs in a folder of this machine, without a cluster: what a History Server would tell of them.
import path from 'node:path'
import { ArrestorError } from '../../errors.ts'
import type { ApplicationState, PlatformReader, ReadCapability, SparkApplication } from '../../ports.ts'
import { type EventLog, createEventLogReader, detailsFrom, plansFrom } from '../event-log/reader.ts'
import { partsUnread } from '../event-log/delivered.ts'
import { folderStore } from '../event-log/store.ts'
import { notOffered } from '../not-offered.ts'

const READS: readonly ReadCapability[] = [
  'application',
  'executors',
  'stages',
  'tasks',
  'environment',
  'plans',
]

/** A reader of the logs in `folder`, each found by its application's id. */
export function createEventLogFolderReader(folder: string): PlatformReader {
  const logs = createEventLogReader(folder, folderStore(folder))
  async function open(app: SparkApplication, signal: AbortSignal): Promise<EventLog> {
    const log = await logs.find('.', app.id, signal)
    if (log !== null) return log
    throw new ArrestorError('ARR-501', { platform: folder, url: app.link, why: 'its event log has gone' })
  }
  return {
    ...notOffered(folder, 'event-log'),
    platform: folder,
    kind: 'event-log',
    capabilities: new Set(READS),
    async locate({ runId }, signal) {
      const log = runId === null ? null : await logs.find('.', runId, signal)
      if (runId === null || log === null) return null
      const { app, jobs, unread } = log
      return {
        ...app,
        id: app.id ?? runId,
        state: stateOf(app.endedAt, jobs),
        foundAt: 'event-log',
        link: path.join(folder, runId),
        apiUrl: null,
        logAt: path.join(folder, log.place),
        unreached: unread,
        unread: partsUnread(log),
      }
    },
    ...detailsFrom(open),
    ...plansFrom(open),
    check: () => Promise.resolve(`Event logs are read in ${folder}.`),
  }
}

/** Without an end it runs, or its driver died without a last word: nobody here can tell. */
function stateOf(
  endedAt: Date | null,
  jobs: readonly { readonly id: number; readonly status: string }[],
): ApplicationState {
  if (endedAt === null) return 'unknown'
  const last = jobs.reduce<(typeof jobs)[number] | null>((a, b) => (a === null || b.id > a.id ? b : a), null)
  return last?.status === 'FAILED' ? 'failed' : 'finished'
}
