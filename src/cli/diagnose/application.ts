// `arrestor diagnose --app`: the probes of an incident on one application, from a terminal.
import type { Examination } from '../../diagnosis/examine.ts'
import { examine } from '../../diagnosis/examine.ts'
import { ArrestorError } from '../../errors.ts'
import { type Where, readerFrom, withLog } from './reader.ts'

const DEADLINE_MS = 60_000

/** Throws ARR-703 where nobody there knows the application, ARR-501, ARR-502 and ARR-506 where nobody answers. */
export async function examineApplication(
  app: string,
  where: Where & { readonly log?: string },
): Promise<Examination> {
  const { reader: plain, limits } = readerFrom(where)
  const reader = where.log === undefined ? plain : await withLog(plain, where.log)
  const run = {
    platform: reader.platform,
    cluster: null,
    jobName: null,
    runId: app,
    attempt: null,
    retriesLeft: null,
  }
  const signal = AbortSignal.timeout(DEADLINE_MS)
  if ((await reader.locate(run, signal)) === null)
    throw new ArrestorError('ARR-703', { kind: 'application', id: app, list: 'arrestor doctor' })
  return examine(reader, run, {
    now: new Date(),
    signal,
    deadlineMs: DEADLINE_MS,
    ...(limits === undefined ? {} : { limits }),
  })
}
