// What broke, out of everything that the probes found: the failure named best, else the one that figures tell. Pure.
import {
  byGravity,
  type Confidence,
  type Evidence,
  type Finding,
  type FindingSeverity,
  type Outputs,
} from './model.ts'
import type { FailureClass, FailureMode } from './failures/model.ts'
import { FAILURE_MODES } from './failures/modes.ts'
import { classOf } from './failures/settled-class.ts'
import type { StepResult } from './run-probes.ts'

export interface Conclusion {
  /** Id of the failure mode: `F02`. */
  readonly id: string
  /** Its name, or the finer one of what was said: `executor-heap-oom`. */
  readonly cause: string
  readonly meaning: string
  readonly class: FailureClass
  readonly certainty: Confidence
  /** The line that says so; null where figures do without one. */
  readonly evidence: Evidence | null
  /** The probe whose word this is. */
  readonly probe: string
  /** Somebody named it, or it follows from figures. */
  readonly by: 'words' | 'figures'
}

/** Findings below this tell how things are, not what broke. */
const LEAST: FindingSeverity = 'medium'

/** Which failure a finding of figures is a sign of, where it is one of its own; runbooks' matchers say the same. */
const OF_FIGURES: Readonly<Record<string, string>> = {
  gc_ratio: 'F07',
  spill_ratio: 'F08',
  exec_imbalance: 'F06',
  idle_cores: 'F31',
  driver_share: 'F31',
  small_tasks: 'F18',
  small_files: 'F18',
  no_progress: 'F13',
  alloc_stuck: 'F12',
  stream_lag: 'F14',
  stream_rate: 'F14',
  state_growth: 'F15',
  listener_drop: 'F25',
  driver_unreachable: 'F22',
  history_down: 'F23',
  history_latency: 'F23',
  history_lag: 'F23',
}

/**
 * A cause that somebody named; else one that an exit code tells; else a symptom in words; else what figures of medium
 * gravity or more are a sign of; else what only may be the reason. Null where nothing of all that was found.
 */
export function conclude(results: readonly StepResult[]): Conclusion | null {
  const said = results.flatMap(bySignature).sort((a, b) => a.rank - b.rank)
  const figured = results.flatMap((result) => [...bySkew(result), ...byHistory(result), ...byFigures(result)])
  const measured = withoutEchoes(results.some(isOver) ? figured.filter(mayEndRuns) : figured).sort(
    (a, b) => Number(isAside(a)) - Number(isAside(b)) || byGravity(a.severity, b.severity),
  )
  const [best] = said
  const sure = best !== undefined && best.rank < DOUBTFUL ? best : undefined
  const broke = sure?.conclusion ?? measured[0]?.conclusion ?? best?.conclusion ?? null
  return broke === null ? null : settled(broke, results, [...said, ...measured])
}

/**
 * Where its words leave the class open: as the verdict has it, so that a card never says two things; where it has none, as
 * another failure settles it that a probe was told or found.
 */
function settled(
  broke: Conclusion,
  results: readonly StepResult[],
  found: readonly { readonly conclusion: Conclusion }[],
): Conclusion {
  const mode = modeNamed(broke.id, broke.cause)
  if (mode?.settledBy === undefined) return broke
  const beside = found.map(({ conclusion: { id, certainty } }) => ({ mode: { id }, certainty }))
  const same = results
    .map(({ outputs }) => outputs)
    .filter(({ signature, cause }) => signature === broke.id && cause === broke.cause)
  const verdict = same.find((outputs) => 'rerun' in outputs)
  const settles = (outputs: Outputs): boolean => outputs['class'] === mode.settledBy?.beside
  if (verdict === undefined && !same.some(settles)) return { ...broke, class: classOf(mode, beside) }
  return { ...broke, class: verdict === undefined || settles(verdict) ? mode.settledBy.beside : mode.class }
}

interface Said {
  readonly rank: number
  readonly conclusion: Conclusion
}

/** From here on it may be something else as well. */
const DOUBTFUL = 3

/** What probes of words found: `signature` and `cause` among their outputs, their confidence on the finding. */
function bySignature({ step, outputs, findings }: StepResult): Said[] {
  const { signature, cause } = outputs
  if (typeof signature !== 'string' || typeof cause !== 'string') return []
  const mode = modeNamed(signature, cause)
  const finding = findings[0]
  if (mode === undefined || finding === undefined) return []
  // A verdict may be doubtful where its failure is certain.
  const certainty = confidenceOf(outputs['certainty']) ?? finding.confidence
  return [
    {
      rank: certainty === 'low' ? DOUBTFUL : certainty === 'high' ? 0 : mode.kind === 'symptom' ? 2 : 1,
      conclusion: {
        ...told(mode, cause),
        certainty,
        evidence: finding.evidence[0] ?? null,
        probe: finding.probe === '' ? step : finding.probe,
        by: 'words',
      },
    },
  ]
}

function confidenceOf(output: unknown): Confidence | null {
  return output === 'high' || output === 'medium' || output === 'low' ? output : null
}

interface Measured {
  readonly severity: FindingSeverity
  readonly conclusion: Conclusion
  /** Told by a task that still runs, and may just as well hang. */
  readonly mayHang?: true
}

/** Time and bytes are uneven: the data. Time alone, where bytes were compared: the host. */
function bySkew({ outputs, findings }: StepResult): Measured[] {
  const { skewed, data_ratio: data, running } = outputs
  const [finding] = findings
  if (finding?.probe !== 'spark.skew' || !matters(finding)) return []
  if (skewed === true) return [figures('F05', finding)]
  if (typeof data !== 'number') return []
  return [{ ...figures('F06', finding), ...(running === true ? { mayHang: true as const } : {}) }]
}

/**
 * That nothing moves says less than why: a stage that waits for its hot partition stands still, and so does what is kept
 * of a driver that does not answer. Whoever has that partition reads more than the other executors. A task that does not end and has no more to do than others is no slow host where all
 * stands still: it hangs.
 */
function withoutEchoes(measured: readonly Measured[]): Measured[] {
  const told = new Set(measured.map(({ conclusion }) => conclusion.id))
  return measured.filter(
    ({ conclusion, mayHang }) =>
      !(conclusion.id === 'F13' && (told.has('F05') || told.has('F22'))) &&
      !(conclusion.id === 'F06' && conclusion.probe !== 'spark.skew' && told.has('F05')) &&
      !(mayHang === true && told.has('F13')),
  )
}

/**
 * That it takes longer than earlier runs is the first that `run.history` finds; what has changed with it comes after. Of a
 * run that failed, how long it took is no answer.
 */
function byHistory({ outputs, findings }: StepResult): Measured[] {
  const [finding] = findings
  const { ratio, failed_in_a_row: failed } = outputs
  if (finding?.probe !== 'run.history' || typeof ratio !== 'number') return []
  return matters(finding) && failed === 0 ? [figures('F21', finding)] : []
}

/** A finding of figures begins its evidence with its id: `gc_ratio: sum totalGCTime ...`. */
function byFigures({ findings }: StepResult): Measured[] {
  return findings.filter(matters).flatMap((finding) => {
    const id = /^([a-z_]+): /.exec(finding.evidence[0]?.text ?? '')?.[1] ?? ''
    const mode = OF_FIGURES[id]
    return mode === undefined ? [] : [figures(mode, finding)]
  })
}

/**
 * Idle slots and lateness go with nearly every other trouble, and who shows what has ended slows nobody down: they are the
 * answer only where there is no other.
 */
function isAside({ conclusion }: Measured): boolean {
  return ASIDES.has(conclusion.id)
}
const ASIDES: ReadonlySet<string> = new Set(['F21', 'F23', 'F31'])

/** Of a run that is over, a History Server that is away tells only why nothing more is known. */
function mayEndRuns({ conclusion }: Measured): boolean {
  return conclusion.id !== 'F23'
}

/** As probes of a run or an application say that it has ended, or that nobody knows how. */
const OVER: ReadonlySet<unknown> = new Set([
  'failed',
  'finished',
  'succeeded',
  'killed',
  'cancelled',
  'unknown',
])
function isOver({ outputs }: StepResult): boolean {
  return OVER.has(outputs['state'])
}

function matters({ severity }: Finding): boolean {
  return byGravity(severity, LEAST) <= 0
}

/** Of several modes with one id the most general, which stands last. */
function figures(id: string, finding: Finding): Measured {
  const mode = FAILURE_MODES.findLast((one) => one.id === id) as FailureMode
  return {
    severity: finding.severity,
    conclusion: {
      ...told(mode, mode.name),
      certainty: finding.confidence,
      evidence: finding.evidence[0] ?? null,
      probe: finding.probe,
      by: 'figures',
    },
  }
}

/** Of two modes with one id (a cause and its symptom) the one that this is the name of. */
function modeNamed(id: string, cause: string): FailureMode | undefined {
  const named = (mode: FailureMode): boolean =>
    mode.name === cause ||
    mode.hint?.variant === cause ||
    mode.patterns.some(({ variant }) => variant === cause)
  return (
    FAILURE_MODES.find((mode) => mode.id === id && named(mode)) ??
    FAILURE_MODES.find((mode) => mode.id === id)
  )
}

function told(mode: FailureMode, cause: string): Pick<Conclusion, 'id' | 'cause' | 'meaning' | 'class'> {
  const finer = mode.patterns.find(({ variant }) => variant === cause)?.meaning
  const hinted = mode.hint?.variant === cause ? mode.hint.meaning : undefined
  return { id: mode.id, cause, meaning: finer ?? hinted ?? mode.meaning, class: mode.class }
}
