// The History Server itself: whether it answers as one, how fast, and whether it keeps up with what drivers write.
import * as z from 'zod'
import type { HistoryServer, ListedApplication, PlatformReader, TimedAnswer } from '../../ports.ts'
import { type Kept, type Since, newestOf, sinceListed } from '../history-server/lag.ts'
import { type Trouble, troubleOf } from '../history-server/trouble.ts'
import {
  type Finding,
  type FindingSeverity,
  type Probe,
  type ProbeContext,
  type ProbeResult,
  byGravity,
  gradeOf,
  gravest,
  milder,
} from '../model.ts'
import { isLate, onceMore } from '../silence.ts'
import { type Thresholds, fourSchema, thresholdsFor } from '../thresholds.ts'
import { blank, blindly, evidence, outputsOf, plural, span, unseen } from './support.ts'

/** Seconds. Nobody's job waits for it, so that nothing of it is critical. Ours. */
export const LATENCY: Thresholds = [2, 5, 10, Number.POSITIVE_INFINITY]
/** Minutes; it looks every ten seconds, and reads a large log for a minute or two. Ours. */
export const LAG: Thresholds = [5, 15, 60, Number.POSITIVE_INFINITY]

/** As failures are called (`failures/modes/services.ts`). */
const MODE = 'F23'

const params = z
  .strictObject({
    thresholds: z
      .strictObject({ history_latency: fourSchema.optional(), history_lag: fourSchema.optional() })
      .prefault({}),
  })
  .prefault({})

/**
 * history_latency: seconds that `/api/v1/version` or the list of running applications took, the slower of the two.
 * history_lag: minutes, now - max(lastUpdatedEpoch) of the applications listed as running; counted only since a driver of
 * theirs wrote something that was not read, at most low where no driver can be asked or its log is not seen to grow (object
 * stores), and not at all where none wrote anything: a long stage writes nothing. Both after Spark's own monitoring page, thresholds ours.
 */
export const historyServer: Probe = {
  id: 'spark.history-server',
  title: 'The History Server',
  needs: ['history'],
  params,
  outputs: {
    state: 'up, slow, behind, down, wrong (something else answers there) or refused (it does not let us in)',
    signature: 'F23 while it is down, wrong, or of medium gravity slow or behind; else none, or unknown where we are refused',
    spark_version: 'the Spark that it runs',
    latency_s: 'seconds that its slower answer took',
    running: 'applications that it lists as running, killed drivers among them',
    lag_minutes: 'minutes since it last read the log of any of them; null where it lists none',
    severity: 'none, low, medium or high: the gravest of all',
  }, // prettier-ignore
  async run(raw, context): Promise<ProbeResult> {
    const server = context.reader?.history
    if (context.reader === null || server === undefined)
      return {
        outputs: blank(historyServer),
        findings: [blindly(unseen(historyServer.id, 'No History Server is configured.', ['platform']))],
      }
    const { thresholds } = params.parse(raw ?? {})
    let version: TimedAnswer<string> | null = null
    const silences: string[] = []
    try {
      version = await patiently(() => server.version(context.signal), silences)
      const list = await patiently(() => server.running(context.signal), silences)
      const { outputs, findings } = await answering(server, version, list, context, thresholds)
      return {
        outputs,
        findings: findings.map((one) => ({ ...one, unreached: [...silences, ...one.unreached] })),
      }
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === null) throw error
      return troubled(server, trouble, version)
    }
  },
}

/**
 * Once more after an answer that did not come, which `silences` then tells of: a collection of garbage, or a log that is just
 * read, is no outage.
 */
function patiently<T>(ask: () => Promise<T>, silences: string[]): Promise<T> {
  return onceMore(ask, (error) => {
    const trouble = isLate(error) ? troubleOf(error) : null
    if (trouble !== null) silences.push(`History Server, the first time: ${trouble.why}`)
    return trouble !== null
  })
}

type Own = z.output<typeof params>['thresholds']

async function answering(
  server: HistoryServer,
  version: TimedAnswer<string>,
  list: TimedAnswer<readonly ListedApplication[]>,
  context: ProbeContext,
  own: Own,
): Promise<ProbeResult> {
  const { now } = context
  const latencyS = Math.max(version.tookMs, list.tookMs) / 1000
  const slow = gradeOf(latencyS, thresholdsFor('history_latency', LATENCY, context, own.history_latency))
  const limits = thresholdsFor('history_lag', LAG, context, own.history_lag)
  const newest = newestOf(list.value)
  const lagMs = newest === null ? null : Math.max(0, now.getTime() - newest.updatedAt.getTime())
  const old = lagMs === null ? 'none' : gradeOf(lagMs / 60_000, limits)
  const since =
    old === 'none'
      ? null
      : await sinceListed(list.value, context.reader as PlatformReader, context.run, context.signal)
  const behind = since === null ? 'none' : milder(old, bornOut(since, now, limits))
  const seen: Seen = { server, version, list, newest, lagMs, since, now }
  const findings = [
    ...(slow === 'none' ? [] : [slowFinding(seen, slow)]),
    ...(behind === 'none' ? [] : [behindFinding(seen, behind)]),
  ].sort((a, b) => byGravity(a.severity, b.severity))
  const severity = gravest([slow, behind])
  return {
    outputs: outputsOf(historyServer, {
      state: severity === 'none' ? 'up' : byGravity(slow, behind) <= 0 ? 'slow' : 'behind',
      signature: byGravity(severity, 'medium') <= 0 ? MODE : 'none',
      spark_version: version.value,
      latency_s: Number(latencyS.toFixed(3)),
      running: list.value.length,
      lag_minutes: lagMs === null ? null : Number((lagMs / 60_000).toFixed(1)),
      severity,
    }),
    findings: findings.length > 0 ? findings : [upFinding(seen)],
  }
}

/** How far a driver's word bears it out that the server is behind. */
function bornOut(since: Since, now: Date, limits: Thresholds): FindingSeverity {
  if (since.kind === 'quiet') return 'none'
  if (since.kind === 'unknown') return 'low'
  const severity = gradeOf((now.getTime() - since.at.getTime()) / 60_000, limits)
  // Where nobody can see the log grow, not having read it proves nothing.
  return since.kept?.grows === true ? severity : milder(severity, 'low')
}

interface Seen {
  readonly server: HistoryServer
  readonly version: TimedAnswer<string>
  readonly list: TimedAnswer<readonly ListedApplication[]>
  readonly newest: ListedApplication | null
  readonly lagMs: number | null
  readonly since: Since | null
  readonly now: Date
}

function slowFinding({ server, version, list }: Seen, severity: FindingSeverity): Finding {
  return {
    probe: historyServer.id,
    severity,
    sentence: `The History Server ${server.link} is slow: its version took ${span(version.tookMs)}, its list of running applications ${span(list.tookMs)}.`,
    evidence: [
      evidence(`history_latency: /api/v1/version took ${Math.round(version.tookMs)} ms`, 'the History Server', version.link),
      evidence(`/api/v1/applications took ${Math.round(list.tookMs)} ms`, 'the History Server', list.link),
    ],
    link: server.link,
    confidence: 'high',
    unreached: [],
  } // prettier-ignore
}

function behindFinding(
  { server, list, newest, lagMs, since, now }: Seen,
  severity: FindingSeverity,
): Finding {
  const unread = since?.kind === 'unread' ? since : null
  const because =
    unread === null
      ? 'no driver could be asked whether there was anything to read'
      : `the driver of ${unread.appId} wrote to its own ${span(now.getTime() - unread.at.getTime())} ago${doubtOf(unread.kept)}`
  return {
    probe: historyServer.id,
    severity,
    sentence: `The History Server ${server.link} has read no log of ${plural(list.value.length, 'running application')} for ${span(lagMs ?? 0)}, and ${because}.`,
    evidence: [
      evidence(`history_lag: newest lastUpdatedEpoch ${newest?.updatedAt.getTime()} (${newest?.id}), seen ${now.toISOString()}`, 'its list of running applications', list.link),
      ...(unread === null ? [] : [evidence(`${unread.what} ${unread.at.toISOString()}`, `driver of ${unread.appId}`, unread.link)]),
    ],
    link: server.link,
    confidence: unread?.kept?.grows === true ? 'high' : 'low',
    unreached: since === null || since.kind === 'quiet' ? [] : since.unreached,
  } // prettier-ignore
}

/** Why what a driver wrote may not have been there to read. */
function doubtOf(kept: Kept): string {
  if (kept === null) return '; where its log is kept is not known'
  return kept.grows ? '' : `; in ${kept.scheme}: a log may be seen only part by part, as each is closed`
}

function upFinding({ server, version, list, lagMs, since }: Seen): Finding {
  const count = plural(list.value.length, 'running application')
  const age =
    lagMs === null
      ? 'no running application'
      : `${count}, the newest as of ${span(lagMs)} ago${since === null ? '' : ' (its driver has written nothing since)'}`
  return {
    probe: historyServer.id,
    severity: 'none',
    sentence: `The History Server ${server.link} (Spark ${version.value}) answers in ${span(Math.max(version.tookMs, list.tookMs))} and lists ${age}.`,
    evidence: [],
    link: list.link,
    confidence: 'high',
    unreached: [],
  }
}

/** Who refuses us is there: others may see all. */
function troubled(
  server: HistoryServer,
  { state, why, link, confidence }: Trouble,
  version: TimedAnswer<string> | null,
): ProbeResult {
  const refused = state === 'refused'
  const severity = refused ? 'low' : 'high'
  const does = { down: 'does not answer', wrong: 'does not answer as one', refused: 'does not let us in' }
  const half = version === null ? '' : `, though it told its version (Spark ${version.value})`
  return {
    outputs: outputsOf(historyServer, {
      state,
      signature: refused ? 'unknown' : MODE,
      spark_version: version?.value ?? null,
      severity,
    }),
    findings: [
      {
        probe: historyServer.id,
        severity,
        sentence: `The History Server ${server.link} ${does[state]}${half}: ${why}.`,
        evidence: [evidence(`${refused ? 'history_refused' : 'history_down'}: ${why}`, 'the way to the History Server', link)],
        link: link ?? server.link,
        confidence,
        unreached: refused ? [`History Server: ${why}`] : [],
      },
    ],
  } // prettier-ignore
}
