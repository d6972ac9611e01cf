// The end of an ApplicationMaster's log: at its NodeManager while it lives, at the JobHistoryServer after.
import { ArrestorError } from '../../errors.ts'
import type { LogTail } from '../../ports.ts'
import { type LogFile, type Piece, bothOf, joined } from '../both-files.ts'
import { type Outcome, whileItMoves } from '../while-it-moves.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type Clients, isYarnId } from './clients.ts'
import type { Config } from './config.ts'
import { attemptsOf } from './rm.ts'
import type { YarnAttempt } from './schema.ts'

const ENDED: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED'])

/**
 * The last bytes of both log files of the newest attempt that has a container. Null where there is none. In cluster mode that is the driver's log; in client mode the ApplicationMaster's, and the driver's is
 * wherever its program was started.
 */
export async function logOf(
  platform: string,
  clients: Clients,
  config: Config,
  appId: string,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  if (!isYarnId(appId)) return null
  const attempts = await attemptsOf(clients, appId, signal)
  const attempt = attempts.findLast(({ containerId }) => /^container_[a-z0-9_]+$/.test(containerId))
  if (attempt === undefined) return null
  const servers = serversOf(clients, config, attempt)
  if (servers.length === 0)
    throw new ArrestorError('ARR-501', {
      platform,
      url: attempt.logsLink || appId,
      why: 'neither job_history_url nor node_logs of the configuration leads to its log',
    })
  const failures: unknown[] = []
  for (const server of servers) {
    try {
      const ask = (): Promise<readonly Piece[]> =>
        bothOf((file) => piece(server, clients, attempt.containerId, file, bytes, signal), signal)
      const pieces = await (ENDED.has(attempt.appAttemptState)
        ? whileItMoves(ask, answers500, signal)
        : ask())
      const { text, cut } = joined(pieces, bytes)
      if (text === '') return null
      return {
        text,
        whose: 'driver',
        cut,
        from: `stderr and stdout of the ApplicationMaster, attempt ${attempt.id} (${attempt.containerId})`,
        link: URL.canParse(attempt.logsLink)
          ? attempt.logsLink
          : `${server.client.baseUrl}${server.path}/${attempt.containerId}/stderr`,
      }
    } catch (error) {
      if (signal.aborted) throw error
      failures.push(error)
    }
  }
  throw failures[0]
}

interface LogServer {
  readonly client: ReadClient
  readonly path: '/ws/v1/node/containerlogs' | '/ws/v1/history/containerlogs'
}

/** Who has the log, the likelier one first: it moves when the application has ended and logs are aggregated. */
function serversOf(clients: Clients, config: Config, attempt: YarnAttempt): readonly LogServer[] {
  const address = attempt.nodeHttpAddress
  const node: LogServer[] =
    config.node_logs && /^[A-Za-z0-9_.-]+:\d{1,5}$/.test(address)
      ? [{ client: clients.node(address), path: '/ws/v1/node/containerlogs' }]
      : []
  const history: LogServer[] =
    clients.jobHistory === null ? [] : [{ client: clients.jobHistory, path: '/ws/v1/history/containerlogs' }]
  return ENDED.has(attempt.appAttemptState) ? [...history, ...node] : [...node, ...history]
}

/**
 * When an application has ended, its node writes the logs to where they are kept; until that is whole the JobHistoryServer
 * answers 500 (Hadoop 3.4.2).
 */
function answers500(outcome: Outcome<unknown>): boolean {
  return 'error' in outcome && outcome.error instanceof ArrestorError && outcome.error.details['why'] === 'it answers 500' // prettier-ignore
}

async function piece(
  { client, path }: LogServer,
  clients: Clients,
  containerId: string,
  file: LogFile,
  bytes: number,
  signal: AbortSignal,
): Promise<Piece> {
  const query = clients.asUser({ size: String(-Math.max(1, bytes)) })
  const page = await client.page(`${path}/${containerId}/${file}`, signal, query)
  return page === null ? { text: '', cut: false } : pieceOf(page, bytes)
}

/**
 * What YARN writes around a log: a head with its whole length, then `LogContents:`, a foot `End of LogType:`. Another
 * page (a sentence that there is no such log) has no contents.
 */
export function pieceOf(page: string, bytes: number): Piece {
  const head = /^LogContents:\n/m.exec(page)
  if (head === null) return { text: '', cut: false }
  const body = page.slice(head.index + head[0].length)
  const foot = body.lastIndexOf('\nEnd of LogType:')
  const length = Number(/^LogLength:(\d+)$/m.exec(page.slice(0, head.index))?.[1] ?? 0)
  return { text: (foot < 0 ? body : body.slice(0, foot)).trimEnd(), cut: length > bytes }
}
