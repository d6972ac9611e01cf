// The end of a driver pod's log; of a container that was started again, the end of the one that died.
import { ArrestorError } from '../../errors.ts'
import type { LogTail } from '../../ports.ts'
import { lastBytes } from '../last-bytes.ts'
import type { Query } from '../spark-rest/client.ts'
import type { Api } from './api.ts'
import { sparkContainer, sparkStatus } from './pods.ts'
import type { Recorded } from './record.ts'

/** A line of log4j's is seldom shorter; asked for are lines, for `limitBytes` cuts the end off, which is wanted. */
const BYTES_A_LINE = 80
/** More than was asked for may come: of very long lines fewer are asked for then. */
const MAX_BYTES = 8 * 1024 * 1024
const FEWER = 20

/** At most `bytes` from the end; null where there is no pod, or no container of it has begun. */
export async function logOf(
  api: Api,
  { driver, namespace }: Recorded,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const container = driver === null ? undefined : sparkContainer(driver)?.name
  if (driver === null || container === undefined) return null
  const { name } = driver.metadata
  const status = sparkStatus(driver)
  const previous = (status?.restartCount ?? 0) > 0 && status?.state.terminated === undefined
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`
  const query = { container, ...(previous ? { previous: 'true' } : {}) }
  const text = await tail(api, path, query, bytes, signal)
  if (text === null || text.text === '') return null
  const { text: end, cut } = lastBytes(text.text, bytes)
  return {
    text: end,
    whose: 'driver',
    cut: cut || text.cut,
    from: `log of container ${container} in pod ${name}${previous ? ' before its last restart' : ''}`,
    link: `${api.server()}${path}?${new URLSearchParams(query).toString()}`,
  }
}

async function tail(
  api: Api,
  path: string,
  query: Query,
  bytes: number,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly cut: boolean } | null> {
  let lines = Math.max(10, Math.ceil(bytes / BYTES_A_LINE))
  for (;;) {
    let answer
    try {
      answer = await api.text(path, { ...query, tailLines: String(lines) }, MAX_BYTES, signal)
    } catch (error) {
      // `container "..." in pod "..." is waiting to start: ContainerCreating`: there is no log yet.
      if (error instanceof ArrestorError && /waiting to start|not found|is terminated/.test(error.message))
        return null
      throw error
    }
    const { text, tooLarge } = answer
    if (tooLarge) {
      if (lines === 1) return { text: '', cut: true }
      lines = Math.max(1, Math.floor(lines / FEWER))
      continue
    }
    return text === null ? null : { text, cut: text.split('\n').length > lines }
  }
}
