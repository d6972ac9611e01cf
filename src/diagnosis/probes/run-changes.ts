// What changed since the last good run of the job: deploy markers, versions, configuration, columns, input; newest first.
import { shortCommit } from '../../alerts/deploy-marker.ts'
import { type Deployment, speaksOf } from '../../incidents/deployments.ts'
import type { PlatformRun } from '../../ports.ts'
import { utcMinute } from '../../utc.ts'
import { type Comparison, compareRuns } from '../changes/compare.ts'
import { beginningOf, lastGoodRun } from '../changes/last-good.ts'
import { type Change, newestFirst } from '../changes/model.ts'
import type { Confidence, Finding, Outputs, Probe, ProbeResult } from '../model.ts'
import { NO_PARAMS, blank, blindly, outputsOf, span, unseen } from './support.ts'

/** Without a last good run, so far back deploy markers may have to do with it. */
const LOOK_BACK_MS = 7 * 86_400_000
/** In the sentence; the others are in the evidence. */
const TOLD = 4
const MAX_SENTENCE = 380
const MAX_LINES = 30

export const runChanges: Probe = {
  id: 'run.changes',
  title: 'What changed since the last good run',
  needs: ['run', 'runs'],
  params: NO_PARAMS,
  outputs: {
    last_good: 'id of the last run of the job that succeeded; none where none is known',
    last_good_at: 'when it began',
    count: 'what differs, deploy markers among it',
    newest: 'kind of the newest: deploy, commit, image, runtime, spark_version, definition, config, node_type, nodes, parameters, schema or input; none',
    newest_what: 'the same in words',
    newest_at: 'when it was done, or when the run began that shows it',
    deploy: 'the newest deploy marker since then, in words; none',
    deploy_by: 'who did it; none without a marker',
    deploy_minutes: 'minutes from it to the beginning of this run; below 0 when it came later',
    commit: 'commit of the newest marker or run that names one, as `old -> new` where both are known; none where it is the same',
    image: 'the same of the container image; null as well where both ran under a tag that moves and no digest is known',
    spark_version: 'the same of Spark',
    runtime: 'the same of the platform’s runtime',
    node_type: 'the same of the nodes’ type',
    config_keys: 'Spark properties that differ, with commas; none',
    columns: 'columns that are read otherwise, with commas; none',
    input_ratio: 'bytes read by this run / by the last good one',
  },
  quoting: ['newest_what', 'columns'],
  async run(_params, { reader, run, signal, now, deployments = [] }) {
    if (reader === null) throw new Error('no platform')
    const current = await reader.run(run, signal)
    const jobName = run.jobName ?? current?.jobName ?? null
    const nothing = (): ProbeResult => {
      const sentence = `${reader.platform} knows no run of this alert, so there is nothing to compare.`
      return { outputs: blank(runChanges), findings: [blindly(unseen(runChanges.id, sentence, []))] }
    }
    if (jobName === null) return nothing()
    const good = current === null ? null : await lastGoodRun(reader, run, current, jobName, signal)
    const comparison =
      current === null || good === null ? null : await compareRuns(reader, run, current, good, signal)
    const since = (good === null ? null : beginningOf(good)) ?? new Date(now.getTime() - LOOK_BACK_MS)
    const markers = deployments
      .filter((one) => speaksOf(one, jobName, reader.platform) && one.at >= since && one.at <= now)
      .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    // What was deployed is told where no run of it is seen, too.
    if (current === null && markers.length === 0) return nothing()
    const changes = newestFirst([
      ...markers.map((one) => changeOf(one, current)),
      ...(comparison?.changes ?? []),
    ])
    const facts = { platform: reader.platform, current, good, comparison, markers, changes, jobName }
    return { outputs: outputsFor(facts), findings: [summary(facts), ...details(facts)] }
  },
} // prettier-ignore

interface Facts {
  readonly platform: string
  /** Null where the platform knows none. */
  readonly current: PlatformRun | null
  readonly good: PlatformRun | null
  readonly comparison: Comparison | null
  /** Since the last good run, newest first. */
  readonly markers: readonly Deployment[]
  readonly changes: readonly Change[]
  readonly jobName: string
}

function changeOf(marker: Deployment, current: PlatformRun | null): Change {
  const began = current === null ? null : beginningOf(current)
  const when =
    began === null
      ? `at ${utcMinute(marker.at)}`
      : marker.at <= began
        ? `${span(began.getTime() - marker.at.getTime())} before`
        : `${span(marker.at.getTime() - began.getTime())} into the run`
  return { kind: 'deploy', text: `${wordsOf(marker)} ${when}`, at: marker.at, link: marker.url }
}

/** `deploy 4f9c2d1 by alice`. */
function wordsOf({ what, version, image, commit, summary, by }: Deployment): string {
  const which = version ?? image ?? (commit === null ? summary : shortCommit(commit)) ?? ''
  const also = version !== null && commit !== null && version !== commit ? ` (${shortCommit(commit)})` : ''
  return `${what === 'config' ? 'change of configuration' : what} ${which}${also}${by === null ? '' : ` by ${by}`}`
}

function summary({ platform, current, good, comparison, changes, jobName }: Facts): Finding {
  const unreached = comparison?.unreached ?? []
  const clauses = changes.slice(0, TOLD).map(({ text }) => text)
  const rest = changes.length - clauses.length
  const told = rest > 0 ? `${clauses.join(', ')} and ${rest} more` : clauses.join(', ')
  const compared = comparison?.compared ?? []
  const at = good === null ? null : beginningOf(good)
  const which = good === null ? '' : `${good.id}${at === null ? '' : `, ${utcMinute(at)}`}`
  let sentence: string
  let confidence: Confidence = 'high'
  if (good === null) {
    const missing =
      current === null
        ? `${platform} knows no run of this alert`
        : `No earlier successful run of ${jobName} is known to compare with`
    sentence = `${missing}${changes.length === 0 ? '' : `; in the last seven days: ${told}`}`
    confidence = changes.length === 0 ? 'low' : 'medium'
  } else if (changes.length > 0) sentence = `Since the last good run (${which}): ${told}`
  else if (compared.length === 0) {
    sentence = `No deployment is known since the last good run (${which}), and nothing else of the two could be compared`
    confidence = 'low'
  } else
    sentence = `No change is seen since the last good run (${which}): no deployment is known, and ${compared.join(', ')} are the same`
  return {
    probe: runChanges.id,
    severity: 'none',
    sentence: `${cut(sentence.replaceAll(/\s+/g, ' '))}.`,
    evidence: comparison?.shown ?? [],
    link: changes[0]?.link ?? good?.link ?? current?.link ?? null,
    confidence,
    unreached,
  }
}

/** Kinds that may be many: what they are called, one and several, and where their lines are from. */
const MANY = [
  ['deploy', 'deploy marker', 'deploy markers'],
  ['config', 'Spark property differs', 'Spark properties differ'],
  ['schema', 'column is read otherwise', 'columns are read otherwise'],
] as const

/** A finding a kind with all its lines, for the thread; none where the first sentence has told everything. */
function details({ good, current, changes }: Facts): Finding[] {
  if (changes.length <= TOLD) return []
  return MANY.flatMap(([kind, one, several]): Finding[] => {
    const own = changes.filter((change) => change.kind === kind)
    if (own.length === 0) return []
    // Markers may have no page; then the run's own says at least when it began.
    const link = own.find((one) => one.link !== null)?.link ?? current?.link ?? null
    const lines = own.slice(0, MAX_LINES).map(({ text }) => text)
    return [
      {
        probe: runChanges.id,
        severity: 'none',
        sentence: `${own.length} ${own.length === 1 ? one : several} since ${good === null ? 'seven days' : `the last good run ${good.id}`}.`,
        evidence: [
          {
            text: lines.join('\n').slice(0, 2_000).toWellFormed(),
            from: kind === 'deploy' ? several : 'both runs',
            link,
          },
        ],
        link,
        confidence: 'high',
        unreached: [],
      },
    ]
  })
}

function outputsFor({ current, good, comparison, markers, changes }: Facts): Outputs {
  const [newest] = changes
  const [marker] = markers
  const began = current === null ? null : beginningOf(current)
  /** Null: not told by both runs. */
  const trait = (name: 'commit' | 'image' | 'spark_version' | 'runtime' | 'node_type'): string | null =>
    comparison === null || (name === 'image' && comparison.untold)
      ? null
      : (comparison.traits.find((one) => one.trait === name)?.text ?? 'none')
  const marked = (name: 'commit' | 'image'): string | null =>
    markers.find((one) => one[name] !== null)?.[name] ?? null
  const own = (name: 'commit' | 'image'): string | null => {
    const text = trait(name)
    return text === null || text === 'none' ? (marked(name) ?? text) : text
  }
  const listed = (list: readonly string[] | undefined | null): string | null =>
    list == null ? null : list.length === 0 ? 'none' : list.join(', ')
  return outputsOf(runChanges, {
    last_good: good?.id ?? 'none',
    last_good_at: (good === null ? null : beginningOf(good))?.toISOString() ?? null,
    count: changes.length,
    newest: newest?.kind ?? 'none',
    newest_what: newest?.text ?? 'none',
    newest_at: newest?.at?.toISOString() ?? null,
    deploy: marker === undefined ? 'none' : wordsOf(marker),
    deploy_by: marker === undefined ? 'none' : marker.by,
    deploy_minutes:
      marker === undefined || began === null
        ? null
        : Math.round((began.getTime() - marker.at.getTime()) / 60_000),
    commit: own('commit'),
    image: own('image'),
    spark_version: trait('spark_version'),
    runtime: trait('runtime'),
    node_type: trait('node_type'),
    config_keys: listed(comparison?.properties?.map(({ key }) => key)),
    columns: listed(comparison?.columns?.map(({ column }) => column)),
    input_ratio: comparison?.inputRatio ?? null,
  })
}

function cut(sentence: string): string {
  return sentence.length > MAX_SENTENCE ? `${sentence.slice(0, MAX_SENTENCE - 1).toWellFormed()}…` : sentence
}
