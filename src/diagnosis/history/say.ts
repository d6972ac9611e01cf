// What a run's figures against earlier runs come to: findings with the figures of each run and where they stand. Pure.
import type { Evidence, Finding, FindingSeverity } from '../model.ts'
import { gradeOf, gravest, milder } from '../model.ts'
import { asEvidence, shownAt } from '../performance/shown.ts'
import { line, plural, size, span } from '../probes/support.ts'
import type { Thresholds } from '../thresholds.ts'
import type { ComparedFigure, FigureName } from './compare.ts'
import { type RunFigures, type TimedStage, attemptMs } from './figures.ts'
import type { Part, StageChange } from './stages.ts'

/** What both findings need to know of the run at hand. */
export interface About {
  readonly probe: string
  readonly jobName: string
  /** The run goes on: what is told of it is what it has done so far. */
  readonly live: boolean
  readonly now: Date
}

const WORDS: Readonly<Record<FigureName, { readonly noun: string; readonly shown: (value: number) => string }>> = {
  input: { noun: 'input', shown: size },
  shuffle: { noun: 'shuffle', shown: size },
  executors: { noun: 'executors at a time', shown: String },
} // prettier-ignore

/** The figures that differ, in one sentence, with each run's own; null where none does. */
export function figuresFinding(
  about: About,
  mine: RunFigures,
  compared: readonly ComparedFigure[],
): Finding | null {
  const differ = compared.filter(({ change }) => change !== 'none')
  const [first] = differ
  if (first === undefined) return null
  const clauses = differ.map(({ name, mine: own, p50, p95, change }) => {
    const { noun, shown } = WORDS[name]
    const word = change === 'less' && name === 'executors' ? 'fewer' : change
    return `${word} ${noun} (${shown(own)}; half of them had ${shown(p50)} or less, 95 % ${shown(p95)} or less)`
  })
  const runs = plural(first.others.length, 'earlier run')
  return {
    probe: about.probe,
    severity: 'low',
    sentence: `Against ${runs} of ${about.jobName} this one ${about.live ? 'has so far' : 'had'} ${listed(clauses)}.`,
    evidence: differ.flatMap((one) => [
      ownFigure(mine, one),
      ...one.others.map(({ of }) => figureOf(of, one.name)),
    ]),
    link: mine.app.link,
    confidence: 'medium',
    unreached: [],
  }
}

function ownFigure(mine: RunFigures, one: ComparedFigure): Evidence {
  const { text, ...rest } = figureOf(mine, one.name)
  return { ...rest, text: `this run: ${text}; p50 ${one.p50}, p95 ${one.p95} of the ${one.others.length} below` } // prettier-ignore
}

/** One run's figure by Spark's own names, and where they stand. */
function figureOf({ app, run, ...figures }: RunFigures, name: FigureName): Evidence {
  if (name === 'executors')
    return asEvidence(app, {
      figures: `${figures.executors} executors at one time, by addTime and removeTime`,
      from: `all executors of ${run.id}`,
      shownAt: shownAt(app, 'allexecutors'),
    })
  return asEvidence(app, {
    figures:
      name === 'input'
        ? `sum inputBytes ${figures.inputBytes}`
        : `sum shuffleReadBytes + shuffleWriteBytes ${figures.shuffleBytes}`,
    from: `all stages of ${run.id}, of each the attempt with most`,
    shownAt: shownAt(app, 'stages?details=false'),
  })
}

export interface StageLimits {
  /** This run / p95 of the earlier ones. */
  readonly ratio: Thresholds
  /** Minutes beyond it. */
  readonly materialMin: Thresholds
  /** Of the run's own time: a stage is not told as graver than that, except as low. */
  readonly ceiling: FindingSeverity
}

/** Whether a stage's change matters, by what is low for a whole run. */
export function stageChanged(
  { mine, others, p95, byMs }: StageChange,
  { ratio, materialMin }: Pick<StageLimits, 'ratio' | 'materialMin'>,
): 'longer' | 'shorter' | 'new' | 'none' {
  const material = materialMin[0] * 60_000
  if (p95 === null) return mine.ms >= material ? 'new' : 'none'
  const least = Math.min(...others.map(({ ms }) => ms))
  if (byMs > 0) return mine.ms >= ratio[0] * p95.ms && mine.ms - p95.ms >= material ? 'longer' : 'none'
  return mine.ms * ratio[0] <= least && least - mine.ms >= material ? 'shorter' : 'none'
}

/** The stage whose time changed most, linked, with both times; null where it does not matter. */
export function stageFinding(about: About, change: StageChange, limits: StageLimits): Finding | null {
  const word = stageChanged(change, limits)
  if (word === 'none') return null
  const { mine, others, p50, p95 } = change
  const beyond = mine.ms - (p95?.ms ?? 0)
  const grade = milder(
    gradeOf(mine.ms / Math.max(1, p95?.ms ?? 0), limits.ratio),
    gradeOf(beyond / 60_000, limits.materialMin),
  )
  const longest = mine.stages.reduce((a, b) => ((b.ms ?? 0) > (a.ms ?? 0) ? b : a))
  const which =
    mine.stages.length === 1
      ? `Stage ${longest.id} (${line(change.name, 100)})`
      : `The ${mine.stages.length} stages of ${line(change.name, 100)}`
  const took = `${which} ${about.live && mine.stages.some(({ active }) => active) ? `${mine.stages.length === 1 ? 'has' : 'have'} taken ${span(mine.ms)} so far` : `took ${span(mine.ms)}`}`
  const runs = plural(others.length, 'earlier run')
  return {
    probe: about.probe,
    severity: word === 'shorter' ? 'none' : milder(grade, gravest([limits.ceiling, 'low'])),
    sentence:
      p50 === null || p95 === null
        ? `${took}; no earlier run of ${about.jobName} that was read has it.`
        : `${took}; in ${runs} half took ${span(p50.ms)} or less for it, 95 % ${span(p95.ms)} or less: no stage has changed more.`,
    evidence: [
      partShown(mine, about.now, 'this run'),
      ...(p50 === null || p95 === null
        ? []
        : [
            partShown(p50, about.now, 'p50'),
            ...(p95 === p50 ? [] : [partShown(p95, about.now, 'p95')]),
            ...others
              .filter((one) => one !== p50 && one !== p95)
              .map((one) => partShown(one, about.now, 'another')),
          ]),
    ],
    link: longest.attempts.at(-1)?.link ?? mine.of.app.link,
    confidence: mine.stages.length === 1 ? 'high' : 'medium',
    unreached: [],
  }
}

/** A stage's time in one run, by the instants that Spark gives of each attempt. */
function partShown({ of, stages, ms }: Part, now: Date, which: string): Evidence {
  const until = of.app.endedAt ?? of.run.endedAt ?? now
  const [only] = stages
  const times = stages
    .flatMap(({ attempts }) => attempts)
    .flatMap((one) =>
      attemptMs(one, until) === null
        ? []
        : [
            `stage ${one.id}.${one.attempt} submissionTime ${one.submittedAt?.toISOString()}, ${one.completedAt === null ? `counted until ${until.toISOString()}` : `completionTime ${one.completedAt.toISOString()}`}`,
          ],
    )
  const path =
    stages.length === 1 && only !== undefined ? `stages/${only.id}?details=false` : 'stages?details=false'
  return asEvidence(of.app, {
    figures: `${which}: ${ms} ms; ${times.slice(0, 4).join('; ')}`,
    from: `${namesOf(stages)} of ${of.run.id}`,
    shownAt: shownAt(of.app, path),
  })
}

function namesOf(stages: readonly TimedStage[]): string {
  const ids = stages.map(({ id }) => id)
  return ids.length === 1
    ? `stage ${ids[0]}`
    : `stages ${ids.slice(0, 6).join(', ')}${ids.length > 6 ? ', ...' : ''}`
}

/** `a`, `a and b`, `a, b and c`. */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
