// Reads two runs of a job and says what differs between them; what could not be read of either is said, too.
import { redact } from '../../alerts/redact.ts'
import { attempting } from '../attempt.ts'
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun, SparkApplication } from '../../ports.ts'
import { bytesOf } from '../history/figures.ts'
import type { Evidence } from '../model.ts'
import { asEvidence, shownAt } from '../performance/shown.ts'
import { size } from '../probes/support.ts'
import { type ColumnChange, type Tables, comparedColumns, tablesIn } from './columns.ts'
import { untoldImage } from './image.ts'
import { beginningOf } from './last-good.ts'
import type { Change } from './model.ts'
import { type PropertyChange, comparedProperties, imageIn } from './properties.ts'
import { type Traits, comparedTraits } from './traits.ts'

/** Queries whose plans are read of each run. */
const QUERIES_READ = 8
/** Properties that are named beside where they stand. */
const KEYS_NAMED = 20
/** Input that differs by less is the data's own ups and downs. Ours. */
const MORE = 1.5
const LESS = 0.5

export interface Comparison {
  readonly changes: readonly Change[]
  readonly traits: ReturnType<typeof comparedTraits>
  /** Both ran under a name of an image that does not tell whether it was the same. */
  readonly untold: boolean
  /** Null where they could not be compared. */
  readonly properties: readonly PropertyChange[] | null
  readonly columns: readonly ColumnChange[] | null
  /** Bytes of this run / bytes of the last good one; null where either has read none. */
  readonly inputRatio: number | null
  /** Where each run's settings, and its bytes read by what they add up from, stand; of what has changed alone. */
  readonly shown: readonly Evidence[]
  /** What was held against each other: `configuration`, `input`. */
  readonly compared: readonly string[]
  readonly unreached: readonly string[]
}

/** What is known of one run. */
interface Seen {
  readonly traits: Traits
  readonly properties: ReadonlyMap<string, string> | null
  readonly inputBytes: number | null
  readonly inputShown: readonly Evidence[]
  /** Where its properties stand; the names are those that differ. */
  readonly configShown: (keys: readonly string[]) => readonly Evidence[]
  readonly tables: Tables | null
}

/** Compares. Throws only at the signal. */
export async function compareRuns(
  reader: PlatformReader,
  run: Run,
  current: PlatformRun,
  good: PlatformRun,
  signal: AbortSignal,
): Promise<Comparison> {
  const unreached: string[] = []
  const [before, after] = await Promise.all([
    look(reader, run, good, 'the last good run', unreached, signal),
    look(reader, run, current, 'this run', unreached, signal),
  ])
  const at = beginningOf(current)
  const link = current.link
  const traits = comparedTraits(before.traits, after.traits)
  const untold = untoldOf(before.traits, after.traits)
  if (untold !== null)
    unreached.push(
      `image: both runs say ${redact(untold)}, a tag that moves, and no digest tells the two apart`,
    )
  const told = Object.keys(before.traits).filter((one) => one in after.traits)
  const properties =
    before.properties === null || after.properties === null
      ? null
      : comparedProperties(before.properties, after.properties)
  const columns =
    before.tables === null || after.tables === null ? null : comparedColumns(before.tables, after.tables)
  const input = comparedInput(before.inputBytes, after.inputBytes, current)
  const changes: Change[] = [
    ...traits.map(({ trait, clause }) => ({ kind: trait, text: clause, at, link })),
    ...(properties ?? []).map(({ key, text }) => ({
      kind: 'config' as const,
      text: redact(`${key} ${text}`),
      at,
      link,
    })),
    ...(columns ?? []).map(({ text }) => ({
      kind: 'schema' as const,
      text: `column ${redact(text)}`,
      at,
      link,
    })),
    ...(input?.text == null ? [] : [{ kind: 'input' as const, text: input.text, at, link }]),
  ]
  return {
    changes,
    traits,
    untold: untold !== null,
    properties,
    columns,
    inputRatio: input?.ratio ?? null,
    shown: [
      ...(input?.text == null ? [] : [...after.inputShown, ...before.inputShown]),
      ...[after, before].flatMap(({ configShown }) => configShown((properties ?? []).map(({ key }) => key))),
    ],
    compared: [
      ...(told.some((trait) => untold === null || trait !== 'image')
        ? [untold === null ? 'versions' : 'versions (but for the image)']
        : []),
      ...(properties === null ? [] : ['configuration']),
      ...(input === null ? [] : ['input']),
      ...(columns === null ? [] : ['schemas']),
    ],
    unreached,
  }
}

function untoldOf({ image: old }: Traits, { image: now }: Traits): string | null {
  return old === undefined || now === undefined ? null : untoldImage(old, now)
}

async function look(
  reader: PlatformReader,
  run: Run,
  of: PlatformRun,
  whose: string,
  unreached: string[],
  signal: AbortSignal,
): Promise<Seen> {
  const tried = attempting(unreached, signal)
  const attempt = <T>(what: string, read: () => Promise<T>): Promise<T | null> =>
    tried<T | null>(`${what} of ${whose}`, read, null)
  const wanted = { ...run, runId: of.applicationId ?? of.id, attempt: null, retriesLeft: null }
  const app = await attempt('application', () => reader.locate(wanted, signal))
  const has = (...needs: Parameters<typeof reader.capabilities.has>[0][]): boolean =>
    app !== null && needs.every((need) => reader.capabilities.has(need))
  const at = app as SparkApplication
  const [properties, stages, queries] = await Promise.all([
    has('environment') ? attempt('configuration', () => reader.environment(at, signal)) : null,
    has('stages') ? attempt('input', () => reader.stages(at, signal)) : null,
    has('sql') || has('plans') ? attempt('schemas', () => reader.queries(at, QUERIES_READ, signal)) : null,
  ])
  const input = stages === null ? null : bytesOf(stages, ['inputBytes'])
  const image = properties === null ? null : imageIn(properties)
  return {
    traits: {
      ...(app?.sparkVersion == null ? {} : { spark_version: app.sparkVersion }),
      ...(image === null ? {} : { image }),
      ...of.traits,
    },
    // An application that keeps no properties keeps nothing to compare.
    properties: properties === null || properties.size === 0 ? null : properties,
    inputBytes: input,
    inputShown: input === null ? [] : [shownInput(at, whose, input)],
    configShown: (keys) => (app === null || keys.length === 0 ? [] : [shownConfig(app, whose, keys)]),
    tables: queries === null ? null : tablesIn(queries),
  }
}

/** Names alone: the sentence has the values, as far as they may be told. */
function shownConfig(app: SparkApplication, whose: string, keys: readonly string[]): Evidence {
  return asEvidence(app, {
    figures: keys.slice(0, KEYS_NAMED).join(', '),
    from: `environment of ${whose}`,
    shownAt: shownAt(app, 'environment'),
  })
}

function shownInput(app: SparkApplication, whose: string, bytes: number): Evidence {
  return asEvidence(app, {
    figures: `sum inputBytes ${bytes}`,
    from: `all stages of ${whose}, of each the attempt that read most`,
    shownAt: shownAt(app, 'stages?details=false'),
  })
}

/** Less is telling of a run that came to its end alone: one that died had not read all. Null: nothing to compare. */
function comparedInput(
  before: number | null,
  after: number | null,
  { state }: PlatformRun,
): { readonly ratio: number; readonly text: string | null } | null {
  if (before === null || after === null || before === 0 || after === 0) return null
  const ratio = after / before
  const telling = ratio >= MORE || (ratio <= LESS && state === 'succeeded')
  const text = `input ${size(before)} -> ${size(after)} (${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)} times)`
  return { ratio: Number(ratio.toFixed(2)), text: telling ? text : null }
}
