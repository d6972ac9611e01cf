// `arrestor diagnose --app`: the probes of an incident on one application, from a terminal.
import { discreetReader, discreetResult } from '../../diagnosis/discreet.ts'
import { type Examination, examine } from '../../diagnosis/examine.ts'
import { ArrestorError } from '../../errors.ts'
import { type Asked, type Where, readerFrom, withLog } from './reader.ts'

const DEADLINE_MS = 60_000

/**
 * What is printed has passed the gate of all teams (P12). Throws ARR-703 where nobody there knows the application,
 * ARR-501, ARR-502 and ARR-506 where nobody answers.
 */
export async function examineApplication(
  app: string,
  where: Where & { readonly log?: string },
): Promise<Examination> {
  const asked = readerFrom(where)
  const { discretion } = asked
  try {
    const found = await ask(app, asked, where.log)
    return {
      // Each step has the name of its probe.
      results: found.results.map((one) => discreetResult(discretion, one.step, one)),
      conclusion: discretion.measured(found.conclusion),
      unreached: found.unreached.map(discretion.text),
    }
  } catch (error) {
    throw error instanceof ArrestorError
      ? new ArrestorError(error.code, gated(error.details, discretion.name), error.cause)
      : error
  }
}

async function ask(
  app: string,
  { reader: plain, limits, list, discretion }: Asked,
  log: string | undefined,
): Promise<Examination> {
  const quiet = discreetReader(plain, discretion)
  const reader = log === undefined ? quiet : await withLog(quiet, log)
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
    throw new ArrestorError('ARR-703', { kind: 'application', id: app, list })
  return examine(reader, run, {
    now: new Date(),
    signal,
    deadlineMs: DEADLINE_MS,
    ...(limits === undefined ? {} : { limits }),
  })
}

function gated(
  details: Readonly<Record<string, string>>,
  name: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [key, name(value)]))
}
