// The MapReduce JobHistoryServer, which keeps the aggregated logs of applications that have ended: whether it is there.
import { ArrestorError } from '../../errors.ts'
import type { Clients } from './clients.ts'
import { jobHistoryInfoSchema } from './schema.ts'

const PATH = '/ws/v1/history/info'

/** What is to be at the address, where something else or nothing is. */
const EXPECTED = 'job_history_url is where the MapReduce JobHistoryServer has its web interface, port 19888 unless set otherwise' // prettier-ignore

/**
 * For `doctor`: what the JobHistoryServer runs, as a part of a sentence; null where none is configured. Throws where it
 * does not answer (ARR-501), something else does (ARR-502), or we are refused (ARR-506 to ARR-508): then no log of an
 * application that has ended can be read.
 */
export async function jobHistoryCheck(
  platform: string,
  { jobHistory, asUser }: Pick<Clients, 'jobHistory' | 'asUser'>,
  signal: AbortSignal,
): Promise<string | null> {
  if (jobHistory === null) return null
  const url = `${jobHistory.baseUrl}${PATH}`
  try {
    const info = await jobHistory.json(PATH, jobHistoryInfoSchema, signal, asUser())
    // Who has no such page is another server, however politely it says so.
    if (info === null) throw new ArrestorError('ARR-502', { platform, url, why: 'it answers 404' })
    return `the JobHistoryServer ${jobHistory.baseUrl} runs Hadoop ${info.historyInfo.hadoopVersion}`
  } catch (error) {
    if (!(error instanceof ArrestorError) || !['ARR-501', 'ARR-502'].includes(error.code)) throw error
    const { why = '' } = error.details
    throw new ArrestorError(error.code, { ...error.details, why: `${why}; ${EXPECTED}` }, error.cause)
  }
}
